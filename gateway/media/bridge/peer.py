"""One browser in the embedded bridge: an aiortc connection that only answers, G.711 mu-law and no video.

aiortc would decode each packet in a thread of its own, keep four of them back, and encode ours in a pool. We
mix mu-law itself, so its packets go past all that: what arrives is taken where aiortc's receiver would take
it, and what goes out is handed over encoded already. That is most of what a connection costs.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from av.packet import Packet

from gateway.media.bridge.backend import Candidate, Unable
from gateway.media.bridge.mixer import FRAME
from signaling.messages import IceServer

if TYPE_CHECKING:
    from aiortc.rtp import RtpPacket

_CLOCK: Final = Fraction(1, 8000)
_PCMU: Final = 0
_AHEAD: Final = 3
"""Frames that wait for a slow connection at most."""
_LONGEST_SDP: Final = 60_000
_CANDIDATES: Final = 64
"""Candidates that one browser may name."""
_UFRAG: Final = re.compile(r"^a=ice-ufrag:(\S+)", re.MULTILINE)


class _Said(MediaStreamTrack):
    """What the browser hears, mu-law already."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.frames: asyncio.Queue[bytes] = asyncio.Queue(_AHEAD)
        self._at = 0

    def say(self, frame: bytes) -> None:
        """Hand a frame over; when the connection is behind, the oldest goes."""
        if self.frames.full():
            self.frames.get_nowait()
        self.frames.put_nowait(frame)

    async def recv(self) -> "Packet[Any]":
        """Give the next frame, as aiortc's sender asks for it."""
        if self.readyState != "live":
            raise MediaStreamError
        packet: Packet[Any] = Packet(await self.frames.get())
        packet.pts, packet.time_base = self._at, _CLOCK
        self._at += FRAME
        return packet


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
        self._said = _Said()
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
        self._said.say(frame)

    async def close(self) -> None:
        """End the connection."""
        self._pc.remove_all_listeners()
        self._said.stop()
        await self._pc.close()

    # ------------------------------------------------------------ in itself

    async def _accept(self, sdp: str) -> None:
        if not self._pc.getTransceivers():
            # before the offer is taken: aiortc settles the codecs there
            self._pc.addTrack(self._said)
            codecs = [
                one for one in RTCRtpSender.getCapabilities("audio").codecs if one.mimeType == "audio/PCMU"
            ]
            self._pc.getTransceivers()[0].setCodecPreferences(codecs)
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        # past aiortc's decoder, whose thread then has nothing to do
        receiver = self._pc.getTransceivers()[0].receiver
        setattr(receiver, "_handle_rtp_packet", self._arrived)  # noqa: B010 - it is a method of theirs
        await self._pc.setLocalDescription(await self._pc.createAnswer())

    async def _arrived(self, packet: "RtpPacket", arrival_time_ms: int) -> None:
        if packet.payload_type == _PCMU and len(packet.payload) == FRAME:
            self._heard(packet.payload, packet.sequence_number)

    async def _moved(self) -> None:
        if self._pc.connectionState in ("failed", "closed"):
            self._gone(self)


def _servers(ice: Sequence[IceServer]) -> list[RTCIceServer]:
    """Say them aiortc's way: always a list, for without one it asks a public server."""
    return [
        RTCIceServer(urls=one.urls, username=one.username or None, credential=one.credential or None)
        for one in ice
    ]
