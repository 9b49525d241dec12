"""What happens in one visit under load, and how much of it: who comes, what they do, how it ends.

A visit's story is drawn from its own seed, so that a run with the same seed plans, says and does the same,
whatever the machine makes of its times.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.faults.client import Hello
from tests.faults.history import STEADY, now
from tests.faults.line import LineLost
from tests.faults.people import Person
from tests.faults.town import Practice, Town
from tests.faults.watchers import Caller
from tests.support.node import token_of

if TYPE_CHECKING:
    from tests.faults.load import Load

SEATED_WITHIN: Final = 60.0
TICKET_WITHIN: Final = 10.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How much happens. Times in seconds."""

    visits: int
    life: tuple[float, float] = (60.0, 150.0)
    """How long a visit goes on before its provider completes it."""
    think: tuple[float, float] = (4.0, 16.0)
    """Between two acts in a visit."""
    away: tuple[float, float] = (10.0, 25.0)
    """How long who loses their connection stays away."""
    short: float = 0.15
    """Which share of the visits lapses while people come."""
    phones: float = 0.25
    """Which share of the visits has a caller."""
    steady: int = 0
    """How many providers besides ask for something ten times a second, and stay in a herd (`steady`)."""


class Provider(Person):
    """The doctor: comes with a ticket."""

    def __init__(self, town: Town, who: str, visit: str, practice: Practice) -> None:
        super().__init__(town, who, visit, practice.clinic, {})
        self._practice = practice

    async def first_hello(self) -> Hello:
        """Get a ticket for the visit. Raises LineLost."""
        reply = await self.town.rest(
            self._practice, "POST", "/tickets", {"visit": self.visit}, session=True, within=TICKET_WITHIN
        )
        if reply.status != 200:
            raise LineLost("no ticket")
        return {"t": "hello.staff", "ticket": reply.body["ticket"], "move": True}


