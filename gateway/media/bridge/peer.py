"""One browser in the embedded bridge: an aiortc connection that only answers, G.711 mu-law and no video.

aiortc would decode each packet in a thread of its own, keep four of them back, and encode ours in a pool. We
mix mu-law itself, so its packets go past all that (straight.py). ICE, DTLS and RTCP stay aiortc's. That is
most of what a connection costs.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    clock,
)
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket
from aiortc.sdp import candidate_from_sdp

from gateway.media.bridge.backend import Candidate, Unable
from gateway.media.bridge.mixer import FRAME
from gateway.media.bridge.packets import Packets, number_of, payload_of
from gateway.media.bridge.straight import Straight
from signaling.messages import IceServer

if TYPE_CHECKING:
    from aiortc.rtp import AnyRtcpPacket

_LONGEST_SDP: Final = 60_000
_CANDIDATES: Final = 64
"""Candidates that one browser may name."""
_UFRAG: Final = re.compile(r"^a=ice-ufrag:(\S+)", re.MULTILINE)


class _Unsaid(MediaStreamTrack):
    """What aiortc's own sender is given: never a frame, for ours go past it."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._over = asyncio.Event()

    def stop(self) -> None:
        """End it."""
        super().stop()
        self._over.set()

    async def recv(self) -> NoReturn:
        """Wait for the end."""
        await self._over.wait()
        raise MediaStreamError


class Peer:
    """A browser's connection. `heard` gets its frames and their numbers, `gone` says that it is over."""

    def __init__(
        self,
        pair: str,
        ice: Sequence[IceServer],
        heard: Callable[[bytes, int], None],
        gone: Callable[["Peer"], None],
    ) -> None:
        self.pair = pair
        self._heard = heard
        self._gone = gone
        self._unsaid = _Unsaid()
        self._packets: Packets | None = None
        self._straight: Straight | None = None
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=_servers(ice)))
        self._pc.on("connectionstatechange", self._moved)
        self._answered = ""
        self._candidates = 0
        self._doing = asyncio.Lock()

    @property
    def connected(self) -> bool:
        """Whether sound can flow."""
        return bool(self._pc.connectionState == "connected")

    async def answer(self, sdp: str) -> str:
        """Answer an offer; the same start of ICE gets the same answer. Raises Unable."""
        if len(sdp) > _LONGEST_SDP:
            raise Unable("too long")
        async with self._doing:
            found = _UFRAG.search(sdp)
            start = found[1] if found else sdp
            if start != self._answered:
                try:
                    await self._accept(sdp)
                except (
                    ValueError,
                    KeyError,
                    IndexError,
                    AttributeError,
                    AssertionError,
                    InvalidStateError,
                ) as error:
                    raise Unable(type(error).__name__) from error
                self._answered = start
            return str(self._pc.localDescription.sdp)

    async def candidate(self, candidate: Candidate | None) -> None:
        """Take one of the browser's candidates; what cannot be read is passed over."""
        text = str((candidate or {}).get("candidate") or "")
        if not text or self._candidates >= _CANDIDATES:
            return
        self._candidates += 1
        async with self._doing:
            with suppress(ValueError, IndexError, AssertionError, InvalidStateError):
                read = candidate_from_sdp(text.split(":", 1)[1])
                read.sdpMid = str((candidate or {}).get("sdpMid") or "0")
                read.sdpMLineIndex = 0
                await self._pc.addIceCandidate(read)

    def say(self, frame: bytes) -> None:
        """Let the browser hear a frame."""
        if self._straight is not None and self._packets is not None:
            self._straight.send(self._packets.next(frame))

    async def close(self) -> None:
        """End the connection."""
        self._pc.remove_all_listeners()
        self._unsaid.stop()
        await self._pc.close()

    # ------------------------------------------------------------ in itself

    async def _accept(self, sdp: str) -> None:
        if not self._pc.getTransceivers():
            # before the offer is taken: aiortc settles the codecs there
            self._pc.addTrack(self._unsaid)
            codecs = [
                one for one in RTCRtpSender.getCapabilities("audio").codecs if one.mimeType == "audio/PCMU"
            ]
            self._pc.getTransceivers()[0].setCodecPreferences(codecs)
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        self._go_past(self._pc.getTransceivers()[0].sender)
        await self._pc.setLocalDescription(await self._pc.createAnswer())

    def _go_past(self, sender: RTCRtpSender) -> None:
        """Take packets and send them by ourselves; say in reports what was sent. Names are aiortc's."""
        if self._straight is not None:
            return
        report = sender._send_rtcp

        async def ours(packets: "list[AnyRtcpPacket]") -> None:
            for one in packets:
                if isinstance(one, RtcpSrPacket) and self._packets is not None:
                    one.sender_info = RtcpSenderInfo(
                        ntp_timestamp=clock.current_ntp_time(),
                        rtp_timestamp=self._packets.time,
                        packet_count=self._packets.count & 0xFFFF_FFFF,
                        octet_count=self._packets.count * FRAME & 0xFFFF_FFFF,
                    )
            await report(packets)

        self._packets = Packets(sender._ssrc)
        self._straight = Straight(sender.transport, self._arrived)
        setattr(sender, "_send_rtcp", ours)  # noqa: B010 - it is a method of theirs

    def _arrived(self, packet: bytes) -> None:
        payload = payload_of(packet)
        if len(payload) == FRAME:
            self._heard(payload, number_of(packet))

    async def _moved(self) -> None:
        if self._pc.connectionState in ("failed", "closed"):
            self._gone(self)


def _servers(ice: Sequence[IceServer]) -> list[RTCIceServer]:
    """Say them aiortc's way: always a list, for without one it asks a public server."""
    return [
        RTCIceServer(urls=one.urls, username=one.username or None, credential=one.credential or None)
        for one in ice
    ]
