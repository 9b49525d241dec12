"""A clinic's day: everybody comes around the hour, waits, talks, drops and comes back, and goes."""

import asyncio
from time import time
from typing import ClassVar, Final

from load_tests.arrivals import Coming, VisitsDay, clinic_day
from load_tests.caller import Caller
from load_tests.client import Client
from load_tests.clinics import VISIT
from load_tests.person import PROVIDER, Person
from load_tests.scenarios.base import Scenario
from load_tests.site import Booked

SURELY: Final = 2.0
"""Seconds after the provider is to come within which nobody leaves who is to be let in."""
WRONG_CHECK_DIGIT: Final = "1234567890"


class ClinicDay(Scenario):
    """Patients wait, providers come, guests join by link and phone, some drop; all visits are completed."""

    thresholds: ClassVar[tuple[str, ...]] = (
        *Scenario.thresholds,
        "join.count>=1",
        "join.p99<=1000",
        "presence.p99<=500",
        "lost_shown.p99<=8000",
        "resume.p99<=2000",
    )
    measures: ClassVar[str] = "join"

    async def set_up(self) -> None:
        """Plan the day's visits."""
        await super().set_up()
        part = self.ground.part
        self._day = clinic_day(part.visits, part.seconds, self.ground.chance)
        self._numbers = {one.clinic: one.number for one in part.access.accounts}
        now = time()
        plans = [VISIT | {"start": round((now + one.planned) * 1000)} for one in self._day]
        self._booked = await self.book_as(plans)

    async def run(self) -> None:
        """Let everybody follow their own clock."""
        async with asyncio.TaskGroup() as day:
            for visit, booked in zip(self._day, self._booked, strict=True):
                for coming in visit.people:
                    day.create_task(self._attend(coming, visit, booked))

    async def _attend(self, coming: Coming, visit: VisitsDay, booked: Booked) -> None:
        meant = await self.ground.until(coming.at)
        if coming.role == "phone":
            await self._call(coming, visit, booked, meant)
            return
        person = Person(self.ground, booked, coming.role, self.screens)
        person.talks = True
        person.ends = self.ground.began + visit.ends_at
        self.people.append(person)
        if await person.come(meant):
            await self._stay(person, coming, visit)

    async def _stay(self, person: Person, coming: Coming, visit: VisitsDay) -> None:
        provider = visit.people[0].at
        if person.standing != "in" and (coming.leaves_at is None or coming.leaves_at > provider + SURELY):
            self.ground.start(self.ground.hear(person.inside, self.ground.began + provider, "admitted"))
        if coming.drops_at is not None:
            await self.ground.until(coming.drops_at)
            back = await person.drop() + coming.away
            await self.ground.until(back - self.ground.began)
            await person.come_back(back)
        if coming.leaves_at is not None:
            await person.leave(await self.ground.until(coming.leaves_at))
        elif person.role == PROVIDER:
            await person.complete(await self.ground.until(visit.ends_at))
        else:
            await self._hear_the_end(person, visit)

    async def _hear_the_end(self, somebody: Client, visit: VisitsDay) -> None:
        await self.ground.hear(somebody.over, self.ground.began + visit.ends_at, "ended")

    async def _call(self, coming: Coming, visit: VisitsDay, booked: Booked, meant: float) -> None:
        """Call, type the PIN, and stay until the visit's end hangs up."""
        caller = Caller(
            self.ground,
            self._numbers[booked.clinic],
            f"+1415555{self.ground.chance.randrange(10_000):04}",
            self.screens,
        )
        caller.ends = self.ground.began + visit.ends_at
        if not await caller.dial(meant):
            return
        if coming.mistypes and await caller.guess(WRONG_CHECK_DIGIT) != "pin_wrong":
            self.ground.tally.failed("pin", "a wrong check digit was taken")
        if await caller.type_pin(booked, meant):
            await self._hear_the_end(caller, visit)
