"""Times at which something is due for visits of a node: one heap, one timer (architecture.md, State)."""

import asyncio
import heapq
from collections.abc import Callable
from typing import Final

from actors.live import LiveVisit
from engine.ids import Instant

RETRY: Final = 1_000
"""Milliseconds after which a deadline that could not be carried out (the store is away) is tried again."""

FAR: Final = 3_600_000
"""The longest the timer sleeps, in milliseconds: a clock that was set right is noticed within it at the
latest.
"""


class Deadlines:
    """Calls `fire` for each visit whose deadline has come by the one clock; never early."""

    __slots__ = ("_armed", "_fire", "_heap", "_now", "_order", "_timer")

    def __init__(self, now: Callable[[], Instant], fire: Callable[[LiveVisit, Instant], None]) -> None:
        self._now = now
        self._fire = fire
        self._armed: dict[LiveVisit, Instant] = {}
        self._heap: list[tuple[Instant, int, LiveVisit]] = []
        self._order = 0
        self._timer: asyncio.TimerHandle | None = None

    def set(self, live: LiveVisit, at: Instant | None) -> None:
        """Arm a visit for `at`; a visit whose deadline did not change costs nothing."""
        if at == self._armed.get(live):
            return
        if at is None:
            del self._armed[live]
            return
        self._armed[live] = at
        self._order += 1
        heapq.heappush(self._heap, (at, self._order, live))
        if self._heap[0][2] is live:
            self._sleep()

    def check(self) -> None:
        """Fire what is due now; called by the timer, and once a second for a clock that moved."""
        now = self._now()
        while self._heap and self._heap[0][0] <= now:
            due, _, live = heapq.heappop(self._heap)
            if self._armed.get(live) == due:
                del self._armed[live]
                self._fire(live, due)
        self._sleep()

    def close(self) -> None:
        """Forget every deadline."""
        self._armed.clear()
        self._heap.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _sleep(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._heap:
            wait = max(1, min(FAR, self._heap[0][0] - self._now()))
            self._timer = asyncio.get_running_loop().call_later(wait / 1000, self.check)
