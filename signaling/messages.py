"""Every message of the wire, once.

A client's messages are the union `FromClient`, ours are `FromServer`; both are tagged by `t`. Times are
integer milliseconds since 1970 (UTC), lengths of time say their unit in the name. Unknown fields are ignored
by both sides, unknown messages by clients, so that versions can meet during a deploy.

Requests carry `id` (1 to 2**32-1, the client's choice) and get exactly one answer with the same `id`: `ok`,
`error`, or the message that the request's docstring names. Requests that change facts also carry `op`, unique
per seat or staff member: the same `op` sent again, after a reconnect, say, has one effect and the first one's
answer.

Whatever belongs to a stream (a seat's, or a dashboard's) travels as a pair `[seq, message]`: `seq` counts up
by one, without a gap. Everything else travels bare. A position is `(stream, seq)`; see `hello.seat`.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Id = Annotated[int, Meta(ge=1, le=4294967295)]
Op = Annotated[str, Meta(min_length=1, max_length=40)]
Seq = Annotated[int, Meta(ge=0, le=9007199254740991)]
"""A sequence number; at most 2**53-1, which JavaScript still counts exactly."""
Minutes = Annotated[int, Meta(ge=0, le=1440)]
Short = Annotated[str, Meta(max_length=64)]
Token = Annotated[str, Meta(min_length=1, max_length=200)]
Name = Annotated[str, Meta(max_length=4096)]
"""A name as typed; made safe or refused (`bad_name`) by the visit, which keeps at most 64 characters."""

Role = Literal["provider", "patient", "guest", "phone", "interpreter"]
Standing = Literal["held", "waiting", "in", "left", "removed", "denied"]
Link = Literal["ok", "lost", "restoring", "none"]
How = Literal["browser", "phone", "both"]
Status = Literal["scheduled", "open", "in_progress", "lapsed", "completed", "cancelled", "ended"]
Why = Literal[
    "joined",
    "waiting",
    "early",
    "admitted",
    "left",
    "lost",
    "back",
    "moved",
    "removed",
    "denied",
    "renamed",
    "changed",
]
Farewell = Literal[
    "left", "removed", "denied", "moved", "rescheduled", "completed", "cancelled", "ended", "signed_out", "restarting"
]


class Message(Struct, tag_field="t", omit_defaults=True, frozen=True, kw_only=True, gc=False):
    """The base of every message; `t` is its name on the wire.

    `gc=False` keeps messages out of the cycle collector's sight, which is safe because none can be part of a
    cycle: they are frozen, their lists hold only parts made before them, and no list of theirs is changed
    afterwards.
    """


# ---------------------------------------------------------------- from the client: the first message


class HelloLink(Message, tag="hello.link", frozen=True, kw_only=True):
    """Join by an invitation's link, or by the patient's own link. Answer: `ready` or `error`.

    `page` names this load of the page (random). `move` says that the person agreed to move the seat here from
    another device, after `error already_open`. `op` is a random text known to this page alone: the same hello
    sent again after a lost answer (same link, same `op`) gets the same seat, not a second one.
    """

    id: Id
    token: Token
    """What stands after `#` in the link."""
    page: Short
    name: Name = ""
    """What others see; asked of guests, known of patients."""
    move: bool = False
    op: Annotated[str, Meta(max_length=40)] = ""


class HelloSeat(Message, tag="hello.seat", frozen=True, kw_only=True):
    """Resume a seat with its secret. Answer: `ready` or `error`.

    With the position of the last message seen (`stream`, `seq`), what was missed is replayed; with an unknown
    position the answer holds a whole state. The same `page` keeps the media connections between browsers as
    they are.
    """

    id: Id
    visit: Short
    seat: Short
    secret: Token
    page: Short
    stream: Short = ""
    seq: Seq = 0


class HelloStaff(Message, tag="hello.staff", frozen=True, kw_only=True):
    """Open a staff member's socket with a one-use ticket (30 s). Answer: `ready.staff`, `ready` or `error`.

    A ticket made for a visit takes the provider's seat in it (`ready`); one made without opens a dashboard
    (`ready.staff`).
    """

    id: Id
    ticket: Token
    page: Short
    move: bool = False


class HelloPhone(Message, tag="hello.phone", frozen=True, kw_only=True):
    """Open the socket of one telephone call. Answer: `ready.phone` or `error`.

    Only for a dial-in client, whose API `key` has the scope `dialin`. `call` is its own id of the call,
    `dialled` the clinic's number, `caller` the caller's, "" when withheld; numbers as in E.164.
    """

    id: Id
    key: Token
    call: Short
    dialled: Short
    caller: Short = ""


# ---------------------------------------------------------------- from the client: everyone in a visit


class Signal(Message, tag="signal", frozen=True, kw_only=True):
    """Pass opaque text to another seat in the call (SDP, ICE candidates). Not answered.

    It arrives as `relayed`, is never replayed, and is dropped when that seat is not connected.
    """

    to: Short
    """The other seat."""
    data: Annotated[str, Meta(max_length=60000)]


class Media(Message, tag="media", frozen=True, kw_only=True):
    """What this browser sends now; shown to the others. Not answered."""

    mic: bool
    """The microphone is on."""
    cam: bool
    """The camera is on."""
    screen: bool = False
    """The screen is shared."""


class Leave(Message, tag="leave", frozen=True, kw_only=True):
    """Leave the visit. Answer: `ok`, then `bye`.

    The link brings the person back: a personal one to the same seat, the shared one to a new seat.
    """

    id: Id


class GetIce(Message, tag="get.ice", frozen=True, kw_only=True):
    """Ask for fresh ICE servers and TURN credentials (live 10 minutes; ask every 5). Answer: `ice`."""

    id: Id


class GetPanel(Message, tag="get.panel", frozen=True, kw_only=True):
    """Ask for the shared link, dial-in number and PIN of a visit (R4). Answer: `panel` or `error`.

    `visit` is left out by a seat, which means its own visit. Providers may, and patients where the clinic
    lets them invite (R1).
    """

    id: Id
    visit: Short = ""


class Digits(Message, tag="digits", frozen=True, kw_only=True):
    """The PIN that a caller typed: ten digits. Answer: `ok` or `error`.

    Where the caller stands comes as `you`. Spaces and dashes are ignored.
    """

    id: Id
    digits: Annotated[str, Meta(max_length=32)]


# ---------------------------------------------------------------- from the client: those who run the visit
# `visit` is left out by a provider's seat (its own visit) and given by a dashboard.


class Admit(Message, tag="admit", frozen=True, kw_only=True):
    """Let a waiting person in (D5). Answer: `ok` or `error`."""

    id: Id
    op: Op
    seat: Short
    visit: Short = ""


class Deny(Message, tag="deny", frozen=True, kw_only=True):
    """Turn a waiting person away (D5). Answer: `ok` or `error`."""

    id: Id
    op: Op
    seat: Short
    visit: Short = ""


class Remove(Message, tag="remove", frozen=True, kw_only=True):
    """Put somebody out of the call; how they may return is D11's. Answer: `ok` or `error`."""

    id: Id
    op: Op
    seat: Short
    visit: Short = ""


