"""What can be done to the store: to its one server and its replica, or to a cluster of servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Final

from engine.ids import ClinicId, shard_of_clinic
from tests.faults.ground import Ground
from tests.faults.schedule import Planned
from tests.faults.store_cluster import StoreCluster
from tests.faults.stores import Stores

TORN: Final = (0, 0, 1, 17, 400)
"""How many bytes a disk keeps of what was not synced."""
SYNC_MS: Final = (0, 300)
"""How long a cut waits for the next sync to begin."""

SLOW_MS: Final = (30, 120, 400)
"""By how much each sync of a slow disk takes longer: a busy one, a bad one, one that is about to fail."""


def one_server(ground: Ground) -> Stores:
    """Give the one server and its replica. Raises RuntimeError when the store is a cluster."""
    if not isinstance(ground.stores, Stores):
        raise RuntimeError("this store is a cluster of servers")
    return ground.stores


def cluster(ground: Ground) -> StoreCluster:
    """Give the cluster of servers. Raises RuntimeError when there is one server."""
    if not isinstance(ground.stores, StoreCluster):
        raise RuntimeError("this store is one server")
    return ground.stores


@asynccontextmanager
async def pause(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Stop the store's server as it stands."""
    async with ground.store_whole, one_server(ground).paused():
        yield "store"


@asynccontextmanager
async def limp(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let the store's server answer now and then."""
    async with ground.store_whole:
        limping = asyncio.create_task(one_server(ground).limps(planned.lasts))
        yield "store"
        await limping


@asynccontextmanager
async def store_kill(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Kill the store's server."""
    async with ground.store_whole, one_server(ground).killed():
        yield "store"


@asynccontextmanager
async def power(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Cut the power of the store's machine."""
    torn, wait = chance.choice(TORN), chance.choice(SYNC_MS)
    async with ground.store_whole, one_server(ground).without_power(torn, wait):
        yield "store"


@asynccontextmanager
async def full(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Fill the store's disk."""
    async with ground.store_whole, one_server(ground).full():
        yield "store"


@asynccontextmanager
async def slow_disk(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let the store's disk take its time."""
    milliseconds = chance.choice(SLOW_MS)
    async with ground.store_whole, one_server(ground).on_a_slow_disk(milliseconds):
        yield f"store, {milliseconds} ms a sync"


@asynccontextmanager
async def failover(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Hand the store over to its replica."""
    async with ground.store_whole:
        yield "store" if await one_server(ground).fail_over() else ""


@asynccontextmanager
async def promote(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Kill the store's server, and let its replica be the primary as it is, without a word to the nodes."""
    async with ground.store_whole, one_server(ground).promoted():
        yield "store"


@asynccontextmanager
async def store_clock(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Set the clock of the store's machines by an hour."""
    if one_server(ground).clock is None:
        yield ""
        return
    async with ground.store_whole, one_server(ground).at_another_hour(chance.choice((-1, 1))):
        yield "store"


@asynccontextmanager
async def slot_moves(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Move the slot of a clinic's shard to another primary, while people are in its visits."""
    clinic = chance.choice(ground.town.clinics)
    shard = shard_of_clinic(ClinicId(clinic))
    async with ground.store_whole:
        await cluster(ground).migrate(shard)
    yield f"of shard {shard}"


@asynccontextmanager
async def primary_fails_over(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let a replica take over, and kill the primary that was; it comes back as a replica."""
    async with ground.store_whole:
        done = await cluster(ground).fail_over()
        yield "to its replica" if done else ""
        await cluster(ground).restored()
