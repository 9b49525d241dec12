"""What a client process saw, second by second: durations, counts, and why things failed.

A process sends each second as one line of JSON; `Record` puts the lines of all processes together.
"""

from collections.abc import Iterable
from time import monotonic
from typing import Final

import msgspec

from load_tests.histogram import Histogram

DURATIONS: Final = (
    *("join", "presence", "admitted", "lost_shown", "resume", "back", "leave", "complete", "ended"),
    *("dashboard", "call", "pin", "caller_let_in", "admit", "flood_call", "relay", "client_late"),
)
"""All that is timed: what docs/load-tests.md explains."""
COUNTS: Final = (
    *("failed", "cut", "put_off", "unanswered", "too_late", "signals", "relays_lost"),
    *("resumed_replay", "resumed_state", "caller_in", "caller_waiting"),
    *("guesses", "guessed_in", "guessed_to_the_door"),
)
"""All that is counted."""
HALF: Final = 0.5
"""A second is told when the next one has begun: half a second before that is surely in it."""


class Second(msgspec.Struct):
    """One second of one process."""

    second: int
    took: dict[str, dict[int, int]]
    """Durations by what was done, in a histogram's buckets."""
    counts: dict[str, int]
    reasons: dict[str, int]
    """Failures by what was done and why, as in `join: visit_full`."""
    here: int
    """Connections that are open at its end."""


class Tally:
    """Counts for one process; nothing counts before the run has begun but what failed."""

    def __init__(self) -> None:
        self.here = 0
        self.began: float | None = None
        self._took: dict[str, Histogram] = {}
        self._counts: dict[str, int] = {}
        self._reasons: dict[str, int] = {}

    def took(self, what: str, meant: float) -> None:
        """Something was done just now that was meant to begin at that time of the monotonic clock."""
        if self.began is not None:
            self._took.setdefault(what, Histogram()).record(monotonic() - max(meant, self.began))

    def count(self, what: str, times: int = 1) -> None:
        """Something happened."""
        if self.began is not None:
            self._counts[what] = self._counts.get(what, 0) + times

    def failed(self, what: str, why: str) -> None:
        """Something was given up."""
        reason = f"{what}: {why}"
        self._reasons[reason] = self._reasons.get(reason, 0) + 1
        self._counts["failed"] = self._counts.get("failed", 0) + 1

    def second(self) -> Second:
        """Give what was counted since the last time."""
        second = Second(
            max(0, int(monotonic() - (self.began or 0.0) - HALF)),
            {what: histogram.as_counts() for what, histogram in self._took.items()},
            self._counts,
            self._reasons,
            self.here,
        )
        self._took, self._counts, self._reasons = {}, {}, {}
        return second


class Record:
    """A whole run, of all processes."""

    def __init__(self) -> None:
        self.took: dict[str, Histogram] = {}
        self.counts: dict[str, int] = {}
        self.reasons: dict[str, int] = {}
        self.took_in: dict[int, dict[str, Histogram]] = {}
        self.counts_in: dict[int, dict[str, int]] = {}
        self.here_in: dict[int, dict[int, int]] = {}
        """By second, open connections of each process."""

    def add(self, process: int, second: Second) -> None:
        """Take in one second of one process."""
        at = second.second
        took = {what: Histogram(counts) for what, counts in second.took.items()}
        for all_took in (self.took, self.took_in.setdefault(at, {})):
            for what, histogram in took.items():
                all_took.setdefault(what, Histogram()).add(histogram)
        _sum(self.counts, second.counts)
        _sum(self.counts_in.setdefault(at, {}), second.counts)
        _sum(self.reasons, second.reasons)
        self.here_in.setdefault(at, {})[process] = second.here

    def here(self, second: int) -> int:
        """How many connections were open."""
        return sum(self.here_in.get(second, {}).values())

    def done(self, what: str) -> int:
        """How often something was done that has a duration, or was counted."""
        return self.took[what].total if what in self.took else self.counts.get(what, 0)

    def slices(self, what: str, seconds: Iterable[range]) -> list[Histogram]:
        """Give the durations of stretches of the run, each a range of seconds."""
        found = []
        for stretch in seconds:
            histogram = Histogram()
            for at in stretch:
                if what in (took := self.took_in.get(at, {})):
                    histogram.add(took[what])
            found.append(histogram)
        return found


def _sum(into: dict[str, int], more: dict[str, int]) -> None:
    for name, times in more.items():
        into[name] = into.get(name, 0) + times
