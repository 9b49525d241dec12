"""The store is stopped, slow, killed, full or read-only: calls go on, new facts wait for better times.

In every fault: a new fact is refused `try_later` (and the refusal comes), people in a call reach each other,
who drops out resumes, nothing acknowledged is lost; and when it is over, service resumes by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

from redis.exceptions import RedisError

from tests.prove.disk import small_disk
from tests.prove.ledger import Ledger, Place
from tests.prove.load import CLOSED
from tests.prove.peek import embedded_url, peek
from tests.prove.power import PowerCutServer
from tests.prove.proof import Findings, Round
from tests.prove.site import RestRefused, Shown, Site
from tests.support.client import Refused

RESUMES_WITHIN: Final = 30.0
SLOW_SECONDS: Final = 4.0
DISK_MEBIBYTES: Final = 24

Fault = AbstractAsyncContextManager[None]


class Bystanders:
    """People in a call and at the door, when the fault comes."""

    def __init__(self, site: Site, found: Findings, chance: Random) -> None:
        self.site = site
        self.found = found
        self.ledger = Ledger()
        self._chance = chance
        self._words = 0

    async def gather(self) -> None:
        """Begin a call, let somebody wait, invite somebody, end a visit: facts to outlive the fault."""
        site, ledger = self.site, self.ledger
        await site.ask("PATCH", "/clinic", {"admission": "provider_admits"})
        self.visit = await self._planned()
        self.provider = await site.provider(self.visit)
        self.ana, self.ben, self.cid = [await site.guest(self.visit, name) for name in ("Ana", "Ben", "Cid")]
        for guest in (self.ana, self.ben):
            await self.provider.ask("admit", op=f"in {guest.seat}", seat=guest.seat)
            await guest.wait_for("inside")
        ledger.places += [Place(self.visit["id"], one, "in", let_in=True) for one in (self.ana, self.ben)]
        ledger.places.append(Place(self.visit["id"], self.cid, "waiting"))
        ledger.links.append((self.visit["id"], (await site.invite(self.visit, label="Daughter"))["link"]))
        over = await self._planned()
        await site.ask("POST", f"/visits/{over['id']}/complete", {})
        ledger.ended.add(over["id"])
        ledger.ending.add(over["id"])

    async def _planned(self) -> Shown:
        visit = await self.site.plan(minutes=60)
        self.ledger.visits[visit["id"]] = visit
        return visit

    async def talk(self) -> None:
        """Prove that people in the call hear each other now."""
        self._words += 1
        word = f"word {self._words}"
        for speaker, listener in ((self.provider, self.ana), (self.ana, self.provider)):
            await speaker.tell("signal", to=listener.seat, data=word)
            await listener.wait_for("relayed", data=word)
        self.found.figures["signals"] += 2

    async def drop_and_return(self) -> None:
        """Prove that somebody in the call who drops out has their seat again, and is heard."""
        self.ben.vanish()
        try:
            self.ben = await self.site.back(self.ben)
        except (Refused, AssertionError) as error:
            self.found.expect(False, f"who drops out in a fault resumes their seat ({error})")
            return
        self.found.expect(self.ben.ready["standing"] == "in", "who drops out in a fault is in again")
        await self.ben.tell("signal", to=self.ana.seat, data="back")
        await self.ana.wait_for("relayed", seat=self.ben.seat, data="back")
        self.found.figures["resumed"] += 1

    # ------------------------------------------------------------ new facts

    async def everything_is_refused(self) -> None:
        """Ask for new facts of each kind; each is refused, and says to try later."""
        site, visit = self.site, self.visit
        asked: dict[str, Callable[[], Any]] = {
            "a join": lambda: site.guest(visit, "New"),
            "an admission": lambda: self.provider.ask("admit", op="Cid in", seat=self.cid.seat),
            "a name": lambda: self.provider.ask("rename", op="name", seat=self.ana.seat, name="Ann"),
            "a visit": lambda: site.plan(minutes=15),
            "an invitation": lambda: site.invite(visit, label="Son"),
            "a PIN": self._dial,
        }
        for what, ask in asked.items():
            began = time.monotonic()
            code = await _code(ask())
            took = round(1000 * (time.monotonic() - began))
            self.found.figures["longest_refusal_ms"] = max(self.found.figures["longest_refusal_ms"], took)
            self.found.expect(
                code == "try_later", f"{what} is refused with try_later, not {code or 'done'!r}"
            )
            self.found.figures["refused"] += 1

    async def _dial(self) -> None:
        phone = await self.site.phone(f"+1999{self._chance.randrange(10**7):07}")
        await phone.ask("digits", digits=self.visit["panel"]["pin"])

    async def facts_are_answered(self) -> None:
        """Ask for new facts while the store is slow: done or refused, but answered; what is done is kept."""
        for turn in range(6):
            op = f"slow {turn}"
            try:
                guest = await self.site.join(self.visit["panel"]["link"], f"Slow {turn}", op=op)
                self.ledger.seated(Place(self.visit["id"], guest, guest.ready["standing"]))
                self.found.figures["done"] += 1
            except Refused as refused:
                self.found.expect(refused.code == "try_later", f"a slow store refuses with {refused.code}")
                self.found.figures["refused"] += 1

    # ------------------------------------------------------------ afterwards

    async def service_resumes(self) -> None:
        """Wait until a new fact is taken again, with nobody's help, then look that nothing is lost."""
        began, op = time.monotonic(), "the first after the fault"
        while True:
            try:
                guest = await self.site.join(self.visit["panel"]["link"], "Back", op=op)
                break
            except Refused as refused:
                if refused.code != "try_later" or time.monotonic() - began > RESUMES_WITHIN:
                    said = self.site.last_words
                    self.found.expect(False, f"service resumes by itself ({refused.code}): {said}")
                    return
                await asyncio.sleep(0.05)
        self.found.figures["resumed_after_ms"] += round(1000 * (time.monotonic() - began))
        self.ledger.seated(Place(self.visit["id"], guest, guest.ready["standing"]))
        await self.provider.ask("admit", op="in after", seat=guest.seat)
        await guest.wait_for("you", standing="in")
        await self.talk()

    async def nothing_is_lost(self, store_url: str) -> None:
        """Compare what was acknowledged with what is known."""
        lost = await self.ledger.lost(self.site, store_url)
        self.found.expect(not lost, f"nothing acknowledged is lost ({dict(lost)})")
        self.found.figures["acknowledged"] += self.ledger.size


