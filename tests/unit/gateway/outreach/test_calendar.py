"""The event is read back by an independent reader of calendars, and seen right in any zone."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event, Timezone

from engine.letters import Kind
from gateway.outreach.calendar import event
from gateway.outreach.words import told
from tests.support.letters import CLINIC, START, letter

SENDER = "visits@example.org"
WRITTEN = datetime(2026, 3, 1, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")


def written(**changes: object) -> str:
    """Write a letter's event."""
    dispatch = letter(**changes)
    text = event(dispatch, told(dispatch), SENDER, WRITTEN)
    assert text is not None
    return text


def read(text: str) -> tuple[Calendar, Event]:
    """Read an event back."""
    calendar = Calendar.from_ical(text)
    assert isinstance(calendar, Calendar)
    [found] = calendar.events
    return calendar, found


def begin(found: Event) -> datetime:
    """Give an event's start."""
    at = found.start
    assert isinstance(at, datetime)
    return at


def test_an_invitation_asks_for_a_place_in_the_calendar() -> None:
    """With its instant, in the clinic's zone and in anybody's."""
    calendar, found = read(written())
    assert calendar["METHOD"] == "REQUEST"
    assert found["DTSTART"].params["TZID"] == "America/Los_Angeles"
    assert begin(found).timestamp() * 1000 == START
    assert f"{begin(found):%H:%M}" == "18:30"
    assert f"{begin(found).astimezone(TOKYO):%d %H:%M}" == "09 10:30"
    assert (found.end - found.start).total_seconds() == 15 * 60


@pytest.mark.parametrize(
    "zone",
    [
        "America/Los_Angeles",
        "Europe/Madrid",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
        "UTC",
        "Australia/Lord_Howe",
    ],
)
def test_the_zone_that_comes_along_says_the_same_as_the_worlds(zone: str) -> None:
    """A reader that knows no zones, and has only the event's own, finds the same instant."""
    for month, day in itertools.product((1, 3, 4, 7, 10, 11), (8, 29)):
        at = datetime(2026, month, day, 10, 30, tzinfo=UTC)
        start = round(at.timestamp() * 1000)
        clinic = replace(CLINIC, zone=zone)
        calendar, found = read(written(clinic=clinic, start=start, end=start + 60_000))
        [own] = calendar.walk("VTIMEZONE")
        assert isinstance(own, Timezone)
        assert begin(found).replace(tzinfo=own.to_tz(lookup_tzid=False)).timestamp() == at.timestamp()


def test_a_change_finds_the_event_and_a_cancellation_is_newer_than_both() -> None:
    """Same UID, rising SEQUENCE (RFC 5546)."""
    letters = [
        written(),
        written(kind=Kind.CHANGE, sequence=1, start=START + 86_400_000, end=START + 87_000_000),
        written(kind=Kind.CANCELLATION, sequence=1),
    ]
    found = [read(one)[1] for one in letters]
    assert len({one["UID"] for one in found}) == 1
    assert [one["SEQUENCE"] for one in found] == [0, 1, 2]
    assert [read(one)[0]["METHOD"] for one in letters] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [one["STATUS"] for one in found] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({written(visit=visit) for visit in ("0001-aaaaaaaaaaaa", "0001-bbbbbbbbbbbb")}) == 2


def test_a_reminder_changes_no_calendar() -> None:
    """The event is there already."""
    dispatch = letter(kind=Kind.REMINDER)
    assert event(dispatch, told(dispatch), SENDER, WRITTEN) is None


def test_it_says_what_the_mail_says() -> None:
    """Link, number and PIN; once cancelled, none of them (D12)."""
    _, found = read(written())
    assert found["LOCATION"] == letter().link
    assert "123 456 7897" in str(found["DESCRIPTION"])
    assert "+14155550123,,1234567897#" in str(found["DESCRIPTION"])
    assert found["SUMMARY"] == "Visit with Dr. Ana Rivera, Bayview Clinic"
    _, over = read(written(kind=Kind.CANCELLATION))
    assert "LOCATION" not in over
    assert "DESCRIPTION" not in over


def test_names_stay_names() -> None:
    """Whatever letters they have, read back as they were."""
    clinic = replace(CLINIC, name='"Ñandú"; Sí, \\ Clínica 日本', zone="UTC")
    _, found = read(written(clinic=clinic, provider="Dr: X;Y,Z\\n"))
    assert found["SUMMARY"] == 'Visit with Dr: X;Y,Z\\n, "Ñandú"; Sí, \\ Clínica 日本'
    assert found["ORGANIZER"].params["CN"] == "'Ñandú'; Sí, \\ Clínica 日本"


def test_lines_are_short_and_end_as_they_must() -> None:
    """At most 75 bytes, never within a letter (RFC 5545, section 3.1)."""
    clinic = replace(CLINIC, name="日本" * 40, zone="UTC")
    lines = written(clinic=clinic).encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()
    assert lines[-1] == b""
    assert b"\n" not in b"".join(lines)
