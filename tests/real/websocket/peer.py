"""A peer that writes raw bytes to a real socket, and a receiver that notes what it is told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from gateway.websocket import (
    Accept,
    Accepted,
    Cut,
    Endpoint,
    Handshake,
    Limits,
    Rejection,
    Socket,
    frame,
)

UNIT = 0.05
"""Times in these tests are multiples of this many seconds."""

TIMEOUT = 20.0
"""Nothing here takes that long; a test that waits so long has failed."""

QUICK = Limits(
    open_timeout=4 * UNIT,
    ping_after=3 * UNIT,
    cut_after=4 * UNIT,
    beat_after=3 * UNIT,
    message_timeout=8 * UNIT,
    close_timeout=4 * UNIT,
)
"""The proportions of the real times, in units."""

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
REQUEST = {
    "Host": "localhost",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
}

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def client_frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, form: int = 0
) -> bytes:
    """Encode a masked frame; `form` forces the length into 7, 16 or 64 bits."""
    length = len(payload)
    form = form or (7 if length < 126 else 16 if length < 65536 else 64)
    size = {7: bytes((128 | length,)) if length < 126 else b""}.get(form) or (
        b"\xfe" + length.to_bytes(2, "big") if form == 16 else b"\xff" + length.to_bytes(8, "big")
    )
    mask = b"\x37\xfa\x21\x3d"
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes((fin << 7 | rsv << 4 | opcode,)) + size + mask + masked


def close_payload(code: int, reason: bytes = b"") -> bytes:
    """Encode what is inside a close frame."""
    return code.to_bytes(2, "big") + reason


@dataclass
class Listener:
    """A receiver that notes everything, and sends messages back if it is an echo."""

    echo: bool = True
    socket: Socket | None = None
    messages: list[tuple[bytes, bool]] = field(default_factory=list)
    ends: list[tuple[int, str]] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def opened(self, socket: Socket) -> None:
        """Keep the socket."""
        self.socket = socket

    def message(self, data: bytes, text: bool) -> None:
        """Note it, and send it back."""
        self.messages.append((data, text))
        if self.echo and self.socket is not None:
            self.socket.send_frame(frame(data, text=text))

    def closed(self, code: int, reason: str) -> None:
        """Note how."""
        self.ends.append((code, reason))
        self.ended.set()

    async def end(self) -> tuple[int, str]:
        """Wait until the socket is closed; say how."""
        async with asyncio.timeout(TIMEOUT):
            await self.ended.wait()
        return self.ends[0]

    @property
    def open_socket(self) -> Socket:
        """The socket, of a receiver that has one."""
        assert self.socket is not None
        return self.socket


@dataclass
class Witness:
    """An observer that notes everything."""

    opens: int = 0
    closes: list[int] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    silences: list[float] = field(default_factory=list)
    refusals: list[Rejection] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def opened(self) -> None:
        """Note it."""
        self.opens += 1

    def closed(self, code: int) -> None:
        """Note it."""
        self.closes.append(code)

    def cut(self, why: Cut) -> None:
        """Note it."""
        self.cuts.append(why)

    def silent(self, seconds: float) -> None:
        """Note it."""
        self.silences.append(seconds)

    def refused(self, rejection: Rejection) -> None:
        """Note it."""
        self.refusals.append(rejection)

    def failed(self, error: Exception) -> None:
        """Note it."""
        self.failures.append(error)


@dataclass
class Room:
    """A listening endpoint, who was received there, and what was observed."""

    port: int
    endpoint: Endpoint
    witness: Witness
    listeners: list[Listener]

    @asynccontextmanager
    async def peer(self, path: str = "/ws", **headers: str) -> AsyncIterator[tuple[Peer, Listener]]:
        """Connect a peer whose handshake succeeds."""
        async with Peer.connected(self.port) as peer:
            await peer.request(path, headers)
            status, _ = await peer.head()
            assert status == 101
            yield peer, self.listeners[-1]


@asynccontextmanager
async def room(
    *,
    limits: Limits | None = None,
    echo: bool = True,
    beat: bytes = b"",
    text: bool = False,
    accept: Accept | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Room]:
    """Listen on a free port; whatever reaches the loop's exception handler fails the test."""
    listeners: list[Listener] = []
    witness = Witness()

    def accept_all(handshake: Handshake) -> Accepted:
        listeners.append(Listener(echo))
        return Accepted(listeners[-1], text=text, beat=beat)

    unhandled: list[dict[str, object]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unhandled.append(context))
    endpoint = Endpoint(
        accept or accept_all, origins={"https://clinic.example"}, limits=limits, observer=witness
    )
    server = await loop.create_server(endpoint, "127.0.0.1", 0, ssl=tls)
    try:
        yield Room(server.sockets[0].getsockname()[1], endpoint, witness, listeners)
    finally:
        server.close()
        await endpoint.drain(timeout=0)
        await server.wait_closed()
    assert unhandled == []


class Peer:
    """A client that knows only how to write bytes and to take frames apart."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    @asynccontextmanager
    async def connected(cls, port: int) -> AsyncIterator[Self]:
        """Connect by TCP."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield cls(reader, writer)
        finally:
            writer.transport.abort()

    async def request(self, path: str = "/ws", headers: dict[str, str] | None = None, **line: str) -> None:
        """Ask for a WebSocket; a header that is empty is left out."""
        given = {**REQUEST, **(headers or {})}
        lines = [f"{line.get('method', 'GET')} {path} {line.get('version', 'HTTP/1.1')}"]
        lines += [f"{name}: {value}" for name, value in given.items() if value]
        await self.write("\r\n".join([*lines, "", ""]).encode())

    async def head(self) -> tuple[int, str]:
        """Read the head of the answer: its status, and all of it."""
        async with asyncio.timeout(TIMEOUT):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        return int(head.split(" ", 2)[1]), head

    async def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    async def say(self, opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0) -> None:
        """Send one frame."""
        await self.write(client_frame(opcode, payload, fin=fin, rsv=rsv))

    async def trickle(self, data: bytes) -> None:
        """Send bytes so that each arrives on its own."""
        for byte in data:
            await self.write(bytes((byte,)))
            await asyncio.sleep(0)

    async def frame(self) -> tuple[int, bytes]:
        """Read one unmasked, final frame."""
        async with asyncio.timeout(TIMEOUT):
            first, second = await self._reader.readexactly(2)
            assert first & 0xF0 == 0x80, "a server sends whole frames without reserved bits"
            assert second < 128, "a server does not mask"
            if second > 125:
                second = int.from_bytes(await self._reader.readexactly(2 if second == 126 else 8), "big")
            return first & 15, await self._reader.readexactly(second)

    async def farewell(self) -> tuple[int, str]:
        """Read up to the close frame, and then the end of the stream; say the close code and reason."""
        while (answer := await self.frame())[0] != CLOSE:
            pass
        payload = answer[1]
        assert await self.rest() == b""
        return (int.from_bytes(payload[:2], "big") if payload else 1005), payload[2:].decode()

    async def rest(self) -> bytes:
        """Read to the end of the stream; a reset is an end too."""
        async with asyncio.timeout(TIMEOUT):
            try:
                return await self._reader.read(-1)
            except ConnectionResetError:
                return b""
