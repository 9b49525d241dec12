"""How long `vestibule start` takes until it serves, with everything as shipped and a folder of its own."""

import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Final

from load_tests.processes import free_port, started

STARTS: Final = 3
VESTIBULE: Final = str(Path(sys.executable).parent / "vestibule")


def seconds_to_start() -> float:
    """Start it some times, each in a new folder; give the median of the seconds until it said that it serves.

    A first start, which reads everything from the disk, does not count. Raises ServerFailed.
    """
    return statistics.median([_once() for _ in range(STARTS + 1)][1:])


def _once() -> float:
    with tempfile.TemporaryDirectory(prefix="vestibule-start-") as folder:
        began = perf_counter()
        with started(
            [VESTIBULE, "start"],
            silent=True,  # its advice about mail is not about this folder
            VESTIBULE_STORE__DATA_DIR=folder,
            VESTIBULE_SERVER__PORT=str(free_port()),
            VESTIBULE_SERVER__ADMIN_BIND=f"127.0.0.1:{free_port()}",
            VESTIBULE_LOG__LEVEL="warning",
        ):
            return perf_counter() - began
