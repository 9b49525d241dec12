"""Letters: what a visit has to tell people outside it, by e-mail or text message, and how far each has got
(B1).

A visit's letters are its outbox: they are written in the save of the fact that they speak of, so a fact and
its letters are kept or lost together. A letter names an invitation and holds no address and no text: both
are read from the visit when it is sent.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.clinic import MINUTE
from engine.ids import Instant, InvitationId


class Kind(StrEnum):
    """What a letter says."""

    INVITATION = "invitation"
    CONFIRMATION = "confirmation"
    """The patient's own invitation (R13)."""
    REMINDER = "reminder"
    CHANGE = "change"
    CANCELLATION = "cancellation"


class Via(StrEnum):
    """How a letter goes."""

    EMAIL = "email"
    SMS = "sms"


class Progress(StrEnum):
    """How far a letter has got."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


UNKNOWN: Final = "unknown"
"""The reason of a letter of which nobody knows whether it arrived: it is not sent a third time."""

UNKNOWN_AT_MOST: Final = 2
"""How often the outcome of an attempt may stay unknown."""

ATTEMPTS: Final = 6
"""How often a letter is tried that is put off each time."""

PAUSES: Final = (5_000, 30_000, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE)
"""Milliseconds after each attempt that was put off, before up to half as much again by chance is added."""

LINGERS: Final = 30 * MINUTE
"""Milliseconds for which a cancelled visit keeps the addresses of those who have still to be told."""

REASON_LONGEST: Final = 40


@dataclass(slots=True, kw_only=True, eq=False)
class Letter:
    """One message to one person by one way. `number` counts a visit's letters: with the visit's id it names
    the letter for good, and so the same letter sent again is known as the same.

    `due`: not before then is it tried. `at`: since when it has come so far. `sequence`: of which times it
    last spoke (RFC 5545, section 3.8.7.4). `unknown`: how many attempts had an outcome that nobody learnt.
    `reason`: why it failed or was put off, a stable code.
    """

    number: int
    invitation: InvitationId
    kind: Kind
    via: Via
    at: Instant
    due: Instant
    sequence: int = 0
    progress: Progress = Progress.QUEUED
    attempt: int = 0
    unknown: int = 0
    reason: str = ""

    @property
    def pending(self) -> bool:
        """Whether it has still to be sent, or to be heard of."""
        return self.progress in (Progress.QUEUED, Progress.SENDING)

    def overdue(self, now: Instant) -> int:
        """Return for how many milliseconds it is overdue, at least, however often it was put off."""
        put_off = self.attempt - (self.progress is Progress.SENDING)
        return max(0, now - self.due + sum(PAUSES[:put_off]))


def pause_after(attempt: int) -> int:
    """Return how many milliseconds to wait after so many attempts, chance not yet added."""
    return PAUSES[min(attempt, len(PAUSES)) - 1]
