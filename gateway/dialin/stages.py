"""Where a caller is on the way, and how long the way waits there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.dialin.acts import Clip
from signaling import messages as wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the way waits, in seconds."""

    first_digit: float = 10.0
    next_digit: float = 6.0
    answer: float = 20.0
    """For the visits' answer to a PIN."""
    reminder: float = 60.0
    """Between two prompts for somebody who waits."""
    goodbye: float = 45.0
    """For the last prompt, whatever becomes of it."""
    longest: float = 8 * 3600.0
    """A whole call."""


class Stage(StrEnum):
    """Where a caller is; also what live legs are counted by."""

    CALLING = "calling"
    """Picked up, and the visits have not answered yet."""
    ASKED = "asked"
    """Asked for the PIN."""
    TRYING = "trying"
    """The visits are asked about it."""
    HELD = "held"
    WAITING = "waiting"
    IN = "in"
    GOODBYE = "goodbye"
    """Hears the last prompt."""
    OVER = "over"


STANDINGS: Final = {"held": Stage.HELD, "waiting": Stage.WAITING, "in": Stage.IN}


def awaited(door: wire.Door | None) -> Clip:
    """Say what somebody waits for who has come in time, as far as is known."""
    if door is not None and door.late:
        return Clip.RUNNING_LATE
    if door is None or door.status not in ("in_progress", "lapsed"):
        return Clip.WAITING_PROVIDER
    return Clip.LOCKED if door.locked else Clip.WAITING_ADMISSION
