"""The straight way of a connection's packets: taken where ICE has received them, sent where ICE sends them.

aiortc would put each packet that arrives into a queue, wake a task and go through five coroutines to decrypt
it, and as many again for each that leaves. None of them ever waits for anything. ICE, DTLS and RTCP stay as
they are. Names with an underscore are aiortc's and aioice's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast

import pylibsrtp
from aiortc import RTCDtlsTransport
from aiortc.rtp import is_rtcp

_Session = pylibsrtp.Session | None
"""None until DTLS has agreed on keys, though aiortc's types do not say so."""
_AUDIO: Final = 1
"""The component that everything is sent by (RTP and RTCP are multiplexed: RFC 5761)."""


class Straight:
    """One connection's way to its packets; `heard` gets each RTP packet that was decrypted."""

    def __init__(self, dtls: RTCDtlsTransport, heard: Callable[[bytes], None]) -> None:
        self._dtls, self._heard = dtls, heard
        self._ice = dtls.transport._connection
        self._otherwise = self._ice.data_received
        self._ice.data_received = self._arrived  # type: ignore[method-assign]  # what we are here for

    def send(self, packet: bytes) -> None:
        """Encrypt an RTP packet and send it; nothing happens while there is no connection."""
        session = cast(_Session, self._dtls._tx_srtp)
        pair = self._ice._nominated.get(_AUDIO)
        if session is not None and pair is not None:
            with suppress(OSError, RuntimeError):  # a socket that was lost: ICE will notice
                pair.protocol.transport.sendto(session.protect(packet), pair.remote_addr)

    def _arrived(self, data: bytes, component: int) -> None:
        if not 0x80 <= data[0] < 0xC0 or is_rtcp(data):  # RFC 7983, section 7
            self._otherwise(data, component)
        elif (session := cast(_Session, self._dtls._rx_srtp)) is not None:
            with suppress(pylibsrtp.Error):  # forged, or repeated
                self._heard(session.unprotect(data))
