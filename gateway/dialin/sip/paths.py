"""How SIP messages travel: UDP datagrams, and TCP streams cut by Content-Length (RFC 3261, section 18)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from aiosipua.message import SipMessage, SipRequest, SipResponse

from gateway.dialin.sip import messages

LARGEST: Final = 65_535
"""Bytes of one message; longer ones are no telephone's."""
_IDLE: Final = 600.0
"""Seconds after which a TCP connection that says nothing is closed."""
_CONNECTIONS: Final = 64
"""TCP connections at a time: they come from the carriers' few machines."""
_KEEP_ALIVE: Final = b"\r\n\r\n"
Address = tuple[str, int]


class Path(Protocol):
    """The way that a message came, and by which answers go back."""

    @property
    def reliable(self) -> bool:
        """Whether nothing needs to be said twice."""

    @property
    def name(self) -> str:
        """As a Via says it: UDP, TCP."""

    def send(self, message: SipMessage, to: Address) -> None:
        """Send a message; nothing is said when that is not possible any more."""


Received = Callable[[bytes, Address, Path], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request and where it came from: another of its trunk's machines than the INVITE, for all we know."""

    request: SipRequest
    source: Address
    path: Path
    trunk: str

    def answer(self, response: SipResponse) -> None:
        """Answer it where it came from (RFC 3261, section 18.2.2)."""
        self.path.send(response, messages.back_to(self.request, self.source))


class Datagrams(asyncio.DatagramProtocol):
    """SIP by UDP."""

    reliable = False
    name = "UDP"

    def __init__(self, received: Received) -> None:
        self._received = received
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the socket; its class is not asserted, for uvloop's is its own."""
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand one message on; empty lines keep a NAT open and mean nothing (RFC 5626)."""
        if data.strip(b"\r\n\0 "):
            self._received(data, (addr[0], addr[1]), self)

    def error_received(self, exc: Exception) -> None:
        """Pass over what ICMP says: who does not listen is not told again."""

    def send(self, message: SipMessage, to: Address) -> None:
        """Send a message."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(bytes(message), to)

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()


class Streams:
    """SIP by TCP: a path for each connection."""

    def __init__(self, received: Received, welcome: Callable[[str], bool]) -> None:
        self._received = received
        self._welcome = welcome
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one connection to its end."""
        peer = writer.get_extra_info("peername")
        if not peer or not self._welcome(peer[0]) or len(self._open) >= _CONNECTIONS:
            writer.transport.abort()
            return
        self._open.add(writer)
        path = _Stream(writer)
        try:
            while (data := await asyncio.wait_for(_message(reader), _IDLE)) is not None:
                if data == _KEEP_ALIVE:
                    writer.write(b"\r\n")  # the answer to a ping (RFC 5626, section 4.4.1)
                else:
                    self._received(data, (peer[0], peer[1]), path)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the other side went, or does not speak SIP
        finally:
            self._open.discard(writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def close(self) -> None:
        """Close every connection."""
        for writer in tuple(self._open):
            writer.close()


class _Stream:
    reliable = True
    name = "TCP"

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def send(self, message: SipMessage, to: Address) -> None:
        """Send a message, unless the other side has stopped reading."""
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > LARGEST:
            transport.abort()
            return
        self._writer.write(bytes(message))


async def _message(reader: asyncio.StreamReader) -> bytes | None:
    """Read one message; None at the end. Raises ValueError for one that cannot be cut off."""
    head = await reader.readline()
    if not head:
        return None
    if not head.strip():
        second = await reader.readline()
        if not second.strip():
            return _KEEP_ALIVE
        head = second
    while not head.endswith((b"\r\n\r\n", b"\n\n")):
        line = await reader.readline()
        if not line or len(head) > LARGEST:
            raise ValueError("no end of the headers")
        head += line
    length = _length(head)
    return head + (await reader.readexactly(length) if length else b"")


def _length(head: bytes) -> int:
    for line in head.split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon and name.strip().lower() in (b"content-length", b"l"):
            digits = value.strip()
            if not digits.isdigit() or not 0 <= int(digits[:9]) <= LARGEST:
                raise ValueError("no length")
            return int(digits[:9])
    return 0
