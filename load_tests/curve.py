"""What one more relay and one more join cost on a node that holds more and more visits (performance.md).

Two nodes run side by side. One only ever holds a hundred visits; the other is filled, level by level, up to
20,000: each visit joined once and saved, three in ten of them with three connections that stay. At each level
the same crowd of a hundred visits joins and relays at both, in turns, so that a noisy minute disturbs both
alike. Costs are marginal: what the node costs in silence at that level is taken off.
"""

import asyncio
import resource
import statistics
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from load_tests.clinics import Access
from load_tests.crowd import Board, Crowd
from load_tests.figures import Spread
from load_tests.fleet import fleet
from load_tests.ground import Part
from load_tests.meter import Cost
from load_tests.node_site import NodeServer, NodeSite

LEVELS: Final = (100, 1_000, 5_000, 20_000)
CROWD: Final = 100
"""Visits that join and relay at each level; they are part of it."""
CONNECTED: Final = 0.3
"""The part of the visits that stay connected."""
SOCKETS: Final = 3
ROUNDS: Final = 8
RELAYS: Final = 20_000
PROCESSES: Final = 3
"""Of clients, at each level."""
SETTLES: Final = 2.0
REST: Final = 7.0
"""Seconds of silence that are measured: two rounds of pings and beats."""
SPARE: Final = 1_600
"""Descriptors that are not connections that stay: the crowd's, dashboards', files'."""


@dataclass(slots=True)
class Level:
    """What was measured at one number of live visits."""

    visits: int
    sockets: int
    """Connections that stay silent."""
    idle_core_share: float
    joins: list[tuple[Cost, Cost]] = field(default_factory=list)
    """Round by round: at the node with a hundred visits, and at the one that was filled."""
    relays: list[tuple[Cost, Cost]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Curve:
    """All levels, and how many descriptors a process may have here."""

    descriptors: int
    levels: list[Level]

    @property
    def top(self) -> Level:
        """The highest level."""
        return self.levels[-1]


def times_as_dear(rounds: list[tuple[Cost, Cost]]) -> Spread:
    """Say how many times as much a piece of work costs at the filled node; the middle is that of all rounds
    together, because pings and beats come in waves that no single round has its share of.
    """
    small, filled = (
        sum(cost.cpu_seconds for cost in costs) / sum(cost.work for cost in costs)
        for costs in zip(*rounds, strict=True)
    )
    by_round = [other.microseconds / one.microseconds for one, other in rounds]
    return Spread(filled / small, min(by_round), max(by_round))


def microseconds(rounds: list[tuple[Cost, Cost]]) -> float:
    """Give what a piece of work costs at the filled node."""
    return statistics.median(filled.microseconds for _, filled in rounds)


async def measured(small: NodeServer, filled: NodeServer, say: Callable[[str], None]) -> Curve:
    """Measure at all levels."""
    descriptors = descriptor_limit()
    sites = [await NodeSite.signed_in(server) for server in (small, filled)]
    boards = [Board(await site.dashboards()) for site in sites]
    levels: list[Level] = []
    async with AsyncExitStack() as stack:
        held = connected = 0
        for number, visits in enumerate(LEVELS):
            say(f"cost curve, {visits:,} visits")
            want = min(round(CONNECTED * visits), (descriptors - SPARE) // SOCKETS)
            parts = parts_of(filled, want - connected, visits - CROWD - held - (want - connected), number)
            if parts:
                await stack.enter_async_context(fleet(parts, lambda _: None))
                held, connected = visits - CROWD, want
            levels.append(await _level(visits, SOCKETS * connected, sites, boards))
    for board in boards:
        await board.close()
    return Curve(descriptors, levels)


async def _level(visits: int, sockets: int, sites: list[NodeSite], boards: list[Board]) -> Level:
    await asyncio.sleep(SETTLES)
    silent = [Crowd(site, board, []) for site, board in zip(sites, boards, strict=True)]
    for nobody in silent:
        await nobody.rest(REST)
    level = Level(visits, sockets, silent[1].idle_core_share)
    for number in range(ROUNDS + 1):
        (join, relay), (filled_join, filled_relay) = [await _round(nobody) for nobody in silent]
        if number:  # the first one warms everything up
            level.joins.append((join, filled_join))
            level.relays.append((relay, filled_relay))
    return level


async def _round(nobody: Crowd) -> tuple[Cost, Cost]:
    """Let the crowd join and relay at one of the nodes; give what each cost beyond silence."""
    crowd = await Crowd.gathered(nobody.site, nobody.board, CROWD)
    crowd.as_silent_as(nobody)
    join, _ = await crowd.join()
    relay = await crowd.relay(RELAYS)
    await crowd.go()
    return join, relay


def parts_of(server: NodeServer, connected: int, quiet: int, level: int) -> list[Part]:
    """Share the visits of one more level out to client processes."""
    if quiet <= 0:
        return []
    accounts = server.access.accounts
    return [
        Part(
            scenario="idle",
            url=server.url,
            access=Access(accounts[number::PROCESSES]),
            visits=_share(connected, number),
            share=1 / PROCESSES,
            seconds=0,
            seed=f"{level} {number}",
            source=f"127.0.{1 + level}.{1 + number}",
            quiet=_share(quiet, number),
            watched=False,
        )
        for number in range(PROCESSES)
    ]


def _share(count: int, number: int) -> int:
    return count // PROCESSES + (number < count % PROCESSES)


def descriptor_limit() -> int:
    """Raise the number of descriptors that we and our processes may have as far as we may; give it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most
