"""A run: a town under load, a schedule of faults, the verdict over everything that was written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.faults.breaker import Breaker
from tests.faults.checker import judge
from tests.faults.cutting import Cutting
from tests.faults.figures import Spread, figures
from tests.faults.fleet import Fleet
from tests.faults.ground import Ground
from tests.faults.history import OK, Answered, Calm, Fault, History, Metric, now
from tests.faults.load import Load
from tests.faults.network import Network
from tests.faults.ray_fleet import RayFleet
from tests.faults.schedule import Planned, World, schedule
from tests.faults.steady import steadily
from tests.faults.store_cluster import StoreCluster
from tests.faults.stored import testimony
from tests.faults.stores import Stores
from tests.faults.story import Pace
from tests.faults.takeovers import Takeovers
from tests.faults.town import Town
from tests.faults.verdict import Verdict

BACK_WITHIN: Final = 60.0
"""Seconds in which everybody has to be back once nothing is broken any more (the promise about herds)."""
STAYS_ZERO: Final = (
    "vestibule_join_after_expiry_total",
    "vestibule_ghosts",
    "vestibule_purge_failures_total",
)
SAYS_EVERY: Final = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run consists of."""

    seed: int
    seconds: float
    nodes: int = 1
    clinics: int = 60
    pace: Pace = field(default_factory=lambda: Pace(visits=300))
    faults: list[Planned] = field(default_factory=list)
    clocks: bool = True
    world: World = "plain"
    """What it goes on; with cables, `network.move_in` comes first."""
    cutting: float = 0.0
    """Which share of all calls is cut at a random byte, over sockets and REST alike."""
    direct: bool = False
    """Whether nodes reach the store by no wire of ours, which this process carries: then none can be cut."""
    settles: float = 18.0
    """Seconds of quiet after everybody is back, in which every ghost has to go."""

    @classmethod
    def drawn(
        cls,
        seed: int,
        seconds: float,
        *,
        nodes: int,
        pace: Pace,
        clinics: int,
        often: float = 1.0,
        world: World = "plain",
    ) -> Plan:
        """Draw the faults as well."""
        faults = schedule(seed, seconds, pace=often, world=world)
        return cls(seed, seconds, nodes, clinics, pace, faults, clocks=world != "ray", world=world)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    plan: Plan
    verdict: Verdict
    spreads: dict[str, Spread]
    faults: dict[str, int]
    entries: int
    back_after: float
    stalls: int
    """How often the harness itself stood still, for want of a processor."""
    cuts: dict[str, int]
    """How many calls there were, and how many of them were cut, where that was asked for."""
    trouble: list[str]
    history: Path
    began: float

    @property
    def clean(self) -> bool:
        """Whether every promise was kept, and the harness did its part."""
        return self.verdict.clean and not self.trouble

    def line(self) -> str:
        """Say it all in one line of JSON."""
        plan = self.plan
        said: dict[str, Any] = {
            "clean": self.clean,
            "seed": plan.seed,
            "seconds": plan.seconds,
            "nodes": plan.nodes,
            "visits": plan.pace.visits,
            "clinics": plan.clinics,
            "faults": self.faults,
            "broken": dict(self.verdict.counts()),
            "ghosts": sum("ghost" in one.what for one in self.verdict.broken if one.rule == "presence"),
            "back_after": round(self.back_after, 1),
            "entries": self.entries,
            "stalls": self.stalls,
            "cuts": self.cuts,
            "trouble": self.trouble,
            "figures": {name: spread.plain() for name, spread in self.spreads.items()},
        }
        return json.dumps(said)