async def _code(asking: Any) -> str:
    try:
        await asking
    except (Refused, RestRefused) as refused:
        return refused.code
    except AssertionError:
        return "no answer"
    except CLOSED as gone:
        return type(gone).__name__
    return ""


# ---------------------------------------------------------------- the faults


@asynccontextmanager
async def stopped(pid: int) -> AsyncIterator[None]:
    """Stop a server as a hung machine does."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def gone(store: PowerCutServer) -> AsyncIterator[None]:
    """Kill a server, and start it again at the end only."""
    await store.kill()
    try:
        yield
    finally:
        await store.restart()


@asynccontextmanager
async def read_only(url: str) -> AsyncIterator[None]:
    """Make a server a replica of nobody, as after a failover: it can be read."""
    async with peek(url) as store:
        await store.replicaof("127.0.0.1", "1")
        try:
            yield
        finally:
            await store.replicaof("NO", "ONE")


@asynccontextmanager
async def full(disk: Path, url: str) -> AsyncIterator[None]:
    """Fill a disk to the last byte, what is left of the store's own last page too."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    with contextlib.suppress(RedisError, OSError):
        async with peek(url) as store:
            await store.set("one page more than there is", bytes(1 << 14))
    try:
        yield
    finally:
        ballast.unlink()


async def limping(pid: int) -> None:
    """Let a server answer for a fifth of each half second only."""
    until = time.monotonic() + SLOW_SECONDS
    while time.monotonic() < until:
        async with stopped(pid):
            await asyncio.sleep(0.4)
        await asyncio.sleep(0.1)


