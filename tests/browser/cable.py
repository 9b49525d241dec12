"""The cable between one browser and the server: it can go silent, with every connection left open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

CHUNK: Final = 65_536


class Cable:
    """Forwards a port of its own to the server's. While it is pulled, nothing passes and nothing closes."""

    def __init__(self, port: int, to: int) -> None:
        self.port = port
        self._to = to
        self._plugged = asyncio.Event()
        self._plugged.set()
        self._threads: set[asyncio.Task[None]] = set()

    def led(self, url: str) -> str:
        """The same page, by way of this cable."""
        return url.replace(f":{self._to}/", f":{self.port}/", 1)

    def pull(self) -> None:
        """Go silent."""
        self._plugged.clear()

    def plug_in(self) -> None:
        """Let everything pass again, also what was held back."""
        self._plugged.set()

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[Cable]:
        """Forward until the end of the `with`."""
        listening = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            listening.close()
            for thread in self._threads:
                thread.cancel()
            await asyncio.gather(*self._threads, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        thread = asyncio.current_task()
        assert thread is not None
        self._threads.add(thread)
        thread.add_done_callback(self._threads.discard)
        ends = [writer]
        try:
            await self._plugged.wait()
            up, down = await asyncio.open_connection("127.0.0.1", self._to)
            ends.append(down)
            await asyncio.gather(self._carry(reader, down), self._carry(up, writer))
        except (OSError, asyncio.CancelledError):
            return  # the server is gone, or the test is over
        finally:
            for end in ends:
                end.close()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(CHUNK):
                await self._plugged.wait()
                sink.write(data)
                await sink.drain()
        sink.close()
