"""What every kind of load has: people are gathered, the load runs, everybody goes."""

from collections.abc import Iterable
from time import monotonic
from typing import ClassVar, Final

from load_tests.clinics import VISIT
from load_tests.crowd import GUEST, PATIENT
from load_tests.dialects import Fields
from load_tests.ground import Ground, in_turns
from load_tests.person import PROVIDER, Person
from load_tests.screens import Screens
from load_tests.site import Booked

BOOKED_AT_ONCE: Final = 512
COMING_AT_ONCE: Final = 24
"""People who come at the same time while a load is set up, for each process."""
HOURS_AT_LEAST: Final = 2
"""Visits are planned for at least so long, so that none lapses while it is measured."""


class Scenario:
    """One kind of load, as one client process has it."""

    thresholds: ClassVar[tuple[str, ...]] = ("failed<=0", "cut<=0")
    """What has to hold for a run to pass, unless asked otherwise."""
    rate: ClassVar[float] = 0.0
    """What it repeats, a second, for each visit of the run; 0 when it repeats nothing."""
    measures: ClassVar[str] = ""
    """What the result is about first: the name of a duration, or "" when there is none."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.screens = Screens(ground)
        self.people: list[Person] = []

    async def set_up(self) -> None:
        """Bring the server into the state that the load begins with."""
        if self.ground.part.watched:
            await self.screens.open()

    async def run(self) -> None:
        """Be the load; it ends by itself when its time is over."""
        raise NotImplementedError

    async def close(self) -> None:
        """Wait for what is still due, then let everybody be gone."""
        await self.screens.close()
        for person in self.people:
            person.hang_up()

    # ------------------------------------------------------------ gathering

    @property
    def rate_here(self) -> float:
        """How often a second this process does what the scenario repeats."""
        part = self.ground.part
        return part.rate * part.share if part.rate else self.rate * part.visits

    async def book(self, count: int) -> list[Booked]:
        """Plan visits that have begun, our clinics in turn."""
        minutes = 60 * HOURS_AT_LEAST + round(self.ground.part.seconds / 60)
        return await self.book_as([VISIT | {"minutes": minutes}] * count)

    async def book_as(self, plans: list[Fields]) -> list[Booked]:
        """Plan these visits, our clinics in turn."""
        asked = list(zip(self.ground.spread(len(plans)), plans, strict=True))
        booked: list[Booked] = []
        for first in range(0, len(asked), BOOKED_AT_ONCE):
            booked += await self.ground.clinics.book(asked[first : first + BOOKED_AT_ONCE])
        return booked

    async def gathered(self, booked: Iterable[Booked], *roles: str) -> dict[str, list[Person]]:
        """Bring these into each visit, the first role first; gives each visit's people by its id."""
        found: dict[str, list[Person]] = {one.visit: [] for one in booked}
        for role in roles:
            coming = []
            for one in booked:
                person = Person(self.ground, one, role)
                found[one.visit].append(person)
                coming.append(person.come(monotonic()))
            await in_turns(coming, COMING_AT_ONCE)
        self.people += [person for visit in found.values() for person in visit]
        return found

    async def all_in(self, booked: Iterable[Booked]) -> dict[str, list[Person]]:
        """Bring provider, patient and guest into each visit."""
        return await self.gathered(booked, PROVIDER, PATIENT, GUEST)
