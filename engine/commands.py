"""What may be asked of a visit.

A command carries everything that `Visit.handle` cannot make itself: candidate ids, proofs of secrets,
connection numbers. Proofs of links, PINs and seat secrets are checked against the derived values by whoever
calls (actors); the visit checks what they prove (invitation, generation, seat) against its own facts.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class ByLink:
    """Whoever has the patient's own link, proven by it, before or without taking a seat (R2, R13)."""

    generation: int


By = ByStaff | BySeat | ByLink


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive:
    """Somebody comes by an invitation: its link (web) or its PIN (phone), or the patient by their own link
    (D11).

    `generation` is the one the shown link or PIN was derived with, `proof` the keyed hash of the secret that
    the new seat would get, `strict` that this caller must wait for the provider whatever the clinic's setting
    (reliability-security.md, PINs).
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
    """A provider of the clinic takes a provider's seat: one seat a user. `credential` names the session or
    key by which they come.
    """

    op: OpId
    seat: SeatId
    proof: str
    credential: str
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
    speaks: bool = False


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


@dataclass(frozen=True, slots=True)
class AssignPin:
    """The PIN index holds `attempt` for this invitation now (the index is a hint, the visit decides)."""

    invitation: InvitationId
    attempt: int


@dataclass(frozen=True, slots=True)
class Suspect:
    """This invitation's PIN was typed by somebody whose guesses are not counted any more: they may have found
    it, and may call again as somebody else. From now on whoever calls by it waits for the provider (B6).
    """

    invitation: InvitationId


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody did something on the page of this invitation's link: a person, not a scanner (B1, D8)."""

    invitation: InvitationId
    generation: int


@dataclass(frozen=True, slots=True)
class SetQuality:
    """How good a browser's connection is, by its own measurement (B12): how many of a thousand
    packets are lost, and the round trip in ms. Not durable.
    """

    connection: ConnectionId
    lost: int
    round_trip: int


@dataclass(frozen=True, slots=True)
class SetBridge:
    """A bridge that carries the visit's telephones to its browsers is here now, or gone ("" for its page).

    Not durable; and it is nobody: it has no seat and takes no room.
    """

    page: PageId


@dataclass(frozen=True, slots=True)
class SendLetter:
    """A letter is about to be handed to the outside: its attempt is saved before (architecture.md, State)."""

    letter: int
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterAnswer:
    """What became of an attempt. `sent`; `failed`, for good; `later`, try again at `due`; `unknown`: nobody
    knows, and it may be tried again at `due`.

    An answer may come after the letter was sent, when the provider learns that it was not delivered.
    """

    letter: int
    attempt: int
    result: Literal["sent", "failed", "later", "unknown"]
    reason: str = ""
    due: Instant = 0


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
    | Edit
    | Cancel
    | Complete
    | Invite
    | Resend
    | Revoke
    | AssignPin
    | Suspect
    | Opened
    | SetQuality
    | SetBridge
    | SendLetter
    | LetterAnswer
    | Tick
)
