"""Towns under load as proofs: calls cut at random points, herds, and everything at once (tests/faults)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path
from random import Random
from typing import Final

from tests.faults.chaos import Chaos, Outcome, Plan
from tests.faults.figures import AFTER_A_HERD, ANSWERS, IN_A_HERD, Spread
from tests.faults.history import Fault, History, Opened
from tests.faults.moves import moves
from tests.faults.schedule import Planned
from tests.faults.story import Pace
from tests.prove.proof import Round

QUICK: Final = Pace(visits=12, life=(10.0, 20.0), think=(0.2, 0.8), away=(3.0, 5.0), phones=0.3)
CROWD: Final = Pace(visits=60, life=(60.0, 90.0), think=(2.0, 6.0), away=(9.0, 12.0))
HERD: Final = Pace(visits=60, life=(60.0, 90.0), think=(2.0, 6.0), away=(9.0, 12.0), steady=6)
BUSY: Final = Pace(visits=30, life=(20.0, 45.0), think=(1.0, 3.0), away=(9.0, 12.0))
CUT: Final = 0.3
HERDS: Final = (8.0, 36.0, 64.0, 92.0)
"""When all clients are cut at once. Seconds."""
HERD_SECONDS: Final = 118.0
CUT_IN: Final = 1.0
"""Seconds about the order to cut all in which they see that they are."""
BEFORE: Final = 5.0
"""Seconds before the first, when all was as ever."""
TEN_TIMES: Final = 10
"""At how many times the normal rate a herd has to connect, or it is none."""
HERD_BACK_WITHIN: Final = 60.0
SLOWER_BY: Final = 2.0
"""How much longer those who stayed may wait for an answer while a herd comes back (p99)."""
NODES: Final = 3
STRIKES: Final = ("kill", "hang", "machine", "stop")
STRUCK_EVERY: Final = 8.0
PROMOTIONS: Final = (15.0, 40.0)
LOSES: Final = frozenset({"nothing lost", "seat kept"})
"""Rules that a failover breaks by design which nobody waited for: what the replica had not got is gone."""


async def cuts(folder: Path, seed: int) -> Round:
    """Cut three calls in ten at a random byte, for a minute."""
    plan = Plan(seed, 60.0, 1, 4, QUICK, clocks=False, settles=5.0, cutting=CUT)
    return judged(await Chaos(plan, folder).run())


async def herd(folder: Path, seed: int) -> Round:
    """Cut all clients of three nodes at once, four times, but a few: how these fare is measured."""
    faults = [Planned(at, "herd", 0.0, seed + number) for number, at in enumerate(HERDS)]
    outcome = await Chaos(
        Plan(seed, HERD_SECONDS, NODES, 20, HERD, faults, clocks=False, direct=True), folder
    ).run()
    found, broken = judged(outcome), list[str]()
    found.figures["back_after_ms"] = round(1000 * outcome.back_after)
    if outcome.back_after > HERD_BACK_WITHIN:
        broken.append(f"all are back after {outcome.back_after:.0f} s only")
    apart, within = outcome.spreads[ANSWERS], outcome.spreads[IN_A_HERD]
    for name, spread in ((ANSWERS, apart), (IN_A_HERD, within)):
        found.figures[name] = spread.count
        found.figures[f"{name}, p50_ms"] = round(1000 * spread.p50)
        found.figures[f"{name}, p99_ms"] = round(1000 * spread.p99)
    history = History.read(outcome.history)
    times = found.figures["times the normal rate"] = _times_as_many(history)
    back = [one.after for at in _herds(history) for one in moves(history, at - CUT_IN, at + CUT_IN)]
    found.figures.update(took("back", back))
    if max(back, default=0.0) > HERD_BACK_WITHIN:
        broken.append(f"somebody was back after {max(back):.0f} s only")
    if times < TEN_TIMES:
        broken.append(f"it was no herd: only {times} times the normal rate")
    if within.p99 > SLOWER_BY * apart.p99:
        broken.append(f"who stayed waits {within.p99:.3f} s for an answer in a herd, else {apart.p99:.3f} s")
    return Round(found.figures, (*found.broken, *broken))


def _times_as_many(history: History) -> int:
    """How many times as many connected in the second after a cut as in any other."""
    herds = _herds(history)
    opened = [one.at for one in history.of(Opened) if one.at > herds[0] - BEFORE]
    rushes = sum(any(0 <= at - herd < 1 for herd in herds) for at in opened)
    normal = sum(all(not 0 <= at - herd < AFTER_A_HERD for herd in herds) for at in opened)
    seconds = BEFORE + opened[-1] - herds[0] - len(herds) * AFTER_A_HERD
    return round(rushes / len(herds) / (max(1, normal) / seconds))


def _herds(history: History) -> list[float]:
    return [one.at for one in history.of(Fault) if one.name == "herd" and not one.over]


async def takeovers(folder: Path, seed: int) -> Round:
    """Kill, hang and stop one node after the other, and let machines be gone, for five minutes."""
    seconds, chance = 300.0, Random(seed)  # noqa: S311 - to be had again, no secret
    faults = [
        Planned(at, chance.choice(STRIKES), chance.uniform(3.0, 5.0), chance.randrange(2**31))
        for at in map(float, range(2, int(seconds) - 20, int(STRUCK_EVERY)))
    ]
    outcome = await Chaos(Plan(seed, seconds, NODES, 24, BUSY, faults, clocks=False), folder).run()
    found = judged(outcome)
    for name, spread in outcome.spreads.items():
        if name.startswith("takeover after "):
            found.figures["takeovers"] += spread.count
        if name.startswith(("takeover after ", "service after ", "seats resumed after ")):
            found.figures[f"{name}, p50_ms"] = round(1000 * spread.p50)
            found.figures[f"{name}, p99_ms"] = round(1000 * spread.p99)
    found.figures["stale_epoch_effects"] = outcome.verdict.counts()["one owner"]
    return found


async def promoted(folder: Path, seed: int) -> Round:
    """Kill the store's primary, and promote its replica as it is, without a word to the nodes, twice."""
    faults = [Planned(at, "promote", 2.0, seed + number) for number, at in enumerate(PROMOTIONS)]
    outcome = await Chaos(Plan(seed, 60.0, NODES, 10, BUSY, faults, clocks=False), folder).run()
    found = judged(outcome, LOSES)
    for rule in LOSES:
        found.figures[f"broken by design: {rule}"] = outcome.verdict.counts()[rule]
    return found


async def anything(folder: Path, seed: int) -> Round:
    """Break everything at random for two minutes."""
    plan = Plan.drawn(seed, 120.0, nodes=NODES, pace=CROWD, clinics=20)
    return judged(await Chaos(plan, folder).run())


def judged(outcome: Outcome, but: Collection[str] = ()) -> Round:
    """Make a round of a run: its figures, and each promise that was broken, but those of some rules."""
    figures = Counter(outcome.faults) + Counter(outcome.cuts) + Counter(entries=outcome.entries)
    broken = [f"{one.rule}: {one.what}" for one in outcome.verdict.broken if one.rule not in but]
    return Round(figures, (*broken, *outcome.trouble))


def took(name: str, seconds: Iterable[float]) -> Counter[str]:
    """Make figures of how long something took."""
    taken = list(seconds)
    of = Spread.of(taken)
    times = {"p50_ms": of.p50, "p99_ms": of.p99, "longest_ms": max(taken, default=0.0)}
    return Counter(
        {name: len(taken)} | {f"{name}, {what}": round(1000 * long) for what, long in times.items()}
    )
