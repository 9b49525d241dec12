"""The one clock: the store's time at the last renewal, carried on by monotonic time.

Pure: it reads nothing but the monotonic clock that it is given. Every node of a cluster follows the same
store, so all agree within a round trip, whatever their own clocks say.

A node that finds the store's clock far ahead of its line cannot know by itself whether somebody set that
clock, or its own machine stood still with all its clocks. The other nodes know (docs/adr/0014): a machine can
stand still for seconds, but none can run ahead; and if it is more than seconds, most of them are right.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from typing import Final

from engine.ids import Instant

JUMP_MS: Final = 2_000
"""A store's clock that moved by more than this against monotonic time jumped: it is not followed."""
STALL_MS: Final = 15_000
"""Up to how far (ms) being behind is taken for a stall of this machine, whoever says otherwise: nobody sets a
clock by a few seconds.
"""
STAYS_MS: Final = 5_000
"""For how long (ms) a difference has to stay before it is taken for a stall: longer than a lease, so that
what the other nodes say of the store's clock in theirs is newer than what happened.
"""
YOUNG_MS: Final = 10_000
"""For how long (ms) after its start a clock believes the other nodes rather than the store, and tells them
nothing.
"""
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
        self._believed = 0.0
        """The same, as it was when there was no doubt last."""
        self._doubt: tuple[float, float] | None = None
        """Since when (monotonic) our line may be so far (ms) behind the right one."""
        self._grown_at = 0.0
        """When (monotonic) this clock begins to count for others."""
        self._renewed_at: float | None = None
        self.set_at = -inf
        """When (monotonic) the store last told the time well enough to go by it."""
        self._last: Instant = 0

    @property
    def known(self) -> bool:
        """Whether the store was ever heard."""
        return self._zero is not None

    @property
    def ahead(self) -> Instant | None:
        """How far (ms) we find the store's clock ahead, for the other nodes to compare with; None for a
        while after the start, when it is they who know.
        """
        return None if self._young else round(self._store_ahead)

    @property
    def _young(self) -> bool:
        return self._zero is None or self.monotonic() < self._grown_at

    def renewed(self, store_now: Instant, sent: float, others: Sequence[Instant] = ()) -> None:
        """Take a renewal's answer: the store's TIME, when (monotonic) the renewal was sent, and how far the
        other nodes find the store's clock ahead. Call on its arrival.
        """
        trip = self.monotonic() - sent
        self._renewed_at = sent
        zero = store_now - 1000 * (sent + trip / 2)  # as if the store had looked in the middle of the trip
        if self._zero is not None and trip / 2 > VAGUE_MS / 1000:
            return
        self.set_at = self.monotonic()
        if self._zero is None:
            self._grown_at = self.set_at + YOUNG_MS / 1000
            self._follow(zero, _of_most(others) if others else 0.0)
        else:
            self._measured(zero, self._zero)
            self._judge(zero, others)

    def _measured(self, zero: float, ours: float) -> None:
        """Follow the store's clock while it runs evenly; keep our line when it jumped."""
        ahead = zero - ours
        if abs(ahead) <= JUMP_MS:
            self._zero, self._store_ahead = zero, 0.0
        elif abs(ahead - self._store_ahead) <= JUMP_MS:
            self._zero = zero - self._store_ahead
        else:
            self._store_ahead = ahead
            self.skewed(ahead / 1000)

    def _judge(self, zero: float, others: Sequence[Instant]) -> None:
        """Take another line than ours, once it has been the right one for long enough."""
        right, now = self._right(others), self.monotonic()
        if right is None:
            self._believed, self._doubt = self._store_ahead, None
            return
        behind = self._store_ahead - right  # changes when the store's clock is set: who said what was right?
        if self._doubt is None or abs(self._doubt[1] - behind) > JUMP_MS:
            self._doubt = now, behind
        elif now - self._doubt[0] >= STAYS_MS / 1000:
            self._follow(zero, right)

    def _right(self, others: Sequence[Instant]) -> float | None:
        """How far the store's clock seems to be ahead really; None when it is as we believe."""
        ours = self._store_ahead
        if not others:
            return self._believed if 0 < ours - self._believed <= STALL_MS else None
        if stalled := [one for one in others if JUMP_MS < ours - one <= STALL_MS]:
            return min(stalled)
        voices = [*others] if self._young else [*others, 0, ours]  # the store's own, and ours
        most = _of_most(voices)
        return most if _agree(voices, most) > _agree(voices, ours) else None

    def _follow(self, zero: float, ahead: float) -> None:
        """Take a line from which the store's clock is so far ahead; a wrong one leaves nothing behind."""
        if self._zero is not None and zero - ahead < self._zero - JUMP_MS:
            self._last = 0
        self._zero = zero - ahead
        self._store_ahead = self._believed = ahead
        self._doubt = None

    def now(self) -> Instant:
        """Milliseconds since 1970 UTC; never less than what it said before, but for a start that first
        believed a store's clock that was wrong. Raises ClockUnknown before the first renewal.
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

    def heard_since(self, moment: float) -> bool:
        """Whether a renewal was answered that was sent at that moment (monotonic) or later."""
        return self._renewed_at is not None and self._renewed_at >= moment

    @property
    def lease_age(self) -> Instant:
        """Milliseconds since the last renewal was sent."""
        return round(1000 * (self.monotonic() - self._renewed_at)) if self._renewed_at is not None else 0

    def to_store(self, at: Instant) -> Instant:
        """The instant in the store's own time."""
        return round(at + self._store_ahead)


def _of_most(voices: Sequence[float]) -> float:
    """What most say, within a jump; of as many, who is least ahead."""
    return max(sorted(voices), key=lambda one: _agree(voices, one))


def _agree(voices: Sequence[float], what: float) -> int:
    return sum(abs(one - what) <= JUMP_MS for one in voices)


class ClockUnknown(Exception):
    """The time was asked before the store had told it: a bug in the order of starting."""
