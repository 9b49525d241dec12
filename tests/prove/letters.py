"""Invitations are sent while the node that sends them is killed again and again: none is lost, and none comes
more often than was promised (B1).
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import httpx

from tests.prove.outside import Delivered, outside
from tests.prove.proof import Findings, Round
from tests.prove.site import RestRefused, Shown, Site

INVITATIONS: Final = 1_000
KILLS: Final = 30
OF_A_VISIT: Final = 20
"""Personal invitations that a visit can have."""
DESKS: Final = 8
"""People who invite at once."""
AMID: Final = 0.2
"""Seconds, at most, from a share of invitations acknowledged to the kill."""
A_DAY: Final = 86_400_000
LOOKS: Final = 120


@dataclass(slots=True)
class Inviting:
    """Who is to be invited, and who was: acknowledged by an answer that arrived."""

    site: Site
    todo: deque[tuple[Shown, str]]
    made: dict[str, tuple[Shown, str]] = field(default_factory=dict)
    """By address: the visit, and the invitation's id."""
    up: asyncio.Event = field(default_factory=asyncio.Event)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def desk(self) -> None:
        """Invite one after the other; what was not answered is asked again, as the same operation."""
        while self.todo:
            visit, to = self.todo.popleft()
            while not await self._invited(visit, to):
                await self.up.wait()

    async def _invited(self, visit: Shown, to: str) -> bool:
        contact = {"email": to} if "@" in to else {"phone": to}
        key = f"Bearer {self.site.doors.api_key}"
        headers = {"Authorization": key, "Idempotency-Key": f"invite {to}"}
        try:
            path = f"/visits/{visit['id']}/invitations"
            answer = await self.site.ask("POST", path, contact, **headers)
        except httpx.TransportError:
            return False
        except RestRefused as refused:
            if refused.code != "try_later":
                raise
            return False
        self.made[to] = (visit, answer["invitation"])
        self.more.set()
        return True

    async def until(self, count: int) -> None:
        """Wait for so many acknowledged invitations."""
        while len(self.made) < count:
            self.more.clear()
            await self.more.wait()


async def played(folder: Path, seed: int) -> Round:
    """Send a thousand invitations, and kill the node thirty times meanwhile."""
    return await sent(folder, seed, INVITATIONS, KILLS)


async def sent(folder: Path, seed: int, invitations: int, kills: int) -> Round:
    """Send so many invitations, half by mail and half by text, and kill the node so often meanwhile."""
    chance, found = Random(seed), Findings()  # noqa: S311 - no secret
    async with outside() as world, Site(folder / "site", environment=world.environment()) as site:
        inviting = Inviting(site, await _planned(site, invitations))
        inviting.up.set()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(DESKS):
                tasks.create_task(inviting.desk())
            for kill in range(kills):
                await inviting.until((kill + 1) * invitations // (kills + 1))
                await asyncio.sleep(chance.uniform(0, AMID))
                inviting.up.clear()
                await site.kill()
                await site.start()
                inviting.up.set()
        found.figures.update(invitations=len(inviting.made), kills=kills)
        await _all_settled(site, found)
        await _judged(site, inviting.made, world.delivered(), found)
    return found.round()


async def _planned(site: Site, invitations: int) -> deque[tuple[Shown, str]]:
    """Plan visits of tomorrow for so many people, each with an address of their own."""
    tomorrow = await site.later(0) + A_DAY
    visits = [await site.plan(start=tomorrow + at, minutes=30) for at in range(-(-invitations // OF_A_VISIT))]
    people = [f"guest-{at}@family.example" if at % 2 else f"+1415555{1000 + at}" for at in range(invitations)]
    return deque((visits[at // OF_A_VISIT], to) for at, to in enumerate(people))


async def _all_settled(site: Site, found: Findings) -> None:
    """Let time pass until no letter waits any more."""
    for _ in range(LOOKS):
        if not (await site.metrics())["vestibule_letters_pending"]:
            return
        await site.later(60)
        await asyncio.sleep(0.1)
    found.expect(False, "every letter comes to an end")


async def _judged(
    site: Site, made: dict[str, tuple[Shown, str]], came: list[Delivered], found: Findings
) -> None:
    """Compare what was acknowledged, what reached the outside, and what the clinic is shown."""
    copies = Counter(one.to for one in came)
    keys = {(one.to, one.key) for one in came}
    states = await _shown(site, {visit["id"] for visit, _ in made.values()})
    unknown = [to for to, (_, invitation) in made.items() if states.get(invitation) == "failed"]
    lost = set(made) - set(copies) - set(unknown)
    found.figures.update(
        copies=len(came),
        mails_twice=sum(count == 2 for to, count in copies.items() if "@" in to),
        texts_repeated_by_key=sum(count > 1 for to, count in copies.items() if "@" not in to),
        said_to_be_unknown=len(unknown),
        lost=len(lost),
    )
    found.expect(
        set(states) == {invitation for _, invitation in made.values()}, "one request, one invitation"
    )
    found.expect(not lost, f"every invitation goes, or is shown as failed ({len(lost)} do not)")
    found.expect(set(states.values()) <= {"sent", "failed"}, "each is shown as sent or failed")
    found.expect(len(keys) == len(copies), "a letter has one key in all its attempts")
    found.expect(all("@" in to for to in unknown), "what may be repeated goes until it is known")
    thrice = [to for to, count in copies.items() if "@" in to and count > 2]
    found.expect(not thrice, f"no mail comes three times ({len(thrice)} did)")


async def _shown(site: Site, visits: set[str]) -> dict[str, str]:
    """Read what the clinic is shown of each invitation."""
    return {
        one["invitation"]: one["state"]
        for visit in visits
        for one in await site.ask("GET", f"/visits/{visit}/invitations")
    }
