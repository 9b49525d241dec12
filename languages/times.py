"""Days and times as people of a language and a country write them, always with the zone (D9).

An instant is milliseconds since 1970, UTC.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time

from languages.catalogue import nearest, say


def time_of_day(at: int, zone: str, language: str, country: str = "US") -> str:
    """Say a time: "6:32 PM (PDT)"."""
    there, locale = _there(at, zone), _locale(language, country)
    return f"{_plain(format_time(there, 'short', locale=locale, tzinfo=there.tzinfo))} ({zone_name(there)})"


def day_and_time(at: int, zone: str, language: str, country: str = "US") -> str:
    """Say a day and a time in full: "Friday, April 8, 2022, 6:47 PM (PDT)"."""
    day = format_date(_there(at, zone), "full", locale=_locale(language, country))
    return f"{_plain(day)}, {time_of_day(at, zone, language, country)}"


def short_day_and_time(at: int, zone: str, language: str, country: str = "US") -> str:
    """Say a day and a time in few letters: "Fri, Apr 8, 6:47 PM (PDT)"."""
    day = format_skeleton("MMMEd", _there(at, zone), locale=_locale(language, country))
    return f"{_plain(day)}, {time_of_day(at, zone, language, country)}"


def length(start: int, end: int, language: str) -> str:
    """Say how long something takes, in minutes."""
    return say(language, "times.minutes", count=round((end - start) / 60_000))


def first_weekday(country: str) -> int:
    """Give the day with which weeks begin in a country (Unicode CLDR, week data); 0 is Sunday."""
    try:
        monday_first = Locale.parse(f"und_{country}").first_week_day
    except (UnknownLocaleError, ValueError):
        monday_first = 0
    return (monday_first + 1) % 7


def zone_name(there: datetime) -> str:
    """Give a zone's short name at a time, "PDT"; for a zone that has none "GMT-3" (as CLDR does)."""
    name = there.tzname() or "UTC"
    if name.isalpha():
        return name
    offset = there.utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "") if minutes else "GMT"


def _there(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone))


@cache
def _locale(language: str, country: str) -> Locale:
    """Take the country's ways of the language, where it has any of its own."""
    language = nearest(language)
    try:
        return Locale(language, territory=country or None)
    except (UnknownLocaleError, ValueError):
        return Locale(language)


def _plain(text: str) -> str:
    """Put plain spaces for narrow and unbreakable ones, which old mail and telephones show as boxes."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
