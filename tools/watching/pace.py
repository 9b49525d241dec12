"""Spans of time: an hour is an hour, or, for tests, a minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Pace:
    """How much faster than on a clock everything goes: with 60 an hour is a minute. Counts stay counts, so
    that the same rules are tried in seconds.
    """

    times: float = 1.0

    def span(self, text: str) -> str:
        """Spell a span like `5m` as Prometheus reads it."""
        if self.times == 1:
            return text
        return f"{max(1, round(1000 * self.seconds(text)))}ms"

    def seconds(self, text: str) -> float:
        """Give the seconds of a span like `5m`."""
        return int(text[:-1]) * _UNITS[text[-1]] / self.times
