"""What a visit is planned from: when, with whom, and where its letters go."""

from dataclasses import dataclass

from engine.clinic import ProviderOfVisit
from engine.ids import ClinicId, Instant, InvitationId, VisitId


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where somebody's letters go; either part may be empty. `phone` as in E.164."""

    email: str = ""
    phone: str = ""


NOWHERE = Contact()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedGuest:
    """Somebody who is invited along with the plan (R5)."""

    invitation: InvitationId
    contact: Contact
    label: str = ""
    interpreter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a new visit is made of; `Visit.plan(plan, clinic, now)` makes it. `start` may equal now ("Now",
    R6).
    """

    visit: VisitId
    clinic: ClinicId
    start: Instant
    end: Instant
    patient: str
    providers: tuple[ProviderOfVisit, ...]
    name: str = ""
    type: str = "video"
    room: str = ""
    option: str = ""
    starts_now: bool = False
    by: str = ""
    """The user who plans it."""
    contact: Contact = NOWHERE
    """The patient's: their confirmation goes there (R13)."""
    guests: tuple[PlannedGuest, ...] = ()
    reminders: tuple[int, ...] = ()
    """Minutes before the start."""
    language: str = ""
    """Of the visit's letters; empty: the clinic's own."""
