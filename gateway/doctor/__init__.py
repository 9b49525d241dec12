"""The doctor: looks at everything a node needs, running or not, and says what to do about what is wrong.

    machine     settings, folders, disk, pepper, pages        running     the node that should run here
    store       the store, the nodes that share it, clocks    ways        ports, TURN, mail, text messages

Every question has its time, so that what does not answer is said, and nothing is waited for.
"""

from __future__ import annotations

from gateway.doctor.finding import Finding
from gateway.doctor.machine import machine
from gateway.doctor.running import running
from gateway.doctor.store import store
from gateway.doctor.ways import ways
from gateway.settings import Settings

__all__ = ["Finding", "examine"]


async def examine(settings: Settings, url: str = "") -> list[Finding]:
    """Look at everything; changes nothing that a start would not change. `url`: where the node serves, if
    not where the settings say.
    """
    findings = [*machine(settings)]
    findings += [one async for one in store(settings)]
    asked = await running(settings, url.rstrip("/"))
    serving = any(one.what == "serving" and one.verdict != "note" for one in asked)
    return [*findings, *asked, *await ways(settings, serving=serving)]
