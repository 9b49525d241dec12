"""Admission: one function decides for browser and telephone alike who is held, waits, comes in or is refused.

Nothing else in the engine compares the time with the visit's lapse to let somebody in (B5), and nothing else
looks at lock, barred shared link, strict callers and the clinic's setting (D5, D6, D7, D11, D13).
"""

from dataclasses import dataclass
from typing import Protocol

from engine.clinic import Admission, Clinic
from engine.commands import Channel
from engine.events import Standing
from engine.ids import Instant
from engine.presence import Role
from engine.refusals import Refused


class Doors(Protocol):
    """What admission looks at: a visit's times, in milliseconds, and how its doors stand."""

    clinic: Clinic
    started: bool
    locked: bool
    shared_barred: bool

    @property
    def known_from(self) -> Instant:
        """When links and PINs begin to be known."""

    @property
    def opens_at(self) -> Instant:
        """When the visit opens."""

    @property
    def lapses_at(self) -> Instant:
        """When the visit's time is over."""

    @property
    def over(self) -> bool:
        """Whether the visit is over for good."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks to come in. `shared`: by the shared link or PIN; `asks`: only a provider's word lets them in;
    `room`: is there any.
    """

    role: Role
    channel: Channel
    shared: bool
    asks: bool
    room: bool


def barred(doors: Doors, role: Role, channel: Channel, now: Instant) -> Refused | None:
    """Say why no link, PIN or sign-in gives a place now, or None when it is time (D1, D7, B5)."""
    phone = channel is Channel.PHONE
    if doors.over:
        return Refused("pin_over" if phone else "visit_over")
    if now >= doors.lapses_at:
        return Refused("time_over" if role is Role.PROVIDER else "pin_over" if phone else "link_over")
    if now < doors.known_from:
        return Refused("pin_wrong") if phone else Refused("early", at=doors.opens_at)
    if phone and now < doors.opens_at:
        return Refused("pin_early", at=doors.opens_at)
    return None


def admission(doors: Doors, caller: Caller, now: Instant) -> Standing | Refused:
    """Decide where somebody stands who has no place in the visit yet, or none any more."""
    refused = barred(doors, caller.role, caller.channel, now)
    if refused is not None:
        return refused
    if now < doors.opens_at:
        return Standing.HELD
    if _waits(doors, caller):
        return Standing.WAITING
    return Standing.IN if caller.room else Refused("visit_full")


def _waits(doors: Doors, caller: Caller) -> bool:
    if caller.role is Role.PROVIDER:
        return False
    if not doors.started or caller.asks:
        return True
    if caller.role is Role.PATIENT:
        return False
    return (
        doors.locked
        or (caller.shared and doors.shared_barred)
        or doors.clinic.admission is Admission.PROVIDER_ADMITS
    )
