"""A small WebSocket server for our own processes, which say binary messages of one size to each other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from socket import socket
from typing import Final

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Subprotocol

from gateway.websocket.frames import frame
from gateway.websocket.opening import QUIET

_CLOSE_WITHIN: Final = 1.0
_OPEN_WITHIN: Final = 5.0
_PING_EVERY: Final = 5.0
_WAITING: Final = 8
"""Messages that are kept for somebody who wants more: what lies longer is too late."""


class Caller:
    """Somebody who has connected."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection

    @property
    def bearer(self) -> str:
        """The text with which they say who they are (RFC 6750); "" without."""
        request = self._connection.request
        said = request.headers.get("Authorization", "") if request is not None else ""
        kind, _, text = said.partition(" ")
        return text.strip() if kind.lower() == "bearer" else ""

    async def hear(self) -> bytes | None:
        """Wait for the next message; None when the connection is over, or says text."""
        try:
            message = await self._connection.recv()
        except ConnectionClosed:
            return None
        return message if isinstance(message, bytes) else None

    def push(self, message: bytes, most: int) -> bool:
        """Send a binary message now. False when `most` bytes wait already: it is not sent then."""
        transport = self._connection.transport
        if self._connection.state is not State.OPEN or transport.get_write_buffer_size() > most:
            return False
        transport.write(frame(message, text=False))
        return True

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye."""
        await self._connection.close(code, reason)


@asynccontextmanager
async def listening(
    listener: socket,
    *,
    path: str,
    subprotocol: str,
    largest: int,
    handle: Callable[[Caller], Awaitable[None]],
) -> AsyncIterator[None]:
    """Serve connections to `path` on a socket that listens, until the end of the block."""

    def look(connection: ServerConnection, request: Request) -> Response | None:
        if request.path.partition("?")[0] == path:
            return None
        return connection.respond(HTTPStatus.NOT_FOUND, "Not found\n")

    async def begun(connection: ServerConnection) -> None:
        await handle(Caller(connection))

    async with serve(
        begun,
        sock=listener,
        process_request=look,
        subprotocols=[Subprotocol(subprotocol)],
        compression=None,
        max_size=largest,
        max_queue=_WAITING,
        open_timeout=_OPEN_WITHIN,
        close_timeout=_CLOSE_WITHIN,
        ping_interval=_PING_EVERY,
        ping_timeout=_PING_EVERY,
        server_header=None,
        logger=QUIET,
    ):
        yield
