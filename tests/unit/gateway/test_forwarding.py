"""Handing a request to another node: whole, once, and with nothing in it that was only meant for one hop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from actors.ports import Member, PeerDown
from gateway.api import forwarding
from gateway.api.carried import CARRIED, HOP_BY_HOP, LARGEST_ANSWER, run_forwarded, unpack
from gateway.api.forwarding import Elsewhere, Forwarding, ask_others, mark_elsewhere
from gateway.api.plain import Asgi, Message, Receive, Scope, Send, as_json

ONE = Member(node="node-1", incarnation="a", address="127.0.0.1:1", ws_url="ws://one/ws")
TWO = Member(node="node-2", incarnation="b", address="127.0.0.1:2", ws_url="ws://two/ws")
SHARD = 417


@dataclass
class Nodes:
    """Who has what, as the test says."""

    owners: dict[int, Member] = field(default_factory=dict)
    living: tuple[Member, ...] = (ONE, TWO)

    def owner(self, shard: int) -> Member | None:
        """As told."""
        return self.owners.get(shard)

    def members(self) -> tuple[Member, ...]:
        """As told."""
        return self.living


@dataclass
class Wire:
    """The way between the nodes: hands bytes to the application of the other one."""

    apps: dict[str, Asgi] = field(default_factory=dict)
    carried: list[tuple[str, bytes]] = field(default_factory=list)
    broken: bool = False
    silent: bool = False

    async def refuses(self, member: Member) -> bool:
        """Nobody asks."""
        raise NotImplementedError

    async def reaches_store(self, member: Member) -> bool:
        """Nobody asks."""
        raise NotImplementedError

    async def claim(self, member: Member, shards: Sequence[int]) -> None:
        """Nobody asks."""
        raise NotImplementedError

    async def forward(self, member: Member, request: bytes) -> bytes:
        """Carry, unless the way is broken or silent."""
        self.carried.append((member.node, request))
        if self.broken:
            raise PeerDown(member.node)
        if self.silent:
            await asyncio.Event().wait()
        return await run_forwarded(self.apps[member.node], request)


@dataclass
class Asked:
    """One request from outside, in as many pieces as its body has, and what came back."""

    path: str = "/api/v1/visits"
    method: str = "POST"
    body: tuple[bytes, ...] = ()
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    hangs_up: bool = False
    status: int = 0
    answer_headers: dict[bytes, bytes] = field(default_factory=dict)
    answer: bytes = b""
    received: int = 0

    async def of(self, app: Asgi) -> int:
        """Ask it of an application, as its server would."""
        await app(self.scope(), self._receive, self._send)
        return self.status

    def scope(self) -> Scope:
        """Say what a server makes of it."""
        return {
            "type": "http",
            "method": self.method,
            "scheme": "https",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": b"day=2026-03-02",
            "headers": self.headers,
            "client": ("192.0.2.7", 4711),
            "server": ("127.0.0.1", 1),
        }

    async def _receive(self) -> Message:
        at, self.received = self.received, self.received + 1
        if at >= len(self.body):
            return {"type": "http.disconnect"} if self.hangs_up else _no_more()
        more = self.hangs_up or at + 1 < len(self.body)
        return {"type": "http.request", "body": self.body[at], "more_body": more}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            assert not self.status, "answered twice"
            self.status = message["status"]
            self.answer_headers = dict(message["headers"])
        else:
            self.answer += message.get("body", b"")


def _no_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


class Owner:
    """The application of a node that has the shard, or of one that has not and says so."""

    def __init__(self, *, has: bool, reads_first: bool = True) -> None:
        self.has = has
        self.reads_first = reads_first
        self.scopes: list[Scope] = []
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        self.scopes.append(scope)
        body, more = b"", self.has or self.reads_first
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.bodies.append(body)
        if not self.has:
            mark_elsewhere(scope, Elsewhere(SHARD))
            await as_json({"code": "try_later"}, 503).send(scope, send)
            return
        answer = as_json({"read": body.decode()}, 201, {"Connection": "X-Own", "X-Own": "1", "Trailer": "a"})
        await answer.send(scope, send)


@pytest.fixture
def nodes() -> Nodes:
    """node-2 has the shard."""
    return Nodes({SHARD: TWO})


def edge(app: Asgi, nodes: Nodes, wire: Wire, me: str = "node-1") -> Forwarding:
    """A node's application."""
    return Forwarding(app, nodes, wire, me)


