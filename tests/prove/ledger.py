"""What the product acknowledged, and what it still knows of it: the checker of every crash.

A fact goes into the ledger when its answer has arrived, never before. `lost` asks the product anew, as
anybody would who relied on that answer: by the seat's secret, by the link, over REST.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from tests.prove.node_process import QUIET_NUMBER
from tests.prove.peek import peek
from tests.prove.site import RestRefused, Shown, Site
from tests.support.client import Refused, WireClient

CHECKED_AT_ONCE: Final = 8
ANSWERED_WITHIN: Final = 20.0
"""Seconds in which the product says of a fact whether it knows it."""
_AS_FAR: Final = {"held": 0, "waiting": 1, "in": 2}


@dataclass(slots=True)
class Place:
    """A seat that somebody was told they have. `let_in`: an admission of it was acknowledged."""

    visit: str
    client: WireClient
    standing: str
    let_in: bool = False


@dataclass(slots=True)
class Ledger:
    """Everything that was acknowledged, by kind."""

    visits: dict[str, Shown] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    """Visit and link of each personal invitation."""
    lapses: dict[str, int] = field(default_factory=dict)
    """The latest lapse that was acknowledged for a visit that was extended."""
    ended: set[str] = field(default_factory=set)
    ending: set[str] = field(default_factory=set)
    """Visits whose end was asked for: they may be over, acknowledged or not."""
    guesses: int = 0
    noted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def size(self) -> int:
        """How many facts were acknowledged."""
        return self.counts().total()

    def counts(self) -> Counter[str]:
        """Count the acknowledged facts by kind."""
        return Counter(
            visits=len(self.visits),
            seats=len(self.places),
            admissions=sum(place.let_in for place in self.places),
            invitations=len(self.links),
            extensions=len(self.lapses),
            guesses=self.guesses,
            ends=len(self.ended),
        )

    def seated(self, place: Place) -> None:
        """Somebody was told that they have a seat; the page that had it before has it no more."""
        self.places = [one for one in self.places if one.client.seat != place.client.seat]
        self.places.append(place)

    def note(self) -> None:
        """Wake up whoever waits for the load to have done so much."""
        self.noted.set()

    async def until(self, facts: int) -> None:
        """Wait until so many facts are acknowledged."""
        while self.size < facts:
            self.noted.clear()
            await self.noted.wait()

    # ------------------------------------------------------------ the check

    async def lost(self, site: Site, store_url: str) -> Counter[str]:
        """Ask the product for every fact; count those that it does not know any more, by kind."""
        bound = asyncio.Semaphore(CHECKED_AT_ONCE)

        async def checked(kind: str, check: Callable[[], Awaitable[bool]]) -> tuple[str, bool]:
            async with bound:
                return kind, await _answered(check)

        checks = [checked("visits", partial(_visit_kept, site, visit)) for visit in self.visits.values()]
        checks += [checked("ends", partial(_ended, site, self.visits[visit])) for visit in self.ended]
        checks += [checked("extensions", partial(_extended, site, *one)) for one in self.lapses.items()]
        checks += [
            checked("admissions" if place.let_in else "seats", partial(_seat_kept, site, place))
            for place in self.places
            if place.visit not in self.ending
        ]
        checks += [
            checked("invitations", partial(_opens, site, link))
            for visit, link in self.links
            if visit not in self.ending
        ]
        gone = Counter(kind for kind, kept in await asyncio.gather(*checks) if not kept)
        gone["guesses"] = max(0, self.guesses - await counted_guesses(store_url))
        return +gone


async def counted_guesses(store_url: str) -> int:
    """Read how many guesses the store has counted on the quiet number today."""
    async with peek(store_url) as store:
        return int(await store.hget(f"{{p:{QUIET_NUMBER}}}:guesses", "space") or 0)


class NotNow(Exception):
    """The product cannot say just now, and asks to be asked again."""


def _says_no(refused: Refused | RestRefused) -> bool:
    """Take a refusal for an answer. Raises NotNow when it is none."""
    if refused.code == "try_later":
        raise NotNow
    return False


async def _answered(check: Callable[[], Awaitable[bool]]) -> bool:
    """Ask until there is an answer; what is not said in time is lost."""
    try:
        async with asyncio.timeout(ANSWERED_WITHIN):
            while True:
                with suppress(NotNow):
                    return await check()
                await asyncio.sleep(0.05)  # it said that it cannot tell yet, and nothing says when it can
    except TimeoutError:
        return False


async def _visit_kept(site: Site, visit: Shown) -> bool:
    try:
        found = await site.visit(visit)
    except RestRefused as refused:
        return _says_no(refused)
    return bool(found["start"] == visit["start"])


async def _extended(site: Site, visit: str, lapses_at: int) -> bool:
    try:
        return bool((await site.visit({"id": visit}))["lapses_at"] >= lapses_at)
    except RestRefused as refused:
        return _says_no(refused)


async def _ended(site: Site, visit: Shown) -> bool:
    """Whether a visit is over, and its links lead nowhere."""
    try:
        over: bool = (await site.visit(visit))["status"] == "completed"
    except RestRefused as refused:
        return _says_no(refused)
    for link in (visit["panel"]["link"], visit["patient_link"]):
        over = over and await _leads_nowhere(site, link)
    return over


async def _leads_nowhere(site: Site, link: str) -> bool:
    try:
        await site.join(link, "Eve")
    except Refused as refused:
        return _says_no(refused) or refused.code == "visit_over"
    return False


async def _seat_kept(site: Site, place: Place) -> bool:
    """Whether the seat's secret brings its holder back to where they were, or further in."""
    try:
        again = await site.back(place.client)
    except Refused as refused:
        return _says_no(refused)
    standing: str = again.ready["standing"]
    least = "in" if place.let_in else place.standing
    same: bool = again.ready["name"] == place.client.ready["name"]
    return same and _AS_FAR.get(standing, -1) >= _AS_FAR[least]


async def _opens(site: Site, link: str) -> bool:
    """Whether an invitation's link opens its door, and gives a seat."""
    try:
        await site.look(link)
        guest = await site.join(link, "Invited", move=True)
    except (RestRefused, Refused) as refused:
        return _says_no(refused)
    return bool(guest.ready["seat"])
