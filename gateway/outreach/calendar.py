"""A visit as an event for people's calendars (iCalendar, RFC 5545; iTIP, RFC 5546).

The event's UID is the visit's, so that a change or a cancellation finds what an invitation had put there; its
times are in the clinic's zone, which comes along (VTIMEZONE), so that any other zone shows the same instant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from actors.ports import Dispatch
from engine.letters import Kind
from gateway.outreach.words import Told

LINE: Final = 75
"""Bytes in a line, without its end (RFC 5545, section 3.1)."""
SPAN: Final = 400
"""Days before and after the visit of which the zone's changes of the clock are told."""
DAY: Final = 24 * 60
"""Minutes in a day."""
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


def method(kind: Kind) -> str | None:
    """Say what a letter asks of a calendar; None when there is nothing to change in it."""
    if kind is Kind.REMINDER:
        return None
    return "CANCEL" if kind is Kind.CANCELLATION else "REQUEST"


def event(dispatch: Dispatch, told: Told, sender: str, written: datetime) -> str | None:
    """Write a letter's event; None for a letter that has none. `sender`: whose event it is."""
    asked = method(dispatch.kind)
    if asked is None:
        return None
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Vestibule//Visits//EN",
        "CALSCALE:GREGORIAN",
        f"METHOD:{asked}",
        *_zone(dispatch.clinic.zone, dispatch.start // (DAY * 60_000)),
        *_event(dispatch, told, sender, written),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(dispatch: Dispatch, told: Told, sender: str, written: datetime) -> Iterator[str]:
    cancelled, zone = dispatch.kind is Kind.CANCELLATION, dispatch.clinic.zone
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(dispatch, sender)}"
    yield f"SEQUENCE:{dispatch.sequence + cancelled}"  # a cancellation is newer than all before it
    yield f"DTSTAMP:{written.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART{_time(dispatch.start, zone)}"
    yield f"DTEND{_time(dispatch.end, zone)}"
    yield f"SUMMARY:{_text(told.say('event.summary'))}"
    yield f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}"
    yield f"ORGANIZER;CN={_parameter(told.clinic)}:mailto:{sender}"
    yield f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{dispatch.to}"
    yield "CLASS:PRIVATE"
    if told.link:
        yield f"LOCATION:{_text(told.link)}"
        yield f"DESCRIPTION:{_text(_description(told))}"
        yield f"URL:{told.link}"
    yield "END:VEVENT"


def uid(dispatch: Dispatch, sender: str) -> str:
    """Give the event's name for good: the visit's own."""
    return f"{hashlib.sha256(dispatch.visit.encode()).hexdigest()[:24]}@{sender.rpartition('@')[2]}"


def _description(told: Told) -> str:
    lines = [told.say("event.join", link=told.link)]
    if told.dial:
        lines += [told.say("mail.dial", number=told.number, pin=told.pin), told.dial]
    return "\n".join(lines)


def _time(at: int, zone: str) -> str:
    return f";TZID={zone}:{datetime.fromtimestamp(at / 1000, ZoneInfo(zone)):%Y%m%dT%H%M%S}"


def _text(text: str) -> str:
    """Escape a text (RFC 5545, section 3.3.11)."""
    return text.translate(_ESCAPED)


def _parameter(text: str) -> str:
    """Quote a parameter's value (RFC 5545, section 3.2)."""
    return '"' + text.replace('"', "'") + '"'


def _folded(line: str) -> str:
    """Break a line that is too long, never within a letter."""
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LINE:
            pieces.append(piece)
            piece, size = "", 1  # the space that says that the line goes on
        piece, size = piece + letter, size + width
    return "\r\n ".join([*pieces, piece])


# ---------------------------------------------------------------- the zone


@lru_cache(maxsize=128)
def _zone(name: str, day: int) -> tuple[str, ...]:
    """Write the zone's observances around a day, counted since 1970 (RFC 5545, section 3.6.5)."""
    zone = ZoneInfo(name)
    begin, end = (day - SPAN) * DAY, (day + SPAN) * DAY
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *_observance(begin, zone, begin)]
    for change in _changes(zone, begin, end):
        lines += _observance(change, zone, change - 1)
    return (*lines, "END:VTIMEZONE")


def _observance(since: int, zone: ZoneInfo, before: int) -> list[str]:
    there, was = _clock(since, zone), _clock(before, zone)
    kind = "DAYLIGHT" if there.dst() else "STANDARD"
    began = datetime.fromtimestamp(since * 60, UTC) + (was.utcoffset() or timedelta())
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{began:%Y%m%dT%H%M%S}",  # by the clock as it was before
        f"TZOFFSETFROM:{was:%z}",
        f"TZOFFSETTO:{there:%z}",
        f"TZNAME:{there.tzname()}",
        f"END:{kind}",
    ]


def _changes(zone: ZoneInfo, begin: int, end: int) -> Iterator[int]:
    """Find the minutes in which the zone's clocks change: a look at each day, then by halves."""
    for day in range(begin, end, DAY):
        early, late = day, day + DAY
        was = _clock(early, zone).utcoffset()
        if _clock(late, zone).utcoffset() == was:
            continue
        while late - early > 1:
            middle = (early + late) // 2
            early, late = (middle, late) if _clock(middle, zone).utcoffset() == was else (early, middle)
        yield late


def _clock(minute: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(minute * 60, zone)