async def test_a_request_is_carried_out_at_its_owner_with_its_whole_body(nodes: Nodes) -> None:
    """In pieces or not, read by the wrong node before it knew or not; its answer is the owner's."""
    for reads_first in (True, False):
        for body in ((), (b"all of it",), (b"all ", b"of ", b"it")):
            right = Owner(has=True)
            wire = Wire({"node-2": edge(right, nodes, Wire(), "node-2")})
            asked = Asked(body=body)
            assert await asked.of(edge(Owner(has=False, reads_first=reads_first), nodes, wire)) == 201
            assert right.bodies == [b"".join(body)]
            assert asked.answer == b'{"read":"%b"}' % b"".join(body)


async def test_what_is_here_goes_nowhere(nodes: Nodes) -> None:
    """And its answer is sent as it comes."""
    wire = Wire()
    asked = Asked(body=(b"x",))
    assert await asked.of(edge(Owner(has=True), nodes, wire)) == 201
    assert wire.carried == []


async def test_method_path_query_peer_and_scheme_stay(nodes: Nodes) -> None:
    """Rates, rights and cookies go by them."""
    right = Owner(has=True)
    asked = Asked(path="/api/v1/visits/0417-7h3kq2m9xw4c", method="PATCH", body=(b"{}",))
    await asked.of(edge(Owner(has=False), nodes, Wire({"node-2": right})))
    scope = right.scopes[0]
    told = {name: scope[name] for name in ("method", "path", "raw_path", "query_string", "client", "scheme")}
    asking = {name: asked.scope()[name] for name in told}
    assert told | {"client": tuple(told["client"])} == asking


async def test_headers_of_one_connection_are_not_carried(nodes: Nodes) -> None:
    """Neither those that every hop has, nor those that `Connection` names; the length is the body's own."""
    right = Owner(has=True)
    sent = [(name, b"1") for name in sorted(HOP_BY_HOP)]
    sent += [(b"connection", b"X-Mine, x-too"), (b"x-mine", b"1"), (b"X-Too", b"1")]
    sent += [(b"content-length", b"999"), (b"content-length", b"1")]
    kept = [
        (b"host", b"one"),
        (b"cookie", b"a=b"),
        (b"authorization", b"Bearer k"),
        (b"idempotency-key", b"i"),
    ]
    asked = Asked(body=(b"12345",), headers=sent + kept)
    await asked.of(edge(Owner(has=False), nodes, Wire({"node-2": right})))
    assert [tuple(one) for one in right.scopes[0]["headers"]] == [*kept, (b"content-length", b"5")]
    assert not {b"connection", b"x-own", b"trailer"} & asked.answer_headers.keys()


async def test_what_has_just_moved_on_is_followed_once() -> None:
    """The old owner says who has it now; it is asked with the whole request, and nothing was done before."""
    three = Member(node="node-3", incarnation="c")
    old = Nodes({SHARD: TWO}, (ONE, TWO, three))
    new = Nodes({SHARD: three}, (ONE, TWO, three))
    left, right = Owner(has=False), Owner(has=True)
    wire = Wire({"node-2": edge(left, new, Wire(), "node-2"), "node-3": edge(right, new, Wire(), "node-3")})
    asked = Asked(body=(b"all of it",))
    assert await asked.of(edge(Owner(has=False), old, wire)) == 201
    assert right.bodies == [b"all of it"]
    assert [node for node, _ in wire.carried] == ["node-2", "node-3"]
    wire.apps["node-3"] = edge(Owner(has=False), old, Wire(), "node-3")
    assert await Asked().of(edge(Owner(has=False), old, wire)) == 503
    assert [node for node, _ in wire.carried[2:]] == ["node-2", "node-3"]


async def test_nothing_is_handed_on_twice() -> None:
    """Two nodes that each take the other for the owner answer `try_later`, and do not play ball."""
    there, back = Nodes({SHARD: TWO}), Nodes({SHARD: ONE})
    first, second = Owner(has=False), Owner(has=False)
    wire = Wire()
    wire.apps = {"node-1": edge(first, there, wire), "node-2": edge(second, back, wire, "node-2")}
    asked = Asked()
    assert await asked.of(wire.apps["node-1"]) == 503
    assert (len(first.scopes), len(second.scopes)) == (1, 1)
    assert [node for node, _ in wire.carried] == ["node-2"]


