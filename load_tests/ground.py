"""What everybody in one client process shares: the server's door, the clinics, the run's clock, the tally."""

import asyncio
import random
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

import msgspec

from load_tests.clinics import Access, Clinics
from load_tests.rest import Rest
from load_tests.tally import Tally
from load_tests.visitor import Door

HEARD_WITHIN: Final = 30.0
"""Seconds after which somebody who is to be told something gives up."""


class Part(msgspec.Struct, frozen=True):
    """What one client process is asked to do."""

    scenario: str
    url: str
    """Of the server, as people open it."""
    access: Access
    """The clinics that are this process's own."""
    visits: int
    """How many of the run's visits are in these clinics."""
    share: float
    """The part of the whole load that is this process's."""
    seconds: float
    seed: str
    source: str = ""
    """The address of ours to come from; "" is any."""
    rate: float = 0.0
    """Of what the scenario repeats, a second in the whole run; 0 is its own."""
    quiet: int = 0
    """Visits that were joined and are live, but in which nobody is connected."""
    watched: bool = True
    """Whether each clinic's dashboard is open."""


@dataclass(slots=True)
class Ground:
    """A client process's place in a run."""

    part: Part
    clinics: Clinics
    door: Door
    tally: Tally
    chance: random.Random
    tasks: asyncio.TaskGroup
    began: float = 0.0
    """When the run began, by the monotonic clock; the same in all processes."""

    @classmethod
    async def reached(cls, part: Part, tasks: asyncio.TaskGroup) -> "Ground":
        """Sign in to the part's clinics. Raises Hangup."""
        rest = Rest(Door.of(part.url, part.source))
        clinics = await Clinics.signed_in(rest, part.access.accounts)
        door = Door.of(part.url.rstrip("/") + "/ws", part.source)
        return cls(part, clinics, door, Tally(), random.Random(part.seed), tasks)

    def door_at(self, ws_url: str) -> Door:
        """Give the door of an address that the server named."""
        return Door.of(ws_url, self.part.source)

    def begin(self, at: float) -> None:
        """Begin the run: from here on everything counts."""
        self.began = self.tally.began = at

    @property
    def ends(self) -> float:
        """When the run is meant to be over."""
        return self.began + self.part.seconds

    async def until(self, moment: float) -> float:
        """Wait until so many seconds into the run; give that moment of the monotonic clock.

        It counts how late we ourselves are: what people wait is counted from when they were meant to come.
        """
        meant = self.began + moment
        await asyncio.sleep(max(0.0, meant - monotonic()))
        self.tally.took("client_late", meant)
        return meant

    async def hear(self, event: asyncio.Event, meant: float, what: str) -> None:
        """Wait for what is to be heard from that moment on; count how long it took, or that it never was."""
        try:
            async with asyncio.timeout(max(0.0, meant - monotonic()) + HEARD_WITHIN):
                await event.wait()
        except TimeoutError:
            self.tally.failed(what, "never heard")
        else:
            self.tally.took(what, meant)

    def start(self, doing: Coroutine[object, object, object]) -> None:
        """Let something go on by itself, for as long as the run."""
        self.tasks.create_task(doing)

    def page(self) -> str:
        """Draw the name of a page's load, or of an operation."""
        return f"{self.chance.getrandbits(64):016x}"

    def spread(self, count: int) -> list[int]:
        """Give the clinic of each of so many visits, our clinics in turn."""
        numbers = self.clinics.numbers
        return [numbers[number % len(numbers)] for number in range(count)]


async def in_turns(doing: Sequence[Coroutine[object, object, object]], at_once: int) -> None:
    """Do all of it, so many at a time."""
    room = asyncio.Semaphore(at_once)

    async def one(coroutine: Coroutine[object, object, object]) -> None:
        async with room:
            await coroutine

    async with asyncio.TaskGroup() as group:
        for coroutine in doing:
            group.create_task(one(coroutine))
