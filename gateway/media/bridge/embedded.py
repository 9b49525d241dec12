"""The embedded bridge: aiortc towards browsers, mixed here every 20 ms."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from gateway.loudness import is_loud
from gateway.media.bridge.backend import Answer, Candidate, Hear, Speaking, Voice
from gateway.media.bridge.cushion import Cushion
from gateway.media.bridge.mixer import comfort_frames, mixed
from gateway.media.bridge.peer import Peer
from signaling.messages import IceServer

BEAT: Final = 0.02
_BEHIND: Final = 5
"""Beats that are made up for after the loop was busy; more are left out."""
SPEAKS_FOR: Final = 15
"""Beats that somebody counts as speaking after they were last loud."""


class Telephone:
    """One telephone in a room."""

    def __init__(self, seat: str, hear: Hear, gone: Callable[["Telephone"], None]) -> None:
        self.seat, self.hear = seat, hear
        self.cushion = Cushion()
        self.loud = 0
        self._gone = gone

    def say(self, frame: bytes) -> None:
        """The telephone says a frame."""
        self.cushion.put(frame)

    def close(self) -> None:
        """The telephone is gone."""
        self._gone(self)


class Browser:
    """One browser in a room."""

    def __init__(self, seat: str, peer: Peer, cushion: Cushion) -> None:
        self.seat, self.peer, self.cushion = seat, peer, cushion


class EmbeddedRoom:
    """One visit's sound, mixed in this process."""

    def __init__(self, speaking: Speaking, closed: Callable[["EmbeddedRoom"], None]) -> None:
        self._telephones: dict[str, Telephone] = {}
        self._browsers: dict[str, Browser] = {}
        self._speaking = speaking
        self._spoke: list[str] = []
        self._hears = np.zeros((0, 0), dtype=np.int32)
        self._comfort = comfort_frames()
        self._beats = 0
        self._closed = closed
        self._closing: set[asyncio.Task[None]] = set()

    async def telephone(self, seat: str, hear: Hear) -> Voice:
        """Let a telephone in."""
        voice = self._telephones[seat] = Telephone(seat, hear, self._hung_up)
        self._arrange()
        return voice

    async def offered(self, seat: str, pair: str, sdp: str, ice: Sequence[IceServer]) -> Answer:
        """Answer a browser."""
        browser = self._browsers.get(seat)
        if browser is None or browser.peer.pair != pair:
            await self.drop(seat)
            cushion = Cushion()
            browser = Browser(seat, Peer(pair, ice, cushion.put, self._lost), cushion)
            self._browsers[seat] = browser
            self._arrange()
        return Answer(await browser.peer.answer(sdp))

    async def candidate(self, seat: str, pair: str, candidate: Candidate | None) -> None:
        """Take a browser's candidate."""
        browser = self._browsers.get(seat)
        if browser is not None and browser.peer.pair == pair:
            await browser.peer.candidate(candidate)

    async def drop(self, seat: str) -> None:
        """Let a browser go."""
        browser = self._browsers.pop(seat, None)
        if browser is not None:
            self._arrange()
            await browser.peer.close()

    def browsers(self) -> frozenset[str]:
        """The seats whose browsers are here."""
        return frozenset(self._browsers)

    async def close(self) -> None:
        """End everything."""
        self._closed(self)
        for seat in tuple(self._browsers):
            await self.drop(seat)
        if self._closing:
            await asyncio.gather(*self._closing)

    # ------------------------------------------------------------ every 20 ms

    def beat(self) -> None:
        """Take a frame of everybody, and give everybody what they hear."""
        phones, browsers = list(self._telephones.values()), list(self._browsers.values())
        frames = [one.cushion.take() for one in phones] + [one.cushion.take() for one in browsers]
        if not frames:
            return
        heard = mixed(frames, self._hears)
        self._beats += 1
        noise = self._comfort[self._beats % len(self._comfort)]
        for at, phone in enumerate(phones):
            alone = all(frame is None for other, frame in enumerate(frames) if other != at)
            phone.hear(noise if alone else heard[at])
            frame = frames[at]
            phone.loud = SPEAKS_FOR if frame is not None and is_loud(frame) else max(0, phone.loud - 1)
        for at, browser in enumerate(browsers, len(phones)):
            if browser.peer.connected:
                browser.peer.say(heard[at])
        speaking = [phone.seat for phone in phones if phone.loud]
        if speaking != self._spoke:
            self._spoke = speaking
            self._speaking(speaking)

    # ------------------------------------------------------------ in itself

    def _arrange(self) -> None:
        """Say who hears whom: a telephone everybody else, a browser the telephones (browsers hear each other
        without us), and nobody what comes from their own seat.
        """
        seats = [*self._telephones, *self._browsers]
        phones = len(self._telephones)
        self._hears = np.array(
            [
                [int(one != other and (at < phones or to < phones)) for at, other in enumerate(seats)]
                for to, one in enumerate(seats)
            ],
            dtype=np.int32,
        ).reshape(len(seats), len(seats))

    def _hung_up(self, telephone: Telephone) -> None:
        if self._telephones.get(telephone.seat) is telephone:
            del self._telephones[telephone.seat]
            self._arrange()

    def _lost(self, peer: Peer) -> None:
        """A browser's connection failed, or it closed it."""
        for seat, browser in tuple(self._browsers.items()):
            if browser.peer is peer:
                task = asyncio.get_running_loop().create_task(self.drop(seat))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)


class EmbeddedBackend:
    """All rooms of this process, and the beat that they share."""

    def __init__(self) -> None:
        self._rooms: set[EmbeddedRoom] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    async def open(self, visit: str, speaking: Speaking) -> EmbeddedRoom:
        """Make a room."""
        room = EmbeddedRoom(speaking, self._rooms.discard)
        self._rooms.add(room)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._due = loop.time() + BEAT
            self._timer = loop.call_at(self._due, self._beat)
        return room

    async def lost(self) -> None:
        """Wait for ever: it lives as long as its process."""
        await asyncio.get_running_loop().create_future()

    def helper(self) -> int:
        """Give none: it is all in this process."""
        return 0

    async def close(self) -> None:
        """Stop the beat."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        if not self._rooms:
            self._timer = None
            return
        loop = asyncio.get_running_loop()
        self._due += BEAT
        if loop.time() - self._due > _BEHIND * BEAT:
            self._due = loop.time()
        self._timer = loop.call_at(self._due, self._beat)
        for room in tuple(self._rooms):
            room.beat()
