"""What happens again and again: a beat every 20 ms for all calls together, and messages that are repeated."""

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.dialin.leg import FRAME_SECONDS

_BEHIND: Final = 5
"""Beats that are made up for when the loop was busy; more are left out."""
T1: Final = 0.5
T2: Final = 4.0
GIVE_UP: Final = 64 * T1
"""Seconds: RFC 3261, section 17.1.1.1."""


class Metronome:
    """Calls each of its listeners every 20 ms; silent while it has none."""

    def __init__(self) -> None:
        self._listeners: set[Callable[[float], None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def add(self, listener: Callable[[float], None]) -> None:
        """Call this one too, with the loop's time."""
        self._listeners.add(listener)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._due = loop.time() + FRAME_SECONDS
            self._timer = loop.call_at(self._due, self._beat)

    def remove(self, listener: Callable[[float], None]) -> None:
        """Call this one no more."""
        self._listeners.discard(listener)
        if not self._listeners and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._due += FRAME_SECONDS
        if now - self._due > _BEHIND * FRAME_SECONDS:
            self._due = now
        self._timer = loop.call_at(self._due, self._beat)
        for listener in tuple(self._listeners):
            listener(now)


class Repeating:
    """Says something again after 0.5 s, 1 s, 2 s, then every 4 s, until it is heard or 32 s are over (RFC
    3261, sections 13.3.1.4 and 17.1.2.2).
    """

    def __init__(self, say: Callable[[], None], unheard: Callable[[], None]) -> None:
        self._say, self._unheard = say, unheard
        self._interval, self._spent = T1, 0.0
        self._timer: asyncio.TimerHandle | None = asyncio.get_running_loop().call_later(T1, self._again)

    def heard(self) -> None:
        """Stop: the other side has answered, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        self._spent += self._interval
        if self._spent >= GIVE_UP:
            self._timer = None
            self._unheard()
            return
        self._say()
        self._interval = min(T2, self._interval * 2)
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._again)