class Rename(Message, tag="rename", frozen=True, kw_only=True):
    """Rename a guest. Answer: `ok` or `error`."""

    id: Id
    op: Op
    seat: Short
    name: Name
    visit: Short = ""


class AskMute(Message, tag="ask.mute", frozen=True, kw_only=True):
    """Ask somebody in the call to mute. Answer: `ok` or `error`.

    They get `asked`: a person at a browser decides, a dial-in client mutes the caller.
    """

    id: Id
    op: Op
    seat: Short
    visit: Short = ""


class Lock(Message, tag="lock", frozen=True, kw_only=True):
    """Lock or unlock the visit. Answer: `ok` or `error`.

    While it is locked every new guest waits for the provider.
    """

    id: Id
    op: Op
    on: bool
    visit: Short = ""


class Extend(Message, tag="extend", frozen=True, kw_only=True):
    """Move the visit's end by 5, 15 or 30 minutes (D2). Answer: `ok` or `error`."""

    id: Id
    op: Op
    minutes: Minutes
    visit: Short = ""


class Complete(Message, tag="complete", frozen=True, kw_only=True):
    """End the visit for everyone, for good (D1). Answer: `ok` or `error`."""

    id: Id
    op: Op
    visit: Short = ""


# ---------------------------------------------------------------- from the client: dashboards


