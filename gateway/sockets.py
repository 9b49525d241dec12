"""Where a socket meets the visits: one conversation per connection, synchronous from the frame to the
actor.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from time import perf_counter
from typing import Final

import msgspec

from actors.bridging import Bridging
from actors.ports import StoreDown
from actors.reception import Reception
from actors.requests import Requests
from actors.tasks import Tasks
from actors.telephone import Telephone
from engine.asking import ByStaff
from engine.ids import ClinicId, ConnectionId, shard_of_clinic, shard_of_visit
from engine.refusals import Refused
from gateway import joins
from gateway.door import Door, TicketHolder
from gateway.logs import JOIN
from gateway.turnstile import Turnstile
from gateway.websocket import Accepted, Handshake, Rejection, Socket, frame
from signaling import messages as wire
from signaling.codec import JSON, MSGPACK, Codec, Encoded
from signaling.codes import HELLO_WITHIN, Close
from signaling.session import Hello, Phase, Reply, Session
from signaling.translate import error

CODECS: Final = {codec.subprotocol.value: codec for codec in (MSGPACK, JSON)}
BEATS: Final = {codec.subprotocol.value: frame(codec.beat, text=codec.text) for codec in (MSGPACK, JSON)}
HUNG_UP: Final = Close.DONE
"""The close code with which a dial-in client says that its caller hung up."""

TYPED: Final = "digits"
"""What is worked on when a caller has typed a PIN."""
ANSWERS: Final = wire.Ok | wire.Error | wire.Moved | wire.Bye | None
"""With what that ends; None when the call is gone."""

NO_SUBPROTOCOL: Final = Rejection(
    400, "subprotocol_needed", "Offer the subprotocol vestibule.v1.msgpack or vestibule.v1.json."
)
NOT_READY: Final = Rejection(
    503, "try_later", "This server is starting. Try again in a moment.", (("Retry-After", "1"),)
)
CROWDED: Final = Rejection(
    503, "try_later", "Very many people are connecting right now. Try again in a moment."
)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Where conversations are brought."""

    reception: Reception
    requests: Requests
    telephone: Telephone
    bridging: Bridging
    door: Door
    tasks: Tasks
    elsewhere: Callable[[int | None], wire.Moved | None]
    """Where a shard's sockets are, when they are at another node."""
    turnstile: Turnstile
    greeted: Callable[[str, float], None] = lambda _kind, _seconds: None
    """Told of each hello that was answered `ready`: its kind, and after how many seconds."""
    refused: Callable[[str], None] = lambda _code: None
    """Told the code of each hello that was refused before anybody else heard of it."""
    named: Callable[[str], str] = lambda _page: ""
    """Names a join in the log, by what its page calls itself."""


