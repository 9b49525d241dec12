"""What can be done to nodes: killed, stopped in order, hung, their machine gone, cut off, misdated; and to
Ray's head, which keeps them.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

from tests.faults.fleet import FleetNode
from tests.faults.ground import Ground, on_a_node
from tests.faults.ray_fleet import LOOKS_EVERY, RayFleet
from tests.faults.schedule import Planned


@on_a_node
async def kill(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """Kill a node; it is started again at the end."""
    async with ground.takeovers.of("kill", node):
        await node.kill()
    yield
    await node.keep_up()


@on_a_node
async def stop(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """End a node in order, as an upgrade does."""
    async with ground.takeovers.of("stop", node):
        status = await node.stop()
    if status:
        ground.trouble.append(f"{node.name} ended with status {status} when it was told to stop")
    yield
    await node.keep_up()


@on_a_node
async def hang(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """Stop a node as it stands; then it goes on as if nothing had been."""
    async with ground.takeovers.of("hang", node):
        node.hang()
    yield
    node.go_on()


@on_a_node
async def machine(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """Let a node's machine be gone: nothing answers, nothing is refused, nobody is told."""
    async with ground.takeovers.of("machine", node):
        node.front.hold()
        node.back.hold()
        node.hang()
    yield
    await node.kill()
    for wire in (node.front, node.back):
        wire.cut()
        wire.heal()
    await node.keep_up()


@on_a_node
async def cut_off(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """Cut a node off from the store, and let it know."""
    async with ground.takeovers.of("cut_off", node):
        node.back.refusing = True
        node.back.cut()
    yield
    node.back.refusing = False


@on_a_node
async def cut_off_silently(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """Cut a node off from the store as a switch does that drops everything; held bytes arrive later."""
    async with ground.takeovers.of("cut_off_silently", node):
        node.back.hold()
    yield
    node.back.release()


@on_a_node
async def unplug(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """Pull the cable of a node's machine: to its people, to the store and to the others at once."""
    if node.machine is None:
        raise RuntimeError(f"{node.name} has no machine of its own")
    async with ground.takeovers.of("unplug", node):
        node.machine.pull()
    yield
    node.machine.plug_in()


@on_a_node
async def slow_store_wire(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """Let a node wait for the store."""
    node.back.delay = chance.uniform(0.05, 0.6)
    yield
    node.back.delay = 0.0


@on_a_node
async def node_clock(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """Set a node's clock by an hour."""
    if node.clock is None:
        raise RuntimeError(f"the clock of {node.name} cannot be set")
    node.clock.set(chance.choice((-1, 1)))
    yield
    node.clock.set(0)


@on_a_node
async def half_open(ground: Ground, node: FleetNode, chance: Random) -> AsyncIterator[None]:
    """Let nothing pass between the clients and a node for a while."""
    node.front.hold()
    yield
    node.front.release()


@asynccontextmanager
async def rolling(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Restart every node in order, each when the one before it serves again."""
    for node in ground.fleet.nodes:
        async with ground.takeovers.of("rolling", node):
            status = await node.stop()
        if status:
            ground.trouble.append(f"{node.name} ended with status {status} when it was to be restarted")
        await node.keep_up()
    yield f"{len(ground.fleet.nodes)} nodes"


@asynccontextmanager
async def head(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let Ray's head hang: visits must not notice."""
    pid = _on_ray(ground).head
    if pid:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield "of Ray" if pid else ""
    finally:
        if pid:
            os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def head_down(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Keep Ray's head down, killed whenever it is started again; then wait until it knows all nodes."""
    fleet = _on_ray(ground)
    killing = asyncio.create_task(_kill_again(fleet))
    try:
        yield "of Ray"
    finally:
        killing.cancel()
    await fleet.is_whole()


async def _kill_again(fleet: RayFleet) -> None:
    while True:
        if pid := fleet.head:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        await asyncio.sleep(LOOKS_EVERY)


def _on_ray(ground: Ground) -> RayFleet:
    if not isinstance(ground.fleet, RayFleet):
        raise RuntimeError("these nodes are not Ray's")
    return ground.fleet