class WatchBoard(Message, tag="watch.board", frozen=True, kw_only=True):
    """Watch the waiting room of a day. Answer: `board` or `error`, then numbered changes.

    `day` is `YYYY-MM-DD` in the clinic's zone; left out it is today.
    With the last position seen, missed changes are replayed (answer `ok`) if the owner still has them.
    """

    id: Id
    day: Annotated[str, Meta(max_length=10)] = ""
    stream: Short = ""
    seq: Seq = 0


class WatchVisit(Message, tag="watch.visit", frozen=True, kw_only=True):
    """Watch one visit's invitations (Visit Details). Answer: `details` or `error`.

    `details` comes again, with `id` 0, whenever they change.
    """

    id: Id
    visit: Short


class UnwatchVisit(Message, tag="unwatch.visit", frozen=True, kw_only=True):
    """Stop `watch.visit`. Answer: `ok`."""

    id: Id


FromClient = (
    HelloLink
    | HelloSeat
    | HelloStaff
    | HelloPhone
    | Signal
    | Media
    | Leave
    | GetIce
    | GetPanel
    | Digits
    | Admit
    | Deny
    | Remove
    | Rename
    | AskMute
    | Lock
    | Extend
    | Complete
    | WatchBoard
    | WatchVisit
    | UnwatchVisit
)


# ---------------------------------------------------------------- parts of our messages


class Part(Struct, omit_defaults=True, frozen=True, kw_only=True, gc=False):
    """The base of what stands inside messages."""


class Door(Part, frozen=True, kw_only=True):
    """What somebody may see before they are let in (D12), and no more."""

    clinic: str
    provider: str
    """The provider's display name."""
    start: int
    end: int
    zone: str
    """The clinic's zone, as in the IANA database; show times in it."""
    status: Status
    opens_at: int
    """From when on people may wait inside the visit."""
    clinic_phone: str = ""
    logo: str = ""
    """A URL of the clinic's logo."""
    late: bool = False
    """The time is over while they wait: the provider is running late, they keep their place (D2)."""


class MediaState(Part, frozen=True, kw_only=True):
    """What a participant's browser sends now."""

    mic: bool = False
    cam: bool = False
    screen: bool = False


class Participant(Part, frozen=True, kw_only=True):
    """One seat as others see it. `label` and `invitation` are for the clinic's eyes only."""

    seat: str
    role: Role
    name: str
    standing: Standing
    link: Link
    how: How = "browser"
    page: str = ""
    """Which load of the page is connected: another value means another browser, so a new media connection."""
    since: int = 0
    """When the standing began."""
    lost_since: int = 0
    """When the connection was lost; 0 unless `link` is `lost`."""
    media: MediaState = MediaState()
    invitation: str = ""
    """Whose invitation it was."""
    label: str = ""
    """What the invitation is called: Daughter, Interpreter."""


class VisitInfo(Part, frozen=True, kw_only=True):
    """The visit as those in the call see it; `name`, `room` and `option` are empty for guests."""

    visit: str
    status: Status
    start: int
    end: int
    lapses_at: int
    """When links and PINs expire: the end, and the clinic's grace (R14)."""
    zone: str
    """The clinic's zone, as in the IANA database."""
    clinic: str
    """The clinic's name."""
    patient: str = ""
    """The patient's name."""
    providers: list[str] = []
    """The providers' display names."""
    name: str = ""
    room: str = ""
    option: str = ""
    locked: bool = False
    """Every new guest waits for the provider."""
    warned: bool = False
    """The last five minutes have begun, or the time is over."""
    may_invite: bool = False
    """The receiver may ask `get.panel`."""
    clinic_phone: str = ""


