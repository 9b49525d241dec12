"""A bound in time for an exchange with a server, by the time in which this process could have listened."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

STOOD_STILL: Final = 0.25
"""Seconds by which a bound comes too late when this process had no processor, or a turn of its loop took
long.
"""
TO_LISTEN: Final = 0.25
"""Seconds to read what came meanwhile."""


class Patience:
    """Raises TimeoutError when its body takes longer than so many seconds, as `asyncio.timeout` does. Only,
    if the process itself stood still past the bound, it is no fault of the server's: what has come is read
    first.
    """

    __slots__ = ("_bound", "_due", "_handle", "_loop")

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._bound = asyncio.timeout(None)
        self._due = self._loop.time() + seconds

    async def __aenter__(self) -> None:
        await self._bound.__aenter__()
        self._handle = self._loop.call_at(self._due, self._over)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handle.cancel()
        await self._bound.__aexit__(kind, error, trace)

    def _over(self) -> None:
        now = self._loop.time()
        if now - self._due > STOOD_STILL:
            self._due = now + TO_LISTEN
            self._handle = self._loop.call_at(self._due, self._over)
        else:
            self._bound.reschedule(now)
