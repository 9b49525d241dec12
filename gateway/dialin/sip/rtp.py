"""The sound of one call: RTP (RFC 3550) of G.711 over UDP, answered to where it comes from (symmetric RTP).

The caller's address in the SDP is often not the one that its packets come from (NAT). So the first packet
from the address of the SDP, or from the one that sent the INVITE, fixes where we send to; packets from
anywhere else are dropped, then and ever after, until a new offer says otherwise.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Final

from gateway.dialin.leg import FRAME, RATE
from gateway.dialin.sip.digits import KeyReceiver
from gateway.dialin.sip.g711 import to_alaw, to_ulaw
from gateway.dialin.sip.offer import UNSPECIFIED, Offer

_HEADER: Final = struct.Struct("!BBHII")
_LARGEST: Final = 1_500
_LONGEST_FRAMES: Final = 6
"""Frames in one packet that are taken: 120 ms; more is no telephone."""
_LATE: Final = 3_000
"""Sequence numbers back that count as late, and not as a new start."""
Address = tuple[str, int]


class Reception:
    """What arrived, counted as RFC 3550, appendix A.8 does."""

    __slots__ = ("_highest", "_transit", "expected", "jitter", "received")

    def __init__(self) -> None:
        self.received = 0
        self.expected = 0
        self.jitter = 0.0
        """In samples of 1/8000 s."""
        self._highest = -1
        self._transit: float | None = None

    @property
    def lost(self) -> int:
        """How many packets never came."""
        return max(0, self.expected - self.received)

    def packet(self, sequence: int, timestamp: int, now: float) -> bool:
        """Count one packet; False when a later one was here before it."""
        self.received += 1
        transit = now * RATE - timestamp
        if self._transit is not None:
            moved = abs(transit - self._transit)
            if moved < RATE:  # else the sender's clock jumped
                self.jitter += (moved - self.jitter) / 16
        self._transit = transit
        ahead = (sequence - self._highest) & 0xFFFF if self._highest >= 0 else 1
        if 0 < ahead < 0x10000 - _LATE:
            self.expected += ahead if ahead < _LATE else 1
            self._highest = sequence
            return True
        return False


class Sound(asyncio.DatagramProtocol):
    """One call's RTP socket. Says what it hears to `voice` (whole mu-law frames) and `key`."""

    def __init__(
        self,
        offer: Offer,
        caller: str,
        *,
        ssrc: int,
        voice: Callable[[bytes], None],
        key: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._voice, self._key, self._clock = voice, key, clock
        self._caller = caller
        self._ssrc = ssrc
        self._sequence = ssrc & 0xFFFF
        self._timestamp = ssrc >> 3 & 0xFFFFFFFF
        self._transport: asyncio.DatagramTransport | None = None
        self._keys = KeyReceiver()
        self._rest = b""
        self._marked = True
        self.reception = Reception()
        self.strangers = 0
        """Packets that came from a third address."""
        self.heard_at = clock()
        """When the last packet came that was the caller's."""
        self.sent_at = 0.0
        self.renew(offer)

    def renew(self, offer: Offer) -> None:
        """Go on by another offer (re-INVITE): codec, address and hold may have changed."""
        self.offer = offer
        self._latched: Address | None = None
        self.heard_at = self._clock()

    # ------------------------------------------------------------ the socket

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the socket; its class is not asserted, for uvloop's is its own."""
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take one packet, if it is the caller's."""
        if not 12 < len(data) <= _LARGEST or data[0] >> 6 != 2:
            return
        source = (addr[0], addr[1])
        if source != self._latched and not self._latch(source):
            self.strangers += 1
            return
        kind, sequence, timestamp, ssrc = data[1], *_HEADER.unpack_from(data)[2:]
        payload = self._payload(data)
        now = self._clock()
        self.heard_at = now
        if self.offer.keys is not None and kind & 0x7F == self.offer.keys:
            self.reception.packet(sequence, timestamp, now)
            key = self._keys.packet(payload, timestamp, ssrc, now)
            if key:
                self._key(key)
        elif kind & 0x7F == self.offer.payload_type and self.reception.packet(sequence, timestamp, now):
            self._say(payload)

    def error_received(self, exc: Exception) -> None:
        """Pass over what ICMP says: the caller's port may not be open yet."""

    def send(self, frame: bytes) -> None:
        """Send one mu-law frame."""
        if self._transport is None or self._transport.is_closing():
            return
        to = self._latched or self.offer.address
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
        self.sent_at = self._clock()
        if self.offer.held or to[0] in UNSPECIFIED:
            return  # on hold nobody listens; time goes on
        kind = self.offer.payload_type | (0x80 if self._marked else 0)
        self._marked = False
        header = _HEADER.pack(0x80, kind, self._sequence, self._timestamp, self._ssrc)
        self._transport.sendto(header + (to_alaw(frame) if self.offer.law == "PCMA" else frame), to)

    def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()

    # ------------------------------------------------------------ in itself

    def _latch(self, source: Address) -> bool:
        """Fix the caller's address by its first packet; from then on only that one speaks."""
        if self._latched is not None or source[0] not in (self.offer.address[0], self._caller):
            return False
        self._latched = source
        return True

    @staticmethod
    def _payload(data: bytes) -> bytes:
        """Cut the header off, with its list of sources, its extension and its padding."""
        start = 12 + 4 * (data[0] & 15)
        if data[0] & 0x10:
            start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
        end = len(data) - (data[-1] if data[0] & 0x20 else 0)
        return data[start:end]

    def _say(self, payload: bytes) -> None:
        """Pass the voice on in frames of 20 ms, however the caller cuts it."""
        if not 0 < len(payload) <= _LONGEST_FRAMES * FRAME:
            return
        if self.offer.law == "PCMA":
            payload = to_ulaw(payload)
        if len(payload) == FRAME and not self._rest:
            self._voice(payload)
            return
        sound = self._rest + payload
        whole = len(sound) - len(sound) % FRAME
        self._rest = sound[whole:]
        for at in range(0, whole, FRAME):
            self._voice(sound[at : at + FRAME])
