"""Many people at once: hellos with a bounded number under way, and relays that go round."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Final

from load_tests.dialects import Fields
from load_tests.visitor import PATIENCE_SECONDS, Hangup, Visitor

IN_FLIGHT: Final = 64
"""Joins that wait for their answer at any moment."""
RELAY_SECONDS: Final = 60.0
"""After so long a relay is taken for lost."""


class Rush:
    """Hellos, of which never more than `IN_FLIGHT` wait for their answer."""

    def __init__(self, hellos: Sequence[tuple[Visitor, bytes]]) -> None:
        self.said: dict[Visitor, float] = {}
        self._todo = iter(hellos)
        self._left = len(hellos)
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Say them all. Raises Hangup when one is refused."""
        for _ in range(IN_FLIGHT):
            self._next()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._done

    def _next(self) -> None:
        visitor, hello = next(self._todo, (None, b""))
        if visitor is None:
            return
        if visitor.closed.done():
            self._fail("closed before it said hello")
            return
        visitor.heard = self._heard
        self.said[visitor] = perf_counter()
        visitor.write(hello)

    def _heard(self, visitor: Visitor, message: Fields) -> None:
        if message["t"] == "ready":
            visitor.seat = message["seat"]
            visitor.heard = None  # presence and beats are not looked at
            self._left -= 1
            self._next()
            if not self._left and not self._done.done():
                self._done.set_result(None)
        elif message["t"] == "error":
            self._fail(str(message))

    def _fail(self, why: str) -> None:
        if not self._done.done():
            self._done.set_exception(Hangup(why))


class Ring:
    """Relays that go round in each visit until so many have arrived."""

    def __init__(self, first: Sequence[Visitor], count: int) -> None:
        self._first = first
        self._left = count - len(first)
        self._ending = len(first)
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Start one relay in each visit, and wait for the last to arrive."""
        for visitor in self._first:
            visitor.write(visitor.signal)
        async with asyncio.timeout(RELAY_SECONDS):
            await self._done

    def passed(self, visitor: Visitor, _relayed: bytes) -> None:
        """A relay arrived: send the next one."""
        if self._left > 0:
            self._left -= 1
            visitor.write(visitor.signal)
            return
        self._ending -= 1
        if self._ending == 0:
            self._done.set_result(None)
