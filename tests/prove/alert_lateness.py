"""What is made slow so that an alert must fire: the store's wire, a node that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from actors.ports import Bid
from engine.ids import shard_of_clinic
from tests.prove.alert_faults import Faults, Watched

PEOPLE: Final = 8
"""More than the few of whom nobody is woken."""
PROVIDERS: Final = 32
"""Among all that come in an hour, too many."""
SLOW: Final = 0.4
"""Seconds each way to the store: with a ticket one goes there three times, and joins in more than 2 s."""
SLOWER: Final = 0.6
"""What is saved is told after more than a second."""
LIMPING: Final = 0.55
"""A shard is claimed and read in more than 3 s."""
STANDS_STILL: Final = 4.0


@contextmanager
def slow_store(day: Watched, delay: float) -> Iterator[None]:
    """Let everything take its time between the node and its store, for a `with`."""
    day.wire.delay = delay
    try:
        yield
    finally:
        day.wire.delay = 0.0


async def changes_at_a_slow_store(day: Watched) -> None:
    """Providers come, and lock their visits, while the store takes its time."""
    here = day.here
    tickets = [await here.ticket(await here.plan()) for _ in range(PROVIDERS)]
    people = [await here.open() for _ in tickets]
    with slow_store(day, SLOW):
        hellos = zip(people, tickets, strict=True)
        await asyncio.gather(
            *(one.hello("hello.staff", ticket=ticket, page=ticket[:8]) for one, ticket in hellos)
        )
    for on in (True, False):
        await here.node.host.lease.sound_again()
        with slow_store(day, SLOWER):
            await asyncio.gather(*(one.ask("lock", op=f"late {on}", on=on) for one in people))


async def losses_at_a_node_that_stands_still(day: Watched) -> None:
    """People fall silent, and so does the node: it notices them when it goes on."""
    visits = [await day.other.plan() for _ in range(2)]
    people = [await day.other.guest(visits[one % 2], f"Guest {one}") for one in range(PEOPLE)]
    for one in people:
        one.freeze()
    day.other.freeze()
    try:
        await asyncio.sleep(STANDS_STILL)
    finally:
        day.other.thaw()
    await day.prom.fires("VestibuleLossesLate")


async def takeovers_at_a_slow_store(day: Watched) -> None:
    """Another start of this node took a shard and is gone; it is taken back, slowly, again and again."""
    host = day.here.node.host
    number = shard_of_clinic((await day.here.plan(starts_in=60)).clinic.id)
    for turn in range(PEOPLE - 2):
        await host.lease.sound_again()
        shard = host.shard(number)
        assert shard is not None
        [taken] = await host.store.claim([Bid(number, shard.epoch)], host.settings.node, f"start {turn}")
        assert taken.epoch
        host.ownership.wake()
        async with asyncio.timeout(30):
            while host.shard(number) is shard:  # noqa: ASYNC110 - it is noticed by nobody else
                await asyncio.sleep(0)
            with slow_store(day, LIMPING):
                while host.shard(number) is None:  # noqa: ASYNC110 - taken over
                    await asyncio.sleep(0.01)


LATE_FAULTS: Final[Faults] = {
    changes_at_a_slow_store: {"VestibuleJoinsSlow": "page", "VestibulePresenceLate": "page"},
    losses_at_a_node_that_stands_still: {"VestibuleLossesLate": "page"},
    takeovers_at_a_slow_store: {"VestibuleTakeoversSlow": "page"},
}
"""What comes too late, each with its alert."""
