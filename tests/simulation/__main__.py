"""Play schedules: `python -m tests.simulation [--seed N] [--count N] [--tell] [--history FILE]`.

Prints each broken promise with its seed, which plays the same again. Many are shared among all processors.
`--tell` says what was done to the town, `--history` keeps what everybody in it saw.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.prove.proof import Findings, Round, figures
from tests.simulation.many import A_ROUND, played_by_all
from tests.simulation.story import play, schedule_of


def main() -> int:
    """Play what is asked for; status 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=1, help="how many seeds")
    parser.add_argument("--tell", action="store_true", help="say what was done to nodes, store and network")
    parser.add_argument("--history", type=Path, help="write the last one's history here, a line a record")
    asked = parser.parse_args()
    seeds, began = range(asked.seed, asked.seed + asked.count), time.monotonic()
    if asked.count > 1 and not asked.tell and asked.history is None:
        found = asyncio.run(_all(seeds))
    else:
        found = _one_by_one(seeds, asked.history, tell=asked.tell)
    took = time.monotonic() - began
    count = found.figures["schedules"]
    print(f"{figures(found.figures)}; {count / took * 60:.0f} schedules a minute")
    print(f"{len(found.broken)} promises broken")
    return 1 if found.broken else 0


async def _all(seeds: range) -> Round:
    """Play them on all processors, and print what was broken as it is found."""
    findings = Findings()
    for first in range(0, len(seeds), A_ROUND):
        one = await played_by_all(seeds[first : first + A_ROUND])
        print("".join(f"{what}\n" for what in one.broken), end="", flush=True)
        findings.add(one)
    return findings.round()


def _one_by_one(seeds: range, history: Path | None, *, tell: bool) -> Round:
    """Play them here, and say more of each."""
    findings = Findings()
    for seed in seeds:
        outcome = play(schedule_of(seed))
        findings.add(Round(outcome.figures, outcome.broken))
        for what in (*(outcome.told if tell else ()), *(f"seed {seed}: {what}" for what in outcome.broken)):
            print(what)
        if history is not None:
            outcome.history.write(history)
    return findings.round()


if __name__ == "__main__":
    sys.exit(main())
