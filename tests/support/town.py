"""A clinic's node, and the people of its town who are written to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.ids import InvitationId
from engine.letters import Letter
from engine.planning import Contact, PlannedGuest
from engine.visit import Visit
from tests.support.client import refusal
from tests.support.node import House, house
from tests.support.post import FakePost

ANN, BOB = InvitationId("ann"), InvitationId("bob")
ANNS, BOBS, PATS = "ann@family.example", "bob@family.example", "pat@home.example"
BOBS_PHONE = "+14155550142"
GUESTS = (
    PlannedGuest(invitation=ANN, contact=Contact(email=ANNS), label="Daughter"),
    PlannedGuest(invitation=BOB, contact=Contact(email=BOBS, phone=BOBS_PHONE)),
)
DAY = 24 * 60


@dataclass(slots=True)
class Town:
    """A clinic's node, and the mail server and text gateway of the town."""

    here: House
    post: FakePost

    async def plan(self, **facts: Any) -> Visit:
        """Plan a visit in two days: the patient, Ann and Bob are written to."""
        usual: dict[str, Any] = {"starts_in": 2 * DAY, "contact": Contact(email=PATS), "guests": GUESTS}
        return await self.here.plan(**(usual | facts))

    def visit(self, visit: Visit) -> Visit:
        """Read a visit as it is in memory."""
        live = self.here.node.host.here(visit.id)
        assert live is not None
        return live.visit

    def letters(self, visit: Visit) -> dict[str, Letter]:
        """Give a visit's letters, by whom they go to and how: `ann email`."""
        return {f"{one.invitation} {one.via}": one for one in self.visit(visit).letters}

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so; what brings it about runs in this very loop."""
        async with asyncio.timeout(30):
            while not true():  # noqa: ASYNC110 - a visit tells nobody that it has left memory
                await asyncio.sleep(0.005)

    async def settled(self, visit: Visit) -> None:
        """Wait until none of a visit's letters is under way or due."""
        await self.until(lambda: not any(one.pending for one in self.visit(visit).letters))

    async def ask(self, visit: Visit, command: Any) -> Any:
        """Ask something of a visit."""
        return await self.here.node.desk.ask(visit.id, command)


@asynccontextmanager
async def town(folder: Path, post: FakePost | None = None, **options: Any) -> AsyncIterator[Town]:
    """Run a node whose letters go to a fake post."""
    post = post or FakePost()
    async with house(folder, post=post, **options) as here:
        yield Town(here, post)
        await here.everybody_goes()
        assert not here.bugs


async def code(asked: Any) -> str:
    """Give the code of a request's refusal on a socket."""
    return str(await refusal(asked))
