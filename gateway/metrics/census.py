"""The census: who and what is in a node's visits, counted a few visits at a time.

Nobody waits while it is taken.
"""

from __future__ import annotations

import asyncio
from collections import Counter as Counts
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from actors.host import Host
from actors.live import LiveVisit
from engine.events import Standing, Status
from engine.ids import Instant
from engine.presence import GUESTS, LinkState, Seat

GHOST_AFTER: Final = 15_000
"""Milliseconds that a seat may show a connection which is not there (B2)."""

AT_ONCE: Final = 200
"""Visits counted in one turn of the loop: about half a millisecond."""


@dataclass(slots=True)
class Census:
    """What was counted. `overdue`: for how many ms the letter is overdue that has waited longest."""

    visits: Counts[str] = field(default_factory=lambda: Counts({status.value: 0 for status in Status}))
    seats: Counts[tuple[str, str]] = field(default_factory=Counts)
    live: int = 0
    waiting: int = 0
    restoring: int = 0
    ghosts: int = 0
    letters: int = 0
    overdue: int = 0
    guest_fields: int = 0

    def add(self, live: LiveVisit, now: Instant) -> None:
        """Count one visit."""
        visit = live.visit
        self.live += 1
        self.visits[visit.status.value] += 1
        for seat in visit.seats.values():
            self.guest_fields += bool(seat.name) and seat.role in GUESTS
            if seat.present:
                self._seat(seat)
        for letter in visit.letters:
            if letter.pending:
                self.letters += 1
                self.overdue = max(self.overdue, letter.overdue(now))
        for one in visit.invitations.values():
            self.guest_fields += bool(one.label) + bool(one.email) + bool(one.phone)
        for connection in visit.live.values():
            self.ghosts += connection.id not in live.outlets and now - connection.since > GHOST_AFTER

    def _seat(self, seat: Seat) -> None:
        self.seats[seat.standing.value, _channel(seat)] += 1
        self.waiting += seat.standing is Standing.WAITING
        self.restoring += seat.link is LinkState.RESTORING


async def taken(host: Host) -> Census:
    """Take a census of a host; visits that come or go meanwhile may be in it or not."""
    census, now = Census(), host.now()
    for shard in tuple(host.shards()):
        if shard.visits:
            await _count(tuple(shard.visits.values()), census, now)
    return census


async def _count(visits: Sequence[LiveVisit], census: Census, now: Instant) -> None:
    for first in range(0, len(visits), AT_ONCE):
        for live in visits[first : first + AT_ONCE]:
            census.add(live, now)
        await asyncio.sleep(0)


def _channel(seat: Seat) -> str:
    if seat.web and seat.phone:
        return "both"
    return "phone" if seat.phone else "web"
