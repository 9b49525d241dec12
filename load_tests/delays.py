"""How long until the dashboard shows it: joins on an idle node, and connections lost (R11, B2)."""

import asyncio
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from load_tests.bare_save import BareSave
from load_tests.crowd import GUEST, PATIENT, Crowd
from load_tests.rush import Rush

SETTLE_SECONDS: Final = 0.002
"""Before a join, so that nothing of the last one is still under way."""


@dataclass(slots=True)
class IdleJoins:
    """Joins one at a time, and between them saves by themselves; seconds."""

    joins: list[float] = field(default_factory=list)
    """From hello to the dashboard."""
    saves: list[float] = field(default_factory=list)


async def idle_joins(crowd: Crowd, bare: BareSave | None) -> IdleJoins:
    """Let everybody join, one at a time, each followed by one bare save."""
    found = IdleJoins()
    for party in crowd.parties:
        for visitor, hello, place in await crowd.come([party]):
            await asyncio.sleep(SETTLE_SECONDS)
            rush = Rush([(visitor, hello)])
            await rush.run()
            [shown] = await crowd.board.shows([place], "joined")
            found.joins.append(shown - rush.said[visitor])
            if bare is not None:
                found.saves.append(bare.save())
    return found


async def lost_by_reset(crowd: Crowd) -> list[float]:
    """Reset the patients' connections one at a time; give the seconds until each was shown as lost."""
    delays = []
    for party in crowd.parties:
        place = (party.booked.visit, PATIENT)
        began = perf_counter()
        party.role(PATIENT).vanish()
        [shown] = await crowd.board.shows([place], "lost")
        delays.append(shown - began)
    return delays


async def lost_by_silence(crowd: Crowd) -> list[float]:
    """Let all guests fall silent at once, their connections open; give the seconds until each was shown."""
    began = perf_counter()
    for party in crowd.parties:
        party.role(GUEST).silent = True
    places = [(party.booked.visit, GUEST) for party in crowd.parties]
    return [shown - began for shown in await crowd.board.shows(places, "lost")]
