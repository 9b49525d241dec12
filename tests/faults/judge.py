"""Judge a history that was written down before: `python -m tests.faults.judge .chaos/RUN/history.jsonl`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.faults.checker import judge
from tests.faults.figures import figures
from tests.faults.history import History


def main() -> int:
    """Say what was broken; status 1 when something was."""
    told = History.read(Path(sys.argv[1]))
    verdict = judge(told)
    for name, spread in figures(told).items():
        print(f"  {name}: {spread}")
    for line in verdict.lines(told.entries[0].at if told.entries else 0.0):
        print(line)
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
