"""Two echo servers to compare: our socket, and the asyncio server of `websockets`, both on uvloop.

`python -m load_tests.echo vestibule` or `... websockets` listens on a free port of 127.0.0.1, prints
the port, and serves until it is stopped.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from gateway.websocket import Accepted, Endpoint, Handshake, Limits, Socket

MAX_MESSAGE = 64 * 1024
UNLIMITED = 1e12


class Echo:
    """A receiver that sends back what it gets."""

    __slots__ = ("_socket",)

    def opened(self, socket: Socket) -> None:
        """Remember whom to answer."""
        self._socket = socket

    def message(self, data: bytes, text: bool) -> None:
        """Send it back."""
        self._socket.send(data)

    def closed(self, code: int, reason: str) -> None:
        """Nothing to do."""


def _accept(handshake: Handshake) -> Accepted:
    return Accepted(Echo())


async def vestibule() -> None:
    """Serve with everything on, except that the rates are high enough not to matter."""
    limits = Limits(
        max_message=MAX_MESSAGE,
        messages_per_second=UNLIMITED,
        message_burst=UNLIMITED,
        bytes_per_second=UNLIMITED,
        byte_burst=UNLIMITED,
    )
    endpoint = Endpoint(_accept, limits=limits)
    server = await asyncio.get_running_loop().create_server(endpoint, "127.0.0.1", 0, backlog=1024)
    _announce(server)
    await server.serve_forever()


async def websockets() -> None:
    """Serve as its documentation shows, without compression, which would cost it more."""

    async def echo(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in connection:
                await connection.send(message)

    async with serve(echo, "127.0.0.1", 0, compression=None, max_size=MAX_MESSAGE, backlog=1024) as server:
        _announce(server.server)
        await server.serve_forever()


def _announce(server: asyncio.Server) -> None:
    print(server.sockets[0].getsockname()[1], flush=True)


SERVERS: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
    "vestibule": vestibule,
    "websockets": websockets,
}

if __name__ == "__main__":
    uvloop.run(SERVERS[sys.argv[1]]())
