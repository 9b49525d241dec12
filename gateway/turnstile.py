"""How many hellos are let in when very many come at once, and when the others may come again.

After a failure everybody comes back in the same second. Whoever is in a call already must not notice it, so
hellos are worked on at a rate, and a few at a time. The others are given places in a line that moves at that
rate: everybody is back as soon as can be, and nobody has to guess.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

LONGEST_WAIT: Final = 20.0
"""Seconds that anybody is asked to wait at most; then they ask again."""

LONG_LINE: Final = 2.0
"""Seconds of waiting from which on not even a socket is opened."""

SPREAD: Final = 0.25
"""By which part of it a wait is made longer at most: who was asked in one instant does not come in one."""


class Turnstile:
    """Lets `per_second` hellos in, at most `at_once` of them unanswered. Times in seconds.

    After a pause as many as come in one second are let in at once (the generic cell rate algorithm).
    `put_off` is told of each who is asked to wait.
    """

    def __init__(
        self,
        *,
        at_once: int,
        per_second: float,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        put_off: Callable[[], None] = lambda: None,
    ) -> None:
        self._at_once = at_once
        self._step = 1 / per_second
        self._monotonic = monotonic
        self._chance = chance
        self._put_off = put_off
        self._inside = 0
        self._used_up = 0.0
        """Until when the rate is used up; a second ahead of now is the most that is lent."""
        self._line = 0.0
        """When the last of those who wait has a turn."""

    @property
    def inside(self) -> int:
        """How many hellos are being worked on."""
        return self._inside

    def enter(self) -> float:
        """Let one hello in and give 0: call `leave` once when it is answered. Else how long to wait."""
        now = self._monotonic()
        if not self._free(now):
            return self._place(now)
        self._used_up = max(self._used_up, now - 1 + self._step) + self._step
        self._inside += 1
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

    def _free(self, now: float) -> bool:
        return self._inside < self._at_once and self._used_up <= now

    def _place(self, now: float) -> float:
        """Give the next place in the line."""
        self._put_off()
        self._line = min(max(self._line, now) + self._step, now + LONGEST_WAIT)
        return (self._line - now) * (1 + SPREAD * self._chance())
