"""What a wall clock shows becomes an instant, on the days when clocks change too."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.api.models import LocalTime
from gateway.api.times import instant_of

ZONES = (
    "America/Los_Angeles",
    "Europe/Madrid",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "UTC",
    "America/Havana",
)


def utc(text: str) -> int:
    """Give an instant as it is written in UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("local", "zone", "fold", "told", "expected"),
    [
        ("2026-03-08T01:59", "America/Los_Angeles", 0, "", "2026-03-08T09:59"),
        ("2026-03-08T02:30", "America/Los_Angeles", 0, "gap", "2026-03-08T10:30"),
        ("2026-03-08T02:30", "America/Los_Angeles", 1, "gap", "2026-03-08T10:30"),
        ("2026-11-01T01:30", "America/Los_Angeles", 0, "fold", "2026-11-01T08:30"),
        ("2026-11-01T01:30", "America/Los_Angeles", 1, "fold", "2026-11-01T09:30"),
        ("2026-04-05T01:45", "Australia/Lord_Howe", 0, "fold", "2026-04-04T14:45"),
        ("2026-04-05T01:45", "Australia/Lord_Howe", 1, "fold", "2026-04-04T15:15"),
        ("2026-03-08T00:30", "America/Havana", 0, "gap", "2026-03-08T05:30"),
        ("2026-07-01T12:00", "Asia/Kolkata", 1, "", "2026-07-01T06:30"),
    ],
)
def test_a_local_time_is_read_as_rfc_5545_says(
    local: str, zone: str, fold: int, told: str, expected: str
) -> None:
    """A skipped time by the offset before; of one that is there twice the first, or the one that is named."""
    typed = LocalTime.model_validate({"local": local, "zone": zone, "fold": fold})
    assert instant_of(typed) == (utc(expected), told)


@given(
    some.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - a wall clock has no zone
    some.sampled_from(ZONES),
    some.sampled_from((0, 1)),
)
def test_only_a_skipped_time_is_shown_as_another_one(local: datetime, zone: str, fold: int) -> None:
    """What is typed is what the clinic's clock shows at that instant, to the minute."""
    local = local.replace(second=0, microsecond=0)
    typed = LocalTime.model_validate({"local": local.isoformat(), "zone": zone, "fold": fold})
    at, told = instant_of(typed)
    shown = datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).replace(tzinfo=None)
    assert (shown == local) is (told != "gap")
