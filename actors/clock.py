"""The one clock: the store's time at the last renewal, carried on by monotonic time.

Pure: it reads nothing but the monotonic clock that it is given. Every node of a cluster follows the same
store, so all agree within a round trip, whatever their own clocks say.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from engine.ids import Instant

JUMP_MS: Final = 2_000
"""A store's clock that moved by more than this against monotonic time jumped: it is not followed."""
VAGUE_MS: Final = 250
"""An answer whose instant is not known better than this renews the lease, but does not set the clock."""


steady: Final[Callable[[], float]] = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
)
"""Seconds of a clock that is never set; where there is one, one that counts while the machine sleeps."""


class Clock:
    """Now, and whether our lease holds. `monotonic` gives seconds; `skewed` is told of each jump, in seconds.

    After a jump the old line is kept for as long as the node lives: nothing expires early or late
    because somebody set a clock. `to_store` translates for the store, which compares with its own time.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = steady,
        *,
        lease_ms: int = 3_000,
        skewed: Callable[[float], None] = lambda _: None,
    ) -> None:
        self.monotonic = monotonic
        self._lease = lease_ms / 1000
        self.skewed = skewed
        self._zero: float | None = None
        """The instant (ms) at which the monotonic clock was 0, on the line we follow."""
        self._store_ahead = 0.0
        """How far (ms) the store's clock is ahead of our line since it jumped; 0 while it did not."""
        self._renewed_at: float | None = None
        self._last: Instant = 0

    @property
    def known(self) -> bool:
        """Whether the store was ever heard."""
        return self._zero is not None

    def renewed(self, store_now: Instant, sent: float) -> None:
        """Take a renewal's answer: the store's TIME, and when (monotonic) the renewal was sent. Call on its
        arrival.
        """
        trip = self.monotonic() - sent
        self._renewed_at = sent
        zero = store_now - 1000 * (sent + trip / 2)  # as if the store had looked in the middle of the trip
        if self._zero is None:
            self._zero = zero
            return
        if trip / 2 > VAGUE_MS / 1000:
            return
        ahead = zero - self._zero
        if abs(ahead) > JUMP_MS:
            self._store_ahead = ahead
            self.skewed(ahead / 1000)
            return
        self._zero, self._store_ahead = zero, 0.0

    def now(self) -> Instant:
        """Milliseconds since 1970 UTC; never less than what it said before. Raises ClockUnknown before the
        first renewal.
        """
        if self._zero is None:
            raise ClockUnknown("the store was not heard yet")
        at = round(self._zero + 1000 * self.monotonic())
        self._last = max(self._last, at)
        return self._last

    def lease_holds(self) -> bool:
        """Whether our lease surely has not lapsed: counted from sending, because the store counts from its
        arrival.
        """
        return self._renewed_at is not None and self.monotonic() - self._renewed_at < self._lease

    @property
    def lease_age(self) -> Instant:
        """Milliseconds since the last renewal was sent."""
        return round(1000 * (self.monotonic() - self._renewed_at)) if self._renewed_at is not None else 0

    def to_store(self, at: Instant) -> Instant:
        """The instant in the store's own time."""
        return round(at + self._store_ahead)

    def from_store(self, at: Instant) -> Instant:
        """An instant of the store's own time as ours."""
        return round(at - self._store_ahead)


class ClockUnknown(Exception):
    """The time was asked before the store had told it: a bug in the order of starting."""
