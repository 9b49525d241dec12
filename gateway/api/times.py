"""Times as people type them: what a wall clock shows becomes an instant (D9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from engine.ids import Instant
from gateway.api import models

Change = Literal["", "gap", "fold"]
"""What clocks do at a local time: nothing, they skip it, or they show it twice."""


def instant_of(typed: models.LocalTime) -> tuple[Instant, Change]:
    """Give the instant of a local time, and whether it is skipped or there twice that day.

    A skipped one is read by the offset before the change, so it comes out that much later (RFC 5545,
    section 3.3.5); of one that is there twice the first is taken, unless `fold` says the second (PEP 495).
    """
    zone = ZoneInfo(typed.zone)
    naive = datetime.fromisoformat(typed.local)
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return _instant(first), ""
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        return _instant(first), "gap"
    return _instant(second if typed.fold else first), "fold"


def _instant(there: datetime) -> Instant:
    return round(there.timestamp() * 1000)
