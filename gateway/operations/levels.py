"""The service levels of the last hour: how many of how many were good, at one node or at all of them.

The targets are those of docs/operations.md; there they hold for 30 days. An hour tells how fast what may
go wrong in 30 days is being used up: at burn rate 1 it is used up in exactly that time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.operations.ring import Ring
from gateway.operations.sample import Layout, Sample

MINUTES: Final = (5, 60)
"""The windows over which they are counted."""
MINUTE_MS: Final = 60_000

Count = tuple[int, int]
"""How many were good, of how many."""
_Rule = Callable[[Layout, Sample, Sample], Count]


@dataclass(frozen=True, slots=True)
class Level:
    """One service level: which share should be good."""

    name: str
    target: float
    rule: _Rule


def _joins(layout: Layout, now: Sample, before: Sample) -> Count:
    """Count valid joins: those that were made, of those that could have been."""
    good = round(layout.gained("joined", now, before))
    return good, good + round(layout.gained("failed", now, before))


def _within(spread: str, seconds: float) -> _Rule:
    return lambda layout, now, before: layout.within(spread, seconds, now, before)


LEVELS: Final = (
    Level("joins", 0.999, _joins),
    Level("join_web", 0.99, _within("join_web", 2.0)),
    Level("join_phone", 0.99, _within("join_phone", 5.0)),
    Level("presence", 0.99, _within("presence", 1.0)),
    Level("losses", 0.995, _within("loss", 8.0)),
    Level("expiry", 0.9999, _within("expiry", 1.0)),
    Level("returns", 0.99, _within("resume", 30.0)),
    Level("takeovers", 0.99, _within("takeover", 3.0)),
)

Counts = Mapping[tuple[str, int], Count]
"""By level and window."""


def counted(ring: Ring) -> dict[tuple[str, int], Count]:
    """Count at one node; what happened before its oldest sample is not known any more."""
    now = ring.newest
    if now is None:
        return {}
    return {
        (level.name, minutes): level.rule(ring.layout, now, ring.ago(minutes * MINUTE_MS) or now)
        for level in LEVELS
        for minutes in MINUTES
    }


def together(nodes: Iterable[Counts]) -> dict[tuple[str, int], Count]:
    """Add up what nodes counted."""
    found = {(level.name, minutes): (0, 0) for level in LEVELS for minutes in MINUTES}
    for counts in nodes:
        for key, (good, total) in counts.items():
            if key in found:  # else it is another release's
                before = found[key]
                found[key] = (before[0] + good, before[1] + total)
    return found


def burn(level: Level, count: Count) -> float:
    """Say how many times faster than planned what may go wrong is used up; 0 of nothing."""
    good, total = count
    return (total - good) / total / (1 - level.target) if total else 0.0
