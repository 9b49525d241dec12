"""Write the wire's types and documents anew, or say which of them is out of date.

Usage: python -m signaling.schema [--check]
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from languages import typescript as words
from signaling.schema import vectors
from signaling.schema.page import page
from signaling.schema.typescript import typescript

ROOT: Final = Path(__file__).parents[2]

WRITTEN: Final[dict[str, Callable[[], str]]] = {
    "dashboards/web/src/wire/messages.ts": typescript,
    "dashboards/web/src/ui/catalogue.ts": words.typescript,
    "docs/protocol.md": page,
    "tests/vectors/client.json": vectors.from_client,
    "tests/vectors/server.json": vectors.from_server,
    "tests/vectors/numbered.json": vectors.numbered,
    "tests/vectors/edges.json": vectors.edges,
}
"""Every file that is written from the messages and the catalogue, and by what."""


def stale(root: Path) -> list[str]:
    """List the written files that differ from what would be written now."""
    return [name for name, text in WRITTEN.items() if _read(root / name) != text()]


def write(root: Path) -> None:
    """Write every file whose text has changed."""
    for name in stale(root):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(WRITTEN[name](), encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    """Write, or with `--check` compare; exit status 1 says that something differs, 2 that we were misused."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write(__doc__ or "")
        return 2
    if not arguments:
        write(ROOT)
        return 0
    differing = stale(ROOT)
    for name in differing:
        sys.stderr.write(f"{name} differs from what it is written from; write it anew with `make types`\n")
    return 1 if differing else 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
