"""Play schedules: `python -m tests.simulation [--seed N] [--count N] [--tell]`.

Prints each broken promise with its seed, which plays the same again. `--tell` says what was done to the town.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tests.prove.proof import figures
from tests.simulation.story import play, story_of


def main() -> int:
    """Play what is asked for; status 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument("--tell", action="store_true", help="say what was done to nodes, store and network")
    parser.add_argument("--history", type=Path, help="write the last one's history here, a line a record")
    asked = parser.parse_args()
    total, broken, began = Counter[str](), 0, time.monotonic()
    for seed in range(asked.seed, asked.seed + asked.count):
        outcome = play(story_of(seed))
        total += outcome.figures
        broken += bool(outcome.broken)
        if asked.tell:
            print("\n".join(outcome.told))
        for what in outcome.broken:
            print(f"seed {seed}: {what}")
        if asked.history is not None:
            outcome.history.write(asked.history)
    took = time.monotonic() - began
    print(f"{figures(total)}; {asked.count / took * 60:.0f} schedules a minute; {broken} not clean")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
