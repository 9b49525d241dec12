"""A node's own way to the store: a socket before the store's that can be cut and mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote, urlsplit


class Way:
    """Passes bytes both ways until it is cut; then nothing gets through, and nobody can connect."""

    def __init__(self, store_url: str, own: Path) -> None:
        self._store = unquote(urlsplit(store_url).path)
        self._own = own
        self._server: asyncio.Server | None = None
        self._pairs: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where to reach the store this way."""
        return f"unix://{quote(str(self._own))}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Be open until the end of the `with`."""
        await self.mend()
        try:
            yield self
        finally:
            await self.cut()

    async def mend(self) -> None:
        """Let everything through again."""
        self._server = await asyncio.start_unix_server(self._pair, self._own)

    async def cut(self) -> None:
        """End every connection, and take none."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            self._own.unlink(missing_ok=True)
        for task in tuple(self._pairs):
            task.cancel()
        await asyncio.gather(*self._pairs, return_exceptions=True)

    async def lead_to(self, store_url: str) -> None:
        """Lead to another server from now on, as after a failover."""
        await self.cut()
        self._store = unquote(urlsplit(store_url).path)
        await self.mend()

    async def _pair(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pairs.add(task)
        try:
            answers, far = await asyncio.open_unix_connection(self._store)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(_pass_on(near, far))
                    both.create_task(_pass_on(answers, back))
            finally:
                far.close()
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            self._pairs.discard(task)
            back.close()


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while chunk := await source.read(65_536):
        sink.write(chunk)
        with suppress(ConnectionError):
            await sink.drain()
    raise ConnectionResetError
