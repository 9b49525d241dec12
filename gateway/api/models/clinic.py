"""A clinic's settings."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, ConfigDict, Field

from gateway.api.faults import fault
from gateway.api.models.base import Label, Model, PersonName

_LOGO: Final = re.compile(
    r"(/static/[\w./-]+|data:image/(png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=]+)?", re.ASCII
)

SOONEST_REMINDER: Final = 5
LONGEST_REMINDER: Final = 7 * 24 * 60
"""Minutes before the start."""
REMINDERS_AT_MOST: Final = 5


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(value: str) -> str:
    """Let only the IANA database's zones through. Raises ValueError."""
    if value not in _zones():
        raise ValueError(fault("zone"))
    return value


def _logo(value: str) -> str:
    if not _LOGO.fullmatch(value):
        raise ValueError(fault("logo"))
    return value


def _country(value: str) -> str:
    import phonenumbers  # takes long, and is needed only when somebody changes it

    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(fault("country"))
    return value


_One = TypeVar("_One", bound=Hashable)


def _each_once(values: list[_One]) -> list[_One]:
    return [*dict.fromkeys(values)]


def _earliest_first(values: Sequence[int]) -> list[int]:
    return sorted(set(values), reverse=True)


def _named_once(options: list[Option]) -> list[Option]:
    if len({option.name for option in options}) < len(options):
        raise ValueError(fault("option_names"))
    return options


_A_HUNDRED: Final = Field(min_length=1, max_length=100)

Zone = Annotated[str, Field(max_length=64), AfterValidator(known_zone)]
Reminders = Annotated[
    list[Annotated[int, Field(ge=SOONEST_REMINDER, le=LONGEST_REMINDER)]],
    Field(max_length=REMINDERS_AT_MOST, examples=[[1440, 60]]),
    AfterValidator(_earliest_first),
]
"""Minutes before the start, the earliest reminder first."""
Language = Literal["en", "es"]
ChosenLanguage = Literal["", "en", "es"]
"""A visit's; "" is the clinic's own."""


class Option(Model):
    """A kind of visit, and how long it takes."""

    name: PersonName = Field(examples=["15-min Consultation"])
    minutes: int = Field(ge=1, le=1440, examples=[15])


class ClinicSettings(Model):
    """A clinic's settings."""

    id: str
    name: str
    zone: str
    country: str
    week_starts: int = Field(description="The day with which weeks begin there; 0 is Sunday.")
    logo: str
    phone: str
    admission: Literal["direct", "provider_admits"]
    guests_by_provider: bool
    guests_by_patient: bool
    patients_cancel: bool
    opens_before_minutes: int
    grace_minutes: int
    capacity: int
    dial_in_numbers: list[str] = Field(description="As in E.164.")
    dial_in_as_read: list[str] = Field(description="The same numbers, as people read them.")
    rooms: list[str]
    options: list[Option]
    reminders: list[int]
    languages: list[str]
    retention_days: int
    public_url: str


class ClinicChange(Model):
    """Settings to change; what is not given stays. Dial-in numbers are the operator's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"admission": "provider_admits", "grace_minutes": 10, "reminders": [1440, 60]}]
        },
    )

    name: PersonName | None = None
    zone: Zone | None = None
    country: Annotated[str, AfterValidator(_country)] | None = None
    """Whose telephone numbers are written without a country (ISO 3166-1)."""
    logo: Annotated[str, Field(max_length=40_000), AfterValidator(_logo)] | None = None
    phone: Label | None = None
    admission: Literal["direct", "provider_admits"] | None = None
    guests_by_provider: bool | None = None
    guests_by_patient: bool | None = None
    patients_cancel: bool | None = None
    opens_before_minutes: int | None = Field(None, ge=5, le=60)
    grace_minutes: int | None = Field(None, ge=0, le=120)
    capacity: int | None = Field(None, ge=2, le=6)
    rooms: Annotated[list[PersonName], _A_HUNDRED, AfterValidator(_each_once)] | None = None
    options: Annotated[list[Option], _A_HUNDRED, AfterValidator(_named_once)] | None = None
    reminders: Reminders | None = None
    languages: Annotated[list[Language], _A_HUNDRED, AfterValidator(_each_once)] | None = None
    """The first is the clinic's own."""
    retention_days: int | None = Field(None, ge=1, le=3650)
