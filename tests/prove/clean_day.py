"""A clinic's day as the load tests live it, under a real Prometheus: nobody is woken (B9).

    python -m load_tests --scenario clinic-day

with guests by link and telephone, people who wait, drop out and come back; an hour of the rules is a minute.
A disk that stands still for a second is a fault, and alerts say so: the day's store is in memory.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from time import monotonic
from typing import Final

import msgspec

from load_tests.node_site import NodeServer, node
from tests.prove.alert_faults import QUICK_REWRITES
from tests.prove.proof import Findings
from tests.prove.quiet import loud_lately
from tests.support.memory import memory
from tests.support.node import free_port
from tests.support.prometheus import prometheus

VISITS: Final = 128
MINUTES: Final = 1.5
"""One and a half of the rules' hours."""


async def lived(folder: Path, found: Findings) -> None:
    """Live it at a node of its own, and look that nothing fired."""
    door = f"127.0.0.1:{free_port()}"
    with node(all_at_once=False, admin_bind=door, inside=memory(), **QUICK_REWRITES) as server:
        async with prometheus(folder / "prometheus-of-the-day", {"vestibule": [door]}) as prom:
            await prom.until("count(up == 1) == 1")
            await prom.until_none('ALERTS{alertname="VestibuleNoNode"}')  # before it was scraped first
            began = monotonic()
            day = await _day(server, folder)
            await prom.until('vestibule:all:increase1h{slo="join_speed"} > 0')
            loud = await loud_lately(prom, monotonic() - began)
    found.expect(not loud, f"a clinic's day is silent; these fired: {loud}")
    found.expect(day["counts"].get("failed", 0) == 0, f"nobody failed on it, but {day['failures']}")
    found.figures["visits"] += day["latencies_ms"]["complete"]["count"]


async def _day(server: NodeServer, folder: Path) -> dict[str, dict[str, dict[str, int]]]:
    access, out = folder / "access.json", folder / "day"
    access.write_bytes(msgspec.json.encode(server.access))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load_tests", "--scenario", "clinic-day"),
        *(f"--visits={VISITS}", f"--minutes={MINUTES}", f"--target={server.url}"),
        *(f"--access={access}", f"--out={out}"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await process.wait()
    day: dict[str, dict[str, dict[str, int]]] = json.loads((out / "result.json").read_text())
    return day
