"""How good a connection is, as a mark."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.quality import opinion

LOST, MS = st.integers(0, 1000), st.integers(0, 60_000)


def test_a_good_line_is_marked_well_and_a_broken_one_badly() -> None:
    """4.3 and more is what few complain of; below 2.6 nearly all do (ITU-T G.107, Annex B)."""
    assert opinion(lost=0, round_trip=40, jitter=5) > 4.3
    assert 3.1 < opinion(lost=30, round_trip=300, jitter=20) < 4.0
    assert opinion(lost=200, round_trip=700, jitter=80) < 2.6


@given(LOST, MS, MS, st.sampled_from(["lost", "round_trip", "jitter"]), st.integers(1, 500))
def test_a_mark_lies_between_1_and_5_and_more_trouble_never_betters_it(
    lost: int, round_trip: int, jitter: int, worse: str, by: int
) -> None:
    """Whatever a browser reports."""
    facts = {"lost": lost, "round_trip": round_trip, "jitter": jitter}
    mark = opinion(**facts)
    assert 1.0 <= mark < 4.5
    assert opinion(**facts | {worse: facts[worse] + by}) <= mark
