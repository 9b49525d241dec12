"""What may be asked of a visit.

A command carries everything that `Visit.handle` cannot make itself: candidate ids, proofs of secrets, connection numbers.
Proofs of links, PINs and seat secrets are checked against the derived values by whoever calls (actors); the visit checks
what they prove (invitation, generation, seat) against its own facts.
"""

from dataclasses import dataclass
from enum import StrEnum

from engine.clinic import ProviderOfVisit, StaffRole
from engine.ids import ClinicId, ConnectionId, Instant, InvitationId, OpId, PageId, SeatId, UserId, VisitId


class Channel(StrEnum):
    """How somebody is connected."""

    WEB = "web"
    PHONE = "phone"


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


By = ByStaff | BySeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a new visit is made of; `Visit.plan(plan, clinic, now)` makes it. `start` may equal now ("Now", R6)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive:
    """Somebody comes by an invitation: its link (web) or its PIN (phone), or the patient by their own link (D11).

    `generation` is the one the shown link or PIN was derived with, `proof` the keyed hash of the secret that the new seat would
    get, `strict` that this caller must wait for the provider whatever the clinic's setting (reliability-security.md, PINs).
    """

    op: OpId
    seat: SeatId
    proof: str
    invitation: InvitationId
    generation: int
    channel: Channel
    connection: ConnectionId
    page: PageId
    name: str = ""
    move: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """A provider of the clinic takes a provider's seat: one seat a user."""

    op: OpId
    seat: SeatId
    proof: str
    by: ByStaff
    connection: ConnectionId
    page: PageId
    move: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """The holder of a seat's secret is back on a new connection (D1, B3)."""

    seat: SeatId
    proof: str
    connection: ConnectionId
    page: PageId


@dataclass(frozen=True, slots=True)
class Drop:
    """A connection is gone without a word; the seat is kept for 120 s."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class Leave:
    """The person at this connection leaves on purpose, or hung up."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class SetMedia:
    """What a browser sends now; not durable."""

    connection: ConnectionId
    mic: bool
    cam: bool
    screen: bool


@dataclass(frozen=True, slots=True)
class Admit:
    op: OpId
    by: By
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Deny:
    op: OpId
    by: By
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Remove:
    op: OpId
    by: By
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Rename:
    op: OpId
    by: By
    seat: SeatId
    name: str


@dataclass(frozen=True, slots=True)
class AskMute:
    op: OpId
    by: By
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Lock:
    op: OpId
    by: By
    on: bool


@dataclass(frozen=True, slots=True)
class Extend:
    op: OpId
    by: By
    minutes: int


@dataclass(frozen=True, slots=True)
class Reschedule:
    op: OpId
    by: By
    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True)
class Cancel:
    op: OpId
    by: By


@dataclass(frozen=True, slots=True)
class Complete:
    op: OpId
    by: By


@dataclass(frozen=True, slots=True)
class Invite:
    """Make a personal invitation (D3). `label` says who it is for ("Daughter"), `contact` where it goes; both are guest text.

    `interpreter`: who comes by it is an interpreter, not a guest.
    """

    op: OpId
    by: By
    invitation: InvitationId
    label: str = ""
    contact: str = ""
    interpreter: bool = False


@dataclass(frozen=True, slots=True)
class Revoke:
    op: OpId
    by: By
    invitation: InvitationId


@dataclass(frozen=True, slots=True)
class AssignPin:
    """The PIN index holds `attempt` for this invitation now (the index is a hint, the visit decides)."""

    invitation: InvitationId
    attempt: int


@dataclass(frozen=True, slots=True)
class Tick:
    """The deadline is due: whatever time has brought is brought about. Harmless when nothing is."""


Command = (
    Arrive
    | Enter
    | Resume
    | Drop
    | Leave
    | SetMedia
    | Admit
    | Deny
    | Remove
    | Rename
    | AskMute
    | Lock
    | Extend
    | Reschedule
    | Cancel
    | Complete
    | Invite
    | Revoke
    | AssignPin
    | Tick
)
