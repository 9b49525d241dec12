"""A run passes when each of its thresholds was kept, and says which were not."""

import pytest

from load_tests.thresholds import NotAThreshold, Threshold, chosen, judged


@pytest.mark.parametrize("written", ["join.p99<=500", "failed<=0", "joins>=100", "cpu.mean<=0.9"])
def test_a_threshold_is_written_as_it_is_read(written: str) -> None:
    """What is printed can be given again."""
    assert str(Threshold.read(written)) == written


@pytest.mark.parametrize("written", ["", "join.p99", "join.p99<500", "join.p99<=fast", "JOIN<=1", "a.b.c<=1"])
def test_what_is_no_threshold_is_refused_with_an_example(written: str) -> None:
    """A slip is not taken for a threshold that is always met."""
    with pytest.raises(NotAThreshold, match=r"one is like join\.p99<=500"):
        Threshold.read(written)


def test_an_asked_threshold_takes_the_place_of_the_scenarios_own() -> None:
    """The others stay; a lower bound is another thing than an upper one."""
    found = chosen(["failed<=0", "join.p99<=500"], ["join.p99<=2000", "joins>=1"])
    assert [str(one) for one in found] == ["failed<=0", "join.p99<=2000", "joins>=1"]


def test_a_bound_is_kept_when_it_is_just_reached() -> None:
    """At most 500 is kept by 500, and not by 501."""
    thresholds = [Threshold.read(one) for one in ("a<=500", "b<=500", "c>=2")]
    found = judged(thresholds, {"a": 500.0, "b": 501.0, "c": 2.0})
    assert [one.met for one in found] == [True, False, True]


def test_where_nothing_happened_only_a_lower_bound_is_broken() -> None:
    """A run without a drop has no slow resume; but one without a join has not reached its number of joins."""
    found = judged([Threshold.read("resume.p99<=9"), Threshold.read("join.count>=1")], {})
    assert [one.met for one in found] == [True, False]