# ---------------------------------------------------------------- the rounds


async def outage(
    site: Site, fault: Callable[[], Fault], store_url: str, found: Findings, chance: Random
) -> None:
    """Live through one fault in which no fact can be saved, and through what follows."""
    people = Bystanders(site, found, chance)
    await people.gather()
    async with fault():
        await people.talk()
        await people.everything_is_refused()
        await people.talk()
        await people.drop_and_return()
        await people.everything_is_refused()
        await people.talk()
    await people.service_resumes()
    await people.nothing_is_lost(store_url)


async def on_a_store_of_its_own(folder: Path, seed: int, kind: str) -> Round:
    """Try a fault of an external store: `stopped`, `gone` or `read_only`."""
    found = Findings()
    async with PowerCutServer(folder / "store") as store, Site(folder, store.url) as site:
        faults: dict[str, Callable[[], Fault]] = {
            "stopped": lambda: stopped(store.pid),
            "gone": lambda: gone(store),
            "read_only": lambda: read_only(store.url),
        }
        chance = Random(seed)  # noqa: S311 - a story to be had again, no secret
        await outage(site, faults[kind], store.url, found, chance)
    return found.round()


async def on_a_full_disk(folder: Path, seed: int) -> Round:
    """Fill the disk under the store that the node brought along."""
    found = Findings()
    with small_disk(DISK_MEBIBYTES) as disk:
        async with Site(folder, data_dir=disk / "data") as site:
            chance = Random(seed)  # noqa: S311 - a story to be had again, no secret
            url = embedded_url(site.data_dir)
            await outage(site, lambda: full(disk, url), url, found, chance)
    return found.round()


async def on_a_slow_store(folder: Path, seed: int) -> Round:
    """Let the store limp: whatever is asked is answered, and what was done is kept."""
    found = Findings()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(PowerCutServer(folder / "store"))
        site = await stack.enter_async_context(Site(folder, store.url))
        people = Bystanders(site, found, Random(seed))  # noqa: S311 - a story to be had again, no secret
        await people.gather()
        slow = asyncio.create_task(limping(store.pid))
        await people.talk()
        await people.facts_are_answered()
        await people.drop_and_return()
        await people.talk()
        await slow
        await people.service_resumes()
        await people.nothing_is_lost(store.url)
    return found.round()


async def on_a_store_killed_again_and_again(folder: Path, seed: int) -> Round:
    """Kill the store that the node brought along: it is brought up again, and nobody has to do anything."""
    found = Findings()
    async with Site(folder) as site:
        url = embedded_url(site.data_dir)
        people = Bystanders(site, found, Random(seed))  # noqa: S311 - a story to be had again, no secret
        await people.gather()
        for _ in range(3):
            os.kill(await _pid(url), signal.SIGKILL)
            await people.talk()
            await people.drop_and_return()
            await people.facts_are_answered()
            found.figures["kills"] += 1
        await people.service_resumes()
        await people.nothing_is_lost(url)
    return found.round()


async def _pid(url: str) -> int:
    """Ask a server for its process id, once it is there."""
    async with asyncio.timeout(RESUMES_WITHIN):
        while True:
            try:
                async with peek(url) as store:
                    return int((await store.info("server"))["process_id"])
            except (RedisError, OSError):
                await asyncio.sleep(0.02)


async def played(folder: Path, seed: int) -> Round:
    """Try every fault once."""
    whole = Findings()
    kinds: dict[str, Callable[[Path], Any]] = {
        "stopped": lambda where: on_a_store_of_its_own(where, seed, "stopped"),
        "gone": lambda where: on_a_store_of_its_own(where, seed, "gone"),
        "read_only": lambda where: on_a_store_of_its_own(where, seed, "read_only"),
        "full": lambda where: on_a_full_disk(where, seed),
        "slow": lambda where: on_a_slow_store(where, seed),
        "killed": lambda where: on_a_store_killed_again_and_again(where, seed),
    }
    for name, play in kinds.items():
        where = folder / name
        where.mkdir()
        whole.add(await play(where), name)
    return whole.round()
