"""What can be done to the wires between clients and nodes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Final

from tests.faults.ground import Ground
from tests.faults.schedule import Planned

SOME: Final = 0.3
"""Which share of the connections a fault of some of them hits."""
CUT_BYTES: Final = (1, 6_000)
"""After how many bytes of a connection it is cut."""
RATE: Final = 6_000
"""Bytes a second of a slow network."""


@asynccontextmanager
async def cut_some(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Cut some of the clients' connections."""
    cut = sum(node.front.cut(lambda: chance.random() < SOME) for node in ground.fleet.nodes)
    yield f"{cut} connections"


@asynccontextmanager
async def cut_at_byte(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let some new connections of clients end at a random byte; cut some, so that there are new ones."""

    def after() -> int | None:
        return chance.randint(*CUT_BYTES) if chance.random() < SOME else None

    node = chance.choice(ground.fleet.nodes)
    node.front.cut_after = after
    node.front.cut(lambda: chance.random() < SOME)
    yield node.name
    node.front.cut_after = None


@asynccontextmanager
async def strand(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Leave some connections half-open for good."""
    count = ground.fleet.strand(lambda: chance.random() < SOME, ground.fleet.nodes)
    yield f"{count} connections"


@asynccontextmanager
async def delay(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let everything between the clients and a node take longer."""
    node = chance.choice(ground.fleet.nodes)
    node.front.delay = chance.uniform(0.05, 0.8)
    yield node.name
    node.front.delay = 0.0


@asynccontextmanager
async def throttle(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let little pass at a time."""
    node = chance.choice(ground.fleet.nodes)
    node.front.rate = RATE
    yield node.name
    node.front.rate = 0.0


@asynccontextmanager
async def herd(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Cut everybody's connections at once; those of `steady` come by other ways."""
    cut = sum(node.front.cut() for node in ground.fleet.nodes)
    yield f"{cut} connections"
