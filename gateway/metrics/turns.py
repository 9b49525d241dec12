"""How late the event loop is: whatever one turn of it takes, everybody else waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

EVERY: Final = 0.5
"""Seconds between two looks."""


async def time_turns(note: Callable[[float], None]) -> None:
    """Tell for ever how many seconds later than asked for this task goes on."""
    loop = asyncio.get_running_loop()
    while True:
        asked = loop.time() + EVERY
        await asyncio.sleep(EVERY)
        note(max(0.0, loop.time() - asked))
