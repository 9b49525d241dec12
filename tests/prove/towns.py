"""Towns under load as proofs: calls cut at random points, herds, and everything at once (tests/faults)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

from tests.faults.chaos import Chaos, Outcome, Plan
from tests.faults.load import Pace
from tests.faults.schedule import Planned
from tests.prove.proof import Round

QUICK: Final = Pace(visits=12, life=(10.0, 20.0), think=(0.2, 0.8), away=(3.0, 5.0), phones=0.3)
CROWD: Final = Pace(visits=60, life=(60.0, 90.0), think=(2.0, 6.0), away=(9.0, 12.0))
CUT: Final = 0.3
HERDS: Final = (8.0, 30.0, 55.0)
"""When all clients are cut at once. Seconds."""
HERD_BACK_WITHIN: Final = 60.0
NODES: Final = 3


async def cuts(folder: Path, seed: int) -> Round:
    """Cut three calls in ten at a random byte, for a minute."""
    plan = Plan(seed, 60.0, 1, 4, QUICK, clocks=False, settles=5.0, cutting=CUT)
    return judged(await Chaos(plan, folder).run())


async def herd(folder: Path, seed: int) -> Round:
    """Cut all clients of three nodes at once, three times."""
    faults = [Planned(at, "herd", 0.0, seed + number) for number, at in enumerate(HERDS)]
    plan = Plan(seed, 90.0, NODES, 20, CROWD, faults, clocks=False)
    outcome = await Chaos(plan, folder).run()
    found = judged(outcome)
    found.figures["back_after_ms"] = round(1000 * outcome.back_after)
    if outcome.back_after > HERD_BACK_WITHIN:
        return Round(found.figures, (*found.broken, f"all are back after {outcome.back_after:.0f} s only"))
    return found


async def anything(folder: Path, seed: int) -> Round:
    """Break everything at random for two minutes."""
    plan = Plan.drawn(seed, 120.0, nodes=NODES, pace=CROWD, clinics=20)
    return judged(await Chaos(plan, folder).run())


def judged(outcome: Outcome) -> Round:
    """Make a round of a run: its figures, and each promise that was broken."""
    figures = Counter(outcome.faults) + Counter(outcome.cuts) + Counter(entries=outcome.entries)
    broken = [f"{one.rule}: {one.what}" for one in outcome.verdict.broken]
    return Round(figures, (*broken, *outcome.trouble))
