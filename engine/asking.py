"""What somebody asks of a visit, with an `op` so that it is done once: who asks, and what.

Who asks is proven by whoever calls (actors): a session or key, a seat's connection, a patient's link. The
visit decides whether they may.
"""

from dataclasses import dataclass

from engine.clinic import ProviderOfVisit, StaffRole
from engine.ids import Instant, InvitationId, OpId, SeatId, UserId
from engine.planning import NOWHERE, Contact


@dataclass(frozen=True, slots=True)
class ByStaff:
    """A signed-in member of this visit's clinic, or an API key acting for it (`role` says its rights)."""

    user: UserId
    role: StaffRole
    name: str = ""


@dataclass(frozen=True, slots=True)
class BySeat:
    """Somebody who holds a seat, proven by their connection."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class ByLink:
    """Whoever has the patient's own link, proven by it, before or without taking a seat (R2, R13)."""

    generation: int


By = ByStaff | BySeat | ByLink


@dataclass(frozen=True, slots=True)
class Admit:
    """Somebody who runs the visit lets a waiting person in (D5)."""

    op: OpId
    by: By
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Deny:
    """Somebody who runs the visit turns a waiting person away (D5)."""

    op: OpId
    by: By
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Remove:
    """Somebody who runs the visit puts a person out; how they may return is D11's."""

    op: OpId
    by: By
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Rename:
    """Somebody who runs the visit gives a guest another name."""

    op: OpId
    by: By
    seat: SeatId
    name: str


@dataclass(frozen=True, slots=True)
class AskMute:
    """Somebody who runs the visit asks a person in the call to mute; not durable."""

    op: OpId
    by: By
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Lock:
    """While locked, every new guest waits for the provider."""

    op: OpId
    by: By
    on: bool


@dataclass(frozen=True, slots=True)
class Extend:
    """The end moves by 5, 15 or 30 minutes: from the end, or from now when the time is over already (D2)."""

    op: OpId
    by: By
    minutes: int


@dataclass(frozen=True, slots=True)
class Reschedule:
    """The visit moves to another time, links and PINs with it (D2); nobody may be in it."""

    op: OpId
    by: By
    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Change what a visit is called and who it is with; None leaves a part as it is. Its times move by
    `Reschedule`. A patient's new address gets the confirmation.
    """

    op: OpId
    by: By
    name: str | None = None
    type: str | None = None
    room: str | None = None
    option: str | None = None
    patient: str | None = None
    contact: Contact | None = None
    providers: tuple[ProviderOfVisit, ...] | None = None
    reminders: tuple[int, ...] | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """The visit does not take place; links and PINs are dead at once (D2)."""

    op: OpId
    by: By


@dataclass(frozen=True, slots=True)
class Complete:
    """The visit ends for everyone (D1)."""

    op: OpId
    by: By


@dataclass(frozen=True, slots=True)
class Invite:
    """Make a personal invitation (D3), and send it if there is where to. `label` says who it is for
    ("Daughter"), `contact` where it goes; both are guest text.

    `interpreter`: who comes by it is an interpreter, not a guest.
    """

    op: OpId
    by: By
    invitation: InvitationId
    label: str = ""
    contact: Contact = NOWHERE
    interpreter: bool = False


@dataclass(frozen=True, slots=True)
class Resend:
    """Send an invitation again, by every way there is to its person."""

    op: OpId
    by: By
    invitation: InvitationId


@dataclass(frozen=True, slots=True)
class Revoke:
    """One personal invitation's link and PIN are dead from now on (D3)."""

    op: OpId
    by: By
    invitation: InvitationId


Asking = (
    Admit
    | Deny
    | Remove
    | Rename
    | AskMute
    | Lock
    | Extend
    | Complete
    | Reschedule
    | Edit
    | Cancel
    | Invite
    | Resend
    | Revoke
)
