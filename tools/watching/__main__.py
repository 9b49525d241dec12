"""`python -m tools.watching [--check] [--runbooks-at URL]`: write rules, dashboards, the list of metrics."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.watching import grafana, listing, rules
from tools.watching.boards import BOARDS
from tools.watching.pace import Pace

ROOT: Final = Path(__file__).parents[2]
HEADER: Final = "# Written by `python -m tools.watching`; change it there.\n"


def written(runbooks: str) -> Iterator[tuple[Path, str]]:
    """Give every file that is written, and what is in it."""
    yield ROOT / "dashboards/prometheus/rules.yml", HEADER + rules.as_yaml(rules.groups(Pace(), runbooks))
    for board in BOARDS:
        yield ROOT / f"dashboards/grafana/{board.name}.json", grafana.as_json(board)
    yield ROOT / "docs/metrics.md", listing.page()


def main() -> int:
    """Write everything, or say what differs."""
    parser = argparse.ArgumentParser(prog="python -m tools.watching", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is not as it should be")
    parser.add_argument("--runbooks-at", default=rules.RUNBOOKS, help="where the runbooks are published")
    asked = parser.parse_args()
    differs = [
        (path, text)
        for path, text in written(asked.runbooks_at)
        if not path.exists() or path.read_text() != text
    ]
    for path, text in differs:
        print(f"{'not as it would be written' if asked.check else 'written'}: {path.relative_to(ROOT)}")
        if not asked.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return 1 if asked.check and differs else 0


if __name__ == "__main__":
    sys.exit(main())
