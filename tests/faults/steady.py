"""People who stay while everybody else is cut: in a process of their own, by no wire that can be cut.

What they wait for answers is the nodes' doing alone then: the town's own process, which brings a herd back,
neither carries nor measures it, and goes behind all others where processors are short. `python -m
tests.faults.steady` reads its orders on stdin, asks for something ten times a second for each visit until
stdin ends, and then writes its history to stdout.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import Final

import msgspec
import uvloop

from tests.faults.behind import behind
from tests.faults.fleet import REPO, FleetNode, ends_with_us
from tests.faults.history import AnyEntry
from tests.faults.load import Load
from tests.faults.story import Pace
from tests.faults.town import ASK_WITHIN, Door, Practice, Town

NUMBERS_FROM: Final = 10_000_000
"""Numbers of their lines, which are in one history with everybody else's."""
ENDS_WITHIN: Final = ASK_WITHIN + 10


class Orders(msgspec.Struct):
    """Who asks, where, and by which seed."""

    practices: list[Practice]
    doors: list[Door]
    visits: int
    seed: int


@asynccontextmanager
async def steadily(
    nodes: Sequence[FleetNode], practices: list[Practice], visits: int, seed: int
) -> AsyncIterator[list[AnyEntry]]:
    """Have so many visits of steady people until the end of the block; then gives what they saw."""
    seen: list[AnyEntry] = []
    if not visits:
        yield seen
        return
    doors = [
        Door(node.address, node.port, node.name, node.door.starts, named=node.door.port) for node in nodes
    ]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.steady"),
        cwd=REPO,
        env={**os.environ, "PYTHONPATH": str(REPO)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        preexec_fn=ends_with_us,
    )
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(Orders(practices, doors, visits, seed)) + b"\n")
    try:
        with behind():
            yield seen
        async with asyncio.timeout(ENDS_WITHIN):
            said, _ = await process.communicate(b"")  # which closes its stdin: nothing more is said
        if process.returncode:
            raise RuntimeError(f"the steady people ended with status {process.returncode}")
        seen += msgspec.json.decode(said, type=list[AnyEntry])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _until_told(orders: Orders) -> Town:
    town = Town(orders.doors, chance=Random(orders.seed))  # noqa: S311 - a story
    town.numbers = count(NUMBERS_FROM)
    load = Load(town, orders.practices, Pace(0, steady=orders.visits), orders.seed)
    load.begin(watched=False)
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(0, told.set)
    await told.wait()
    loop.remove_reader(0)
    await load.rest()
    for client in load.clients:
        client.finish("done")
        if client.line is not None:
            client.line.drop()
    await load.close()
    return town


def main() -> int:
    """Ask until told to stop."""
    orders = msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
    town = uvloop.run(_until_told(orders))
    sys.stdout.buffer.write(msgspec.json.encode(town.history.entries))
    return 0


if __name__ == "__main__":
    sys.exit(main())
