"""Sentences for people (D10): a refusal's or a goodbye's code, filled with the clinic's number and times in
its zone (D9).
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from engine.clinic import Clinic
from engine.refusals import SENTENCES, Refused

GOODBYES: Final[dict[str, str]] = {
    "left": "You left the visit.",
    "removed": SENTENCES["removed"],
    "denied": SENTENCES["denied"],
    "moved": "This visit is open on another device now.",
    "rescheduled": "Your visit was moved to another time. Call the clinic{number}.",
    "completed": "Your visit has ended.",
    "cancelled": "This visit was cancelled. Call the clinic{number}.",
    "ended": "This visit has ended.",
}
"""What `bye` and `ended` say, by code."""

_BY_PHONE_INSTEAD: Final = frozenset({"visit_full"})
_LATER: Final = {"try_later": 2_000, "busy": 1_000}
"""Milliseconds after which trying again makes sense."""


def time_of_day(at: int, zone: str) -> str:
    """Say a time as people do, with the zone's short name: "6:32 PM (PDT)". `at` in milliseconds since 1970,
    UTC.
    """
    there = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    half = "AM" if there.hour < 12 else "PM"
    return f"{there.hour % 12 or 12}:{there:%M} {half} ({there.tzname()})"


def time_and_day(at: int, zone: str) -> str:
    """Say a time that may be on another day: "6:32 PM (PDT) on Fri, Apr 8"."""
    there = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    return f"{time_of_day(at, zone)} on {there:%a, %b} {there.day}"


def refusal(refused: Refused, clinic: Clinic | None) -> str:
    """Say why, and what to do next."""
    zone = clinic.zone if clinic is not None else "UTC"
    said = time_and_day if refused.code == "early" else time_of_day
    return _filled(
        SENTENCES[refused.code],
        number=number_for(refused.code, clinic),
        at=said(refused.at, zone) if refused.at else "",
        seconds=str(refused.at),
    )


def goodbye(code: str, clinic: Clinic) -> str:
    """Say goodbye."""
    return _filled(GOODBYES[code], number=clinic.phone)


def number_for(code: str, clinic: Clinic | None) -> str:
    """Return the telephone number that helps with this refusal: the dial-in number where it gets one in, else
    the clinic's.
    """
    if clinic is None:
        return ""
    if code in _BY_PHONE_INSTEAD:
        return clinic.dial_in[0] if clinic.dial_in else ""
    return clinic.phone if "{number}" in SENTENCES[code] else ""


def retry_after(code: str) -> int:
    """Return the milliseconds after which the same request may succeed; 0 when waiting does not help."""
    return _LATER.get(code, 0)


def _filled(sentence: str, *, number: str, at: str = "", seconds: str = "") -> str:
    if "{" not in sentence:
        return sentence
    return sentence.format(number=f": {number}" if number else "", at=at, seconds=seconds)