class Conversations:
    """Opens a conversation for each accepted socket; closes those of a revoked session or key."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._numbers = count(1)
        self._staffed: dict[str, set[Conversation]] = {}
        self.open = False
        """Whether visits may be joined: set once the host has its shards."""
        self.cut_off: Callable[[], bool] = lambda: False
        """Whether people should go to another node, because this one does not reach the store."""

    @property
    def turnstile(self) -> Turnstile:
        """Who lets hellos in."""
        return self._rooms.turnstile

    def accept(self, handshake: Handshake) -> Accepted | Rejection:
        """Decide on an opening; the first subprotocol offered that we speak is spoken."""
        if not self.open or self.cut_off():
            return NOT_READY
        if wait := self._rooms.turnstile.long_line():
            return _crowded(wait)
        spoken = next((name for name in handshake.subprotocols if name in CODECS), None)
        if spoken is None:
            return NO_SUBPROTOCOL
        codec = CODECS[spoken]
        conversation = Conversation(self, self._rooms, codec, ConnectionId(next(self._numbers)))
        return Accepted(conversation, spoken, text=codec.text, beat=BEATS[spoken])

    def stands_on(self, conversation: "Conversation", credential: str) -> None:
        """Remember that a conversation ends with this session or key."""
        self._staffed.setdefault(credential, set()).add(conversation)

    def forget(self, conversation: "Conversation") -> None:
        """A conversation is over."""
        if conversation.credential and (same := self._staffed.get(conversation.credential)) is not None:
            same.discard(conversation)
            if not same:
                del self._staffed[conversation.credential]

    def cut(self, credential: str) -> None:
        """A session or key was revoked: its sockets are closed at once, and no secret opens them again."""
        self._rooms.reception.revoked(credential)
        for conversation in tuple(self._staffed.get(credential, ())):
            conversation.bye(wire.Bye(code="signed_out", message="You were signed out."))


def _crowded(wait: float) -> Rejection:
    """Say when there will be room; `wait` in seconds."""
    return replace(CROWDED, headers=(("Retry-After", str(math.ceil(wait))),))


class Conversation:
    """One connection: the receiver of its socket, and the outlet of the actors."""

    __slots__ = ("_all", "_came", "_join", "_rooms", "_session", "_socket", "credential", "id")

    def __init__(self, everyone: Conversations, rooms: Rooms, codec: Codec, number: ConnectionId) -> None:
        self._all = everyone
        self._rooms = rooms
        self._session = Session(codec)
        self._socket: Socket | None = None
        self._came: tuple[str, float] | None = None
        """Of the hello, or the PIN, that is being worked on: its kind, and when it came."""
        self._join = ""
        """What the log calls it; "" before its hello."""
        self.id = number
        self.credential = ""

    # ------------------------------------------------------------ from the socket

    def opened(self, socket: Socket) -> None:
        """The socket is open: hello must come within 5 s."""
        self._socket = socket
        socket.deadline(HELLO_WITHIN, self._overdue)

    def message(self, data: bytes, text: bool) -> None:
        """Bring one message to where it belongs."""
        message = self._session.receive(data, text)
        if isinstance(message, wire.Signal):
            self._rooms.requests.relay(self, message)
        elif isinstance(message, Reply):
            self._do(message)
        elif message is not None:
            if isinstance(message, Hello):
                self._join = self._rooms.named(joins.name_of(message))
            self._about(partial(self._bring, message))

    def closed(self, code: int, reason: str) -> None:
        """The socket is gone."""
        self._session.closed()
        self._greeted()
        self._socket = None
        self._about(partial(self._gone, code))
        if self._join:
            joins.ended(self._join, self.id, code)

    # ------------------------------------------------------------ from the actors

    def answer(self, message: wire.Message) -> None:
        """Send a bare message."""
        self._do(self._session.answer(message))
        if self._came is not None:
            self._greeted(message)

    def event(self, seq: int, encoded: Encoded) -> None:
        """Send a numbered message; what comes before `ready` is in it, or is replayed right after it."""
        if self._socket is not None and self._session.phase is Phase.READY:
            self._socket.send(self._session.event(seq, encoded))

    def bare(self, encoded: Encoded) -> None:
        """Send a bare message that others get too."""
        if self._socket is not None:
            self._socket.send(self._session.bare(encoded))

    def bye(self, bye: wire.Bye) -> None:
        """Say goodbye and close."""
        self._do(self._session.bye(bye))
        self._greeted(bye)

    def stand_on(self, credential: str) -> bool:
        """Tie this conversation to a session or key; False when the socket has gone meanwhile."""
        if self._socket is None:
            return False
        self._all.forget(self)
        self.credential = credential
        self._all.stands_on(self, credential)
        return True

    # ------------------------------------------------------------ in itself

    def _about(self, work: Callable[[], None]) -> None:
        """Do what is about this join, so that the log says so, of what it starts and what it raises too."""
        before = JOIN.set(self._join)
        try:
            work()
        except Exception as error:
            if self._join:
                error.add_note(self._join)
            raise
        finally:
            JOIN.reset(before)

    def _gone(self, code: int) -> None:
        self._rooms.telephone.closed(self)
        self._rooms.bridging.closed(self)
        self._rooms.reception.closed(self, hung_up=code == HUNG_UP)
        self._all.forget(self)

    def _bring(self, message: wire.FromClient) -> None:
        rooms = self._rooms
        if isinstance(message, wire.Media):
            rooms.requests.media(self, message)
        elif isinstance(message, wire.Quality):
            rooms.requests.quality(self, message)
        elif isinstance(message, wire.IceReport):
            rooms.requests.ice_report(self, message)
        elif isinstance(message, wire.Digits):
            self._came = self._came or (TYPED, perf_counter())
            rooms.telephone.digits(self, message)
        elif isinstance(message, Hello):
            self._greet(message)
        elif isinstance(message, wire.TakeLeg):
            rooms.bridging.take(self, message)
        else:
            rooms.requests.request(self, message)

    def _greet(self, hello: Hello) -> None:
        """Bring a hello to whom it is for, or ask its client to come again when there is room."""
        rooms = self._rooms
        if self._socket is not None:
            self._socket.clear_deadline()  # and do not keep what would be called
        self._came = (joins.KINDS[type(hello)], perf_counter())
        if wait := rooms.turnstile.enter(partial(self._turn, hello)):
            self._came = None
            later = error(hello.id, Refused("try_later"), None)
            self.answer(msgspec.structs.replace(later, retry_after_ms=round(wait * 1000)))
            rooms.refused("try_later")

    def _turn(self, hello: Hello) -> None:
        """It is a hello's turn, at once or a little later than it came; a bug ends this socket only."""
        if self._came is None:
            return  # it is gone
        try:
            joins.came(self._join, self.id, self._came[0])
            self._about(partial(self._welcome, hello))
        except Exception as error:  # noqa: BLE001 - nobody above knows whose turn it is
            self._rooms.tasks.report(error)
            if self._socket is not None:
                self._socket.close(Close.FAILED)

    def _welcome(self, hello: Hello) -> None:
        rooms = self._rooms
        if isinstance(hello, wire.HelloLink):
            rooms.reception.arrive(self, hello)
        elif isinstance(hello, wire.HelloSeat):
            rooms.reception.resume(self, hello)
        elif isinstance(hello, wire.HelloStaff):
            rooms.tasks.start(self._staff(hello))
        elif isinstance(hello, wire.HelloPhone):
            rooms.tasks.start(self._phone(hello))
        else:
            rooms.tasks.start(self._bridge(hello))

    def _refuse(self, hello: Hello, code: str) -> None:
        self.answer(error(hello.id, Refused(code), None))
        self._rooms.refused(code)

    def _greeted(self, message: wire.Message | None = None) -> None:
        """Make room for the next hello once this one is answered, by `message`, or nobody waits for the
        answer.
        """
        if self._came is None or self._session.phase is Phase.GREETING:
            return
        kind, began = self._came
        if kind == TYPED and not isinstance(message, ANSWERS):
            return
        self._came = None
        if message is not None:
            joins.answered(self._join, self.id, kind, began, message)
        if kind == TYPED:
            return
        self._rooms.turnstile.leave()
        if self._session.phase is Phase.READY:
            self._rooms.greeted(kind, perf_counter() - began)

    async def _staff(self, hello: wire.HelloStaff) -> None:
        """Redeem a ticket, then take the seat or the dashboard it was made for."""
        try:
            holder = await self._rooms.door.redeem_ticket(hello.ticket)
        except StoreDown:
            self._refuse(hello, "try_later")
            return
        if holder is None:
            self._refuse(hello, "ticket_refused")
            return
        if not self.stand_on(holder.credential):
            return
        if (moved := self._rooms.elsewhere(_shard(holder))) is not None:
            await self._steer(hello, holder, moved)
            return
        by = ByStaff(holder.user, holder.role, holder.name)
        if holder.visit is None:
            self._rooms.reception.dashboard(self, hello, by, holder.clinic)
        else:
            self._rooms.reception.enter(self, hello, by, holder.clinic, holder.visit)

    async def _steer(self, hello: wire.HelloStaff, holder: TicketHolder, moved: wire.Moved) -> None:
        """Send somebody whose ticket was just used up to where it leads, with a fresh one."""
        try:
            ticket = await self._rooms.door.renew_ticket(holder)
        except StoreDown:
            self._refuse(hello, "try_later")
        else:
            self.answer(msgspec.structs.replace(moved, ticket=ticket))

    async def _phone(self, hello: wire.HelloPhone) -> None:
        """Check the dial-in client's key, then take the call."""
        try:
            holder = await self._rooms.door.check_dialin_key(hello.key)
        except StoreDown:
            self._refuse(hello, "try_later")
            return
        if holder is None:
            self._refuse(hello, "key_refused")
        elif self.stand_on(holder.credential):
            self._rooms.bridging.expected()
            try:
                await self._rooms.telephone.dial(self, hello, holder.key, self._join)
            except StoreDown:
                self._refuse(hello, "try_later")

    async def _bridge(self, hello: wire.HelloBridge) -> None:
        """Check the bridge's key, then let it carry a visit's telephones."""
        try:
            holder = await self._rooms.door.check_bridge_key(hello.key)
        except StoreDown:
            self._refuse(hello, "try_later")
            return
        if holder is None:
            self._refuse(hello, "key_refused")
        elif self.stand_on(holder.credential):
            self._rooms.bridging.hello(self, hello)

    def _overdue(self) -> None:
        overdue = self._session.overdue()
        if overdue is not None:
            self._do(overdue)

    def _do(self, reply: Reply) -> None:
        socket = self._socket
        if socket is None:
            return
        if reply.data:
            socket.send(reply.data)
        if reply.close is not None:
            socket.close(reply.close, reply.reason)


def _shard(holder: TicketHolder) -> int | None:
    """The shard of what a ticket leads to."""
    if holder.visit is not None:
        return shard_of_visit(holder.visit)
    return shard_of_clinic(ClinicId(holder.clinic))
