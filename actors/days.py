"""Days as a clinic counts them: in its own zone (D9)."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.ids import Instant


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_of(at: Instant, zone: str) -> str:
    """The clinic's day, `YYYY-MM-DD`, in which `at` lies."""
    return datetime.fromtimestamp(at / 1000, _zone(zone)).date().isoformat()


def bounds(day: str, zone: str) -> tuple[Instant, Instant] | None:
    """The first instant of a day and of the next one; None when the text is no day."""
    try:
        first = date.fromisoformat(day)
        return _midnight(first, zone), _midnight(first + timedelta(days=1), zone)
    except (ValueError, OverflowError):
        return None


def _midnight(day: date, zone: str) -> Instant:
    local = datetime(day.year, day.month, day.day, tzinfo=_zone(zone))
    return int(local.astimezone(UTC).timestamp() * 1000)


def utc_day(at: Instant) -> str:
    """The UTC day of `at`, by which guesses are counted."""
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
