"""A clinic's busy hour in a few seconds: visits planned, people joining, let in, invited, guessing, done."""

from __future__ import annotations

import asyncio
import random
from typing import Any, Final

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from engine.pin import with_check_digit
from tests.prove.ledger import Ledger, Place
from tests.prove.node_process import QUIET_NUMBER
from tests.prove.site import RestRefused, Shown, Site
from tests.support.client import Refused, WireClient

DESKS: Final = 4
"""Visits that go on at once."""
GUESSERS: Final = 2
CLOSED: Final = (ConnectionError, ConnectionClosed, InvalidHandshake, OSError, httpx.TransportError, EOFError)
"""What a client sees of a server that dies."""


class Load:
    """People and programs that ask until the server is gone, and write down what was acknowledged."""

    def __init__(self, site: Site, ledger: Ledger, chance: random.Random) -> None:
        self._site = site
        self._ledger = ledger
        self._chance = chance
        self._names = 0

    async def run(self) -> None:
        """Go on until the server is gone for everybody."""
        await self._site.ask("PATCH", "/clinic", {"admission": "provider_admits"})
        async with asyncio.TaskGroup() as tasks:
            for _ in range(DESKS):
                tasks.create_task(self._until_gone(self._visits()))
            for _ in range(GUESSERS):
                tasks.create_task(self._until_gone(self._guesses()))

    async def _until_gone(self, work: Any) -> None:
        try:
            await work
        except CLOSED:
            return
        except (Refused, RestRefused) as refused:
            if refused.code != "try_later":  # the store went first
                raise

    # ------------------------------------------------------------ visits

    async def _visits(self) -> None:
        while True:
            visit = await self._site.plan(minutes=60)
            self._ledger.visits[visit["id"]] = visit
            self._ledger.note()
            await self._one_visit(visit)

    async def _one_visit(self, visit: Shown) -> None:
        ledger, site = self._ledger, self._site
        waiting = [await self._seated(visit, site.guest(visit, self._name())) for _ in range(2)]
        provider = await self._seated(visit, site.provider(visit))
        waiting.append(await self._seated(visit, site.guest(visit, self._name())))
        for place in waiting[: self._chance.randint(1, 3)]:
            await provider.client.ask("admit", op=f"in {place.client.seat}", seat=place.client.seat)
            place.let_in = True
            ledger.note()
        invitation = await site.invite(visit, label=self._name())
        ledger.links.append((visit["id"], invitation["link"]))
        if self._chance.random() < 0.5:
            more = await site.ask("POST", f"/visits/{visit['id']}/extend", {"minutes": 15})
            ledger.lapses[visit["id"]] = more["lapses_at"]
        if self._chance.random() < 0.4:
            ledger.ending.add(visit["id"])
            await provider.client.ask("complete", op="done")
            ledger.ended.add(visit["id"])
        ledger.note()

    async def _seated(self, visit: Shown, joining: Any) -> Place:
        client: WireClient = await joining
        place = Place(visit["id"], client, client.ready["standing"])
        self._ledger.places.append(place)
        self._ledger.note()
        return place

    def _name(self) -> str:
        self._names += 1
        return f"Guest {self._names}"

    # ------------------------------------------------------------ guesses

    async def _guesses(self) -> None:
        """Guess PINs on a number that has none, each caller twice; an answered guess is a counted one."""
        while True:
            caller = f"+1999{self._chance.randrange(10**7):07}"
            phone = await self._site.phone(caller, QUIET_NUMBER)
            for _ in range(2):
                await self._guess(phone)
            await phone.close()

    async def _guess(self, phone: WireClient) -> None:
        digits = with_check_digit(f"{self._chance.randrange(10**9):09}")
        try:
            await phone.ask("digits", digits=digits)
        except Refused as refused:
            if refused.code != "pin_wrong":
                raise
        self._ledger.guesses += 1
        self._ledger.note()
