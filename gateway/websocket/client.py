"""The other end of a WebSocket: connect, say, hear, close; for our own processes that speak to a node."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from gateway.websocket.opening import QUIET
from signaling.codes import MAX_MESSAGE

LOST: Final = 1006
"""The code of a connection that ended without one (RFC 6455, section 7.1.5)."""
CLOSE_WITHIN: Final = 2.0
"""Seconds that the other side gets to answer a close."""


class Closed(Exception):
    """The connection is over; `code` is that of the side that began the close, 1006 when it was lost."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason


class Unreachable(Exception):
    """Nobody answered at the address, or not as a WebSocket server that wants us."""


class Client:
    """One connection, made by `dial`. Use it as a context manager, or `close` it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def say(self, message: str | bytes) -> None:
        """Send one message, text as text and bytes as binary. Raises Closed."""
        try:
            await self._connection.send(message)
        except ConnectionClosed as closed:
            raise _over(closed) from None

    async def hear(self) -> str | bytes:
        """Wait for the next message. Raises Closed."""
        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            raise _over(closed) from None

    async def close(self, code: int = 1000) -> None:
        """Say goodbye and wait until the other side has; idempotent."""
        await self._connection.close(code)


async def dial(
    url: str,
    *,
    subprotocol: str,
    within: float,
    headers: Mapping[str, str] | None = None,
    ca_file: Path | None = None,
    max_message: int = MAX_MESSAGE,
    unix: Path | None = None,
) -> Client:
    """Connect to `ws://` or `wss://` within so many seconds; by a socket of this machine if `unix` names
    one. Raises Unreachable.

    `ca_file`: who vouches for the server's certificate, if not one of those that this machine knows. The
    other side sends the pings.
    """
    by_path: dict[str, Any] = {"unix": True, "path": str(unix)} if unix is not None else {}
    secure = ssl.create_default_context(cafile=ca_file) if url.startswith("wss:") else None
    try:
        connection = await connect(
            url,
            subprotocols=[Subprotocol(subprotocol)],
            additional_headers=headers,
            compression=None,
            user_agent_header=None,
            proxy=None,
            open_timeout=within,
            close_timeout=CLOSE_WITHIN,
            ping_interval=None,
            max_size=max_message,
            logger=QUIET,
            ssl=secure,
            **by_path,
        )
    except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
        raise Unreachable(type(error).__name__) from error
    return Client(connection)


def _over(closed: ConnectionClosed) -> Closed:
    received, sent = closed.rcvd, closed.sent
    first = received if received is not None else sent
    return Closed(first.code, first.reason) if first is not None else Closed(LOST, "")
