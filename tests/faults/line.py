"""One socket of a client, cheap enough for a thousand of them beside the servers that they test.

Frames are those of load_tests; what is said follows docs/protocol.md. A line notices silence by itself when
it is asked (`quiet`), as a page does: a client that heard nothing for 7 s drops it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import msgspec

from load_tests.frames import BINARY, CLOSE, PING, PONG, FrameReader, masked_frame
from tests.faults.history import now

Told = dict[str, Any]
"""A message of the server's."""

SUBPROTOCOL: Final = "vestibule.v1.msgpack"
LOST_AFTER: Final = 7.0
"""Seconds of silence after which a client gives a line up (docs/protocol.md, Silence)."""
CONNECT_SECONDS: Final = 3.0
LOST: Final = 1006
_RESET: Final = struct.pack("ii", 1, 0)

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class LineLost(Exception):
    """The line is no more, or never was; `after` says how many seconds to wait, if the server said so."""

    def __init__(self, why: str, after: float = 0.0) -> None:
        super().__init__(why)
        self.after = after


class Listener:
    """Whoever has a line."""

    def told(self, message: Told, seq: int, words: int) -> None:
        """A message that answers nothing came; `seq` is 0 for a bare one, `words` a hash of it."""

    def line_lost(self, line: Line) -> None:
        """The line is no more."""

    def line_heard(self) -> None:
        """Something came, be it a beat."""


class Line(asyncio.Protocol):
    """A WebSocket connection that asks, is answered, and is told."""

    def __init__(self, number: int, listener: Listener) -> None:
        self.number = number
        self.code = LOST
        self.reason = ""
        self.heard_at = now()
        self.over = False
        self.moved: Told | None = None
        """What was said about where to go on, before the line was closed; it answers whatever was asked."""
        self._listener = listener
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers: dict[int, tuple[asyncio.Future[Told], Callable[[Told], None] | None]] = {}
        self._frames = FrameReader()
        self._head = b""
        self._next = 0

    @classmethod
    async def connect(cls, number: int, listener: Listener, host: str, port: int) -> Line:
        """Open a line. Raises LineLost."""
        line = cls(number, listener)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.get_running_loop().create_connection(lambda: line, host, port)
                await line._opened
        except (OSError, TimeoutError) as error:
            line.drop()
            raise LineLost(f"{type(error).__name__}: {error}") from None
        except LineLost:
            line.drop()
            raise
        return line

    # ------------------------------------------------------------ saying

    def tell(self, t: str, **fields: object) -> None:
        """Say something that is not answered."""
        if not self.over:
            self._transport.write(masked_frame(BINARY, _encode({"t": t, **fields})))

    async def ask(
        self, t: str, fields: Mapping[str, object], at_once: Callable[[Told], None] | None = None
    ) -> Told:
        """Say something and wait for its answer, be it `error`. Raises LineLost.

        `at_once` is told the answer before anything that came after it.
        """
        if self.over:
            raise LineLost("it is over")
        self._next += 1
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._answers[self._next] = answer, at_once
        self.tell(t, id=self._next, **fields)
        return await answer

    def drop(self) -> None:
        """Be gone without a word."""
        if self.over:
            return
        transport = getattr(self, "_transport", None)
        if transport is not None:
            with contextlib.suppress(OSError, AttributeError):
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()
        self._end()

    def fall_silent(self) -> None:
        """Be gone as a computer without power is: nothing is closed, nothing is read, no ping is answered."""
        if self.over:
            return
        self._transport.pause_reading()
        self._end()

    def close(self) -> None:
        """Let go of the connection, also of one that fell silent."""
        if hasattr(self, "_transport"):
            self._transport.abort()

    @property
    def port(self) -> int:
        """Our own port of the connection."""
        name = self._transport.get_extra_info("sockname")
        return int(name[1]) if name else 0

    @property
    def quiet(self) -> bool:
        """Whether nothing came for so long that the line has to be given up."""
        return now() - self.heard_at > LOST_AFTER

    # ------------------------------------------------------------ hearing

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket (RFC 6455, section 4.1)."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(
            "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take bytes of the server."""
        self.heard_at = now()
        if not self._opened.done():
            data = self._answered(data)
        for opcode, payload in self._frames.feed(data):
            if self.over:
                return
            if opcode < CLOSE:
                self._message(payload)
            elif opcode == PING:
                self._transport.write(masked_frame(PONG, payload))
            elif opcode == CLOSE:
                if len(payload) >= 2:
                    self.code = int.from_bytes(payload[:2], "big")
                    self.reason = payload[2:].decode(errors="replace")
                self._transport.write(masked_frame(CLOSE, payload[:2]))
                self._transport.close()
                self._end()

    def _answered(self, data: bytes) -> bytes:
        self._head += data
        head, end, rest = self._head.partition(b"\r\n\r\n")
        if not end:
            return b""
        if head.startswith(b"HTTP/1.1 101 "):
            self._opened.set_result(None)
            return rest
        said = head.decode("latin-1").lower()
        after = said.partition("retry-after:")[2].partition("\r\n")[0].strip()
        self._opened.set_exception(LineLost(said[:16], float(after) if after.isdigit() else 0.0))
        return b""

    def _message(self, payload: bytes) -> None:
        read = _decode(payload)
        seq, message = read if isinstance(read, list) else (0, read)
        self._listener.line_heard()
        if message["t"] == "moved":
            self.moved = message
            return
        waiting = self._answers.pop(message.get("id", 0), None) if not seq else None
        if waiting is None:
            self._listener.told(message, seq, zlib.crc32(payload) if seq else 0)
            return
        answer, at_once = waiting
        if answer.done():
            return
        if at_once is not None:
            at_once(message)
        answer.set_result(message)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        self._end()

    def _end(self) -> None:
        if self.over:
            return
        self.over = True
        if not self._opened.done():
            self._opened.set_exception(LineLost("closed before it was open"))
            self._opened.exception()  # somebody may have given up waiting
        for answer, _ in self._answers.values():
            if not answer.done():
                answer.set_exception(LineLost(f"closed with {self.code}"))
                answer.exception()
        self._answers.clear()
        self._listener.line_lost(self)
