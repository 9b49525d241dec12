"""How soon somebody else serves what a node served: after each fault of one, owners are watched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from redis.exceptions import RedisError

from engine.ids import ClinicId, shard_of_clinic
from tests.faults.fleet import FleetNode
from tests.faults.history import Struck, Taken, now
from tests.faults.store_cluster import StoreCluster
from tests.faults.stores import Owners, Stores
from tests.faults.town import Town

WATCHED_FOR: Final = 30.0
LOOKS_EVERY: Final = 0.05
KEPT_AFTER: Final = 1.5
"""Seconds after which a node that hung and goes on keeps what nobody has taken from it."""
ANSWERS_WITHIN: Final = 2.0


class Takeovers:
    """Watches the shards of the town's clinics."""

    def __init__(self, stores: Stores | StoreCluster, town: Town) -> None:
        self._stores = stores
        self._town = town
        self._watching: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def of(self, fault: str, node: FleetNode) -> AsyncIterator[None]:
        """Watch what becomes of a node's shards; the block does something to it."""
        before = await self._owners({shard_of_clinic(ClinicId(one)) for one in self._town.clinics})
        mine = {shard: epoch for shard, (epoch, owner) in before.items() if owner == node.name}
        struck, label = now(), node.door.label
        self._town.note(Struck(at=struck, fault=fault, node=label, shards=tuple(mine)))
        watching = asyncio.create_task(self._watch(fault, node, struck, mine))
        self._watching.add(watching)
        watching.add_done_callback(self._watching.discard)
        yield

    async def settled(self) -> None:
        """Wait until nothing is watched any more."""
        if self._watching:
            await asyncio.wait(self._watching)

    async def _watch(self, fault: str, node: FleetNode, struck: float, mine: dict[int, int]) -> None:
        until = struck + WATCHED_FOR
        while mine and now() < until:
            await asyncio.sleep(LOOKS_EVERY)
            if fault == "hang" and not node.stopped:
                until = min(until, now() + KEPT_AFTER)
            for shard, (epoch, _) in (await self._owners(mine)).items():
                if epoch > mine[shard]:
                    del mine[shard]
                    self._town.note(Taken(at=now(), fault=fault, shard=shard, after=now() - struck))

    async def _owners(self, shards: Iterable[int]) -> Owners:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                return await self._stores.owners(shards)
        except (RedisError, OSError, TimeoutError, RuntimeError):
            return {}