@pytest.mark.parametrize("name", [CARRIED, "x-vestibule-carried", "x-forwarded-by", "x-vestibule.trip"])
async def test_nobody_outside_can_mark_a_request_as_carried(nodes: Nodes, name: str) -> None:
    """The mark is no header: one that looks like it changes nothing."""
    right = Owner(has=True)
    asked = Asked(headers=[(name.encode(), b"1")])
    assert await asked.of(edge(Owner(has=False), nodes, Wire({"node-2": right}))) == 201
    assert CARRIED not in asked.scope()
    assert CARRIED in right.scopes[0]


async def test_between_two_owners_it_is_to_be_tried_again(nodes: Nodes) -> None:
    """Nobody has the shard, we have it by now, its owner is down, or does not say a word in time."""
    for owner in (None, ONE):
        known = Nodes({SHARD: owner} if owner else {})
        asked = Asked()
        assert await asked.of(edge(Owner(has=False), known, Wire())) == 503
        assert asked.answer_headers[b"retry-after"] == b"1"
        assert b'"try_later"' in asked.answer
    asked = Asked()
    assert await asked.of(edge(Owner(has=False), nodes, Wire(broken=True))) == 503


async def test_an_owner_that_hangs_holds_nobody_up(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a bound on waiting for it."""
    monkeypatch.setattr(forwarding, "FORWARD_WITHIN", 0.01)
    assert await Asked().of(edge(Owner(has=False), nodes, Wire(silent=True))) == 503


async def test_who_hangs_up_in_the_middle_of_a_body_changes_nothing(nodes: Nodes) -> None:
    """Half a request is not carried."""
    wire = Wire()
    asked = Asked(body=(b"half",), hangs_up=True)
    assert await asked.of(edge(Owner(has=False, reads_first=False), nodes, wire)) == 0
    assert wire.carried == []


async def test_bugs_and_nonsense_stay_at_the_node(nodes: Nodes) -> None:
    """What cannot be read is 400, what breaks 500, what says nothing 500, what never ends 500; nothing is
    raised, and nothing of an error's text goes over the wire.
    """

    async def broken(_: Scope, __: Receive, ___: Send) -> None:
        raise RuntimeError("a secret")

    async def mute(_: Scope, __: Receive, ___: Send) -> None:
        return

    async def endless(scope: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(LARGEST_ANSWER // 2**20 + 1):
            await send({"type": "http.response.body", "body": b"x" * 2**20, "more_body": True})

    assert unpack(await run_forwarded(mute, b"\x93nonsense")).status == 400
    for app in (broken, mute, endless):
        wire = Wire({"node-2": app})
        asked = Asked()
        assert await asked.of(edge(Owner(has=False), nodes, wire)) == 500
        assert b"secret" not in asked.answer


async def test_an_answer_that_cannot_be_read_is_no_answer(nodes: Nodes) -> None:
    """A node of another release may say what we do not understand."""

    class Strange(Wire):
        async def forward(self, member: Member, request: bytes) -> bytes:
            return b"\xc1"

    assert await Asked().of(edge(Owner(has=False), nodes, Strange())) == 503


async def test_everybody_is_asked_once_and_asks_nobody() -> None:
    """A view of the whole network is put together by the node that was asked; the others speak for
    themselves, and one that is down is left out.
    """
    found: dict[str, Any] = {}

    def speaks(name: str) -> Asgi:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            others = await ask_others(scope)
            found[name] = others
            await as_json({"node": name}).send(scope, send)

        return app

    three = Member(node="node-3", incarnation="c")
    nodes = Nodes(living=(ONE, TWO, three))

    class Two(Wire):
        async def forward(self, member: Member, request: bytes) -> bytes:
            if member.node == "node-3":
                raise PeerDown("node-3")
            return await super().forward(member, request)

    wire = Two()
    wire.apps = {"node-2": edge(speaks("node-2"), nodes, wire, "node-2")}
    assert await Asked(method="GET").of(edge(speaks("node-1"), nodes, wire)) == 200
    assert found["node-2"] == {}
    assert found["node-1"]["node-3"] is None
    assert found["node-1"]["node-2"].body == b'{"node":"node-2"}'
