"""What the one who breaks things stands on: the nodes, the store, the town, and what is broken already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from tests.faults.fleet import Fleet, FleetNode
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
