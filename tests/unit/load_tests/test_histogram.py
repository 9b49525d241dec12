"""A histogram loses less than one percent of any duration, however many there are and whoever counted."""

import random

import pytest

from load_tests.figures import percentile
from load_tests.histogram import Histogram

DURATIONS = [random.Random(7).lognormvariate(-6, 2) for _ in range(5_000)]


def counted(durations: list[float]) -> Histogram:
    """Count them all."""
    histogram = Histogram()
    for one in durations:
        histogram.record(one)
    return histogram


@pytest.mark.parametrize("percent", [1, 50, 90, 99, 99.9, 100])
def test_percentiles_are_within_one_percent(percent: float) -> None:
    """Microseconds or minutes: what it says differs from the true percentile by less than 1 %, or 1 us."""
    true, said = percentile(DURATIONS, percent), counted(DURATIONS).percentile(percent)
    assert said == pytest.approx(true, rel=0.01, abs=1e-6)


def test_histograms_of_several_processes_add_up_without_loss() -> None:
    """Two halves, sent as counts and added, say the same as one that counted everything."""
    whole, half = counted(DURATIONS), counted(DURATIONS[::2])
    half.add(Histogram(counted(DURATIONS[1::2]).as_counts()))
    assert half.as_counts() == whole.as_counts()
    assert half.total == len(DURATIONS)


def test_a_duration_below_zero_counts_as_none() -> None:
    """Clocks have a grain; a shown before a said is not an error."""
    assert counted([-1e-9]).longest == 0.0


def test_the_percentile_of_nothing_is_refused() -> None:
    """A p99 of no joins at all is not zero."""
    assert not Histogram()
    with pytest.raises(ValueError, match="nothing"):
        Histogram().percentile(99)
