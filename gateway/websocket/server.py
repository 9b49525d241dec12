"""A small WebSocket server for our own processes, which say binary messages of one size to each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from socket import socket
from typing import Final

from actors.tasks import Tasks
from gateway.websocket.connection import Socket
from gateway.websocket.contract import Accepted, Handshake, Rejection
from gateway.websocket.endpoint import Endpoint
from gateway.websocket.frames import frame
from gateway.websocket.limits import Limits

_CLOSE_WITHIN: Final = 1.0
_NOT_SPOKEN: Final = Rejection(400, "subprotocol_refused", "Nobody here speaks that.")


class Caller:
    """Somebody who has connected; `bearer` is the text with which they say who they are (RFC 6750), or "".

    What they say is passed over until `hears` says who listens.
    """

    def __init__(self, bearer: str, begin: Callable[[Caller], None]) -> None:
        self.bearer = bearer
        self._begin = begin
        self._hear: Callable[[bytes], None] | None = None
        self._socket: Socket | None = None
        self._over = asyncio.Event()

    def hears(self, hear: Callable[[bytes], None]) -> None:
        """Let this one hear every message from now on, in the turn of the loop in which it arrives."""
        self._hear = hear

    async def gone(self) -> None:
        """Wait until the connection is over."""
        await self._over.wait()

    def push(self, message: bytes, most: int) -> bool:
        """Send a binary message now. False when `most` bytes wait already: it is not sent then."""
        if self._socket is None or self._socket.buffered > most:
            return False
        self._socket.send_frame(frame(message))
        return True

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye, and wait until they have."""
        if self._socket is not None:
            self._socket.close(code, reason)
            await self.gone()

    # ------------------------------------------------------------ from the socket

    def opened(self, socket: Socket) -> None:
        """They are here."""
        self._socket = socket
        self._begin(self)

    def message(self, data: bytes, text: bool) -> None:
        """They say something."""
        if self._hear is not None and not text:
            self._hear(data)

    def closed(self, code: int, reason: str) -> None:
        """They are gone."""
        self._socket = None
        self._over.set()


@asynccontextmanager
async def listening(
    listener: socket,
    *,
    path: str,
    subprotocol: str,
    largest: int,
    handle: Callable[[Caller], Awaitable[None]],
    report: Callable[[BaseException], None],
) -> AsyncIterator[Callable[[], None]]:
    """Serve connections to `path` on a socket that listens, until the end of the block. `report` is told what
    `handle` raises. What is given takes no more of them: whoever connects after it was called waits for the
    next one who listens at this address.
    """
    tasks = Tasks(report)

    async def handled(caller: Caller) -> None:
        await handle(caller)

    def accept(handshake: Handshake) -> Accepted | Rejection:
        if subprotocol not in handshake.subprotocols:
            return _NOT_SPOKEN
        return Accepted(Caller(_bearer(handshake), lambda caller: tasks.start(handled(caller))), subprotocol)

    endpoint = Endpoint(accept, path=path, limits=Limits(max_message=largest))
    server = await asyncio.get_running_loop().create_server(endpoint, sock=listener)
    try:
        yield server.close
    finally:
        server.close()
        await endpoint.drain(timeout=_CLOSE_WITHIN)
        await tasks.finish(_CLOSE_WITHIN)


def _bearer(handshake: Handshake) -> str:
    try:
        kind, _, text = handshake.headers.get("Authorization", "").partition(" ")
    except LookupError:  # said twice
        return ""
    return text.strip() if kind.lower() == "bearer" else ""
