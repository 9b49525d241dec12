"""What REST takes and gives. Times are integers, milliseconds since 1970 (UTC)."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engine.names import safe_label, safe_name

_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f<>,;:\"]{1,64}@[^@\s\x00-\x1f<>,;:\"]{1,190}\.[^@\s.]{2,}")
_LOGO: Final = re.compile(
    r"(/static/[\w./-]+|data:image/(png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=]+)?", re.ASCII
)


def _name(value: str) -> str:
    name = safe_name(value)
    if name is None:
        raise ValueError("please type a name, up to 64 letters")
    return name


def _label(value: str) -> str:
    label = safe_label(value)
    if label is None:
        raise ValueError("please use up to 64 letters")
    return label


def _phone(value: str) -> str:
    number = re.sub(r"[ ().-]", "", value)
    if number and not _PHONE.fullmatch(number):
        raise ValueError("please type the number with its country, like +1 555 010 0123")
    return number


def _email(value: str) -> str:
    if value and not _EMAIL.fullmatch(value):
        raise ValueError("please type an address like ana@example.org")
    return value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("please choose a zone like America/Los_Angeles")
    return value


def _logo(value: str) -> str:
    if not _LOGO.fullmatch(value):
        raise ValueError("please give a path under /static/ or a data: URL of an image")
    return value


PersonName = Annotated[str, Field(max_length=4096), AfterValidator(_name)]
Label = Annotated[str, Field(max_length=4096), AfterValidator(_label)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_phone)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Instant = Annotated[int, Field(ge=0, le=4_102_444_800_000)]


class Model(BaseModel):
    """The base of all of them."""

    model_config = ConfigDict(hide_input_in_errors=True)


class Problem(Model):
    """A refusal: a stable code, and one sentence for a person."""

    code: str
    message: str
    at: int | None = None
    number: str | None = None
    retry_after_ms: int | None = None
    fields: dict[str, str] | None = None


# ---------------------------------------------------------------- people


class SignIn(Model):
    """An e-mail address and a password."""

    email: str = Field(max_length=254, examples=["rivera@demo.example"])
    password: str = Field(max_length=1024, examples=["correct-horse-battery"])


class StaffMember(Model):
    """A member of the clinic's staff."""

    id: str
    name: str
    role: str


class Person(StaffMember):
    """Who is signed in."""

    email: str


class ClinicName(Model):
    """The clinic of who is signed in."""

    id: str
    name: str
    zone: str
    logo: str


class Me(Model):
    """Who is signed in, and where."""

    user: Person
    clinic: ClinicName


class NewTicket(Model):
    """What a ticket is for: a visit's call, or without one the dashboard."""

    visit: str | None = Field(None, max_length=64)


class Ticket(Model):
    """A one-use ticket for a socket; say it in `hello.staff` at `ws_url`."""

    ticket: str
    ws_url: str
    expires_at: int


# ---------------------------------------------------------------- the clinic


class Option(Model):
    """A kind of visit, and how long it takes."""

    name: PersonName = Field(examples=["15-min Consultation"])
    minutes: int = Field(ge=1, le=1440, examples=[15])


class ClinicSettings(Model):
    """A clinic's settings."""

    id: str
    name: str
    zone: str
    logo: str
    phone: str
    admission: Literal["direct", "provider_admits"]
    guests_by_provider: bool
    guests_by_patient: bool
    grace_minutes: int
    capacity: int
    dial_in_numbers: list[str]
    rooms: list[str]
    options: list[Option]
    public_url: str


class ClinicChange(Model):
    """Settings to change; what is not given stays. Dial-in numbers are the operator's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"admission": "provider_admits", "grace_minutes": 10}]},
    )

    name: PersonName | None = None
    zone: Annotated[str, AfterValidator(_zone)] | None = None
    logo: Annotated[str, Field(max_length=40_000), AfterValidator(_logo)] | None = None
    phone: Label | None = None
    admission: Literal["direct", "provider_admits"] | None = None
    guests_by_provider: bool | None = None
    guests_by_patient: bool | None = None
    grace_minutes: int | None = Field(None, ge=0, le=120)
    capacity: int | None = Field(None, ge=2, le=6)
    rooms: list[PersonName] | None = Field(None, min_length=1, max_length=100)
    options: list[Option] | None = Field(None, min_length=1, max_length=100)


# ---------------------------------------------------------------- visits


class Patient(Model):
    """The visit's patient."""

    name: PersonName = Field(examples=["Lee Park"])


