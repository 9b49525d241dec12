"""What a client says."""

from typing import Annotated

from msgspec import Meta, field

from signaling.messages.base import Id, Message, Minutes, Name, Op, Seq, Short, Token

# ---------------------------------------------------------------- the first message


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

    When the caller hangs up, close the socket with 1000: they have left. After any other end they count as
    lost, and the same `call` with the same `digits` brings them back to their seat.
    """

    id: Id
    key: Token
    call: Short
    dialled: Short
    caller: Short = ""


class HelloBridge(Message, tag="hello.bridge", frozen=True, kw_only=True):
    """Carry the telephones of one visit to its browsers, and back. Answer: `ready.bridge` or `error`.

    Only for the deployment's own bridge, whose API `key` has the scope `bridge`. `ticket` is the one of a
    telephone that is in the call. `page` names this bridge, as a browser's page does: after a reconnect the
    same one says that its media connections are still there. The newest bridge of a visit wins.
    """

    id: Id
    key: Token
    ticket: Token
    page: Short


# ---------------------------------------------------------------- everyone in a visit


class Signal(Message, tag="signal", frozen=True, kw_only=True):
    """Pass opaque text to another seat in the call (SDP, ICE candidates). Not answered.

    It arrives as `relayed`, is never replayed, and is dropped when either seat is not in the call by a
    browser.
    """

    to: Short
    """The other seat."""
    data: Annotated[str, Meta(max_length=60000)]


class Media(Message, tag="media", frozen=True, kw_only=True):
    """What this browser, or this telephone, sends now; shown to the others. Not answered."""

    mic: bool
    """The microphone is on."""
    cam: bool
    """The camera is on."""
    screen: bool = False
    """The screen is shared."""
    speaks: bool = False
    """Something is said now; from telephones only, for others cannot measure them."""


class Leave(Message, tag="leave", frozen=True, kw_only=True):
    """Leave the visit. Answer: `ok`, then `bye`.

    The link brings the person back: a personal one to the same seat, the shared one to a new seat.
    """

    id: Id


class GetIce(Message, tag="get.ice", frozen=True, kw_only=True):
    """Ask for fresh ICE servers and TURN credentials, from within the call. Answer: `ice` or `error`.

    Ask as soon as you are let in, and again whenever half of `ttl_ms` is over.
    """

    id: Id


class GetPanel(Message, tag="get.panel", frozen=True, kw_only=True):
    """Ask for the shared link, dial-in number and PIN of a visit (R4). Answer: `panel` or `error`.

    `visit` is left out by a seat, which means its own visit. Providers may, and patients where the clinic
    lets them invite (R1).
    """

    id: Id
    visit: Short = ""


class Invite(Message, tag="invite", frozen=True, kw_only=True):
    """Invite somebody with a link and a PIN of their own (R7). Answer: `invited` or `error`.

    They go by e-mail, text message, both or neither. `phone` as people write it in the clinic's country, or
    as in E.164; `label` says who it is, "Daughter"; `interpreter` that they come to interpret. Providers may,
    and patients where the clinic lets them (R1).
    """

    id: Id
    op: Op
    email: Annotated[str, Meta(max_length=254)] = ""
    phone: Annotated[str, Meta(max_length=32)] = ""
    label: Name = ""
    interpreter: bool = False
    visit: Short = ""


class Resend(Message, tag="resend", frozen=True, kw_only=True):
    """Send an invitation again, by every way there is to its person. Answer: `ok` or `error`."""

    id: Id
    op: Op
    invitation: Short
    visit: Short = ""


class Revoke(Message, tag="revoke", frozen=True, kw_only=True):
    """Withdraw one invitation: its link and PIN are over at once. Answer: `ok` or `error`.

    For those who run the visit.
    """

    id: Id
    op: Op
    invitation: Short
    visit: Short = ""


class Quality(Message, tag="quality", frozen=True, kw_only=True):
    """Report how this browser's media connections do, by the worst of them (B12). Not answered.

    Every 2 s at most.
    """

    lost: Annotated[int, Meta(ge=0, le=1000)]
    """How many of a thousand packets were lost."""
    rtt: Annotated[int, Meta(ge=0, le=60000)]
    """The round trip in ms."""
    jitter: Annotated[int, Meta(ge=0, le=60000)] = 0
    """How much the packets of sound came early or late, in ms (RFC 3550, section 6.4.1)."""


class IceReport(Message, tag="ice.report", frozen=True, kw_only=True):
    """Report which connections to other browsers came about since the last report, and which did not.

    Not answered. Every 2 s at most. Only counted, by the operator's metrics.
    """

    setups: Annotated[list[Annotated[int, Meta(ge=0, le=600000)]], Meta(max_length=16)] = field(
        default_factory=list
    )
    """Of each one that came about: how many ms that took, from its beginning."""
    failed: Annotated[int, Meta(ge=0, le=16)] = 0
    """How many times ICE found no way (RFC 8445, section 8.1.2), or none any more."""


class Digits(Message, tag="digits", frozen=True, kw_only=True):
    """The PIN that a caller typed, as long as `ready.phone` says. Answer: `ok`, `error` or `moved`.

    Where the caller stands comes as `you`, followed by `inside` or `door`. The keys may be given as they were
    pressed: `*` starts over, `#` ends, spaces and dashes are ignored.
    """

    id: Id
    digits: Annotated[str, Meta(max_length=32)]


class TakeLeg(Message, tag="take.leg", frozen=True, kw_only=True):
    """Ask whose sound comes with this ticket. Answer: `leg` or `error`. For the visit's bridge only."""

    id: Id
    ticket: Token


# ---------------------------------------------------------------- those who run the visit
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
    """Put somebody out of the visit, who is no provider (D11). Answer: `ok` or `error`.

    Their personal invitation is revoked. If they came by the shared link or PIN, whoever comes by it from now
    on waits for the provider.
    """

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


# ---------------------------------------------------------------- dashboards


class WatchBoard(Message, tag="watch.board", frozen=True, kw_only=True):
    """Watch the waiting room of a day. Answer: `board` or `error`, then numbered changes.

    `day` is `YYYY-MM-DD` in the clinic's zone; left out it is today.
    With the last position seen, missed changes are replayed (answer `ok`) if they are still kept. A socket
    watches one day: the next `watch.board` ends the one before.
    """

    id: Id
    day: Annotated[str, Meta(max_length=10)] = ""
    stream: Short = ""
    seq: Seq = 0


class WatchVisit(Message, tag="watch.visit", frozen=True, kw_only=True):
    """Watch one visit's invitations (Visit Details). Answer: `details` or `error`.

    `details` comes again, with `id` 0, whenever they change. A socket watches one visit: the next
    `watch.visit` ends the one before.
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
    | HelloBridge
    | Signal
    | Media
    | Leave
    | GetIce
    | GetPanel
    | Invite
    | Resend
    | Revoke
    | Quality
    | IceReport
    | Digits
    | TakeLeg
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
