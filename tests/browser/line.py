"""The line between one browser and the relay of its media: it can lose packets, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast

from tests.support.node import free_port

Address = tuple[str, int]

LEADS: Final = """
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(options) { super(led(options)); }
  setConfiguration(options) { super.setConfiguration(led(options)); }
};
const here = (url) => url.replace(/:\\d+\\?/, ":%d?");
const led = ({ iceServers, ...options }) => ({
  ...options,
  iceServers: iceServers.map((one) => ({ ...one, urls: one.urls.map(here) })),
});
"""


class Line:
    """Carries datagrams to the relay and back. `keeps` of ten pass while it is bad."""

    def __init__(self, relay: Address) -> None:
        self.port = free_port()
        self.keeps = 10
        self._relay = relay
        self._seen = 0
        self._ends: dict[Address, asyncio.DatagramTransport] = {}

    @property
    def script(self) -> str:
        """What makes a page use this line, before anything else runs in it."""
        return LEADS % self.port

    def passes(self) -> bool:
        """Whether the next datagram does; spread evenly, so that each run loses as many."""
        self._seen += 1
        return self._seen * 7 % 10 < self.keeps

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[Line]:
        """Carry until the end of the `with`."""
        loop = asyncio.get_running_loop()
        near, _ = await loop.create_datagram_endpoint(
            lambda: _Near(self), local_addr=("127.0.0.1", self.port)
        )
        try:
            yield self
        finally:
            near.close()
            for end in self._ends.values():
                end.close()

    async def far_end(self, browser: Address, near: asyncio.DatagramTransport) -> asyncio.DatagramTransport:
        """The line's own port for one of the browser's, as the relay sees it."""
        if browser not in self._ends:
            loop = asyncio.get_running_loop()
            far, _ = await loop.create_datagram_endpoint(
                lambda: _Far(self, near, browser), remote_addr=self._relay
            )
            self._ends[browser] = far
        return self._ends[browser]


class _Near(asyncio.DatagramProtocol):
    """What the browser sends, in the order in which it came."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._sent: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue()
        self._carrier: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # cast: Python 3.11's own datagram transport does not inherit from DatagramTransport
        self._carrier = asyncio.create_task(self._carry(cast(asyncio.DatagramTransport, transport)))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._carrier is not None:
            self._carrier.cancel()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if self._line.passes():
            self._sent.put_nowait((data, addr))

    async def _carry(self, near: asyncio.DatagramTransport) -> None:
        while True:
            data, browser = await self._sent.get()
            (await self._line.far_end(browser, near)).sendto(data)


class _Far(asyncio.DatagramProtocol):
    """What the relay sends back."""

    def __init__(self, line: Line, near: asyncio.DatagramTransport, browser: Address) -> None:
        self._line = line
        self._near = near
        self._browser = browser

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if self._line.passes():
            self._near.sendto(data, self._browser)

    def error_received(self, exc: Exception) -> None:
        """The relay is gone: so is the test, or it fails for a better reason."""
