"""A telephone as Janus's plain-RTP participant: mu-law over UDP, a frame a packet (RFC 3550, RFC 3551)."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from collections.abc import Callable
from typing import Final

from gateway.media.bridge.mixer import FRAME

_HEAD: Final = struct.Struct("!BBHII")
_VERSION: Final = 0x80
_MARKER: Final = 0x80
_PCMU: Final = 0


class RtpLeg(asyncio.DatagramProtocol):
    """One telephone's way to Janus and back. `hear` gets each frame that comes."""

    def __init__(self, address: str, hear: Callable[[bytes], None]) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.bind((address, 0))
        except OSError:
            self._socket.close()
            raise
        self.port = int(self._socket.getsockname()[1])
        self._hear = hear
        self._transport: asyncio.DatagramTransport | None = None
        self._sequence, self._time = secrets.randbits(16), secrets.randbits(32)
        self._ssrc = secrets.randbits(32)
        self._marker = _MARKER

    async def connect(self, host: str, port: int) -> None:
        """Speak to this address from now on, and hear nobody else (the kernel sees to that)."""
        self._socket.connect((host, port))
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=self._socket)

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Take a packet's sound, if it is a frame of mu-law."""
        payload = payload_of(data)
        if len(payload) == FRAME:
            self._hear(payload)

    def error_received(self, exc: Exception) -> None:
        """Say nothing: while Janus is away the connection to it says so."""

    def say(self, frame: bytes) -> None:
        """Send a frame."""
        if self._transport is None or self._transport.is_closing():
            return
        self._sequence = self._sequence + 1 & 0xFFFF
        self._time = self._time + FRAME & 0xFFFF_FFFF
        head = _HEAD.pack(_VERSION, self._marker | _PCMU, self._sequence, self._time, self._ssrc)
        self._marker = 0
        self._transport.sendto(head + frame)

    def close(self) -> None:
        """Be done with it."""
        if self._transport is not None:
            self._transport.close()
        self._socket.close()


def payload_of(packet: bytes) -> bytes:
    """Give the sound of a packet of mu-law; nothing of any other."""
    if len(packet) < _HEAD.size or packet[0] >> 6 != 2 or packet[1] & 0x7F != _PCMU:
        return b""
    start = _HEAD.size + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:  # an extension (RFC 3550, section 5.3.1)
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
    return packet[start:end]
