"""Break everything at random, and judge what people saw: `python -m tests.faults --seed N --minutes M`.

Prints what is broken when, the verdict, the figures, and as its last line one JSON object. Ends with status 1
when a promise was broken. The same seed breaks the same things at the same times again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Final

import uvloop

from tests.faults.chaos import Chaos, Outcome, Plan
from tests.faults.network import move_in
from tests.faults.schedule import EVERYWHERE
from tests.faults.story import Pace

HERE: Final = Path(__file__).parents[2] / ".chaos"
SHORTEST: Final = 3.0
"""Minutes below which visits live faster, so that a short run sees their ends too."""


def main() -> int:
    """Run once."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--visits", type=int, default=300)
    parser.add_argument("--clinics", type=int, default=60)
    parser.add_argument("--often", type=float, default=1.0, help="0.5: pauses half as long")
    parser.add_argument(
        "--world", choices=sorted(EVERYWHERE), default="plain", help="cables need root, ray needs Ray"
    )
    asked = parser.parse_args()
    if asked.world == "cables":
        move_in()
    quick = asked.minutes < SHORTEST
    pace = (
        Pace(asked.visits, life=(20.0, 45.0), think=(1.0, 4.0), away=(9.0, 12.0))
        if quick
        else Pace(asked.visits)
    )
    clinics = min(asked.clinics, asked.visits)
    plan = Plan.drawn(
        asked.seed,
        60 * asked.minutes,
        nodes=asked.nodes,
        pace=pace,
        clinics=clinics,
        often=asked.often,
        world=asked.world,
    )
    folder = HERE / f"{asked.seed}-{int(time.time())}"
    print(
        f"seed {asked.seed}: {asked.minutes:g} minutes, {asked.nodes} nodes, {asked.visits} visits of"
        f" {clinics} clinics, {len(plan.faults)} faults; the history goes to .chaos/{folder.name}",
        flush=True,
    )
    outcome = uvloop.run(Chaos(plan, folder, lambda said: print(said, flush=True)).run())
    tell(outcome)
    return 0 if outcome.clean else 1


def tell(outcome: Outcome) -> None:
    """Print what came of it."""
    print(f"faults: {', '.join(f'{name} {count}' for name, count in outcome.faults.items())}")
    for name, spread in outcome.spreads.items():
        print(f"  {name}: {spread}")
    print(f"  all back after {outcome.back_after:.1f} s")
    for line in outcome.verdict.lines(outcome.began):
        print(line)
    for line in outcome.trouble:
        print(f"  the harness: {line}")
    print("CLEAN" if outcome.clean else "NOT CLEAN")
    print(outcome.line(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
