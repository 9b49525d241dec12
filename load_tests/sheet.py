"""The ratio sheet: what performance.md asks for, what was measured, and whether it was reached."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Goal:
    """One row: a figure, and the bound that it is to keep."""

    figure: str
    words: str
    at_least: bool
    bound: float

    def met(self, value: float) -> bool:
        """Whether a value reaches it."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:,g}"


GOALS: Final = (
    Goal("echo_ratio", "raw echo, times websockets", at_least=True, bound=2.5),
    Goal("connect_ratio", "opening a connection, times websockets", at_least=True, bound=2.0),
    Goal("relay_ratio", "relay, times websockets rooms", at_least=True, bound=2.0),
    Goal(
        "join_ratio",
        "join by link, saved, times websockets rooms that save nothing",
        at_least=True,
        bound=1.0,
    ),
    Goal(
        "join_presence_p50_over_save",
        "join to dashboard, idle node, p50, in saves",
        at_least=False,
        bound=2.0,
    ),
    Goal("join_presence_p99_over_save", "the same, p99", at_least=False, bound=3.0),
    Goal("presence_p99_over_node_ws", "the same, p99, times Node ws", at_least=False, bound=0.2),
    Goal("bytes_per_connection", "bytes of an idle connection", at_least=False, bound=3_000),
    Goal("bytes_per_visit", "bytes of a visit of three", at_least=False, bound=12_000),
    Goal("start_seconds", "seconds until `vestibule start` serves", at_least=False, bound=1.5),
    Goal(
        "relay_cost_20000_over_100", "a relay at 20,000 visits, times one at 100", at_least=False, bound=1.15
    ),
    Goal("join_cost_20000_over_100", "a join at 20,000 visits, times one at 100", at_least=False, bound=1.15),
    Goal("idle_core_share", "core share of 18,000 silent sockets", at_least=False, bound=0.1),
)
OF_THE_CURVE: Final = GOALS[-3:]


def rows(
    figures: Mapping[str, float], spreads: Mapping[str, tuple[float, float]], *, curve: bool
) -> Iterator[str]:
    """Say it as a table, 100 columns wide; without a curve its rows say how to have them."""
    yield f"{'goal':<64}{'':>9}{'measured':>10}{'low - high':>15}  met"
    for goal in GOALS:
        if goal in OF_THE_CURVE and not curve:
            yield f"{goal.words:<64}{goal!s:>9}{'':>10}{'':>15}  ask with --curve"
            continue
        value = figures[goal.figure]
        low_high = "{:,.2f} - {:,.2f}".format(*spreads[goal.figure]) if goal.figure in spreads else ""
        met = "yes" if goal.met(value) else "NO"
        yield f"{goal.words:<64}{goal!s:>9}{_short(value):>10}{low_high:>15}  {met}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}"
