"""What we say."""

from typing import Literal

from msgspec import field

from signaling.messages.base import Farewell, Message, Role, Standing, Status, Why
from signaling.messages.parts import BoardRow, Door, IceServer, InvitationInfo, Participant, Peer, VisitInfo

# ---------------------------------------------------------------- answers and bare messages


class Ok(Message, tag="ok", frozen=True, kw_only=True):
    """The request `id` was done; what it changed is saved."""

    id: int


class Error(Message, tag="error", frozen=True, kw_only=True):
    """The request `id` was refused: `code` is stable, `message` is one sentence for a person.

    `at` is a time that the code speaks of (when the visit opens, say), `retry_after_ms` when trying again
    makes sense, `number` a telephone number to use instead, `tries_left` how many PIN tries are left. `id` 0:
    not an answer to a request.
    """

    id: int
    code: str
    message: str
    at: int = 0
    retry_after_ms: int = 0
    number: str = ""
    tries_left: int = 0


class Beat(Message, tag="beat", frozen=True, kw_only=True):
    """We are here and had nothing to say for 3 s. A client that heard nothing for 7 s reconnects."""


class Moved(Message, tag="moved", frozen=True, kw_only=True):
    """The visit or the waiting room lives on another node: connect to `ws_url` and say the same hello.

    `ticket` stands in for the one that the hello used up. Said later than hello's answer, it asks for a new
    hello.
    """

    ws_url: str
    ticket: str = ""


class Bye(Message, tag="bye", frozen=True, kw_only=True):
    """The last message on this socket; the close code follows from `code`."""

    code: Farewell
    message: str
    retry_after_ms: int = 0
    """How long to wait before connecting again, after `restarting`."""


class Ready(Message, tag="ready", frozen=True, kw_only=True):
    """The seat is yours. Keep `secret` for this tab: it alone resumes the seat.

    `resumed`: "new", "replay" (what was missed follows as numbered messages) or "state". Exactly one of
    `inside` (in the call) and `door` (not let in) is given, except with "replay", which gives neither. `ice`
    is given in the call only: who is let in later asks `get.ice`.
    """

    id: int
    visit: str
    seat: str
    secret: str
    role: Role
    name: str
    standing: Standing
    stream: str
    """The name of the seat's stream."""
    seq: int
    """The position of this answer: the next numbered message is `seq` + 1."""
    now: int
    """The server's clock."""
    resumed: Literal["new", "replay", "state"]
    inside: "Inside | None" = None
    door: Door | None = None
    ice: list[IceServer] = field(default_factory=list)


class ReadyStaff(Message, tag="ready.staff", frozen=True, kw_only=True):
    """A dashboard's socket is open."""

    id: int
    user: str
    name: str
    role: str
    clinic: str
    """The clinic's id."""
    now: int


class ReadyPhone(Message, tag="ready.phone", frozen=True, kw_only=True):
    """A call's socket is open: ask the caller for the PIN of `length` digits, at most `tries` times.

    `clinic_phone` is for those who find no visit: the clinic's own number; "" where clinics share the dialled
    one. `join` is what the nodes' logs call this call, for the log of whoever carries it; it says nothing of
    who calls.
    """

    id: int
    tries: int
    length: int
    now: int
    clinic_phone: str = ""
    join: str = ""


class ReadyBridge(Message, tag="ready.bridge", frozen=True, kw_only=True):
    """The visit's telephones are yours to carry; `seat` is the one whose ticket hello brought.

    `attending` are the seats whose browsers may be connected to; each of them offers.
    """

    id: int
    visit: str
    seat: str
    now: int
    attending: list[str]
    ice: list[IceServer] = field(default_factory=list)


class Leg(Message, tag="leg", frozen=True, kw_only=True):
    """The ticket is that of the telephone at this seat."""

    id: int
    seat: str


class Attending(Message, tag="attending", frozen=True, kw_only=True):
    """For a bridge: whose browsers may be connected to, whole. Connections to all others end at once."""

    seats: list[str]


class Audio(Message, tag="audio", frozen=True, kw_only=True):
    """For a telephone in the call: where its sound goes, and the ticket that says whose it is.

    Open a WebSocket to `url` with the subprotocol `vestibule.audio.v1` and the header `Authorization: Bearer`
    and the ticket. Each binary message is 20 ms of G.711 mu-law at 8 kHz, 160 bytes, both ways; nothing else
    is said.
    Close code 4003 is a ticket that is not good any more; after any other connect again.
    """

    url: str
    ticket: str


class Ice(Message, tag="ice", frozen=True, kw_only=True):
    """Fresh ICE servers; `ttl_ms` is how long their credentials live."""

    id: int
    servers: list[IceServer]
    ttl_ms: int


