"""One timer for all connections: a wheel of buckets that turns once a tick.

A timer of the event loop for each socket would be re-armed with every message. Here a socket is
asked only when something may be due, answers when to be asked again, and otherwise notes the
wheel's `now` in a slot.
"""

import asyncio
from collections import deque
from math import inf
from typing import Final, Protocol

NEVER: Final = inf
REMEMBERED: Final = 32
"""How many times of standing still are remembered."""


class Timed(Protocol):
    """Something with times of its own; `slot` belongs to the wheel, 0 while not in it."""

    slot: int

    def due(self, now: float) -> float:
        """Do what is due; return when to be asked again, or `NEVER`. Must not raise."""


class Wheel:
    """Asks each `Timed` when it is due, at most one tick late; sleeps while there is none.

    `now` is in seconds and stands still between ticks. One turn moves it by `stride` at most: while
    the process was stopped or the loop was stuck, nobody was heard, so that time accuses nobody.
    """

    __slots__ = ("_buckets", "_index", "_loop", "_stood", "_stride", "_tick", "_turned", "_waiting", "now")

    def __init__(self, loop: asyncio.AbstractEventLoop, *, tick: float, stride: float) -> None:
        self.now = loop.time()
        self._loop = loop
        self._tick = tick
        self._stride = max(stride, tick)
        self._buckets: dict[int, list[Timed]] = {}
        self._index = int(self.now / tick)
        self._turned = self.now
        self._stood: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        """The turns after which the process had stood still, and the seconds that `now` left out."""
        self._waiting: asyncio.TimerHandle | None = None

    def arm(self, timed: Timed, when: float) -> None:
        """Ask `timed` at `when`; if it is to be asked earlier anyway, that stays."""
        index = max(int(when / self._tick), self._index) + 1
        if 0 < timed.slot <= index:
            return
        timed.slot = index
        self._buckets.setdefault(index, []).append(timed)
        if self._waiting is None:
            self._turned = self._loop.time()
            self._wait()

    def elapsed(self, since: float) -> float:
        """Seconds since a `now` of this wheel as everybody else lived them, standing still included."""
        return self.now - since + sum(left_out for at, left_out in self._stood if at > since)

    def _wait(self) -> None:
        self._waiting = self._loop.call_later(self._tick, self._turn)

    def _turn(self) -> None:
        time = self._loop.time()
        passed = time - self._turned
        self.now += min(passed, self._stride)
        if passed > self._stride:
            self._stood.append((self.now, passed - self._stride))
        self._turned = time
        for index in range(self._index + 1, int(self.now / self._tick) + 1):
            self._index = index
            self._ask(index, self._buckets.pop(index, ()))
        self._waiting = None
        if self._buckets:
            self._wait()

    def _ask(self, index: int, bucket: list[Timed] | tuple[()]) -> None:
        for timed in bucket:
            if timed.slot != index:
                continue  # armed for an earlier time since
            timed.slot = 0
            when = timed.due(self.now)
            if when < NEVER:
                self.arm(timed, when)
