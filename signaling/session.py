"""One connection's life, hello -> ready -> closing, and the log from which a stream is resumed.

A `Session` stands between a socket and the host of the visits, without clock or I/O. The socket hands it
what arrives, `receive` says what to do; the host hands it what it has to say, `answer`, `event` and `bare`
spell it. Rates, and what a person's role allows, are not its business.
"""

from collections.abc import Set
from enum import Enum, auto
from typing import Final, get_args

from msgspec import Struct

from engine.ids import Instant
from engine.refusals import SENTENCES
from signaling import messages as wire
from signaling.codec import Codec, Encoded, Malformed
from signaling.codes import AFTER_BYE, MAX_MALFORMED, MAX_OUTSTANDING, REPLAY_EVENTS, REPLAY_MS, Close


class Reply(Struct, frozen=True, gc=False):
    """What to do with the socket: send `data` if there is any, then close if there is a code."""

    data: bytes = b""
    close: Close | None = None
    reason: str = ""
    """At most 120 bytes of ASCII, for developers; after `RESTARTING` it is `retry=<seconds>`."""


class Phase(Enum):
    """How far a connection has come."""

    HELLO = auto()
    """Open; the client has to say hello."""
    GREETING = auto()
    """Hello was said; the host is making up its mind."""
    READY = auto()
    CLOSING = auto()
    """The last word is said; nothing is heard any more."""


class Kind(Enum):
    """Who is at the other end, as the answer to hello decided."""

    SEAT = auto()
    PHONE = auto()
    DASHBOARD = auto()
    BRIDGE = auto()


Hello = wire.HelloLink | wire.HelloSeat | wire.HelloStaff | wire.HelloPhone | wire.HelloBridge
Running = (
    wire.GetPanel
    | wire.Admit
    | wire.Deny
    | wire.Remove
    | wire.Rename
    | wire.AskMute
    | wire.Lock
    | wire.Extend
    | wire.Complete
    | wire.Invite
    | wire.Resend
    | wire.Revoke
)
"""What a provider's seat and a dashboard may both ask."""
FromSeat = wire.Signal | wire.Media | wire.Quality | wire.IceReport | wire.Leave | wire.GetIce | Running
FromPhone = wire.Digits | wire.Media | wire.Leave
FromBridge = wire.Signal | wire.GetIce | wire.TakeLeg
FromDashboard = wire.WatchBoard | wire.WatchVisit | wire.UnwatchVisit | Running

Request = Hello | wire.Leave | wire.GetIce | wire.Digits | wire.TakeLeg | FromDashboard
"""What carries an `id` and has to be answered."""

_TOLD: Final = (wire.Signal, wire.Media, wire.Quality, wire.IceReport)
"""What is not answered."""
HELLOS: Final = frozenset(get_args(Hello))
ALLOWED: Final = {
    Kind.SEAT: frozenset(get_args(FromSeat)),
    Kind.PHONE: frozenset(get_args(FromPhone)),
    Kind.DASHBOARD: frozenset(get_args(FromDashboard)),
    Kind.BRIDGE: frozenset(get_args(FromBridge)),
}
"""What each kind of connection may say; whether the person's role allows it is for the visit to decide."""
WELCOMES: Final[dict[type[wire.Message], tuple[Kind, frozenset[type]]]] = {
    answer: (kind, ALLOWED[kind])
    for answer, kind in (
        (wire.Ready, Kind.SEAT),
        (wire.ReadyPhone, Kind.PHONE),
        (wire.ReadyStaff, Kind.DASHBOARD),
        (wire.ReadyBridge, Kind.BRIDGE),
    )
}
"""Which answer to hello makes what kind of connection, and what that may say."""

BUSY_RETRY_MS: Final = 1_000
NO_IDS: Final[Set[int]] = frozenset()
"""Shared by all connections without an unanswered request: an empty set of its own is 216 bytes for each."""


