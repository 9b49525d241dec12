"""What may be said to a visit: what somebody asks (engine.asking), and what proves itself: by an invitation,
a sign-in, a secret or a connection.

A command carries everything that `Visit.handle` cannot make itself: candidate ids, proofs of secrets,
connection numbers. Proofs of links, PINs and seat secrets are checked against the derived values by whoever
calls (actors); the visit checks what they prove (invitation, generation, seat) against its own facts.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from engine.asking import Asking, ByStaff
from engine.ids import ConnectionId, Instant, InvitationId, OpId, PageId, SeatId


class Channel(StrEnum):
    """How somebody is connected."""

    WEB = "web"
    PHONE = "phone"


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
    Asking
    | Arrive
    | Enter
    | Resume
    | Drop
    | Leave
    | SetMedia
    | AssignPin
    | Suspect
    | Opened
    | SetQuality
    | SetBridge
    | SendLetter
    | LetterAnswer
    | Tick
)
