"""What the caller's way asks its driver to do, and which clips it speaks with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.dialin.leg import HangUp

PAUSE: Final = "pause"
"""A clip of silence, between the groups of a number."""
PIN_LENGTHS: Final = range(10, 14)
"""How many digits a PIN may have (settings, `pins.digits`, and the check digit)."""
MINUTES: Final = range(1, 61)
"""The minutes that can be spoken; a PIN is known from 60 minutes before the start (D7)."""


class Clip(StrEnum):
    """A sentence that callers hear; its text stands in `languages`, under `phone`."""

    GREETING = "greeting"
    START_OVER = "start_over"
    NOTHING_TYPED = "nothing_typed"
    TOO_SHORT = "too_short"
    NOT_FOUND = "not_found"
    ONE_MOMENT = "one_moment"
    CALL_CLINIC = "call_clinic"
    CALL_CLINIC_AT = "call_clinic_at"
    AGAIN = "again"
    EARLY = "early"
    HELD = "held"
    WAITING_PROVIDER = "waiting_provider"
    WAITING_ADMISSION = "waiting_admission"
    RUNNING_LATE = "running_late"
    LOCKED = "locked"
    STILL_WAITING = "still_waiting"
    IN_CALL = "in_call"
    HELP_IN_CALL = "help_in_call"
    MUTED = "muted"
    UNMUTED = "unmuted"
    MUTED_BY_PROVIDER = "muted_by_provider"
    FIVE_MINUTES = "five_minutes"
    EXTENDED = "extended"
    FULL = "full"
    OVER = "over"
    ENDED = "ended"
    MOVED = "moved"
    REMOVED = "removed"
    DENIED = "denied"
    TRY_LATER = "try_later"
    NOT_SERVED = "not_served"
    GOODBYE = "goodbye"


def ask_pin(length: int) -> str:
    """Name the clip that asks for so many digits."""
    return f"ask_pin.{length}"


def minutes(count: int) -> str:
    """Name the clip that says so many minutes: at least one, at most an hour."""
    return f"minutes.{min(max(count, MINUTES.start), MINUTES.stop - 1)}"


def spoken(number: str) -> tuple[str, ...]:
    """Name the clips that say a telephone number digit by digit, with a pause where one is written."""
    clips: list[str] = []
    for letter in number.strip():
        if letter in "0123456789":
            clips.append(f"digit.{letter}")
        elif clips and clips[-1] != PAUSE:
            clips.append(PAUSE)
    return tuple(clips)


@dataclass(frozen=True, slots=True)
class Say:
    """Play these clips, one after the other, instead of what is playing; report when they were heard."""

    clips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop what is playing."""


@dataclass(frozen=True, slots=True)
class Try:
    """Ask the visits about these digits."""

    digits: str


@dataclass(frozen=True, slots=True)
class Talk:
    """The caller is in the call; `mic` says whether others hear them. Tell the visit, and act so."""

    mic: bool


@dataclass(frozen=True, slots=True)
class End:
    """Leave the visit, if there is one, and hang up."""

    reason: HangUp


Act = Say | Hush | Try | Talk | End