class NewVisit(Model):
    """A visit to be planned. Without `minutes` or `end` it takes as long as its option."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"patient": {"name": "Lee Park"}, "start": "now", "option": "15-min Consultation"}]
        }
    )

    patient: Patient
    start: Literal["now"] | Instant
    minutes: int | None = Field(None, ge=1, le=1440)
    end: Instant | None = None
    name: Label = ""
    type: Literal["video"] = "video"
    room: Label = ""
    option: Label = ""
    providers: list[Annotated[str, Field(max_length=64)]] = Field([], max_length=10)


class Provider(Model):
    """A provider of a visit."""

    id: str
    name: str


class PatientName(Model):
    """The patient, as the visit holds them."""

    name: str


class Panel(Model):
    """What the shared invitation says (R3): show the PIN as 3-3-4."""

    link: str
    number: str
    pin: str
    expires_at: int


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
    patient: PatientName
    providers: list[Provider]
    patient_link: str | None = None
    panel: Panel | None = None


class Day(Model):
    """The visits of one day in the clinic's zone, by start."""

    day: str = Field(examples=["2026-04-08"])
    visits: list[Visit]


class Minutes(Model):
    """By how much a visit is extended."""

    minutes: int = Field(examples=[5, 15, 30])


class NewTimes(Model):
    """When a visit takes place instead."""

    start: Instant
    end: Instant


class Nothing(Model):
    """An empty body."""


# ---------------------------------------------------------------- invitations and links


class NewInvitation(Model):
    """Whom an invitation is for, and where it goes, by either way or both; without one it is only shown.

    A contact is kept sealed until the visit ends, and shown masked.
    """

    label: Label = Field("", examples=["Daughter"])
    email: Email = Field("", examples=["ana@example.org"])
    phone: Phone = Field("", examples=["+15550100123"])
    interpreter: bool = False


class Invitation(Model):
    """A new invitation, with what there is to hand over."""

    invitation: str
    label: str
    link: str
    number: str
    pin: str
    expires_at: int
    state: str


class LetterInfo(Model):
    """One message to somebody invited, and how far it has got."""

    model_config = ConfigDict(from_attributes=True)

    via: str
    kind: str
    progress: str
    at: int
    attempt: int
    reason: str


class InvitationInfo(Model):
    """An invitation in Visit Details; its address and number are masked (B1)."""

    model_config = ConfigDict(from_attributes=True)

    invitation: str
    label: str
    state: str
    email: str
    phone: str
    interpreter: bool
    created_at: int
    changed_at: int
    opened_at: int
    letters: list[LetterInfo]
    seats: list[str]


class Look(Model):
    """A link's token: what stands behind `#`."""

    token: str = Field(max_length=200)


class Door(Model):
    """What somebody with a link sees before they join (D12), and no more."""

    model_config = ConfigDict(from_attributes=True)

    clinic: str
    provider: str
    start: int
    end: int
    zone: str
    status: str
    opens_at: int
    clinic_phone: str
    logo: str
    late: bool


class ByPhone(Model):
    """How the holder of a link takes part by telephone; empty where there is no way."""

    number: str
    pin: str


# ---------------------------------------------------------------- API keys


class NewKey(Model):
    """A key for a program of the clinic's."""

    name: PersonName = Field(examples=["Scheduling system"])
    scopes: list[Literal["visits:read", "visits:write", "clinic:admin"]] = Field(
        min_length=1, max_length=3, examples=[["visits:read"]]
    )


class KeyInfo(Model):
    """A key, without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_at: int


class Key(Model):
    """A new key; its text is shown this once."""

    id: str
    key: str
