"""People of the clinic: who signs in, who is on its staff; tickets, and keys of programs."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from gateway.api.models.base import Email, Model, PersonName
from gateway.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD

_PASSWORD: Final = "correct-horse-battery"  # noqa: S105  (an example, nobody's)

ClinicRole = Literal["provider", "coordinator", "admin"]
"""What a clinic can make somebody; who operates the deployment is not the clinic's to say."""


class SignIn(Model):
    """An e-mail address and a password."""

    email: str = Field(max_length=254, examples=["rivera@demo.example"])
    password: str = Field(max_length=1024, examples=[_PASSWORD])


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
    week_starts: int = Field(description="The day with which weeks begin there; 0 is Sunday.")


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


# ---------------------------------------------------------------- the staff, to its administrators


class Colleague(StaffMember):
    """A member of staff as administrators see them; `invited`: has not chosen a password yet."""

    email: str
    disabled: bool
    invited: bool


class NewColleague(Model):
    """Somebody to be added to the staff; they choose their own password."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Dr. Ana Rivera", "email": "rivera@demo.example", "role": "provider"}]
        }
    )

    name: PersonName
    email: Annotated[Email, Field(min_length=1)]
    role: ClinicRole


class ColleagueChange(Model):
    """What to change of a member of staff; what is not given stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"disabled": True}]})

    name: PersonName | None = None
    role: ClinicRole | None = None
    disabled: bool | None = None


class WelcomeLink(Model):
    """Where somebody chooses their password, once, within 72 hours; `mailed`: it is on its way to them."""

    welcome_url: str
    mailed: bool


class Added(WelcomeLink):
    """A new member of staff, and how they get in."""

    staff: Colleague


class Welcome(Model):
    """A welcome link's token, what stands behind `#`, and the password that its holder chooses."""

    token: str = Field(max_length=200)
    password: str = Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD, examples=[_PASSWORD])


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
