"""The rounds of the benchmark: the same crowd at our server and at the plain one, in turns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from load_tests.bare_save import BareSave
from load_tests.crowd import Board, Crowd
from load_tests.delays import IdleJoins, idle_joins, lost_by_reset, lost_by_silence
from load_tests.meter import Cost
from load_tests.site import Site

REST_SECONDS: Final = 0.5
"""For how long a crowd's silence is measured before its relays."""
BATCHES: Final = 4
"""Of visits, whose memory is measured; the first one also brings what all share into being."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    rounds: int
    visits: int
    """In a round."""
    relays: int
    """In a round; a seat stays below the rate that one may send at."""
    batch: int
    """Visits in a batch of the memory measurement."""
    delays: int
    """Visits whose joins and losses are timed."""
    echo_rounds: int
    echo_seconds: float


FULL: Final = Scale(
    rounds=7, visits=256, relays=30_000, batch=128, delays=100, echo_rounds=3, echo_seconds=1.5
)
QUICK: Final = Scale(rounds=3, visits=128, relays=12_000, batch=64, delays=32, echo_rounds=1, echo_seconds=1)


@dataclass(slots=True)
class Rounds:
    """What the rounds at one server gave."""

    joins: list[Cost] = field(default_factory=list)
    relays: list[Cost] = field(default_factory=list)
    leaves: list[Cost] = field(default_factory=list)
    idle_core_share: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    """From hello to the dashboard with 64 joins under way; seconds."""


async def in_turns(sites: Sequence[tuple[Site, Board]], scale: Scale) -> list[Rounds]:
    """Run the rounds; a first one, which warms everything up, does not count."""
    found = [Rounds() for _ in sites]
    for number in range(scale.rounds + 1):
        for (site, board), rounds in zip(sites, found, strict=True):
            await _round(site, board, scale, rounds if number else Rounds())
    return found


async def _round(site: Site, board: Board, scale: Scale, rounds: Rounds) -> None:
    crowd = await Crowd.gathered(site, board, scale.visits)
    cost, delays = await crowd.join()
    rounds.joins.append(cost)
    rounds.delays += delays
    await crowd.rest(REST_SECONDS)
    rounds.idle_core_share.append(crowd.idle_core_share)
    rounds.relays.append(await crowd.relay(scale.relays))
    rounds.leaves.append(await crowd.go())


async def bytes_per_visit(site: Site, board: Board, scale: Scale) -> float:
    """Say what a visit of three adds to the server's resident memory; the server must be fresh."""
    crowds = []
    sizes = []
    for _ in range(BATCHES):
        crowd = await Crowd.gathered(site, board, scale.batch)
        await crowd.join()
        crowds.append(crowd)
        sizes.append(site.tree.resident_bytes())
    for crowd in crowds:
        await crowd.go()
    return (sizes[-1] - sizes[0]) / (scale.batch * (BATCHES - 1))


@dataclass(frozen=True, slots=True)
class Delays:
    """How long the dashboard takes on an idle node; seconds."""

    idle: IdleJoins
    reset: list[float]
    silent: list[float]


async def delays(site: Site, board: Board, scale: Scale, bare: BareSave) -> Delays:
    """Time joins one at a time, then connections that are reset, then such that fall silent."""
    crowd = await Crowd.gathered(site, board, scale.delays)
    idle = await idle_joins(crowd, bare)
    reset = await lost_by_reset(crowd)
    silent = await lost_by_silence(crowd)
    await site.finish([party.provider for party in crowd.parties])
    return Delays(idle, reset, silent)
