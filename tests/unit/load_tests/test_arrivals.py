"""Who comes when is fixed before a run, and looks like a clinic's day."""

import random
import statistics
from itertools import pairwise

import pytest

from load_tests.arrivals import at_random, clinic_day, evenly


def test_the_same_seed_gives_the_same_day() -> None:
    """A run can be had again."""
    assert clinic_day(50, 600, random.Random(1)) == clinic_day(50, 600, random.Random(1))


@pytest.mark.parametrize("seconds", [20.0, 600.0, 3600.0])
def test_everybody_comes_and_goes_within_the_run(seconds: float) -> None:
    """However short a day is, nobody comes before it begins, and each visit is completed before it ends."""
    for visit in clinic_day(300, seconds, random.Random(2)):
        assert [one.role for one in visit.people[:2]] == ["provider", "patient"]
        assert visit.people[0].at < visit.ends_at <= seconds
        for one in visit.people:
            assert one.at >= 0
            for moment in (one.drops_at, one.leaves_at):
                assert moment is None or min(one.at, visit.ends_at) <= moment <= max(one.at, visit.ends_at)


def test_patients_come_before_the_hour_and_wait_for_their_provider() -> None:
    """Nine in ten patients are there before the provider, who begins at the hour."""
    day = clinic_day(1000, 600, random.Random(3))
    waits = [visit.people[0].at - visit.people[1].at for visit in day]
    assert sum(wait > 0 for wait in waits) > 850
    assert len({visit.planned for visit in day}) == 5  # ten minutes hold five hours


def test_arrivals_at_random_keep_their_rate_whatever_the_server_does() -> None:
    """A hundred a second for a minute are about six thousand, in order, apart as chance has it."""
    times = list(at_random(100, 60, random.Random(4)))
    assert len(times) == pytest.approx(6000, rel=0.05)
    assert times == sorted(times)
    gaps = [after - before for before, after in pairwise(times)]
    assert statistics.stdev(gaps) == pytest.approx(statistics.mean(gaps), rel=0.1)
    assert list(at_random(0, 60, random.Random(4))) == []


def test_even_arrivals_leave_room_at_both_ends() -> None:
    """Four in eight seconds are two seconds apart."""
    assert evenly(4, 8.0) == [1.0, 3.0, 5.0, 7.0]
