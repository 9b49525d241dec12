"""One cheap WebSocket client on a raw asyncio transport: somebody's page in a visit, or a dashboard."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Self, cast
from urllib.parse import urlsplit

from load_tests.dialects import Dialect, Fields
from load_tests.frames import CLOSE, PING, PONG, FrameReader, masked_frame

CONNECTS_AT_ONCE: Final = 50
PATIENCE_SECONDS: Final = 20.0
"""After so long without the expected answer a measurement is given up."""

Heard = Callable[["Visitor", Fields], None]
PassOn = Callable[["Visitor", bytes], None]


class Hangup(Exception):
    """The server closed a connection, or refused what a measurement needs; `after` are the seconds that it
    asked to wait.
    """

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server's sockets are, and from which address of ours to go there."""

    host: str
    port: int
    path: str
    tls: bool = False
    source: str = ""
    """"" is any; each has ports for some 28,000 connections to one server."""

    @classmethod
    def of(cls, url: str, source: str = "") -> Self:
        """Read a ws or http URL."""
        parts = urlsplit(url)
        tls = parts.scheme in ("wss", "https")
        return cls(parts.hostname or "", parts.port or (443 if tls else 80), parts.path or "/", tls, source)

    @property
    def netloc(self) -> str:
        """Host and port, as they stand in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    @property
    def trust(self) -> ssl.SSLContext | None:
        """Whom to believe, where TLS is spoken."""
        return _trusted() if self.tls else None

    @property
    def ours(self) -> tuple[str, int] | None:
        """The address of ours, as asyncio takes it."""
        return (self.source, 0) if self.source else None


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


class Visitor(asyncio.Protocol):
    """A connection: answers pings, passes relays on as it is told, hands everything else to `heard`."""

    def __init__(self, dialect: Dialect, door: Door) -> None:
        self.dialect = dialect
        self._door = door
        self.heard: Heard | None = None
        """Told of every message but relays; without one they are not even read."""
        self.pass_on: PassOn = _keep
        """Told of each `relayed`, which is not read."""
        self.signal = b""
        """The frame of the next relay, made beforehand."""
        self.seat = ""
        """Its seat, once it has joined."""
        self.seq = 0
        """The number of the last numbered message."""
        self.farewell = ""
        """The reason of the server's close frame, which after 1012 says how long to wait."""
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
            f"GET {self._door.path} HTTP/1.1\r\nHost: {self._door.netloc}\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{offer}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take bytes of the server."""
        if not self.open.done():
            data = self._opened(data)
        relayed = self.dialect.relayed
        for opcode, payload in self._frames.feed(data):
            if payload.startswith(relayed):
                self.pass_on(self, payload)
            elif opcode < CLOSE:
                if self.heard is not None:
                    self._hear(self.heard, payload)
            elif opcode == PING and not self.silent:
                self.transport.write(masked_frame(PONG, payload))
            elif opcode == CLOSE:
                self.farewell = payload[2:].decode(errors="replace")
                self.transport.write(masked_frame(CLOSE, payload))
                self.transport.close()

    def _hear(self, heard: Heard, payload: bytes) -> None:
        seq, message = self.dialect.read(payload)
        self.seq = seq or self.seq
        heard(self, message)

    def _opened(self, data: bytes) -> bytes:
        self._head += data
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if not end:
            return b""
        if head.startswith(b"HTTP/1.1 101 "):
            self.open.set_result(None)
            return rest
        said = head.decode("latin-1").lower()
        after = said.partition("retry-after:")[2].partition("\r\n")[0].strip()
        self.open.set_exception(Hangup(said.partition("\r\n")[0], float(after) if after.isdigit() else 0.0))
        return b""

    def connection_lost(self, error: Exception | None) -> None:
        """Say so to whoever waits."""
        if not self.open.done():
            self.open.set_exception(Hangup("closed before it was open"))
        if not self.closed.done():
            self.closed.set_result(None)


def _keep(visitor: Visitor, relayed: bytes) -> None:
    """Pass nothing on."""


async def opened(dialect: Dialect, door: Door) -> Visitor:
    """Open one connection. Raises Hangup, OSError and TimeoutError."""
    visitor = Visitor(dialect, door)
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await loop.create_connection(
            lambda: visitor, door.host, door.port, ssl=door.trust, local_addr=door.ours
        )
        try:
            await visitor.open
        except BaseException:
            visitor.transport.abort()
            raise
    return visitor


async def connect(dialect: Dialect, port: int, count: int) -> list[Visitor]:
    """Open so many connections to a server on this machine, some at a time."""
    door = Door("127.0.0.1", port, dialect.path)
    visitors: list[Visitor] = []
    while len(visitors) < count:
        some = min(CONNECTS_AT_ONCE, count - len(visitors))
        visitors += await asyncio.gather(*(opened(dialect, door) for _ in range(some)))
    return visitors


async def hang_up(visitors: Sequence[Visitor]) -> None:
    """End connections without a word, and wait until they are gone."""
    for visitor in visitors:
        visitor.transport.abort()
    if visitors:
        await asyncio.wait({visitor.closed for visitor in visitors})
