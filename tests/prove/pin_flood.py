"""Many callers guess PINs at once: nobody gets in by guessing, right PINs stay right, calls go on (B6)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import Final

from engine.pin import strict_limit, with_check_digit
from tests.prove.peek import embedded_url, peek
from tests.prove.proof import Findings, Round
from tests.prove.site import Shown, Site
from tests.support.client import Refused, WireClient
from tests.support.node import NUMBER

KNOWN: Final = 20
"""PINs that are known at once, so that the space bears 1000/20 counted guesses a day."""
LIMIT: Final = strict_limit(KNOWN)
CALLERS: Final = 40
"""Each may try three times a call: more than the space bears."""
AT_ONCE: Final = 10
BOUND: Final = 1e-6


class Attack:
    """Callers who guess, each with a number of their own."""

    def __init__(self, site: Site, found: Findings, chance: Random) -> None:
        self._site = site
        self._found = found
        self._chance = chance
        self._turn = asyncio.Semaphore(AT_ONCE)
        self.answered = 0

    async def flood(self) -> None:
        """Let all callers try, some at a time."""
        async with asyncio.TaskGroup() as tasks:
            for caller in range(CALLERS):
                tasks.create_task(self._call(f"+1777{caller:07}"))

    async def _call(self, caller: str) -> None:
        async with self._turn:
            phone = await self._site.phone(caller)
            for turn in range(3):
                digits = with_check_digit(f"{self._chance.randrange(10**9):09}")
                try:
                    await phone.ask("digits", digits=digits)
                    self._found.expect(False, "a guess gets nobody in")
                except Refused as refused:
                    expected = "pin_wrong" if turn < 2 else "tries_used"
                    self._found.expect(refused.code == expected, f"a guess is answered {refused.code}")
                self.answered += 1
            await phone.close()


async def played(folder: Path, seed: int) -> Round:
    """Flood a number with guesses while a call goes on, then come with the right PIN."""
    found, chance = Findings(), Random(seed)  # noqa: S311 - callers to be had again, no secret
    async with Site(folder) as site:
        visits = [await site.plan(minutes=60) for _ in range(KNOWN)]
        visit = visits[0]
        provider, ana = await site.provider(visit), await site.guest(visit, "Ana")
        await _dial(site, visit, "+15550001", "in")
        attack = Attack(site, found, chance)
        flooding = asyncio.create_task(attack.flood())
        words = 0
        while not flooding.done():
            words += 1
            await _talk(provider, ana, f"word {words}")
        await flooding
        found.figures.update(guesses=attack.answered, words=words)
        await _bounded(site, found)
        await _dial(site, visit, "+15550002", "waiting")
        waiting = await provider.wait_for("seat", seat__role="phone", seat__standing="waiting")
        await provider.ask("admit", op="known", seat=waiting["seat"]["seat"])
        await provider.wait_for("seat", seat__seat=waiting["seat"]["seat"], why="admitted")
        guest = await site.guest(visit, "Ben")
        found.expect(guest.ready["standing"] == "in", "who comes by a link is not touched by guesses")
        await _talk(provider, ana, "still here")
    return found.round()


async def _talk(one: WireClient, other: WireClient, word: str) -> None:
    for speaker, listener in ((one, other), (other, one)):
        await speaker.tell("signal", to=listener.seat, data=word)
        await listener.wait_for("relayed", data=word)


async def _dial(site: Site, visit: Shown, caller: str, standing: str) -> None:
    """Come with the right PIN, and stand where one should."""
    phone = await site.phone(caller)
    await phone.ask("digits", digits=visit["panel"]["pin"])
    await phone.wait_for("you", standing=standing)


async def _bounded(site: Site, found: Findings) -> None:
    """Look at what was counted, and at the chance that it gives."""
    async with peek(embedded_url(site.data_dir)) as store:
        counted = int(await store.hget(f"{{p:{NUMBER}}}:guesses", "space") or 0)
    found.expect(counted == LIMIT, f"{LIMIT} guesses are counted and no more, not {counted}")
    told = await site.metrics()
    bound = told["vestibule_pin_guess_bound_per_day"]
    found.expect(0 < bound <= BOUND, f"the chance of a hit is held below {BOUND}, not {bound}")
    found.expect(told["vestibule_pin_strict_spaces"] == 1, "the number is strict, and no other one")
    found.figures["counted"] += counted
