"""One address in front of a demo's nodes, so that any of them may die; for the real thing take HAProxy.

It looks at the first request of a connection only: a slot's own path goes to its node, everything else to any
that is ready, and from then on bytes pass. A socket has a connection of its own, and a request on the wrong
node is handed on by the node.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from actors.neighbours import PROBE_SECONDS, Neighbours
from actors.ports import Member
from actors.slots import Slot, ports_of

LOOK_EVERY: Final = 0.25
FIRST_LINE_WITHIN: Final = 10.0
CHUNK: Final = 1 << 16
LINE_BYTES: Final = 8192
NOBODY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)

Way = tuple[str, int]


class FrontDoor:
    """Listens on one port, within `open`, and knows by looking where the nodes are."""

    def __init__(self, slots: Callable[[], Sequence[Slot]], first_port: int) -> None:
        """`slots` says which there are now: they come and go."""
        self._slots = slots
        self._first_port = first_port
        self._ready: dict[str, Way] = {}
        self._sight = Neighbours()
        self._turn = itertools.count()
        self._guests: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self, host: str, port: int) -> AsyncIterator[None]:
        """Let people in. Raises OSError when the port is taken."""
        server = await asyncio.start_server(self._came, host, port, limit=LINE_BYTES)
        looking = asyncio.create_task(self._look(), name="front door")
        try:
            yield
        finally:
            server.close()
            looking.cancel()
            for guest in tuple(self._guests):
                guest.cancel()
            await asyncio.gather(looking, *self._guests, return_exceptions=True)

    async def _look(self) -> None:
        """See for ever who is ready, and on which port."""
        while True:
            slots = self._slots()
            for gone in self._ready.keys() - {slot.node for slot in slots}:
                del self._ready[gone]
            await asyncio.gather(*map(self._look_at, slots))
            await asyncio.sleep(LOOK_EVERY)

    async def _look_at(self, slot: Slot) -> None:
        """Find the port of a slot on which a node is ready, the known one first."""
        ways = [(slot.machine, port) for port in ports_of(slot.number, self._first_port)[0]]
        for way in sorted(ways, key=lambda one: one != self._ready.get(slot.node)):
            there = Member(node=slot.node, incarnation="", address=f"{way[0]}:{way[1]}")
            if await self._sight.reaches_store(there):
                self._ready[slot.node] = way
                return
        self._ready.pop(slot.node, None)

    def _candidates(self, line: bytes) -> Iterable[Way]:
        """Give the ways to try for a request, in turn."""
        parts = line.split(b" ", 2)[1:2]
        words = parts[0].split(b"/") if parts else []
        own = words[2].decode("ascii", "replace") if words[1:2] == [b"n"] and len(words) > 2 else ""
        others = sorted(node for node in self._ready if node != own)
        shift = next(self._turn) % max(len(others), 1)
        names = [own, *others[shift:], *others[:shift]]
        return [self._ready[node] for node in names if node in self._ready]

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (task := asyncio.current_task()) is not None:
            self._guests.add(task)
            task.add_done_callback(self._guests.discard)
        try:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(FIRST_LINE_WITHIN):
                    line = await reader.readuntil(b"\n")
                await self._bring(line, reader, writer)
        finally:
            writer.close()

    async def _bring(self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for way in self._candidates(line):
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    answers, asks = await asyncio.open_connection(*way)
            except (OSError, TimeoutError):
                continue
            asks.write(line)
            try:
                await _both(_pour(reader, asks), _pour(answers, writer))
            finally:
                asks.close()
            return
        writer.write(NOBODY)
        await writer.drain()


async def _pour(source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
    while chunk := await source.read(CHUNK):
        drain.write(chunk)
        await drain.drain()


async def _both(*pouring: Coroutine[None, None, None]) -> None:
    """Go on until one side has ended: a browser or a node that closes does so for both."""
    tasks = [asyncio.create_task(one) for one in pouring]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
