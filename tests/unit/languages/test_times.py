"""Days and times read as people of a place write them, with the zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from languages.times import day_and_time, first_weekday, length, short_day_and_time, time_of_day

SEED = round(datetime(2022, 4, 9, 1, 47, tzinfo=UTC).timestamp() * 1000)
"""Fri, Apr 08, 2022 06:47 PM (PDT)."""
WEST = "America/Los_Angeles"


def test_in_english() -> None:
    """As in the product's own example (R6)."""
    assert day_and_time(SEED, WEST, "en") == "Friday, April 8, 2022, 6:47 PM (PDT)"
    assert short_day_and_time(SEED, WEST, "en") == "Fri, Apr 8, 6:47 PM (PDT)"
    assert time_of_day(SEED, WEST, "en", "GB") == "18:47 (PDT)"


def test_in_spanish() -> None:
    """With the country's own way of writing a time."""
    assert day_and_time(SEED, WEST, "es") == "viernes, 8 de abril de 2022, 6:47 p.m. (PDT)"
    assert short_day_and_time(SEED, WEST, "es") == "vie, 8 de abr, 6:47 p.m. (PDT)"
    assert time_of_day(SEED, "Europe/Madrid", "es", "ES") == "3:47 (CEST)"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "1:47 AM (UTC)"),
        ("America/Sao_Paulo", "10:47 PM (GMT-3)"),
        ("Asia/Kathmandu", "7:32 AM (GMT+5:45)"),
        ("Asia/Tokyo", "10:47 AM (JST)"),
    ],
)
def test_every_zone_has_a_name(zone: str, said: str) -> None:
    """Also those without letters of their own."""
    assert time_of_day(SEED, zone, "en") == said


def test_a_country_that_does_not_speak_the_language() -> None:
    """Or that there is not: the language's own ways."""
    assert time_of_day(SEED, WEST, "es", "XX") == "18:47 (PDT)"
    assert time_of_day(SEED, WEST, "en", "") == "6:47 PM (PDT)"


def test_lengths() -> None:
    """In minutes, with plural forms."""
    assert length(SEED, SEED + 60_000, "en") == "1 minute"
    assert length(SEED, SEED + 45 * 60_000, "es") == "45 minutos"


def test_weeks_begin_as_the_country_has_it() -> None:
    """On Sunday (0) or Monday (1); where nothing is known as the world has it."""
    assert [first_weekday(country) for country in ("US", "MX", "ES", "DE", "XX", "")] == [0, 0, 1, 1, 1, 1]
