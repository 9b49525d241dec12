"""A telephone as Janus's plain-RTP participant: mu-law over UDP, a frame a packet (RFC 3550, RFC 3551)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from gateway.media.bridge.mixer import FRAME
from gateway.media.bridge.packets import Packets, payload_of


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
        self._packets = Packets()

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
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(self._packets.next(frame))

    def close(self) -> None:
        """Be done with it."""
        if self._transport is not None:
            self._transport.close()
        else:
            self._socket.close()
