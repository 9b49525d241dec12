"""What callers hear last, by the code with which the visits let them go, and why that hangs up."""

from __future__ import annotations

from typing import Final

from gateway.dialin.acts import Clip, spoken
from gateway.dialin.leg import HangUp

PUT_OUT: Final = {"removed": Clip.REMOVED, "denied": Clip.DENIED}
FAREWELLS: Final[dict[str, tuple[Clip, HangUp]]] = {
    "removed": (Clip.REMOVED, HangUp.REMOVED),
    "denied": (Clip.DENIED, HangUp.REMOVED),
    "completed": (Clip.ENDED, HangUp.ENDED),
    "ended": (Clip.ENDED, HangUp.ENDED),
    "cancelled": (Clip.MOVED, HangUp.ENDED),
    "rescheduled": (Clip.MOVED, HangUp.ENDED),
    "moved": (Clip.GOODBYE, HangUp.LEFT),
    "left": (Clip.GOODBYE, HangUp.LEFT),
}
"""What is said last, by the code of `bye`."""
REFUSALS: Final[dict[str, tuple[Clip, HangUp]]] = {
    "pin_over": (Clip.OVER, HangUp.OVER),
    "visit_over": (Clip.ENDED, HangUp.ENDED),
    "visit_full": (Clip.FULL, HangUp.FULL),
    "removed": (Clip.REMOVED, HangUp.REMOVED),
    "denied": (Clip.DENIED, HangUp.REMOVED),
    "number_unknown": (Clip.NOT_SERVED, HangUp.NOT_SERVED),
}
"""What is said last, by the code of a refusal that another PIN does not help with."""
CALL_CLINIC: Final = frozenset({Clip.OVER, Clip.FULL, Clip.REMOVED, Clip.DENIED, Clip.MOVED})
"""After these the clinic's own number is said."""


def to_the_clinic(phone: str) -> tuple[str, ...]:
    """Say the clinic's own number twice, and goodbye."""
    number = spoken(phone)
    if not number:
        return (Clip.CALL_CLINIC, Clip.GOODBYE)
    return (Clip.CALL_CLINIC_AT, *number, Clip.AGAIN, *number, Clip.GOODBYE)
