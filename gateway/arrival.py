"""A connection before it has said what it wants: pages and REST, or a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableSet
from functools import partial
from typing import Final, Protocol, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.websocket import Endpoint

END_OF_HEAD: Final = b"\r\n\r\n"
UPGRADE: Final = b"\r\nupgrade: websocket\r\n"


class Makes(Protocol):
    """How uvicorn asks for the protocol of a connection."""

    def __call__(
        self,
        *,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> asyncio.Protocol:
        """Make it."""
        ...


class Arrival(asyncio.Protocol):
    """Reads the first bytes of a connection, and hands it to who is asked for.

    uvicorn would make all that a request needs for each socket, too, read its opening and write it down anew
    for us; what that leaves behind, some KB in cycles, waits for the collector. An opening that does not come
    in one piece still goes that way.
    """

    __slots__ = ("_all", "_http", "_sockets", "_transport")

    def __init__(
        self, http: Callable[[], asyncio.Protocol], sockets: Endpoint, everybody: MutableSet[object]
    ) -> None:
        self._http = http
        self._sockets = sockets
        self._all = everybody
        """All connections that uvicorn shuts down when it ends."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first bytes."""
        self._transport = cast(asyncio.Transport, transport)
        self._all.add(self)

    def data_received(self, data: bytes) -> None:
        """Hand the connection over."""
        self._all.discard(self)
        protocol = self._sockets() if opens_a_socket(data) else self._http()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        protocol.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """It went without a word."""
        self._all.discard(self)

    def shutdown(self) -> None:
        """End it: nothing was asked yet."""
        self._transport.close()


def opens_a_socket(data: bytes) -> bool:
    """Whether these first bytes hold a whole request for a WebSocket (RFC 6455, section 4.1)."""
    head, end, _ = data.partition(END_OF_HEAD)
    return bool(end) and data.startswith(b"GET ") and UPGRADE in head.lower() + b"\r\n"


def arrivals(sockets: Endpoint) -> Makes:
    """Say how uvicorn makes the protocol of a connection, for `Config(http=...)`."""

    def arrival(
        *,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> asyncio.Protocol:
        http = partial(
            HttpToolsProtocol, config=config, server_state=server_state, app_state=app_state, _loop=_loop
        )
        return Arrival(http, sockets, cast(MutableSet[object], server_state.connections))

    return arrival
