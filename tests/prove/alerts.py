"""Each alert fires for real by its fault, under a real Prometheus, and none on a clean day (B9).

A clinic's day of the load tests. Then a real node, a dial-in and a second node as a process, scraped twice a
second, on which everything is broken; an hour of the rules is a minute.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.logs import configure_logs
from tests.prove import clean_day
from tests.prove.alert_faults import FAULTS, SLOW_FAULTS, Faults, Watched, a_visit, watched
from tests.prove.alert_lateness import LATE_FAULTS
from tests.prove.proof import Findings, Round
from tests.prove.quiet import ALWAYS, OF_THE_MACHINE, loud_now
from tests.support.prometheus import PACE


async def break_everything(day: Watched, faults: Faults, found: Findings) -> None:
    """Break one thing after the other, and look that all fire that must."""
    quiet = await day.prom.fired()
    for fault in faults:
        await fault(day)
    expected = {name: severity for alerts in faults.values() for name, severity in alerts.items()}
    told = await day.prom.fires(*expected)
    for name, severity in expected.items():
        found.expect(told[name] == severity, f"{name} is a {severity}, not a {told[name]}")
        fair = name not in quiet or name in OF_THE_MACHINE
        found.expect(fair, f"{name} did not fire before its fault")
    found.figures["alerts"] += len(expected)


async def played(folder: Path, _: int) -> Round:
    """A clinic's day and a clean hour, then every fault; what is over is quiet again."""
    found = Findings()
    await clean_day.lived(folder, found)
    async with watched(folder) as day:
        configure_logs(day.here.node.settings.log)  # two scrapes a second are no news
        async with asyncio.timeout(300):
            ends = asyncio.get_running_loop().time() + PACE.seconds("1h")
            while asyncio.get_running_loop().time() < ends:
                await a_visit(day)
                found.figures["visits"] += 1
                loud = await loud_now(day.prom)
                found.expect(not loud, f"a clean day is silent; these fire: {loud}")
        await break_everything(day, {**SLOW_FAULTS, **LATE_FAULTS, **FAULTS}, found)
        if day.post.held is not None:
            day.post.held.set()
        for alert in ("VestibuleStoreAway", "VestibuleNoMedia", "VestibulePinFlood"):
            await day.prom.until_none(f'ALERTS{{alertname="{alert}",alertstate="firing"}}')
        found.expect(ALWAYS in await day.prom.firing(), f"{ALWAYS} always fires")
        day.here.bugs.clear()  # the ghost and the shard that was taken are made, not met
    return found.round()
