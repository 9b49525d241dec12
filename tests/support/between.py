"""A socket before a store's: passes on what is asked and answered, as the one who derives from it says."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

AT_MOST = 1 << 18
"""Bytes read at once."""


class Between(ABC):
    """Stands before the socket `store`, at the path `own`."""

    def __init__(self, store: str, own: Path) -> None:
        self._store = store
        self._own = own
        self._pairs: set[asyncio.Task[None]] = set()

    @abstractmethod
    def connected(self) -> asyncio.Event:
        """Give a new connection's own mark, which both directions see."""

    @abstractmethod
    async def ask(self, chunk: bytes, mark: asyncio.Event) -> bytes:
        """Look at what the client sends, and give what goes on to the store."""

    @abstractmethod
    async def answer(self, chunk: bytes, mark: asyncio.Event) -> tuple[bytes, bool]:
        """Look at what the store answers: what goes back, and whether the connection is cut then."""

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Self]:
        """Serve for as long as the block lives."""
        server = await asyncio.start_unix_server(self._pair, self._own)
        try:
            yield self
        finally:
            server.close()
            for task in tuple(self._pairs):
                task.cancel()
            await asyncio.gather(*self._pairs, return_exceptions=True)

    async def _pair(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pairs.add(task)
        answers, far = await asyncio.open_unix_connection(self._store)
        mark = self.connected()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(near, far, mark))
                both.create_task(self._pass_back(answers, back, mark))
        except* ConnectionError:
            pass  # either side hung up, or was cut
        finally:
            self._pairs.discard(task)
            far.close()
            back.close()

    async def _pass_on(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, mark: asyncio.Event
    ) -> None:
        while chunk := await source.read(AT_MOST):
            sink.write(await self.ask(chunk, mark))
            await sink.drain()
        raise ConnectionResetError

    async def _pass_back(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, mark: asyncio.Event
    ) -> None:
        while chunk := await source.read(AT_MOST):
            passed, cut = await self.answer(chunk, mark)
            sink.write(passed)
            await sink.drain()
            if cut:
                break
        raise ConnectionResetError
