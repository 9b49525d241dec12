"""RTP packets with a frame of mu-law each, written and read (RFC 3550, RFC 3551). Pure."""

from __future__ import annotations

import secrets
import struct
from typing import Final

from gateway.media.bridge.mixer import FRAME

_HEAD: Final = struct.Struct("!BBHII")
_VERSION: Final = 0x80
_MARKER: Final = 0x80
_PCMU: Final = 0


class Packets:
    """One stream of packets."""

    def __init__(self, ssrc: int | None = None) -> None:
        self.ssrc = secrets.randbits(32) if ssrc is None else ssrc
        self.time = secrets.randbits(32)
        """The timestamp of the last one."""
        self.count = 0
        """How many there were."""
        self._sequence = secrets.randbits(16)

    def next(self, frame: bytes) -> bytes:
        """Make the packet of the next frame."""
        self._sequence = self._sequence + 1 & 0xFFFF
        self.time = self.time + FRAME & 0xFFFF_FFFF
        kind = _PCMU if self.count else _MARKER | _PCMU
        self.count += 1
        return _HEAD.pack(_VERSION, kind, self._sequence, self.time, self.ssrc) + frame


def number_of(packet: bytes) -> int:
    """Give a packet's sequence number."""
    return packet[2] << 8 | packet[3]


def payload_of(packet: bytes) -> bytes:
    """Give the sound of a packet of mu-law; nothing of any other."""
    if len(packet) < _HEAD.size or packet[0] >> 6 != 2 or packet[1] & 0x7F != _PCMU:
        return b""
    start = _HEAD.size + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:  # an extension (RFC 3550, section 5.3.1)
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = len(packet) - (packet[-1] if packet[0] & 0x20 else 0)
    return packet[start:end]
