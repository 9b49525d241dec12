"""All connections are lost in one instant, and everybody comes back at once; again and again."""

import asyncio
from typing import ClassVar, Final

from load_tests.person import Person
from load_tests.scenarios.base import Scenario

HERDS_EVERY: Final = 30.0
"""Seconds from one loss to the next, at least; a run has one herd at least."""
FIRST_AFTER: Final = 1.0


class ReconnectHerd(Scenario):
    """Visits of three whose connections are all reset at once: how long until each has its seat again."""

    thresholds: ClassVar[tuple[str, ...]] = (*Scenario.thresholds, "back.count>=1", "resumed_state<=0")
    measures: ClassVar[str] = "back"

    async def set_up(self) -> None:
        """Bring three into each visit."""
        await super().set_up()
        await self.all_in(await self.book(self.ground.part.visits))

    async def run(self) -> None:
        """Cut everybody off, and wait until all are back."""
        moment, seconds = FIRST_AFTER, self.ground.part.seconds
        while moment == FIRST_AFTER or moment + HERDS_EVERY <= seconds:
            meant = await self.ground.until(moment)
            for person in self.people:
                person.hang_up()
            async with asyncio.TaskGroup() as herd:
                for person in self.people:
                    herd.create_task(self._back(person, meant))
            moment += HERDS_EVERY
        await self.ground.until(seconds)

    async def _back(self, person: Person, meant: float) -> None:
        """Come back as a page does, counted from the moment of the loss (docs/protocol.md, Silence)."""
        await asyncio.sleep(self.ground.chance.uniform(0, 0.5))
        await person.come_back(meant, "back")
