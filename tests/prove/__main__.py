"""The long proofs: `python -m tests.prove [NAMES] [--seed N] [--rounds N] [--takeovers N] [--again]`.

Stopped at any time, the next run goes on after the last round that was played; `--again` begins anew. Ends
with status 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from tests.prove.catalogue import PROOFS
from tests.prove.proof import Progress, prove


def main() -> int:
    """Prove what is named, or everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PROOFS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, help="another number of rounds than each proof's own")
    parser.add_argument("--takeovers", type=int, help="of the simulation: go on until there were so many")
    parser.add_argument("--again", action="store_true", help="forget the rounds that were played")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in PROOFS]
    if unknown:
        parser.error(f"no such proof: {', '.join(unknown)}; there are {', '.join(PROOFS)}")
    progress, kept = Progress(), True
    for name in asked.names or PROOFS:
        proof = PROOFS[name] if asked.rounds is None else replace(PROOFS[name], rounds=asked.rounds)
        if name == "simulation" and asked.takeovers:
            proof = replace(proof, goal=("takeovers", asked.takeovers))
        if asked.again:
            progress.forget(proof, asked.seed)
        kept &= prove(proof, asked.seed, progress)
    print("all promises kept" if kept else "A PROMISE WAS BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