class Story:
    """One visit, from its plan to its end."""

    def __init__(self, load: Load, name: str, practice: Practice, chance: Random) -> None:
        self.load = load
        self.town = load.town
        self.name = name
        self.practice = practice
        self.chance = chance
        self.guests: list[Person] = []
        self._people = 0

    async def play(self) -> None:
        """Live through it."""
        pace, chance = self.load.pace, self.chance
        life = chance.uniform(*pace.life)
        short = chance.random() < pace.short
        until = now() + life
        shown = await self._plan(life * 0.5 if short else None)
        if shown is None:
            return
        self.visit, self.link, self.panel = shown["id"], shown["panel"]["link"], shown["panel"]
        self.lapse = now() + life * 0.5
        patient = self._person(
            "patient", {"t": "hello.link", "token": token_of(shown["patient_link"]), "move": True}
        )
        self._guest()
        self.provider = Provider(self.town, f"{self.name} provider", self.visit, self.practice)
        self.load.go(self.provider)
        if not await self._in(self.provider) or not await self._in(patient):
            return
        if chance.random() < pace.phones:
            self._caller()
        if short:
            self._late_ones()
        while now() < until and not self.town.stopping:
            await asyncio.sleep(chance.uniform(*pace.think))
            if not self.town.stopping:
                await self._act(extends=not short)
        if not self.town.stopping:
            await self.provider.ask("complete", "complete", about=self.visit)

    async def play_steadily(self) -> None:
        """Lock and unlock a visit over and over, so that it is seen how long answers take."""
        shown = await self._plan(None)
        if shown is None:
            return
        self.visit = shown["id"]
        self.provider = Provider(self.town, f"{self.name} provider", self.visit, self.practice)
        self.load.go(self.provider)
        locks = await self._in(self.provider)
        while locks and not self.town.stopping:
            await self.provider.ask(STEADY, "lock", on=self.chance.random() < 0.5)
            await asyncio.sleep(0.1)

    async def _in(self, person: Person) -> bool:
        try:
            async with asyncio.timeout(SEATED_WITHIN):
                await person.seated.wait()
        except TimeoutError:
            pass
        return bool(person.seat)

    # ------------------------------------------------------------ who comes

    async def _plan(self, ends_in: float | None) -> dict[str, Any] | None:
        body: dict[str, Any] = {"patient": {"name": f"Pat {self.name}"}, "start": "now", "name": self.name}
        if ends_in is None:
            body["minutes"] = 60
        else:
            body["end"] = self.town.instant() + round(1000 * ends_in)
        reply = await self.load.change(self.practice, "plan", self.name, "/visits", body, about=self.name)
        return reply.body if reply.status == 201 else None

    def _person(self, what: str, hello: Hello) -> Person:
        self._people += 1
        who = f"{self.name} {what} {self._people}"
        if hello.get("name") is None:
            hello = {**hello, "name": ""}
        person = Person(self.town, who, self.visit, self.practice.clinic, hello)
        self.load.go(person)
        return person

    def _guest(self) -> Person:
        name = f"Guest {self._people} of {self.name}"
        guest = self._person("guest", {"t": "hello.link", "token": token_of(self.link), "name": name})
        self.guests.append(guest)
        return guest

    def _caller(self) -> None:
        if not self.panel.get("pin"):
            return
        number = f"+1555{self.chance.randrange(10**7):07}"
        who = f"{self.name} phone"
        self.load.go(Caller(self.town, who, self.practice, self.visit, self.panel["pin"], number))

    def _late_ones(self) -> None:
        """Guests who come about the time when the link dies: just before, just after, long after."""
        for offset in (-0.5, 0.5, 2.5):
            self.load.later(self.lapse + offset - now() + self.chance.uniform(0, 0.3), self._guest)

    # ------------------------------------------------------------ what they do

    async def _act(self, *, extends: bool) -> None:
        """Do one thing that people do."""
        chance, provider = self.chance, self.provider
        draw = chance.random()
        guests = [guest for guest in self.guests if guest.seat and not guest.done.is_set()]
        for seat in provider.waiting()[:2]:
            await provider.ask("admit", "admit", about=seat, seat=seat)
        if draw < 0.2 and len(guests) < 3:
            self._guest()
        elif draw < 0.35:
            await self._invite(f"Friend {chance.randrange(10**9)}")
        elif draw < 0.5 and extends:
            await self._extend(chance.choice((5, 15)))
        elif draw < 0.65 and guests:
            await self._rename(chance.choice(guests))
        elif draw < 0.75 and len(guests) > 1:
            leaving = chance.choice(guests)
            await leaving.ask("leave", "leave", about=leaving.seat)
        elif draw < 0.8 and len(guests) > 1:
            out = chance.choice(guests)
            await provider.ask("remove", "remove", about=out.seat, seat=out.seat)
        elif draw < 0.92 and guests:
            who, away = chance.choice([*guests, provider]), chance.uniform(*self.load.pace.away)
            who.lose_power(away, silently=chance.random() < 0.6)
        elif provider.line is not None:
            provider.line.tell("media", mic=chance.random() < 0.5, cam=True)

    async def _invite(self, label: str) -> None:
        await self.provider.ask("invite", "invite", about=label, label=label)

    async def _rename(self, guest: Person) -> None:
        if guest.standing != "in":
            return
        name = f"Name {self.chance.randrange(10**9)}"
        await self.provider.ask("rename", "rename", about=f"{guest.seat} {name}", seat=guest.seat, name=name)

    async def _extend(self, minutes: int) -> None:
        """Extend over the socket or over REST; by REST the answer says the new end."""
        if self.chance.random() < 0.5:
            await self.provider.ask("extend", "extend", about=str(minutes), minutes=minutes)
            return
        path = f"/visits/{self.visit}/extend"
        await self.load.change(
            self.practice,
            "extend",
            self.name,
            path,
            {"minutes": minutes},
            visit=self.visit,
            about=str(minutes),
        )
