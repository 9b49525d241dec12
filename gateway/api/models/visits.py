"""Visits: planned, checked before, changed, shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from gateway.api.faults import fault
from gateway.api.models.base import Email, Instant, Label, Model, PersonName, Phone
from gateway.api.models.clinic import ChosenLanguage, Reminders, Zone

GUESTS_AT_MOST: Final = 10
"""Guests that are invited along with a plan (R5)."""

Type = Literal["video", "phone"]
ProviderIds = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=10)]


def _wall_clock(value: str) -> str:
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        read = None
    if read is None or read.tzinfo is not None or "T" not in value or not 1970 <= read.year <= 2099:
        raise ValueError(fault("local_time"))
    return value


class LocalTime(Model):
    """A time as a wall clock shows it. When clocks go back it is there twice: `fold` 1 is the second one
    (PEP 495); one that is skipped when they go forward is read as before the change (RFC 5545, 3.3.5).
    """

    local: Annotated[str, Field(max_length=30), AfterValidator(_wall_clock)] = Field(
        examples=["2026-03-09T14:30"]
    )
    zone: Zone = Field(examples=["America/Los_Angeles"])
    fold: Literal[0, 1] = 0


def _kind_of_start(value: object) -> str:
    if isinstance(value, (dict, BaseModel)):
        return "(local)"
    return "(now)" if isinstance(value, str) else "(at)"


Start = Annotated[
    Annotated[Literal["now"], Tag("(now)")]
    | Annotated[Instant, Tag("(at)")]
    | Annotated[LocalTime, Tag("(local)")],
    Discriminator(_kind_of_start),
]
"""When a visit starts; a tag in brackets is not part of a field's name."""


class Patient(Model):
    """The visit's patient; their confirmation goes wherever there is an address for."""

    name: PersonName = Field(examples=["Lee Park"])
    email: Email = Field("", examples=["lee.park@example.org"])
    phone: Phone = Field("", examples=["+1 415 555 0123"])


class PlannedGuest(Model):
    """Somebody who is invited along with the plan (R5)."""

    email: Email = Field("", examples=["ana@example.org"])
    phone: Phone = ""
    label: Label = Field("", examples=["Daughter"])
    interpreter: bool = False


class NewVisit(Model):
    """A visit to be planned. Without `minutes` or `end` it takes as long as its option."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "patient": {"name": "Lee Park", "email": "lee.park@example.org"},
                    "start": "now",
                    "option": "15-min Consultation",
                    "guests": [{"email": "ana@example.org", "label": "Daughter"}],
                    "reminders": [60],
                    "language": "en",
                }
            ]
        }
    )

    patient: Patient
    start: Start
    minutes: int | None = Field(None, ge=1, le=1440)
    end: Instant | None = None
    name: Label = ""
    type: Type = "video"
    room: Label = ""
    option: Label = ""
    providers: ProviderIds = Field([])
    guests: list[PlannedGuest] = Field([], max_length=GUESTS_AT_MOST)
    reminders: Reminders | None = None
    """Absent: as the clinic has them."""
    language: ChosenLanguage = ""
    """Of its messages; "": the clinic's own."""


class PatientChange(Model):
    """What to change of the patient; "" takes an address away, what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    name: PersonName | None = None
    email: Email | None = None
    phone: Phone | None = None


class VisitChange(Model):
    """What to change of a visit; what is not given stays. Times move by `reschedule`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"room": "Room 2", "patient": {"phone": "+1 415 555 0123"}}]},
    )

    name: Label | None = None
    type: Type | None = None
    room: PersonName | None = None
    option: Label | None = None
    patient: PatientChange | None = None
    providers: Annotated[ProviderIds, Field(min_length=1)] | None = None
    reminders: Reminders | None = None
    language: ChosenLanguage | None = None


class Minutes(Model):
    """By how much a visit is extended."""

    minutes: int = Field(examples=[5, 15, 30])


class NewTimes(Model):
    """When a visit takes place instead."""

    start: Instant
    end: Instant


# ---------------------------------------------------------------- as they are shown


class Provider(Model):
    """A provider of a visit."""

    id: str
    name: str


class PatientInfo(Model):
    """The patient, as the visit holds them; `email` and `phone` for those who schedule only."""

    name: str
    email: str = ""
    phone: str = ""


class Panel(Model):
    """What an invitation says (R3): show the PIN as 3-3-4. `others` are the clinic's further numbers; the PIN
    is the same.
    """

    link: str
    number: str
    pin: str
    expires_at: int
    others: list[str]


class Visit(Model):
    """A visit as the clinic sees it."""

    id: str
    status: str
    name: str
    type: str
    room: str
    option: str
    start: int
    end: int
    lapses_at: int
    zone: str
    patient: PatientInfo
    providers: list[Provider]
    reminders: list[int]
    language: str
    patient_link: str | None = None
    panel: Panel | None = None


class Day(Model):
    """The visits of one day in the clinic's zone, by start."""

    day: str = Field(examples=["2026-04-08"])
    visits: list[Visit]


class Visits(Model):
    """Visits, by start; without links, numbers and PINs."""

    visits: list[Visit]


class Overlap(Model):
    """Another visit of one of its providers, or of the patient's, at the same time."""

    id: str
    start: int
    end: int
    patient: str
    providers: list[Provider]


class Checked(Model):
    """A plan as it would be carried out: times in the clinic's zone, what it overlaps, and whether the wall
    clock's time is skipped (`gap`) or there twice (`fold`) that day.
    """

    start: int
    end: int
    zone: str
    overlaps: list[Overlap]
    dst: Literal["", "gap", "fold"] = ""
