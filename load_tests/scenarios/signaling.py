"""Calls in progress: ICE candidates go from each to the next, at a rate that the server cannot slow down."""

import asyncio
from itertools import cycle
from typing import ClassVar, Final

from load_tests.arrivals import at_random
from load_tests.crowd import CANDIDATE
from load_tests.person import Person
from load_tests.scenarios.base import Scenario

SETTLES: Final = 2.0
"""Seconds after the last relay within which it has to arrive."""


class Signaling(Scenario):
    """Visits of three that exchange candidates all the time: the relay's delay under a steady rate."""

    thresholds: ClassVar[tuple[str, ...]] = (
        *Scenario.thresholds,
        "relay.count>=1",
        "relay.p99<=100",
        "relays_lost<=0",
    )
    rate: ClassVar[float] = 2.0
    measures: ClassVar[str] = "relay"

    async def set_up(self) -> None:
        """Bring three into each visit."""
        await super().set_up()
        visits = await self.all_in(await self.book(self.ground.part.visits))
        self._pairs = [
            pair for people in visits.values() for pair in zip(people, people[1:] + people[:1], strict=True)
        ]
        self.ground.chance.shuffle(self._pairs)

    async def run(self) -> None:
        """Send each at its time, whatever became of those before."""
        pairs = cycle(self._pairs)
        for moment in at_random(self.rate_here, self.ground.part.seconds, self.ground.chance):
            meant = await self.ground.until(moment)
            _send(*next(pairs), meant)
        await asyncio.sleep(SETTLES)


def _send(sender: Person, receiver: Person, meant: float) -> None:
    sender.signal(receiver.seat, CANDIDATE, meant)