class Chaos:
    """One run of a plan, in a folder of its own; `said` is told how it goes."""

    def __init__(self, plan: Plan, folder: Path, said: Callable[[str], None] = lambda _: None) -> None:
        self.plan = plan
        self.folder = folder
        self._said = said

    async def run(self) -> Outcome:
        """Play it through, and judge it."""
        plan = self.plan
        self.folder.mkdir(parents=True, exist_ok=True)
        async with AsyncExitStack() as stack:
            fleet = await stack.enter_async_context(self._fleet(stack))
            stores: Stores | StoreCluster
            if plan.world == "store-cluster":
                stores = await stack.enter_async_context(StoreCluster(self.folder))
            else:
                one = Stores(self.folder, clock=plan.clocks, on_primary=fleet.store_is)
                stores = await stack.enter_async_context(one)
            directly = plan.direct or plan.world == "store-cluster"
            practices = await fleet.begin(plan.clinics + 1, stores.url, directly=directly)
            quiet = practices.pop()
            town = Town(fleet.doors, [one.clinic for one in practices], chance=Random(plan.seed))  # noqa: S311
            load = Load(town, practices, replace(plan.pace, steady=0), plan.seed, quiet=quiet)
            stack.push_async_callback(load.close)
            cutting = Cutting(plan.cutting, fleet, town, Random(f"cuts {plan.seed}"))  # noqa: S311
            load.begin()
            began = now()
            await load.warm()
            breaker = Breaker(Ground(fleet, stores, town, Takeovers(stores, town)), self._said)
            cutting.begin()
            async with steadily(fleet.nodes, practices, plan.pace.steady, plan.seed) as seen:
                await self._played(breaker, load, town)
            town.history.entries += seen
            cutting.end()
            back_after = await self._comes_to_rest(breaker, load, town)
            for name, value in await self._metrics(fleet):
                town.note(Metric(at=now(), node=name[0], name=name[1], value=value))
            for entry in await testimony(await stores.primaries(), self.folder / "secrets", quiet.number):
                town.note(entry)
            await load.close()
            for bug in [*await fleet.end(), *fleet.bugs()]:
                town.history.add(bug)
        trouble = (
            breaker.trouble
            + _idle(town.history, plan)
            + [f"{type(one).__name__}: {one}" for one in load.failed]
        )
        path = self.folder / "history.jsonl"
        town.history.entries.sort(key=lambda entry: entry.at)
        town.history.write(path)
        return Outcome(
            plan,
            judge(town.history),
            figures(town.history),
            dict(sorted(breaker.counts.items())),
            len(town.history.entries),
            back_after,
            len(town.stalls),
            {"calls": cutting.calls, "cut": cutting.cut},
            trouble,
            path,
            began,
        )

    def _fleet(self, stack: AsyncExitStack) -> Fleet:
        """Make the nodes, in the world that they are to live in."""
        plan = self.plan
        if plan.world == "ray":
            return RayFleet(self.folder, plan.nodes)
        network = stack.enter_context(Network()) if plan.world == "cables" else None
        return Fleet(self.folder, plan.nodes, clocks=plan.clocks, network=network)

    async def _played(self, breaker: Breaker, load: Load, town: Town) -> None:
        async def report() -> None:
            while True:
                await asyncio.sleep(SAYS_EVERY)
                self._said(
                    f"          {len(town.lines)} connected, {len(load.missing)} away, "
                    f"{len(town.history.entries)} entries, {breaker.counts.total()} faults"
                )

        reporting = asyncio.create_task(report())
        try:
            async with asyncio.timeout(self.plan.seconds + 120):
                began = now()
                await breaker.play(self.plan.faults)
                await asyncio.sleep(max(0.0, self.plan.seconds - (now() - began)))
        finally:
            reporting.cancel()

    async def _comes_to_rest(self, breaker: Breaker, load: Load, town: Town) -> float:
        """Mend everything, and wait until everybody is back and all is quiet; gives how long that took."""
        await breaker.heal()
        began = now()
        town.note(Fault(at=began, name="heal", over=True))
        town.note(Calm(at=began))
        resting = asyncio.create_task(load.rest())
        while load.missing and now() - began < BACK_WITHIN:  # noqa: ASYNC110 - many make it true
            await asyncio.sleep(0.1)
        back_after = now() - began
        self._said(f"          all back after {back_after:.1f} s; still missing: {load.missing[:5]}")
        await resting
        await asyncio.sleep(self.plan.settles)
        while load.missing and now() - began < BACK_WITHIN:  # noqa: ASYNC110 - many make it true
            await asyncio.sleep(0.1)
        load.note_views()
        return back_after

    async def _metrics(self, fleet: Fleet) -> list[tuple[tuple[str, str], float]]:
        found: list[tuple[tuple[str, str], float]] = []
        for node in fleet.nodes:
            read = await node.metrics()
            found += [((node.name, name), read[name]) for name in STAYS_ZERO if name in read]
        return found


def _idle(history: History, plan: Plan) -> list[str]:
    """Say that a run in which hardly anything was done proves nothing."""
    done = sum(entry.code == OK for entry in history.of(Answered))
    return [f"only {done} requests were carried out"] if done < 2 * plan.pace.visits else []
