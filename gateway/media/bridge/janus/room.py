"""One visit's room in Janus's AudioBridge: telephones by plain RTP, browsers by WebRTC.

It gives everybody the sum of all others, browsers to browsers too; they are told so (`whole`), and mute what
comes from each other directly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.media.bridge.backend import Answer, Candidate, Hear, Speaking, Unable, Voice
from gateway.media.bridge.cushion import START
from gateway.media.bridge.janus.api import Handle, Session
from gateway.media.bridge.janus.rtp import RtpLeg
from gateway.media.bridge.mixer import comfort_frames
from gateway.media.bridge.speech import Speech
from signaling.messages import IceServer

RATE: Final = 8_000
"""Samples a second in the room, the telephones' own: Janus resamples by repeating and leaving out."""
CODEC: Final = "pcmu"
_LONGEST_SDP: Final = 60_000
_LONGEST_CANDIDATE: Final = 1_000
_CANDIDATES: Final = 64
"""Candidates that one browser may name."""
_UFRAG: Final = re.compile(r"^a=ice-ufrag:(\S+)", re.MULTILINE)
_SILENT: Final = b"\xff\x7f"
"""Mu-law's two zeros."""


@dataclass(frozen=True, slots=True)
class Named:
    """What opens a room: its number, and what Janus asks for."""

    number: int
    pin: str
    secret: str


class Telephone:
    """One telephone in a room."""

    def __init__(self, seat: str, room: JanusRoom, hear: Hear, address: str) -> None:
        self.seat = seat
        self.rtp = RtpLeg(address, self._heard)
        self._room, self._hear = room, hear
        self._handle: Handle | None = None
        self._comfort = comfort_frames()
        self._frames = 0

    async def join(self, session: Session, named: Named, address: str) -> None:
        """Come into the room. Raises Unable."""
        self._handle = await session.attach(lambda _: None)
        where = {"ip": address, "port": self.rtp.port, "payload_type": 0}
        said = await self._handle.ask(_join(named) | {"rtp": where, "prebuffer": START})
        there = said.plugin.data.get("rtp", {})
        try:
            await self.rtp.connect(str(there["ip"]), int(there["port"]))
        except (KeyError, ValueError, OSError) as error:
            raise Unable(type(error).__name__) from error

    def say(self, frame: bytes) -> None:
        """The telephone says a frame."""
        self.rtp.say(frame)
        self._room.speech.heard(self.seat, frame)

    def close(self) -> None:
        """The telephone is gone."""
        self.rtp.close()
        if self._handle is not None:
            self._handle.detach()
            self._handle = None
        self._room.hung_up(self)

    def _heard(self, frame: bytes) -> None:
        """Silence to the last bit is what a dead line has."""
        if not frame.strip(_SILENT):
            self._frames += 1
            frame = self._comfort[self._frames % len(self._comfort)]
        self._hear(frame)


@dataclass(slots=True)
class Browser:
    """One browser in a room."""

    pair: str
    start: str
    """The start of ICE that was answered."""
    handle: Handle
    answer: str
    candidates: int = 0


class JanusRoom:
    """One visit's sound."""

    def __init__(
        self, session: Session, named: Named, address: str, speaking: Speaking, closed: Callable[[], None]
    ) -> None:
        self._session, self._named, self._address = session, named, address
        self._closed = closed
        self._telephones: dict[str, Telephone] = {}
        self._browsers: dict[str, Browser] = {}
        self.speech = Speech(speaking)

    async def telephone(self, seat: str, hear: Hear) -> Voice:
        """Let a telephone in."""
        telephone = Telephone(seat, self, hear, self._address)
        try:
            await telephone.join(self._session, self._named, self._address)
        except BaseException:
            telephone.close()
            raise
        before, self._telephones[seat] = self._telephones.get(seat), telephone
        if before is not None:
            before.close()
        return telephone

    async def offered(self, seat: str, pair: str, sdp: str, ice: Sequence[IceServer]) -> Answer:
        """Answer a browser; the same start of ICE gets the same answer. Janus has ICE servers of its own."""
        if len(sdp) > _LONGEST_SDP:
            raise Unable("too long")
        found = _UFRAG.search(sdp)
        start = found[1] if found else sdp
        browser = self._browsers.get(seat)
        if browser is None or (browser.pair, browser.start) != (pair, start):
            await self.drop(seat)
            browser = self._browsers[seat] = await self._join(seat, pair, start, sdp)
        return Answer(browser.answer, whole=True)

    async def candidate(self, seat: str, pair: str, candidate: Candidate | None) -> None:
        """Take a browser's candidate."""
        browser = self._browsers.get(seat)
        if browser is None or browser.pair != pair or browser.candidates >= _CANDIDATES:
            return
        browser.candidates += 1
        text = str((candidate or {}).get("candidate") or "")
        if not text:
            await browser.handle.trickle({"completed": True})
        elif len(text) <= _LONGEST_CANDIDATE:
            await browser.handle.trickle({"candidate": text, "sdpMLineIndex": 0})

    async def drop(self, seat: str) -> None:
        """Let a browser go."""
        browser = self._browsers.pop(seat, None)
        if browser is not None:
            browser.handle.detach()

    def browsers(self) -> frozenset[str]:
        """The seats whose browsers are here."""
        return frozenset(self._browsers)

    def hung_up(self, telephone: Telephone) -> None:
        """A telephone is gone."""
        if self._telephones.get(telephone.seat) is telephone:
            del self._telephones[telephone.seat]
            self.speech.gone(telephone.seat)

    async def close(self) -> None:
        """End everything, the room in Janus too."""
        for telephone in tuple(self._telephones.values()):
            telephone.close()
        for seat in tuple(self._browsers):
            await self.drop(seat)
        self.speech.close()
        self._closed()

    # ------------------------------------------------------------ in itself

    async def _join(self, seat: str, pair: str, start: str, sdp: str) -> Browser:
        """Make a browser a participant. Raises Unable."""
        handle = await self._session.attach(lambda kind: self._news(seat, pair, kind))
        try:
            said = await handle.ask(_join(self._named), offer=sdp)
        except BaseException:
            handle.detach()
            raise
        if said.jsep is None:
            handle.detach()
            raise Unable("no answer")
        return Browser(pair, start, handle, said.jsep.sdp)

    def _news(self, seat: str, pair: str, kind: str) -> None:
        """A browser's connection failed, or it closed it."""
        browser = self._browsers.get(seat)
        if kind in ("hangup", "detached") and browser is not None and browser.pair == pair:
            del self._browsers[seat]
            browser.handle.detach()


def _join(named: Named) -> dict[str, object]:
    return {
        "request": "join",
        "room": named.number,
        "pin": named.pin,
        "display": "",
        "muted": False,
        "codec": CODEC,
    }
