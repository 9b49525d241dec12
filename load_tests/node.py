"""The product as a load meets it: one node as `vestibule start` runs it, with many clinics in it.

`python -m load_tests.node FOLDER` serves on a free port of 127.0.0.1 with its own store in FOLDER (every save
synced to the disk before it is answered), with metrics and limits as shipped; only signing in is not limited,
because all clinics' providers do it from one address. With `--all-at-once` neither is how many may come at
once, for measurements of that. It founds the clinics, prints one line of JSON (`Ready`), and serves until it
is stopped. Everything else goes through the public interfaces.
"""

import argparse
from pathlib import Path
from typing import Final

import msgspec

from gateway.app import run
from gateway.logs import configure_logs
from gateway.node import Node
from gateway.settings import Settings
from load_tests.clinics import Ready
from load_tests.founding import found
from load_tests.processes import free_port

COME: Final = 100_000
"""How many may come in a second: as many as can."""
SIGN_INS: Final = 1_000
"""A minute, from one address."""


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all-at-once", action="store_true")
    parser.add_argument("--admin-bind", default="", help="HOST:PORT of /metrics; default: nowhere")
    asked = parser.parse_args()
    limits = {"sign_ins_per_minute": SIGN_INS}
    if asked.all_at_once:
        limits |= {"hellos_per_second": COME, "hellos_at_once": COME}
    settings = Settings.load(
        server={"port": free_port(), "admin_bind": asked.admin_bind},
        store={"data_dir": asked.folder},
        limits=limits,
        log={"level": "warning"},
    )
    configure_logs(settings.log)
    run(settings, demo=False, started=_open_clinics)


async def _open_clinics(node: Node) -> None:
    ready = Ready(node.settings.server.port, await found(node))
    print(msgspec.json.encode(ready).decode(), flush=True)


if __name__ == "__main__":
    main()