class Session:
    """One connection's conversation.

    `receive` gives the message that the host has to carry out, or a `Reply` to send at once, or None. Every
    message with an `id` that it gave must be answered exactly once, by `answer`.
    """

    __slots__ = ("_allowed", "_malformed", "_outstanding", "codec", "kind", "phase")

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.phase = Phase.HELLO
        self.kind: Kind | None = None
        self._allowed: frozenset[type] = HELLOS
        self._outstanding: Set[int] = NO_IDS
        self._malformed = 0

    # ------------------------------------------------------------ what arrives

    def receive(self, data: bytes, text: bool) -> wire.FromClient | Reply | None:
        """Take one whole message of the client; `text` says that it came in a text frame."""
        if self.phase is Phase.CLOSING:
            return None
        message = self.codec.decode(data, text)
        if isinstance(message, Malformed):
            return self._not_understood(message, self.codec.id_of(data))
        if type(message) not in self._allowed:
            return self._out_of_place(message)
        self._malformed = 0
        if isinstance(message, _TOLD):
            return message
        return self._request(message)

    def overdue(self) -> Reply | None:
        """Say what to do when `HELLO_WITHIN` is over; None when hello was said in time."""
        return self._end(b"", Close.SILENT, "hello_first") if self.phase is Phase.HELLO else None

    # ------------------------------------------------------------ what is said

    def answer(self, message: wire.Message) -> Reply:
        """Spell a bare message; if it is an answer, its request is done with.

        The answer to hello makes the connection ready, or closes it. What nobody waits for is not sent.
        """
        if isinstance(message, wire.Relayed):
            return Reply(self.codec.encode(message))
        if isinstance(message, wire.Bye):
            return self.bye(message)
        if isinstance(message, wire.Moved):
            return self._end(self.codec.encode(message), Close.DONE, "moved")
        ident: int = getattr(message, "id", 0)
        if not ident:
            return Reply(self.codec.encode(message))
        if ident not in self._outstanding:
            return Reply()
        self._outstanding = self._outstanding - {ident} or NO_IDS
        if self.phase is Phase.GREETING:
            return self._greet(message)
        return Reply(self.codec.encode(message))

    def event(self, seq: int, encoded: Encoded) -> bytes:
        """Spell a numbered message of the connection's stream."""
        return self.codec.pair(seq, self.codec.body(encoded))

    def bare(self, encoded: Encoded) -> bytes:
        """Spell a bare message that others get too."""
        return self.codec.body(encoded)

    def bye(self, bye: wire.Bye) -> Reply:
        """Say goodbye and close, with the close code that belongs to what `bye` says."""
        code = AFTER_BYE.get(bye.code, Close.DONE)
        reason = f"retry={bye.retry_after_ms / 1000:g}" if code is Close.RESTARTING else bye.code
        return self._end(self.codec.encode(bye), code, reason)

    def closed(self) -> None:
        """The socket is gone, or was closed for a reason that the session cannot know."""
        self.phase = Phase.CLOSING
        self._outstanding = NO_IDS

    # ------------------------------------------------------------ in itself

    def _request(self, message: Request) -> Request | Reply:
        if message.id in self._outstanding:
            # the one answer with this id is the first request's
            return self._not_understood(Malformed("id in use", Close.REFUSED), 0)
        if len(self._outstanding) >= MAX_OUTSTANDING:
            return self._refuse("busy", message.id, retry_after_ms=BUSY_RETRY_MS)
        self._outstanding |= {message.id}
        if self.phase is Phase.HELLO:
            self.phase, self._allowed = Phase.GREETING, frozenset()
        return message

    def _greet(self, message: wire.Message) -> Reply:
        welcome = WELCOMES.get(type(message))
        data = self.codec.encode(message)
        if welcome is None:
            return self._end(data, Close.REFUSED, getattr(message, "code", ""))
        self.phase = Phase.READY
        self.kind, self._allowed = welcome
        return Reply(data)

    def _out_of_place(self, message: wire.FromClient) -> Reply:
        ident = self._free(getattr(message, "id", 0))
        if self.phase is Phase.HELLO:
            return self._end(self._refuse("hello_first", ident).data, Close.REFUSED, "hello_first")
        if type(message) in HELLOS:
            return self._not_understood(Malformed("hello was said before", Close.REFUSED), ident)
        return self._refuse("hello_first" if self.phase is Phase.GREETING else "not_allowed", ident)

    def _not_understood(self, malformed: Malformed, ident: int) -> Reply:
        if malformed.at_once:
            return self._end(b"", malformed.close, malformed.reason)
        self._malformed += 1
        reply = self._refuse("bad_message", self._free(ident))
        if self._malformed < MAX_MALFORMED:
            return reply
        return self._end(reply.data, malformed.close, malformed.reason)

    def _refuse(self, code: str, ident: int, retry_after_ms: int = 0) -> Reply:
        error = wire.Error(id=ident, code=code, message=SENTENCES[code], retry_after_ms=retry_after_ms)
        return Reply(self.codec.encode(error))

    def _free(self, ident: int) -> int:
        """Give the id if an answer with it would not be taken for another request's, else 0."""
        return 0 if ident in self._outstanding else ident

    def _end(self, data: bytes, close: Close, reason: str) -> Reply:
        self.closed()
        return Reply(data, close, reason)


class Stream:
    """A seat's or a dashboard's numbered messages, without a gap, and the last of them for a resume.

    `of` is the seat, or names the dashboards; `epoch` that of the shard's owner.
    """

    __slots__ = ("_epoch", "_log", "_of", "seq")

    def __init__(self, of: str, epoch: int) -> None:
        self._of = of
        self._epoch = epoch
        self.seq = 0
        """The number of the last message, 0 before the first."""
        self._log: list[Encoded] | tuple[()] = ()
        """A list only while something is kept."""

    @property
    def name(self) -> str:
        """Which stream this is: another owner, or another epoch of it, has to make another one."""
        return f"{self._epoch:x}.{self._of}"

    def append(self, encoded: Encoded, now: Instant) -> int:
        """Add a message and give its number; the same one may be in other streams, from the same instant."""
        log = self._log
        if isinstance(log, tuple):
            log = self._log = []
        encoded.said_at = now
        log.append(encoded)
        if len(log) > REPLAY_EVENTS or log[0].said_at < now - REPLAY_MS:
            self.forget(now)
        self.seq += 1
        return self.seq

    def since(self, stream: str, seq: int, now: Instant) -> list[tuple[int, Encoded]] | None:
        """List the messages after a client's position, with their numbers.

        None when not all of them are known: then the client gets a whole state, never a part of them.
        """
        self.forget(now)
        missed = self.seq - seq
        if stream != self.name or not 0 <= missed <= len(self._log):
            return None
        start = len(self._log) - missed
        return [(seq + 1 + at, encoded) for at, encoded in enumerate(self._log[start:])]

    def idle(self, now: Instant) -> bool:
        """Whether nothing is kept any more that somebody could ask for."""
        self.forget(now)
        return not self._log

    def forget(self, now: Instant) -> None:
        """Drop what is older than `REPLAY_MS` or more than `REPLAY_EVENTS` messages back."""
        log, oldest = self._log, now - REPLAY_MS
        drop = max(0, len(log) - REPLAY_EVENTS)
        while drop < len(log) and log[drop].said_at < oldest:
            drop += 1
        if drop and isinstance(log, list):
            del log[:drop]
            self._log = log or ()
