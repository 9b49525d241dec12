"""Somebody tries PINs on all dial-in numbers, while callers with a right one and guests come as ever."""

import asyncio
from typing import ClassVar, Final

from engine.pin import RANDOM_DIGITS, TRIES, with_check_digit
from load_tests.arrivals import at_random, evenly
from load_tests.caller import Caller
from load_tests.crowd import GUEST
from load_tests.person import PROVIDER, Person
from load_tests.scenarios.base import Scenario
from load_tests.site import Booked

CALLERS: Final = 100_000
"""Numbers that the flood comes from."""


class PinFlood(Scenario):
    """Guesses on every number: nobody is let in by them, and nobody else has to wait for them."""

    thresholds: ClassVar[tuple[str, ...]] = (
        *Scenario.thresholds,
        "pin.count>=1",
        "guessed_in<=0",
        "pin.p99<=1000",
        "join.p99<=1000",
    )
    rate: ClassVar[float] = 0.5
    measures: ClassVar[str] = "pin"

    async def set_up(self) -> None:
        """Bring the providers in; they let in whoever waits."""
        await super().set_up()
        self._numbers = {one.clinic: one.number for one in self.ground.part.access.accounts}
        self._booked = await self.book(self.ground.part.visits)
        for [provider] in (await self.gathered(self._booked, PROVIDER)).values():
            provider.admits = True

    async def run(self) -> None:
        """Let the flood and the others come, each by its own clock."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._flood())
            both.create_task(self._everybody_else())

    async def _everybody_else(self) -> None:
        moments = evenly(len(self._booked), self.ground.part.seconds)
        async with asyncio.TaskGroup() as all_of_them:
            for one, moment in zip(self._booked, moments, strict=True):
                meant = await self.ground.until(moment)
                guest = Person(self.ground, one, GUEST, self.screens)
                self.people.append(guest)
                all_of_them.create_task(guest.come(meant))
                all_of_them.create_task(self._call(one, meant))

    async def _call(self, booked: Booked, meant: float) -> None:
        """Call with the right PIN, and be let in, sooner or later."""
        caller = Caller(self.ground, self._numbers[booked.clinic], self._number(), self.screens)
        caller.seated = lambda standing: self._seated(standing, meant)
        if await caller.dial(meant):
            await caller.type_pin(booked, meant)

    def _seated(self, standing: str, meant: float) -> None:
        self.ground.tally.count(f"caller_{standing}")
        if standing == "in":
            self.ground.tally.took("caller_let_in", meant)

    def _number(self) -> str:
        return f"+1415{5_550_000 + self.ground.chance.randrange(CALLERS):07}"

    # ------------------------------------------------------------ the flood

    async def _flood(self) -> None:
        """Open calls at random times; each tries as often as it may."""
        rate = self.rate_here / TRIES
        async with asyncio.TaskGroup() as calls:
            for moment in at_random(rate, self.ground.part.seconds, self.ground.chance):
                meant = await self.ground.until(moment)
                calls.create_task(self._guess(meant))

    async def _guess(self, meant: float) -> None:
        caller = Caller(self.ground, self.ground.chance.choice(list(self._numbers.values())), self._number())
        if not await caller.enter("flood_call", meant):
            return
        for _ in range(TRIES):
            digits = f"{self.ground.chance.randrange(10**RANDOM_DIGITS):0{RANDOM_DIGITS}}"
            said = await caller.guess(with_check_digit(digits))
            self.ground.tally.count("guesses")
            if not said:
                self.ground.tally.count("guessed_in" if caller.standing == "in" else "guessed_to_the_door")
        caller.hang_up()
