"""What the one who breaks things stands on: the nodes, the store, the town, and what is broken already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from tests.faults.fleet import Fleet, FleetNode
from tests.faults.schedule import Planned
from tests.faults.store_cluster import StoreCluster
from tests.faults.stores import Stores
from tests.faults.takeovers import Takeovers
from tests.faults.town import Town


@dataclass(slots=True)
class Ground:
    """Everything that can be broken."""

    fleet: Fleet
    stores: Stores | StoreCluster
    town: Town
    takeovers: Takeovers
    trouble: list[str] = field(default_factory=list)
    """What went wrong in the harness itself."""
    store_whole: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while something is done to the store."""
    _busy: set[str] = field(default_factory=set)
    """Nodes to which something is being done."""

    @asynccontextmanager
    async def node(self, chance: Random) -> AsyncIterator[FleetNode | None]:
        """Choose a node to which nothing is being done, as long as another one serves; or none."""
        free = [node for node in self.fleet.nodes if node.name not in self._busy and node.up]
        if not free or (len(self.fleet.nodes) > 1 and len(free) < 2):
            yield None
            return
        node = chance.choice(free)
        self._busy.add(node.name)
        try:
            yield node
        finally:
            self._busy.discard(node.name)


Breaking = Callable[[Ground, Planned, Random], AbstractAsyncContextManager[str]]
"""Breaks at its begin and mends at its end; gives what it was done to, "" when it could not be done."""


def on_a_node(breaking: Callable[[Ground, FleetNode, Random], AsyncIterator[None]]) -> Breaking:
    """Make of what is done to one node, before and after its `yield`, what is done to one that is chosen."""

    @asynccontextmanager
    async def chosen(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
        async with ground.node(chance) as node:
            if node is None:
                yield ""
                return
            async with asynccontextmanager(breaking)(ground, node, chance):
                yield node.name

    return chosen
