"""How many hellos are let in when very many come at once, and when the others may come again.

After a failure everybody comes back in the same second. Whoever is in a call already must not notice it, so
hellos are worked on one by one, at a rate: between any two of them the others have their turn. A second's
worth waits inside. Who comes on top is given a place in a line that moves at that rate: everybody is back as
soon as can be, and nobody has to guess.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Final

BURST: Final = 0.01
"""Seconds: how many come at the rate in this time are worked on at once, after a pause."""

WITHIN: Final = 1.0
"""Seconds that anybody waits inside at most."""

LONGEST_WAIT: Final = 20.0
"""Seconds that anybody is asked to wait at most; then they ask again."""

LONG_LINE: Final = 2.0
"""Seconds of waiting from which on not even a socket is opened."""

SPREAD: Final = 0.25
"""By which part of it a wait is made longer at most: who was asked in one instant does not come in one."""


def _later(seconds: float, call: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(seconds, call)


class Turnstile:
    """Lets `per_second` hellos in, at most `at_once` of them unanswered. Times in seconds.

    That is the generic cell rate algorithm, whose cells wait for their time. `later` makes a call after so
    many seconds; `put_off` is told of each who is asked to wait outside.
    """

    def __init__(
        self,
        *,
        at_once: int,
        per_second: float,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        later: Callable[[float, Callable[[], None]], None] = _later,
        put_off: Callable[[], None] = lambda: None,
    ) -> None:
        self._at_once = at_once
        self._step = 1 / per_second
        self._monotonic = monotonic
        self._chance = chance
        self._later = later
        self._put_off = put_off
        self._inside = 0
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        """Those inside whose turn is to come, and when."""
        self._used_up = 0.0
        """Until when the rate is used up."""
        self._line = 0.0
        """When the last of those outside has a turn."""

    @property
    def inside(self) -> int:
        """How many hellos are being worked on, or wait inside."""
        return self._inside

    def enter(self, work: Callable[[], None]) -> float:
        """Let one hello in and give 0: it is worked on now or when its turn is; call `leave` once when it is
        answered, or its socket is gone. Else how long to wait outside. `work` must not raise.
        """
        now = self._monotonic()
        if not self._free(now):
            return self._place(now)
        turn = max(self._used_up, now - BURST)
        self._used_up = turn + self._step
        self._inside += 1
        if turn <= now and not self._waiting:
            work()
        else:
            self._waiting.append((turn, work))
            if len(self._waiting) == 1:
                self._later(turn - now, self._next)
        return 0.0

    def leave(self) -> None:
        """A hello that was let in is answered, or its socket is gone."""
        self._inside -= 1

    def long_line(self) -> float:
        """How long to wait when there is no room and the line is so long that opening a socket is no use;
        else 0. Whoever comes when it is their turn finds room, however long the line is behind them.
        """
        now = self._monotonic()
        return self._place(now) if self._line - now > LONG_LINE and not self._free(now) else 0.0

    def _next(self) -> None:
        """Work on one, and let everything else that the loop has to do come before the next."""
        _, work = self._waiting.popleft()
        if self._waiting:
            self._later(max(0.0, self._waiting[0][0] - self._monotonic()), self._next)
        work()

    def _free(self, now: float) -> bool:
        return self._inside < self._at_once and self._used_up <= now + WITHIN

    def _place(self, now: float) -> float:
        """Give the next place in the line outside."""
        self._put_off()
        self._line = min(max(self._line, now) + self._step, now + LONGEST_WAIT)
        return (self._line - now) * (1 + SPREAD * self._chance())
