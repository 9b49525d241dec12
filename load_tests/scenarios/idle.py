"""Silence: everybody is in, nobody says anything."""

from time import monotonic
from typing import ClassVar

from load_tests.ground import in_turns
from load_tests.person import PROVIDER, Person
from load_tests.scenarios.base import COMING_AT_ONCE, Scenario
from load_tests.site import Booked


class Idle(Scenario):
    """Visits of three in silence: what open connections cost when nothing happens."""

    thresholds: ClassVar[tuple[str, ...]] = (*Scenario.thresholds, "cpu.mean<=0.1")

    async def set_up(self) -> None:
        """Bring three into each visit; visits without anybody are joined once and left."""
        await super().set_up()
        quiet = await self.book(self.ground.part.quiet)
        await in_turns([self._come_and_go(one) for one in quiet], COMING_AT_ONCE)
        await self.all_in(await self.book(self.ground.part.visits))

    async def _come_and_go(self, booked: Booked) -> None:
        provider = Person(self.ground, booked, PROVIDER)
        if await provider.come(monotonic()):
            await provider.leave(monotonic())

    async def run(self) -> None:
        """Say nothing."""
        await self.ground.until(self.ground.part.seconds)
