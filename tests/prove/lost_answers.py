"""A socket before a store that loses the answers to saves: what was asked is done, and nobody learns it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

SAVE = b":v:"
"""In every save's keys, and in no other command that changes anything."""


class LostAnswers:
    """While `losing`, whoever saves has their connection cut before the answer; all else passes."""

    def __init__(self, store_url: str, own: Path) -> None:
        self._store = unquote(urlsplit(store_url).path)
        self._own = own
        self.losing = False
        self.lost = 0
        self._pairs: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where to reach the store through this socket."""
        return f"unix://{quote(str(self._own))}"

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[LostAnswers]:
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
        deaf = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(near, far, deaf))
                both.create_task(self._pass_back(answers, back, deaf))
        except* ConnectionError:
            pass
        finally:
            self._pairs.discard(task)
            far.close()
            back.close()

    async def _pass_on(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, deaf: asyncio.Event
    ) -> None:
        while chunk := await source.read(1 << 18):
            if self.losing and SAVE in chunk and b"EVALSHA" in chunk:
                deaf.set()
            sink.write(chunk)
            await sink.drain()
        raise ConnectionResetError

    async def _pass_back(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, deaf: asyncio.Event
    ) -> None:
        while chunk := await source.read(1 << 18):
            if deaf.is_set():
                self.lost += 1
                break
            sink.write(chunk)
            await sink.drain()
        raise ConnectionResetError
