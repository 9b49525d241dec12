"""What is broken so that an alert must fire: a clinic that a real Prometheus watches, and its faults."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actors.embedded import EmbeddedStore
from actors.ports import Bid, Delivery
from engine.pin import strict_limit, with_check_digit
from engine.planning import Contact
from engine.visit import Visit
from gateway.dialin.acts import Clip
from tests.faults.proxy import FaultProxy
from tests.prove.site import Site
from tests.support.client import Refused, WireClient
from tests.support.node import House, free_port, house
from tests.support.post import FakePost
from tests.support.prometheus import Prometheus, prometheus
from tests.support.telephony import Telephony, telephony

WRONG_PINS: Final = 60
REWRITES: Final = 0.05
"""Minutes until purged text leaves the disk: R15's hour is a minute here, too."""
QUICK_REWRITES: Final = {"VESTIBULE_PRIVACY__REWRITE_MINUTES": str(REWRITES)}
"""The same for a node in a process of its own."""


@dataclass(slots=True)
class Watched:
    """A clinic that Prometheus watches."""

    here: House
    store: int
    """Its store's process."""
    wire: FaultProxy
    """Between the node and its store."""
    post: FakePost
    company: Telephony
    dial_in: AsyncExitStack
    """Leaving it ends the dial-in."""
    other: Site
    """A node that dies."""
    prom: Prometheus

    async def joins(self) -> tuple[Visit, WireClient, WireClient]:
        """Make a call: provider and guest."""
        visit = await self.here.plan()
        provider, guest = await self.here.provider(visit), await self.here.guest(visit)
        await provider.wait_for("seat", seat__seat=guest.seat, seat__standing="in")
        return visit, provider, guest


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    """Run everything, and wait until all of it was scraped."""
    post, door = FakePost(), free_port()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(EmbeddedStore(folder / "store"))
        assert store.pid is not None
        wire = FaultProxy(target=store.socket)
        await stack.enter_async_context(wire.serving())
        here = await stack.enter_async_context(
            house(
                folder / "node",
                demo=True,
                post=post,
                store={"url": f"redis://127.0.0.1:{wire.port}"},
                privacy={"rewrite_minutes": REWRITES},
            )
        )
        stack.push_async_callback(_store_ends, folder / "other" / "data")  # a node that is killed leaves it
        other = await stack.enter_async_context(Site(folder / "other", environment=QUICK_REWRITES))
        dial_in = await stack.enter_async_context(AsyncExitStack())
        company = await dial_in.enter_async_context(telephony(here, admin_bind=f"127.0.0.1:{door}"))
        nodes = [one.removeprefix("http://") for one in (here.url, other.url)]
        jobs = {"vestibule": nodes, "vestibule-dialin": [f"127.0.0.1:{door}"]}
        prom = await stack.enter_async_context(prometheus(folder / "prometheus", jobs))
        await prom.until("count(up == 1) == 3")
        await prom.until('vestibule:all:increase5m{slo="joins"}')
        stack.push_async_callback(here.everybody_goes)
        yield Watched(here, store.pid, wire, post, company, dial_in, other, prom)


async def _store_ends(data_dir: Path) -> None:
    """End the store that a node left behind, as the next one would that adopts it."""
    async with EmbeddedStore(data_dir):
        pass


# ---------------------------------------------------------------- a clean day


async def a_visit(day: Watched) -> None:
    """One visit as it should be: guests, a caller who mistypes the PIN, a drop and a return, the end."""
    here = day.here
    visit, provider, guest = await day.joins()
    await here.dashboard(visit)
    pin = here.pin(visit)
    caller = await day.company.calls(pin[:-1] + str((int(pin[-1]) + 1) % 10))
    await caller.hears(Clip.NOT_FOUND)
    await caller.types(pin)
    await caller.hears(Clip.IN_CALL)
    for speaker in (provider, guest):
        await speaker.tell("quality", lost=1, rtt=40, jitter=3)
        await speaker.tell("ice.report", setups=[700])
    guest.vanish()
    await provider.wait_for("seat", seat__seat=guest.seat, seat__link="lost")
    await here.back(guest)
    await provider.ask("complete", op=f"done {visit.id}")


# ---------------------------------------------------------------- faults


async def a_ghost(day: Watched) -> None:
    """A visit forgets whom it hears, as only a bug would."""
    visit, _, _ = await day.joins()
    live = day.here.node.host.live(visit.id)
    assert live is not None
    live.outlets.clear()
    for connection in live.visit.live.values():
        connection.since -= 20_000


