"""Figures say what they are called."""

import pytest

from load_tests.figures import Spread, percentile


@pytest.mark.parametrize(("percent", "value"), [(1, 1), (50, 50), (99, 99), (100, 100)])
def test_a_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    """The p99 of a hundred values is the 99th, and not something between two of them."""
    assert percentile([float(at) for at in range(100, 0, -1)], percent) == value


def test_the_percentile_of_few_values_is_not_flattered() -> None:
    """With three values the p99 is the worst of them."""
    assert percentile([1.0, 2.0, 30.0], 99) == 30.0


def test_ratios_are_taken_round_by_round() -> None:
    """A round that was slow for both is no better and no worse than the others."""
    spread = Spread.of_ratios([10.0, 2.0, 12.0], [5.0, 1.0, 4.0])
    assert (spread.low, spread.median, spread.high) == (2.0, 2.0, 3.0)
