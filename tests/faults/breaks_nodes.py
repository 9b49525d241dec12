"""What can be done to nodes: killed, stopped in order, hung, their machine gone, cut off, misdated."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from tests.faults.fleet import FleetNode
from tests.faults.ground import Ground, on_a_node
from tests.faults.ray_fleet import RayFleet
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
async def head(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let Ray's head hang: visits must not notice."""
    if not isinstance(ground.fleet, RayFleet):
        raise RuntimeError("these nodes are not Ray's")
    pid = ground.fleet.head
    os.kill(pid, signal.SIGSTOP)
    try:
        yield "of Ray"
    finally:
        os.kill(pid, signal.SIGCONT)
