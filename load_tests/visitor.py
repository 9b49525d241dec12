"""One cheap WebSocket client on a raw asyncio transport: somebody's page in a visit, or a dashboard."""

import asyncio
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Final, cast

from load_tests.dialects import Dialect, Fields
from load_tests.frames import CLOSE, PING, PONG, FrameReader, masked_frame

CONNECTS_AT_ONCE: Final = 50
PATIENCE_SECONDS: Final = 20.0
"""After so long without the expected answer a measurement is given up."""

Heard = Callable[["Visitor", Fields], None]


class Hangup(Exception):
    """The server closed a connection, or refused what a measurement needs."""


class Visitor(asyncio.Protocol):
    """A connection: answers pings, passes relays on as it is told, hands everything else to `heard`."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.heard: Heard | None = None
        """Told of every message but relays; without one they are not even read."""
        self.pass_on: Callable[[Visitor], None] = _keep
        """Told of each `relayed`, which is not read."""
        self.signal = b""
        """The frame of the next relay, made beforehand."""
        self.seat = ""
        """Its seat, once it has joined."""
        self.silent = False
        """Whether pings stay without an answer, as those of a computer without power do."""
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._frames = FrameReader()
        self._head = b""

    # ------------------------------------------------------------ saying

    def write(self, frame: bytes) -> None:
        """Send a frame that was made beforehand."""
        self.transport.write(frame)

    def vanish(self) -> None:
        """Be gone at once: the server gets a TCP reset."""
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.transport.abort()

    async def ask(self, t: str, **fields: object) -> Fields:
        """Send one request and wait for its answer. Raises Hangup when it is refused."""
        answered: asyncio.Future[Fields] = asyncio.get_running_loop().create_future()
        before = self.heard

        def listen(visitor: Visitor, message: Fields) -> None:
            if message.get("id") == fields.get("id") and not answered.done():
                answered.set_result(message)
            elif before is not None:
                before(visitor, message)

        self.heard = listen
        self.write(self.dialect.frame(t, **fields))
        self.closed.add_done_callback(lambda _: answered.cancel())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await answered
        finally:
            self.heard = before
        if answer["t"] == "error":
            raise Hangup(f"{t}: {answer}")
        return answer

    # ------------------------------------------------------------ what arrives

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket (RFC 6455, section 4.1)."""
        self.transport = cast(asyncio.Transport, transport)
        dialect = self.dialect
        offer = f"Sec-WebSocket-Protocol: {dialect.subprotocol}\r\n" if dialect.subprotocol else ""
        self.transport.write(
            f"GET {dialect.path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"{offer}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take bytes of the server."""
        if not self.open.done():
            data = self._opened(data)
        relayed = self.dialect.relayed
        for opcode, payload in self._frames.feed(data):
            if payload.startswith(relayed):
                self.pass_on(self)
            elif opcode < CLOSE:
                if self.heard is not None:
                    self.heard(self, self.dialect.read(payload))
            elif opcode == PING and not self.silent:
                self.transport.write(masked_frame(PONG, payload))
            elif opcode == CLOSE:
                self.transport.write(masked_frame(CLOSE, payload))
                self.transport.close()

    def _opened(self, data: bytes) -> bytes:
        self._head += data
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if not end:
            return b""
        if head.startswith(b"HTTP/1.1 101 "):
            self.open.set_result(None)
            return rest
        self.open.set_exception(Hangup(head.decode("latin-1").partition("\r\n")[0]))
        return b""

    def connection_lost(self, error: Exception | None) -> None:
        """Say so to whoever waits."""
        if not self.open.done():
            self.open.set_exception(Hangup("closed before it was open"))
        if not self.closed.done():
            self.closed.set_result(None)


def _keep(visitor: Visitor) -> None:
    """Pass nothing on."""


async def connect(dialect: Dialect, port: int, count: int) -> list[Visitor]:
    """Open so many connections, some at a time."""
    loop = asyncio.get_running_loop()
    visitors: list[Visitor] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(visitors) < count:
            some = [
                loop.create_connection(lambda: Visitor(dialect), "127.0.0.1", port)
                for _ in range(min(CONNECTS_AT_ONCE, count - len(visitors)))
            ]
            opened = [visitor for _, visitor in await asyncio.gather(*some)]
            await asyncio.gather(*(visitor.open for visitor in opened))
            visitors += opened
    return visitors


async def hang_up(visitors: Sequence[Visitor]) -> None:
    """End connections without a word, and wait until they are gone."""
    for visitor in visitors:
        visitor.transport.abort()
    if visitors:
        await asyncio.wait({visitor.closed for visitor in visitors})
