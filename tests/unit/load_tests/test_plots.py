"""Plots show what they are given, on round numbers."""

import pytest

from load_tests.plots import Series, plot

STEADY = Series("p50", [(second, 2.0 + second % 3) for second in range(10)])


def test_each_series_is_a_line_with_its_name() -> None:
    """Two series are two lines and two keys."""
    drawn = plot("join", "ms", [STEADY, Series("p99", [(0, 9.0), (1, 8.0)])])
    assert drawn.count('class="line') == 2
    assert "p50" in drawn
    assert "p99" in drawn


def test_a_line_is_broken_where_nothing_was_measured() -> None:
    """A second without joins is not a second with fast ones."""
    drawn = plot("join", "ms", [Series("p50", [(0, 1.0), (1, None), (2, 1.0)])])
    line = drawn.partition('class="line s0" d="')[2].partition('"')[0]
    assert line.count("M") == 2


def test_what_stands_alone_is_a_dot() -> None:
    """A single second with joins among others without is seen."""
    assert "h0" in plot("join", "ms", [Series("p50", [(0, None), (1, 1.0), (2, None)])])


@pytest.mark.parametrize("logarithmic", [False, True])
def test_nothing_to_show_is_no_plot(logarithmic: bool) -> None:
    """An empty frame would say that all was zero."""
    assert plot("join", "ms", [Series("p50", [(0, None)])], logarithmic=logarithmic) == ""


def test_names_cannot_break_the_page() -> None:
    """What stands in a page is escaped."""
    assert "<b><i>" not in plot("<i>", "ms", [STEADY])