async def a_flood(day: Watched) -> None:
    """Somebody tries PINs, three a call, from many numbers."""
    for caller in range(WRONG_PINS // 3):
        phone = await day.here.phone(f"+1777{caller:07}")
        for guess in range(3):
            with suppress(Refused):
                await phone.ask("digits", digits=with_check_digit(f"{caller:06}{guess:03}"))
        await phone.close()


async def a_relay_that_is_gone(day: Watched) -> None:
    """Browsers find no way to each other."""
    _, provider, guest = await day.joins()
    for one in (provider, guest):
        await one.tell("ice.report", failed=8)
        await one.round_trip()


async def a_pause_of_the_store(day: Watched) -> None:
    """The store stands still, and people want to join meanwhile."""
    here = day.here
    visit, _, _ = await day.joins()
    os.kill(day.store, signal.SIGSTOP)
    try:
        while here.node.host.can_save():  # noqa: ASYNC110 - until the lease has lapsed
            await asyncio.sleep(0.05)
        for number in range(8):
            with suppress(Refused):
                await here.guest(visit, f"Guest {number}")
        await day.prom.fires("VestibuleStoreAway")
    finally:
        os.kill(day.store, signal.SIGCONT)
        await here.node.host.lease.sound_again()


async def a_kill(day: Watched) -> None:
    """A node dies at once."""
    await day.other.kill()


async def no_dial_in(day: Watched) -> None:
    """The process that answers telephones ends."""
    await day.dial_in.aclose()


async def another_owner(day: Watched) -> None:
    """Another incarnation of the node takes a shard, and the node saves there."""
    visit, provider, _ = await day.joins()
    host = day.here.node.host
    shard = host.shard_of(visit.clinic.id)
    assert shard is not None
    taken = await host.store.claim(
        [Bid(shard.number, shard.epoch)], host.settings.node, "another incarnation"
    )
    assert taken[0].epoch
    await provider.request("lock", op="too late", on=True)
    await provider.closed()
    async with asyncio.timeout(30):
        while host.shard(shard.number) is None:  # noqa: ASYNC110 - the other has no lease; it is taken over
            await asyncio.sleep(0.01)


async def letters_that_stay(day: Watched) -> None:
    """Mail is taken, and never answered."""
    day.post.held = asyncio.Event()
    await day.here.plan(starts_in=60, contact=Contact(email="pat@home.example"))


async def letters_that_bounce(day: Watched) -> None:
    """A mail server takes no letter of ours."""
    day.post.answers += [Delivery("failed", "refused")] * 8
    for number in range(8):
        await day.here.plan(starts_in=60, contact=Contact(email=f"p{number}@home.example"))


async def guesses_all_day(day: Watched) -> None:
    """So many PINs are guessed at the clinic's number that all its callers wait."""
    pins, number = day.here.node.host.pins, day.here.number
    _, seen = await pins.look(number, "", "", "")
    wrong = range(strict_limit(seen.known))
    await asyncio.gather(*(pins.count(number, f"{one}", "", space=True, caller=True) for one in wrong))


async def poor_lines(day: Watched) -> None:
    """Browsers lose three packets of ten for a minute."""
    _, provider, guest = await day.joins()
    for _ in range(30):
        for one in (provider, guest):
            await one.tell("quality", lost=300, rtt=800, jitter=80)
            await one.round_trip()
        day.here.later(seconds=2)


async def returns_after_long(day: Watched) -> None:
    """Six people are without a network for 40 s."""
    calls = [await day.joins() for _ in range(6)]
    for _, provider, guest in calls:
        guest.vanish()
        await provider.wait_for("seat", seat__seat=guest.seat, seat__link="lost")
    day.here.later(seconds=40)
    for _, _, guest in calls:
        await day.here.back(guest)


async def deadlines_that_pass_unseen(day: Watched) -> None:
    """A node stands still over the ends of eight visits."""
    for _ in range(8):
        await day.here.plan(minutes=15)
    day.here.later(minutes=20)


async def a_clock_that_jumps(day: Watched) -> None:
    """To the node, the store's clock is 10 s behind, all at once."""
    day.here.stand_still(seconds=10)
    await day.here.node.host.lease.sound_again()


Faults = Mapping[Callable[[Watched], Awaitable[None]], Mapping[str, str]]
"""What is broken, and which alerts that must fire, with the severity of each."""

FAULTS: Final[Faults] = {
    a_ghost: {"VestibuleGhosts": "page"},
    a_flood: {"VestibulePinFlood": "page"},
    a_relay_that_is_gone: {"VestibuleNoMedia": "page"},
    a_kill: {"VestibuleNodeDown": "ticket"},
    no_dial_in: {"VestibuleDialInDown": "page"},
    a_pause_of_the_store: {"VestibuleStoreAway": "page", "VestibuleJoinsFail": "page"},
}

SLOW_FAULTS: Final[Faults] = {
    letters_that_bounce: {"VestibuleLettersFail": "ticket"},
    letters_that_stay: {"VestibuleOutboxOld": "ticket"},
    poor_lines: {"VestibuleCallsPoor": "ticket"},
    guesses_all_day: {"VestibuleCallersWait": "ticket"},
    returns_after_long: {"VestibuleReturnsLate": "page"},
    deadlines_that_pass_unseen: {"VestibuleExpiryLate": "page"},
    another_owner: {"VestibuleTwoOwners": "page"},
    a_clock_that_jumps: {"VestibuleClockJumped": "ticket"},
}
"""Further ones, which take longer."""
