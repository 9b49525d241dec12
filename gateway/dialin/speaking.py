"""Whether a caller speaks now, for the clinic to see who says something; told when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.loudness import is_loud

HOLDS: Final = 1.2
"""Seconds that somebody counts as speaking after they were last loud: a pause for breath is none."""


class Speaking:
    """One caller's voice. `tell` hears of each change, at most twice in `HOLDS`."""

    def __init__(self, tell: Callable[[bool], None]) -> None:
        self._tell = tell
        self._loud_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def heard(self, frame: bytes) -> None:
        """The caller said a frame that others hear."""
        if not is_loud(frame):
            return
        loop = asyncio.get_running_loop()
        self._loud_at = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(HOLDS, self._look)
            self._tell(True)

    def hush(self) -> None:
        """Nobody hears the caller any more; this is not told."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._loud_at + HOLDS - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._look)
        else:
            self._timer = None
            self._tell(False)
