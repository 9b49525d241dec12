"""Visits of three as a load: providers first, then everybody else by link, relays in a ring, all leave.

What is measured is marginal: each measurement takes the CPU time that the same crowd costs in silence off.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final, Self

from load_tests.dialects import Fields
from load_tests.meter import Cost, Meter
from load_tests.rush import Ring, Rush
from load_tests.site import Booked, Site, leave
from load_tests.visitor import PATIENCE_SECONDS, Visitor, connect, hang_up

WAVE: Final = 128
"""Visits whose people come at once."""
CANDIDATE: Final = (
    '{"candidate":"candidate:842163049 1 udp 1677729535 203.0.113.7 61432 typ srflx raddr 10.0.0.17 '
    'rport 61432 generation 0 ufrag x3Zq","sdpMLineIndex":0}'
)
"""What pairs of browsers send each other most: about 150 bytes."""

PATIENT: Final = "patient"
GUEST: Final = "guest"

Place = tuple[str, str]
"""A visit, and somebody's role in it: each role is there once."""


@dataclass(slots=True)
class Party:
    """One visit and its three connections."""

    booked: Booked
    provider: Visitor
    guests: list[Visitor] = field(default_factory=list)

    def role(self, role: str) -> Visitor:
        """Give the patient's or the guest's connection."""
        return self.guests[(PATIENT, GUEST).index(role)]

    @property
    def all(self) -> list[Visitor]:
        """Everybody in the visit."""
        return [self.provider, *self.guests]


class Board:
    """All clinics' dashboards: when each of them showed what."""

    def __init__(self, dashboards: Sequence[Visitor]) -> None:
        self.dashboards = dashboards
        self.shown: dict[tuple[Place, str], float] = {}
        """When which change (`joined`, `lost`) of whom was shown."""
        self._wanted: set[tuple[Place, str]] = set()
        self._all_there: asyncio.Future[None] | None = None
        for dashboard in dashboards:
            dashboard.heard = self._heard

    def _heard(self, visitor: Visitor, message: Fields) -> None:
        if message["t"] == "board.seat":
            change = ((message["visit"], message["seat"]["role"]), message["why"])
            self.shown[change] = perf_counter()
            self._wanted.discard(change)
            if not self._wanted and self._all_there is not None and not self._all_there.done():
                self._all_there.set_result(None)

    async def shows(self, places: Sequence[Place], why: str) -> list[float]:
        """Wait until a change of all of these is on the dashboards; give when each was."""
        changes = [(place, why) for place in places]
        self._wanted = {change for change in changes if change not in self.shown}
        if self._wanted:
            self._all_there = asyncio.get_running_loop().create_future()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._all_there
        return [self.shown[change] for change in changes]

    async def close(self) -> None:
        """Close the dashboards."""
        await hang_up(self.dashboards)


class Crowd:
    """Some visits with their provider in, and what may be done with them."""

    def __init__(self, site: Site, board: Board, parties: list[Party]) -> None:
        self.site = site
        self.board = board
        self.parties = parties
        self._idle = {"server": 0.0, "below": 0.0}

    @classmethod
    async def gathered(cls, site: Site, board: Board, visits: int) -> Self:
        """Book visits and bring their providers in."""
        booked = await site.book(visits)
        parties = [
            Party(one, visitor)
            for one, visitor in zip(booked, await connect(site.dialect, site.port, visits), strict=True)
        ]
        hellos = await site.provider_hellos(booked)
        await Rush([(party.provider, hello) for party, hello in zip(parties, hellos, strict=True)]).run()
        return cls(site, board, parties)

    # ------------------------------------------------------------ joining

    async def join(self) -> tuple[Cost, list[float]]:
        """Let patient and guest of every visit join by link; also how long each took to the dashboard (s).

        They come in waves, because a connection has 5 s to say hello. Opening connections is not measured.
        """
        meter = Meter(self.site, self._idle)
        delays: list[float] = []
        for first in range(0, len(self.parties), WAVE):
            said = await self.come(self.parties[first : first + WAVE])
            rush = Rush([(visitor, hello) for visitor, hello, _ in said])
            meter.resume()
            await rush.run()
            shown = await self.board.shows([place for *_, place in said], "joined")
            meter.pause()
            delays += [at - rush.said[visitor] for (visitor, *_), at in zip(said, shown, strict=True)]
        return meter.cost(len(delays)), delays

    async def come(self, parties: Sequence[Party]) -> list[tuple[Visitor, bytes, Place]]:
        """Open everybody else's connection; give what each will say to join, in a fixed random order."""
        dialect = self.site.dialect
        visitors = iter(await connect(dialect, self.site.port, 2 * len(parties)))
        said = []
        for number, party in enumerate(parties):
            for role, token in ((PATIENT, party.booked.patient), (GUEST, party.booked.guest)):
                visitor = next(visitors)
                party.guests.append(visitor)
                page = f"page{number:06}{role}"
                hello = dialect.frame("hello.link", id=1, token=token, page=page, name=f"Guest {number}")
                said.append((visitor, hello, (party.booked.visit, role)))
        random.Random(3).shuffle(said)
        return said

    # ------------------------------------------------------------ relays

    async def relay(self, count: int) -> Cost:
        """Pass so many relays on, in each visit one at a time from each to the next."""
        for party in self.parties:
            everybody = party.all
            for visitor, following in zip(everybody, everybody[1:] + everybody[:1], strict=True):
                visitor.signal = visitor.dialect.frame("signal", to=following.seat, data=CANDIDATE)
        ring = Ring([party.provider for party in self.parties], count)
        for party in self.parties:
            for visitor in party.all:
                visitor.pass_on = ring.passed
        meter = Meter(self.site, self._idle)
        meter.resume()
        await ring.run()
        meter.pause()
        return meter.cost(count)

    # ------------------------------------------------------------ silence, and the end

    async def rest(self, seconds: float) -> None:
        """Measure what this crowd costs while nobody says anything; later measurements take it off."""
        before, began = self.site.tree.cpu_by_process(), perf_counter()
        await asyncio.sleep(seconds)
        after, took = self.site.tree.cpu_by_process(), perf_counter() - began
        self._idle = {name: (after[name] - before[name]) / took for name in before}

    def as_silent_as(self, other: "Crowd") -> None:
        """Take off what another crowd at the same server cost in silence, measured for longer."""
        self._idle = other._idle

    @property
    def idle_core_share(self) -> float:
        """What part of a core the crowd costs in silence."""
        return sum(self._idle.values())

    async def go(self) -> Cost:
        """Let patients and guests leave, which is measured, and end the visits, which is not."""
        guests = [visitor for party in self.parties for visitor in party.guests]
        meter = Meter(self.site, self._idle)
        meter.resume()
        await leave(self.site.dialect, guests)
        meter.pause()
        await self.site.finish([party.provider for party in self.parties])
        return meter.cost(len(guests))
