"""What can be done to nodes: killed, stopped in order, hung, their machine gone, cut off, misdated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from tests.faults.ground import Ground
from tests.faults.schedule import Planned


@asynccontextmanager
async def kill(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Kill a node; it is started again at the end."""
    async with ground.node(chance) as node:
        if node is None:
            yield ""
            return
        async with ground.takeovers.of("kill", node):
            await node.kill()
        yield node.name
        await node.keep_up()


@asynccontextmanager
async def stop(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """End a node in order, as an upgrade does."""
    async with ground.node(chance) as node:
        if node is None:
            yield ""
            return
        async with ground.takeovers.of("stop", node):
            status = await node.stop()
        if status:
            ground.trouble.append(f"{node.name} ended with status {status} when it was told to stop")
        yield node.name
        await node.keep_up()


@asynccontextmanager
async def hang(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Stop a node as it stands; then it goes on as if nothing had been."""
    async with ground.node(chance) as node:
        if node is None:
            yield ""
            return
        async with ground.takeovers.of("hang", node):
            node.hang()
        yield node.name
        node.go_on()


@asynccontextmanager
async def machine(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let a node's machine be gone: nothing answers, nothing is refused, nobody is told."""
    async with ground.node(chance) as node:
        if node is None:
            yield ""
            return
        async with ground.takeovers.of("machine", node):
            node.front.hold()
            node.back.hold()
            node.hang()
        yield node.name
        await node.kill()
        for wire in (node.front, node.back):
            wire.cut()
            wire.heal()
        await node.keep_up()


@asynccontextmanager
async def cut_off(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Cut a node off from the store, and let it know."""
    async with ground.node(chance) as node:
        if node is None:
            yield ""
            return
        async with ground.takeovers.of("cut_off", node):
            node.back.refusing = True
            node.back.cut()
        yield node.name
        node.back.refusing = False


@asynccontextmanager
async def cut_off_silently(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Cut a node off from the store as a switch does that drops everything; held bytes arrive later."""
    async with ground.node(chance) as node:
        if node is None:
            yield ""
            return
        async with ground.takeovers.of("cut_off_silently", node):
            node.back.hold()
        yield node.name
        node.back.release()


@asynccontextmanager
async def slow_store_wire(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Let a node wait for the store, or get little from it at a time."""
    async with ground.node(chance) as node:
        if node is None:
            yield ""
            return
        node.back.delay = chance.uniform(0.05, 0.6)
        yield node.name
        node.back.delay = 0.0


@asynccontextmanager
async def node_clock(ground: Ground, planned: Planned, chance: Random) -> AsyncIterator[str]:
    """Set a node's clock by an hour."""
    async with ground.node(chance) as node:
        if node is None or node.clock is None:
            yield ""
            return
        node.clock.set(chance.choice((-1, 1)))
        yield node.name
        node.clock.set(0)