class Panel(Message, tag="panel", frozen=True, kw_only=True):
    """What an invitation says (R3, R4): the shared link, the dial-in number, and the PIN's digits.

    The number is written as people read it, and so are `others`, the clinic's numbers in other countries; the
    PIN is the same at each. Show its digits in three groups: three, three, and the rest.
    """

    id: int
    link: str
    number: str
    pin: str
    expires_at: int
    """When link and PIN expire."""
    others: list[str] = field(default_factory=list)


class Invited(Message, tag="invited", frozen=True, kw_only=True):
    """The invitation was made, and is on its way where it was given an address.

    Its link, number and PIN are shown as `panel` shows the shared ones.
    """

    id: int
    invitation: str
    link: str
    number: str
    pin: str
    expires_at: int


class Board(Message, tag="board", frozen=True, kw_only=True):
    """The whole waiting room of a day; changes follow, numbered from `seq` + 1 on.

    `id` is 0 when it is nobody's answer: the clinic's zone changed, and so did what is this day.
    """

    id: int
    stream: str
    seq: int
    day: str
    """The day it shows, `YYYY-MM-DD`."""
    zone: str
    """The clinic's zone, as in the IANA database."""
    now: int
    rows: list[BoardRow]


class Presence(Message, tag="presence", frozen=True, kw_only=True):
    """For a dashboard: whether it can be told who is there.

    While it is not `known`, the node does not reach the store, so another one may have the visits by now:
    what is shown is what was known last. Said when that changes, and after a waiting room that is given
    meanwhile.
    """

    known: bool


class Details(Message, tag="details", frozen=True, kw_only=True):
    """A visit's invitations, whole (`id` 0 when they changed by themselves)."""

    id: int
    visit: str
    invitations: list[InvitationInfo]
    patient: InvitationInfo | None = None
    """The patient's own, where there is an address to send it to."""


class Relayed(Message, tag="relayed", frozen=True, kw_only=True):
    """Another seat's `signal`.

    It has a name of its own, so that no tag is both a client's and a server's.
    """

    seat: str
    """Who sent it."""
    data: str


# ---------------------------------------------------------------- numbered, a seat's stream


class Inside(Message, tag="inside", frozen=True, kw_only=True):
    """The whole state of the call, for somebody who is in it.

    `peers` are those to offer a media connection to.
    """

    visit: VisitInfo
    seats: list[Participant]
    peers: list[Peer] = field(default_factory=list)


class You(Message, tag="you", frozen=True, kw_only=True):
    """Your standing changed. "in" is followed at once by `inside`."""

    standing: Standing
    why: Why
    name: str = ""
    """Your name, where it may be another than before; else what you had stays."""


class AtDoor(Message, tag="door", frozen=True, kw_only=True):
    """What those who are not let in see, changed: another time, running late, open now."""

    door: Door


class SeatChanged(Message, tag="seat", frozen=True, kw_only=True):
    """A participant is new or changed; it replaces what was known of that seat. Announce `why`."""

    seat: Participant
    why: Why


class VisitChanged(Message, tag="visit", frozen=True, kw_only=True):
    """The visit's own facts changed; it replaces what was known."""

    visit: VisitInfo
    why: Literal["started", "warned", "lapsed", "extended", "rescheduled", "locked", "unlocked", "changed"]


class Asked(Message, tag="asked", frozen=True, kw_only=True):
    """The provider asks you to mute."""

    what: Literal["mute"]
    by: str
    """The name of who asks."""


class Ended(Message, tag="ended", frozen=True, kw_only=True):
    """The visit is over for everyone; `bye` follows."""

    status: Status
    message: str


# ---------------------------------------------------------------- numbered, a dashboard's stream


class RowChanged(Message, tag="board.row", frozen=True, kw_only=True):
    """A visit is new in this day's waiting room, or its facts changed.

    Its seats stay as known unless given.
    """

    visit: VisitInfo
    seats: list[Participant] | None = None


class RowSeat(Message, tag="board.seat", frozen=True, kw_only=True):
    """A participant of one visit is new or changed."""

    visit: str
    seat: Participant
    why: Why


class RowGone(Message, tag="board.gone", frozen=True, kw_only=True):
    """A visit no longer belongs to this day's waiting room."""

    visit: str


FromServer = (
    Ok
    | Error
    | Beat
    | Moved
    | Bye
    | Ready
    | ReadyStaff
    | ReadyPhone
    | ReadyBridge
    | Leg
    | Attending
    | Audio
    | Ice
    | Panel
    | Invited
    | Board
    | Presence
    | Details
    | Relayed
    | Inside
    | You
    | AtDoor
    | SeatChanged
    | VisitChanged
    | Asked
    | Ended
    | RowChanged
    | RowSeat
    | RowGone
)

Numbered = Inside | You | AtDoor | SeatChanged | VisitChanged | Asked | Ended | RowChanged | RowSeat | RowGone
"""The messages that travel as `[seq, message]`."""
