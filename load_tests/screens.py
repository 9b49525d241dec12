"""The clinics' dashboards, open all day: how long until each shows who came, and whose connection was lost.

Somebody is known by visit and role; a load has each role once in a visit.
"""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Final

from load_tests.client import Client
from load_tests.crowd import GUEST, PATIENT
from load_tests.dialects import Fields
from load_tests.ground import Ground
from load_tests.visitor import Visitor

KINDS: Final = {"joined": "came", "waiting": "came", "early": "came", "lost": "lost"}
"""What a change is to us, by its `why`; all others are not looked at."""
SHOWN_WITHIN: Final = 15.0
"""Seconds after which something that no dashboard shows is taken for lost (B2)."""

Place = tuple[str, str]
Change = tuple[Place, str]


class Dashboard(Client):
    """One dashboard of a clinic."""

    def __init__(self, ground: Ground, clinic: int, screens: "Screens") -> None:
        super().__init__(ground)
        self._clinic = clinic
        self._screens = screens
        self._page = ground.page()

    async def hello(self) -> Fields:
        """Show a ticket."""
        ticket, ws_url = await self.ground.clinics.ticket(self._clinic)
        self.door = self.ground.door_at(ws_url)
        return {"t": "hello.staff", "ticket": ticket, "page": self._page}

    async def open(self) -> None:
        """Watch the clinic's waiting room."""
        if await self.enter("dashboard", monotonic()):
            await self.ask("dashboard", monotonic(), "watch.board")

    def told(self, visitor: Visitor, message: Fields) -> None:
        """See a change."""
        if message["t"] == "board.seat":
            self._screens.showed((message["visit"], message["seat"]["role"]), message["why"])

    def cut(self, after: float) -> None:
        """Watch again; what was missed meanwhile is not counted as shown."""
        self.ground.start(self._again(after))

    async def _again(self, after: float) -> None:
        await asyncio.sleep(after + self.ground.chance.uniform(0, 0.5))
        await self.open()


class Screens:
    """All dashboards of this process's clinics, and what they are still to show."""

    def __init__(self, ground: Ground, in_each_clinic: int = 1) -> None:
        self._ground = ground
        self._in_each = in_each_clinic
        self._nothing_due = asyncio.Event()
        self._nothing_due.set()
        self._due: dict[Change, tuple[str, float, int]] = {}
        """What is to be shown: counted as what, meant when, on how many more dashboards."""
        self.dashboards = [
            Dashboard(ground, clinic, self)
            for clinic in ground.clinics.numbers
            for _ in range(in_each_clinic)
        ]

    async def open(self) -> None:
        """Open all of them."""
        for dashboard in self.dashboards:
            await dashboard.open()

    def expect(self, place: Place, kind: str, meant: float, what: str) -> None:
        """Somebody is about to come, or is gone: count as `what` how long until each dashboard shows it."""
        self._due[place, kind] = what, meant, self._in_each
        self._nothing_due.clear()

    def showed(self, place: Place, why: str) -> None:
        """A dashboard shows it."""
        change = (place, KINDS.get(why, ""))
        if change not in self._due:
            return
        what, meant, left = self._due.pop(change)
        self._ground.tally.took(what, meant)
        if left > 1:
            self._due[change] = what, meant, left - 1
        self._look()

    def forget(self, visit: str) -> None:
        """A visit ends: who was about to be shown as lost has left instead."""
        for role in (PATIENT, GUEST):
            self.back((visit, role))

    def back(self, place: Place) -> None:
        """Somebody comes back: if nobody was shown as lost by now, nobody will be."""
        self._due.pop((place, "lost"), None)
        self._look()

    def _look(self) -> None:
        if not self._due:
            self._nothing_due.set()

    async def close(self) -> None:
        """Wait for what is still to be shown, count what never was, and close."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SHOWN_WITHIN):
                await self._nothing_due.wait()
        for what, _, left in self._due.values():
            self._ground.tally.failed(what, f"never shown on {left}")
        for dashboard in self.dashboards:
            dashboard.hang_up()
