"""Many dashboards of each clinic, and everybody comes: how soon the last of them shows it."""

import asyncio
from typing import ClassVar, Final

from load_tests.arrivals import evenly
from load_tests.crowd import GUEST, PATIENT
from load_tests.ground import Ground
from load_tests.person import PROVIDER, Person
from load_tests.scenarios.base import Scenario
from load_tests.screens import Screens

DASHBOARDS: Final = 8
"""Open in each clinic."""


class PresenceFanout(Scenario):
    """Eight dashboards a clinic while patients and guests join: each join is shown on all of them."""

    thresholds: ClassVar[tuple[str, ...]] = (
        *Scenario.thresholds,
        "presence.count>=1",
        "presence.p99<=500",
        "join.p99<=500",
    )
    measures: ClassVar[str] = "presence"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.screens = Screens(ground, DASHBOARDS)

    async def set_up(self) -> None:
        """Open the dashboards, and bring the providers in."""
        await super().set_up()
        self._booked = await self.book(self.ground.part.visits)
        await self.gathered(self._booked, PROVIDER)

    async def run(self) -> None:
        """Let patients and guests join, one after the other, at their times."""
        coming = [
            Person(self.ground, one, role, self.screens) for role in (PATIENT, GUEST) for one in self._booked
        ]
        self.people += coming
        self.ground.chance.shuffle(coming)
        moments = evenly(len(coming), self.ground.part.seconds)
        async with asyncio.TaskGroup() as all_of_them:
            for person, moment in zip(coming, moments, strict=True):
                meant = await self.ground.until(moment)
                all_of_them.create_task(person.come(meant))
