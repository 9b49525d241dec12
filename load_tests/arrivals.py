"""When who is meant to come: fixed before a run begins, so that a slow server cannot slow the load down.

Everything here is a pure function of numbers and of the given chance; times are seconds from the beginning.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

HOUR_SECONDS: Final = 120.0
"""How long one hour of a clinic's day takes in a run that is long enough to hold several."""
AT_THE_HOUR: Final = 0.3
"""Which part of an hour has gone when its visits are planned to begin: people come before that."""
PATIENT_EARLY: Final = (0.08, 0.06)
"""Parts of an hour by which patients are early: mean and deviation."""
PROVIDER_LATE: Final = (0.02, 0.04)
GUEST_BY_LINK: Final = 0.6
"""The part of all visits that a guest comes to by link ..."""
GUEST_BY_PHONE: Final = 0.3
"""... and by telephone."""
MISTYPES: Final = 0.2
"""The part of all callers who mistype their PIN once: the check digit tells that from a guess."""
DROPS: Final = 0.1
"""The part of all people at browsers whose connection is lost once."""
AWAY: Final = (1.0, 4.0)
"""For how long, in seconds."""
BEFORE_THE_END: Final = 1.0
"""Seconds before the end within which nobody comes back or leaves: they would race with it."""
LEAVES_EARLY: Final = 0.3
"""The part of all guests who leave before the end."""


@dataclass(frozen=True, slots=True)
class Coming:
    """One person's part in a visit."""

    role: str
    """`provider`, `patient`, `guest` or `phone`."""
    at: float
    drops_at: float | None = None
    away: float = 0.0
    """How long after the drop they come back."""
    leaves_at: float | None = None
    """When they leave by themselves; otherwise the visit's end sends them away."""
    mistypes: bool = False


@dataclass(frozen=True, slots=True)
class VisitsDay:
    """One visit of a clinic's day."""

    planned: float
    """Its start, as it is booked."""
    ends_at: float
    """When the provider completes it."""
    people: list[Coming] = field(default_factory=list)


def clinic_day(visits: int, seconds: float, chance: random.Random) -> list[VisitsDay]:
    """Lay out a day of so many visits in so many seconds: everybody comes around the hour, and goes."""
    hours = max(1, round(seconds / HOUR_SECONDS))
    return [_visit(number % hours, seconds / hours, chance) for number in range(visits)]


def _visit(hour: int, length: float, chance: random.Random) -> VisitsDay:
    begin = hour * length
    planned = begin + AT_THE_HOUR * length

    def around(early: float, deviation: float) -> float:
        return max(begin, planned - early * length + chance.gauss(0, deviation * length))

    provider = planned + length * abs(chance.gauss(*PROVIDER_LATE))  # cut off at 0, many would come at once
    ends = min(provider + length * chance.uniform(0.25, 0.5), begin + length)
    people = [Coming("provider", provider), _browser("patient", around(*PATIENT_EARLY), ends, chance)]
    if chance.random() < GUEST_BY_LINK:
        people.append(_browser("guest", around(*PATIENT_EARLY), ends, chance))
    if chance.random() < GUEST_BY_PHONE:
        mistypes = chance.random() < MISTYPES
        people.append(Coming("phone", around(-0.05, 0.05), mistypes=mistypes))
    return VisitsDay(planned, ends, people)


def _browser(role: str, at: float, ends: float, chance: random.Random) -> Coming:
    drops = leaves = None
    away = chance.uniform(*AWAY)
    if chance.random() < DROPS and at + away < ends - BEFORE_THE_END:
        drops = chance.uniform(at, ends - away - BEFORE_THE_END)
    elif role == "guest" and chance.random() < LEAVES_EARLY and at < ends - BEFORE_THE_END:
        leaves = chance.uniform(at, ends - BEFORE_THE_END)
    return Coming(role, at, drops_at=drops, away=away, leaves_at=leaves)


def at_random(rate: float, seconds: float, chance: random.Random) -> Iterator[float]:
    """Give times at which so many a second come, each by itself (a Poisson process)."""
    if rate <= 0:
        return
    at = chance.expovariate(rate)
    while at < seconds:
        yield at
        at += chance.expovariate(rate)


def evenly(count: int, seconds: float) -> list[float]:
    """Spread so many over the time, with half a step before the first and after the last."""
    return [(number + 0.5) * seconds / count for number in range(count)]
