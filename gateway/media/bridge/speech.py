"""Which telephones speak: told whenever they are others."""

from __future__ import annotations

import asyncio
from typing import Final

from gateway.loudness import is_loud
from gateway.media.bridge.backend import Speaking

SPEAKS_FOR: Final = 0.3
"""Seconds that somebody counts as speaking after they were last loud."""


class Speech:
    """Listens to telephones whose frames come one by one."""

    def __init__(self, speaking: Speaking) -> None:
        self._speaking = speaking
        self._loud_at: dict[str, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def heard(self, seat: str, frame: bytes) -> None:
        """A telephone said a frame."""
        if not is_loud(frame):
            return
        loop = asyncio.get_running_loop()
        new = seat not in self._loud_at
        self._loud_at[seat] = loop.time()
        if new:
            self._tell()
        if self._timer is None:
            self._timer = loop.call_later(SPEAKS_FOR, self._look)

    def gone(self, seat: str) -> None:
        """A telephone hung up."""
        if self._loud_at.pop(seat, None) is not None:
            self._tell()

    def close(self) -> None:
        """Listen no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        quiet = [seat for seat, at in self._loud_at.items() if at + SPEAKS_FOR <= loop.time()]
        for seat in quiet:
            del self._loud_at[seat]
        if quiet:
            self._tell()
        if self._loud_at:
            due = min(self._loud_at.values()) + SPEAKS_FOR
            self._timer = loop.call_at(max(due, loop.time() + SPEAKS_FOR / 10), self._look)

    def _tell(self) -> None:
        self._speaking(sorted(self._loud_at))
