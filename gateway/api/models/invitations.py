"""Invitations, and what a link opens."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from gateway.api.models.base import Email, Label, Model, Phone

EXAMPLE_TOKEN = "0417-7h3kq2m9xw4c.shared.AAAAAAAAAAAAAAAAAAAAAA"  # noqa: S105  (opens nothing)


class NewInvitation(Model):
    """Whom an invitation is for, and where it goes, by either way or both; without one it is only shown.

    A contact is kept sealed until the visit ends, and shown masked.
    """

    label: Label = Field("", examples=["Daughter"])
    email: Email = Field("", examples=["ana@example.org"])
    phone: Phone = Field("", examples=["+1 415 555 0123"])
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


# ---------------------------------------------------------------- by a link


class Look(Model):
    """A link's token: what stands behind `#`."""

    token: str = Field(max_length=200, examples=[EXAMPLE_TOKEN])


class PatientsInvitation(Look, NewInvitation):
    """Whom the patient invites, by their own link (R2)."""


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
    language: str
    may_invite: bool
    may_cancel: bool
    late: bool


class ByPhone(Model):
    """How the holder of a link takes part by telephone; empty where there is no way."""

    number: str
    pin: str
