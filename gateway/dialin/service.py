"""All calls of a process: which are taken, and how they end with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog

from actors.tasks import Tasks
from gateway.dialin.call import Call, House
from gateway.dialin.leg import Caller, Leg

log = structlog.get_logger("dialin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many calls are taken."""

    calls: int = 200
    """At the same time."""
    a_second: float = 20.0
    """New ones; in the first second of a rush twice as many."""


@dataclass(slots=True)
class _Bucket:
    a_second: float
    left: float
    at: float

    def take(self, now: float) -> bool:
        self.left = min(2 * self.a_second, self.left + (now - self.at) * self.a_second)
        self.at = now
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongues:
    """In which language each number speaks."""

    of: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = "en"

    def language(self, dialled: str) -> str:
        """Give the language of a number."""
        return self.of.get(dialled, self.otherwise)


class Service:
    """Takes calls from all origins, and knows those that are live."""

    def __init__(
        self, house: House, tongues: Tongues, room: Room, report: Callable[[BaseException], None]
    ) -> None:
        self.house = house
        self.tongues = tongues
        self._room = room
        self._tasks = Tasks(report)
        self._calls: dict[Leg, Call] = {}
        self._bucket: _Bucket | None = None
        self._empty = asyncio.Event()
        self._empty.set()
        self._open = True

    def __len__(self) -> int:
        return len(self._calls)

    def has_room(self) -> bool:
        """Whether another call would be taken now."""
        return self._open and len(self._calls) < self._room.calls

    def answering(self, leg: Leg) -> Caller | None:
        """Take a call, or not: what origins are given."""
        return self.take(leg)

    def take(self, leg: Leg, *, typed: str | None = None) -> Caller | None:
        """Take a call; `typed` is what the origin has collected already, None if it asked nothing."""
        now = asyncio.get_running_loop().time()
        self._bucket = self._bucket or _Bucket(self._room.a_second, 2 * self._room.a_second, now)
        if not self.has_room() or not self._bucket.take(now):
            self.house.tally.refused(leg.origin)
            log.warning("call_refused", origin=leg.origin, live=len(self._calls))
            return None
        call = Call(leg, self.house, self.tongues.language(leg.dialled), typed=typed)
        self._calls[leg] = call
        self._empty.clear()
        self.house.tally.began(leg.origin)
        self._tasks.start(self._run(leg, call))
        return call

    def tend(self) -> None:
        """Look at the clock now, in every call: for who sets it ahead."""
        for call in tuple(self._calls.values()):
            call.tend()

    async def emptied(self) -> None:
        """Wait until no call is live."""
        await self._empty.wait()

    async def stop(self, within: float) -> None:
        """Take no more calls, say goodbye to those that are live, and end them after so many seconds."""
        self._open = False
        for call in tuple(self._calls.values()):
            call.stop()
        try:
            async with asyncio.timeout(within):
                await self.emptied()
        except TimeoutError:
            log.warning("calls_cut", live=len(self._calls))
        await self._tasks.close()

    async def _run(self, leg: Leg, call: Call) -> None:
        try:
            await call.run()
        finally:
            del self._calls[leg]
            if not self._calls:
                self._empty.set()