class Peer(Part, frozen=True, kw_only=True):
    """A browser to which the receiver of this message makes the offer.

    Of each pair the one that said hello last offers.
    """

    seat: str
    page: str


class IceServer(Part, frozen=True, kw_only=True):
    """One entry for RTCConfiguration.iceServers."""

    urls: list[str]
    username: str = ""
    credential: str = ""


class InvitationInfo(Part, frozen=True, kw_only=True):
    """An invitation in Visit Details (B1); the contact is masked.

    `state` is queued, sent, failed, opened, waiting, in, lost, left, expired or revoked; `via`
    is email, sms or "".
    """

    invitation: str
    label: str
    state: str
    via: str = ""
    masked: str = ""
    """The address or number with its middle left out."""
    created_at: int = 0
    changed_at: int = 0
    seats: list[str] = []
    """Who came with it."""


class BoardRow(Part, frozen=True, kw_only=True):
    """One visit in the waiting room."""

    visit: VisitInfo
    seats: list[Participant] = []


# ---------------------------------------------------------------- from the server: answers and bare messages


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
    """The visit lives on another node: connect to `ws_url` and say hello again."""

    ws_url: str


class Bye(Message, tag="bye", frozen=True, kw_only=True):
    """The last message on this socket; the close code follows from `code`."""

    code: Farewell
    message: str
    retry_after_ms: int = 0
    """How long to wait before connecting again, after `restarting`."""


class Ready(Message, tag="ready", frozen=True, kw_only=True):
    """The seat is yours. Keep `secret` for this tab: it alone resumes the seat.

    `resumed`: "new", "replay" (what was missed follows as numbered messages) or "state". Exactly one of
    `inside` (in the call) and `door` (not let in) is given, except with "replay", which gives neither.
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
    ice: list[IceServer] = []


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
    """A call's socket is open: ask the caller for the PIN of `length` digits, at most `tries` times."""

    id: int
    tries: int
    length: int
    now: int


class Ice(Message, tag="ice", frozen=True, kw_only=True):
    """Fresh ICE servers; `ttl_ms` is how long their credentials live."""

    id: int
    servers: list[IceServer]
    ttl_ms: int


class Panel(Message, tag="panel", frozen=True, kw_only=True):
    """What an invitation says (R3, R4): the shared link, the dial-in number, and the PIN's ten digits.

    The number is written as people read it; show the PIN as 3-3-4.
    """

    id: int
    link: str
    number: str
    pin: str
    expires_at: int
    """When link and PIN expire."""


class Board(Message, tag="board", frozen=True, kw_only=True):
    """The whole waiting room of a day; changes follow, numbered from `seq` + 1 on."""

    id: int
    stream: str
    seq: int
    day: str
    """The day it shows, `YYYY-MM-DD`."""
    zone: str
    """The clinic's zone, as in the IANA database."""
    now: int
    rows: list[BoardRow]


class Details(Message, tag="details", frozen=True, kw_only=True):
    """A visit's invitations, whole (`id` 0 when they changed by themselves)."""

    id: int
    visit: str
    invitations: list[InvitationInfo]


class Relayed(Message, tag="relayed", frozen=True, kw_only=True):
    """Another seat's `signal`.

    It has a name of its own, so that no tag is both a client's and a server's.
    """

    seat: str
    """Who sent it."""
    data: str


# ---------------------------------------------------------------- from the server: numbered, a seat's stream


class Inside(Message, tag="inside", frozen=True, kw_only=True):
    """The whole state of the call, for somebody who is in it.

    `peers` are those to offer a media connection to.
    """

    visit: VisitInfo
    seats: list[Participant]
    peers: list[Peer] = []


class You(Message, tag="you", frozen=True, kw_only=True):
    """Your standing changed. "in" is followed at once by `inside`."""

    standing: Standing
    why: Why
    name: str = ""
    """Your name, if it changed or others chose it."""


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


# ---------------------------------------- from the server: numbered, a dashboard's stream


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
    | Ice
    | Panel
    | Board
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
