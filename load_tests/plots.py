"""Plots over time as inline SVG: no script, no file of others, light and dark by the page's own colours."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH, HEIGHT = 560, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 28
LINES_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a plot; None is where there is nothing to show."""

    name: str
    points: Sequence[tuple[float, float | None]]


def plot(title: str, unit: str, series: Sequence[Series], *, logarithmic: bool = False) -> str:
    """Draw lines over seconds; values above zero only where the axis is logarithmic."""
    values = [y for one in series for _, y in one.points if y is not None and (y > 0 or not logarithmic)]
    if not values:
        return ""
    end = max((x for one in series for x, _ in one.points), default=1.0) or 1.0
    axis = _Axis.over(values, logarithmic=logarithmic)
    drawn = "".join(_grid(axis, mark) for mark in axis.marks) + "".join(
        _time(at, end) for at in _steps(0, end)
    )
    for number, one in enumerate(series):
        title_of = f"<title>{escape(one.name)}</title>"
        drawn += f'<path class="line s{number}" d="{_path(one, end, axis)}">{title_of}</path>'
    legend = "".join(
        f'<span class="key"><i class="s{number}"></i>{escape(one.name)}</span>'
        for number, one in enumerate(series)
    )
    return (
        f"<figure><figcaption><b>{escape(title)}</b> <small>{escape(unit)}</small> {legend}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{drawn}</svg></figure>'
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float
    logarithmic: bool
    marks: list[float]

    @classmethod
    def over(cls, values: Sequence[float], *, logarithmic: bool) -> "_Axis":
        if not logarithmic:
            marks = _steps(0, max(values) or 1.0)
            return cls(0.0, marks[-1], logarithmic, marks)
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        high = max(high, low + 1)
        return cls(low, high, logarithmic, [10.0**power for power in range(low, high + 1)])

    def y(self, value: float) -> float:
        at = math.log10(value) if self.logarithmic else value
        part = (at - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)


def _x(seconds: float, end: float) -> float:
    return LEFT + seconds / end * (WIDTH - LEFT - RIGHT)


def _steps(low: float, high: float) -> list[float]:
    """Give round numbers from low to high, about five of them."""
    rough = (high - low) / LINES_AT_MOST
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(one * unit for one in (1, 2, 5, 10) if one * unit >= rough * 0.999)
    return [low + number * step for number in range(math.ceil((high - low) / step - 1e-9) + 1)]


def _grid(axis: _Axis, mark: float) -> str:
    y = axis.y(mark)
    return (
        f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        f'<text class="end" x="{LEFT - 6}" y="{y + 4:.1f}">{_shown(mark)}</text>'
    )


def _time(at: float, end: float) -> str:
    if at > end:
        return ""
    return f'<text class="middle" x="{_x(at, end):.1f}" y="{HEIGHT - 8}">{_shown(at)} s</text>'


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _path(series: Series, end: float, axis: _Axis) -> str:
    """Draw it; where there is nothing the line is broken, and what stands alone is a dot."""
    found, drawing = "", False
    for x, y in series.points:
        shown = y is not None and (y > 0 or not axis.logarithmic)
        if y is not None and shown:
            place = f"{_x(x, end):.1f} {axis.y(y):.1f}"
            found += f"L{place}" if drawing else f"M{place}h0"
        drawing = shown
    return found
