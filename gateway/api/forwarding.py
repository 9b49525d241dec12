"""A request for a clinic that another node has goes to that node, whole, and its answer comes back.

Whatever finds that what it is asked about is elsewhere raises `Elsewhere`, before it has done anything.
`Forwarding` stands around the application, has kept the body, and hands everything to the owner. What was
handed over is marked in its scope, where nothing from outside can mark it, and is never handed on. When it
has moved on in that very moment, its old owner says to whom, and it is handed there, once; after that it is
to be tried later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Protocol

import structlog

from actors.ports import Member, PeerDown, Peers
from engine.refusals import SENTENCES
from gateway.api.carried import CARRIED, Arrival, CarriedAnswer, pack, unpack
from gateway.api.plain import Answer, Asgi, Message, Receive, Scope, Send, as_json
from gateway.logs import redacted_path

__all__ = [
    "Elsewhere",
    "Forwarding",
    "Nodes",
    "ask_others",
    "mark_elsewhere",
    "was_carried",
]

FORWARD_WITHIN: Final = 10.0
"""Seconds that the owner of a clinic gets to answer a request that was handed over."""

HANDED_OVER_AT_MOST: Final = 2
"""To how many nodes one after the other: who was believed to own it, and who that one says it is."""

_TRIP: Final = "vestibule.trip"
_FOUND: Final = "vestibule.found"

_LATER: Final = as_json(
    {
        "code": "try_later",
        "message": SENTENCES["try_later"],
        "retry_after_ms": 1000,
    },
    503,
    {"Retry-After": "1"},
)

log = structlog.get_logger("http")


class Elsewhere(Exception):
    """What a request is about is at another node: at the owner of `shard`, or at the node of that name.
    Nothing was done yet.
    """

    def __init__(self, shard: int | None = None, *, node: str = "") -> None:
        super().__init__()
        self.shard = shard
        self.node = node


class Nodes(Protocol):
    """Who has what (`actors.host.Host`)."""

    def owner(self, shard: int) -> Member | None:
        """The node that owns a shard, as far as is known; None between two owners."""
        ...

    def members(self) -> tuple[Member, ...]:
        """The living nodes, this one too."""
        ...


class Forwarding:
    """An ASGI application around another one. `count` is told what became of each request that went on."""

    def __init__(
        self, app: Asgi, nodes: Nodes, peers: Peers, me: str, count: Callable[[str], None] = lambda _: None
    ) -> None:
        self._app = app
        self._count = count
        self._nodes = nodes
        self._peers = peers
        self._me = me

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, here or elsewhere."""
        if isinstance(arrival := scope.get(CARRIED), Arrival):
            await self._arrived(scope, receive, send, arrival)
            return
        trip = scope[_TRIP] = scope[_FOUND] = _Trip(self, receive, send)
        await self._app(scope, trip.receive, trip.send)
        if trip.elsewhere is None or (body := await trip.body()) is None:
            return
        answer = await self._ask(trip.elsewhere, scope, body)
        self._count("later" if answer is _LATER else "answered")
        if isinstance(answer, Answer):
            await answer.send(scope, send)
        else:
            await answer.send(send)

    async def _arrived(self, scope: Scope, receive: Receive, send: Send, arrival: Arrival) -> None:
        """Serve a request that was handed to us, or say who has it by now."""
        found = scope[_FOUND] = _Found()
        await self._app(scope, receive, send)
        member = self._member(found.elsewhere) if found.elsewhere is not None else None
        if member is not None and member.node != self._me:
            arrival.owner = member.node

    async def ask(self, member: Member, scope: Scope, body: bytes = b"") -> CarriedAnswer | None:
        """Hand a request to one node; None when it does not answer in time, or nothing that can be read."""
        try:
            async with asyncio.timeout(FORWARD_WITHIN):
                return unpack(await self._peers.forward(member, pack(scope, body)))
        except (PeerDown, TimeoutError, ValueError) as error:
            log.warning(
                "not_forwarded",
                node=member.node,
                path=redacted_path(scope["path"]),
                error=type(error).__name__,
            )
            return None

    async def ask_all(self, scope: Scope) -> dict[str, CarriedAnswer | None]:
        """Hand a request without a body to every other living node."""
        others = [member for member in self._nodes.members() if member.node != self._me]
        answers = await asyncio.gather(*(self.ask(member, scope) for member in others))
        return dict(zip((member.node for member in others), answers, strict=True))

    async def _ask(self, where: Elsewhere, scope: Scope, body: bytes) -> CarriedAnswer | Answer:
        member = self._member(where)
        for _ in range(HANDED_OVER_AT_MOST):
            if member is None or member.node == self._me:  # between two owners, or it came to us meanwhile
                break
            answer = await self.ask(member, scope, body)
            if answer is None or not answer.owner:
                return answer or _LATER
            member = _named(answer.owner, self._nodes.members())
        return _LATER

    def _member(self, where: Elsewhere) -> Member | None:
        if where.shard is not None:
            return self._nodes.owner(where.shard)
        return _named(where.node, self._nodes.members())


def _named(node: str, members: Iterable[Member]) -> Member | None:
    return next((member for member in members if member.node == node), None)


def was_carried(scope: Scope) -> bool:
    """Whether another node handed this request over."""
    return CARRIED in scope


def mark_elsewhere(scope: Scope, elsewhere: Elsewhere) -> None:
    """Let `Forwarding` hand this request over, instead of sending the answer that is about to be given."""
    found = scope.get(_FOUND)
    if isinstance(found, _Found):
        found.elsewhere = elsewhere


async def ask_others(scope: Scope) -> dict[str, CarriedAnswer | None]:
    """Ask every other living node the same, by node; each answers for itself. There is nobody to ask in a
    house of one node, nor when we are being asked so ourselves. Only for requests without a body.
    """
    trip = scope.get(_TRIP)
    return await trip.forwarding.ask_all(scope) if isinstance(trip, _Trip) else {}


class _Found:
    """Where a request is to be answered, once that is known not to be here."""

    __slots__ = ("elsewhere",)

    def __init__(self) -> None:
        self.elsewhere: Elsewhere | None = None


class _Trip(_Found):
    """One request on its way through the application: keeps its body, and holds the answer back if it turns
    out to be elsewhere. How much a body may hold is bounded by the guard around this.
    """

    __slots__ = ("_gone", "_more", "_parts", "_receive", "_send", "forwarding")

    def __init__(self, forwarding: Forwarding, receive: Receive, send: Send) -> None:
        super().__init__()
        self.forwarding = forwarding
        self._receive = receive
        self._send = send
        self._parts: list[bytes] = []
        self._more = True
        self._gone = False

    async def receive(self) -> Message:
        """Take what comes, and keep it."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._parts.append(message.get("body", b""))
            self._more = message.get("more_body", False)
        else:
            self._more, self._gone = False, True
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on, unless it is to come from elsewhere."""
        if self.elsewhere is None:
            await self._send(message)

    async def body(self) -> bytes | None:
        """Give the whole body; None when who asked has gone before its end."""
        while self._more:
            await self.receive()
        return None if self._gone else b"".join(self._parts)
