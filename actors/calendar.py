"""A clinic's calendar: its visits of a day or of some weeks, and those that are at the same time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from actors.host import Host
from actors.ports import StoreDown
from actors.shard import Shard
from engine.clinic import MINUTE, Clinic
from engine.ids import PATIENT, Instant, UserId
from engine.refusals import Refused
from engine.visit import Visit

LONGEST: Final = 45 * 24 * 60 * MINUTE
"""Milliseconds that are shown at once, at most."""

LOOKS: Final = 3
"""How often the store is read while visits leave memory."""


async def of_day(host: Host, clinic: str, day: str) -> tuple[str, list[Visit]] | Refused:
    """The day's name and the clinic's visits of it ("" is today), by start."""
    settings, shard = host.clinic(clinic), host.shard_of(clinic)
    within = shard.within(settings, day) if shard and settings else None
    if settings is None or shard is None or within is None:
        return Refused("bad_request")
    visits = await _within(host, shard, settings, within)
    return visits if isinstance(visits, Refused) else (day or shard.today(settings), visits)


async def between(host: Host, clinic: str, start: Instant, end: Instant) -> list[Visit] | Refused:
    """The clinic's visits that start in [start, end), at most 45 days of them, by start."""
    settings, shard = host.clinic(clinic), host.shard_of(clinic)
    if settings is None or shard is None or not start < end <= start + LONGEST:
        return Refused("bad_request")
    return await _within(host, shard, settings, (start, end))


def overlaps(
    host: Host, clinic: str, start: Instant, end: Instant, providers: Collection[UserId], patient_email: str
) -> list[Visit]:
    """The clinic's visits at that time with one of these providers or with this patient, by start."""
    shard, email = host.shard_of(clinic), patient_email.casefold()

    def same_people(visit: Visit) -> bool:
        busy = any(provider.user in providers for provider in visit.providers)
        return busy or (email != "" and visit.invitations[PATIENT].email.casefold() == email)

    return _by_start(
        visit
        for visit in (_in_memory(shard, clinic) if shard else ())
        if not visit.over and visit.start < end and start < visit.end and same_people(visit)
    )


async def _within(
    host: Host, shard: Shard, clinic: Clinic, within: tuple[Instant, Instant]
) -> list[Visit] | Refused:
    visits: list[Visit] = []
    for _ in range(LOOKS):
        there = set(shard.visits)
        try:
            visits = await host.finished(shard, clinic, within)
        except StoreDown:
            return Refused("try_later")
        if there <= shard.visits.keys():
            break  # else one of them has left memory meanwhile: it is in the store by now
    first, last = within
    visits += (visit for visit in _in_memory(shard, clinic.id) if first <= visit.start < last)
    return _by_start(visits)


def _in_memory(shard: Shard, clinic: str) -> Iterator[Visit]:
    """Give a clinic's visits that are not settled, and were saved."""
    return (live.visit for live in shard.visits.values() if live.version and live.visit.clinic.id == clinic)


def _by_start(visits: Iterable[Visit]) -> list[Visit]:
    return sorted(visits, key=lambda visit: (visit.start, visit.id))
