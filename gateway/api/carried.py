"""A request, or its answer, as bytes that one node hands to another.

Fields may be added and never change their meaning: nodes of two releases run side by side for a while.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from gateway.api.plain import Answer, Asgi, Message, Scope, Send, problem

CARRIED: Final = "vestibule.carried"
"""The key in a scope that says that another node has handed this request over. Nothing that arrives from
outside can set it: servers make scopes, and headers are no keys of it.
"""

LARGEST_ANSWER: Final = 16 << 20
"""Bytes of an answer that are handed back at most."""

HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"expect",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Headers that speak of one connection only, and go no further (RFC 9110, section 7.6.1)."""

Headers = list[tuple[bytes, bytes]]


class CarriedRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole request: what the first node's server made of it, and its body."""

    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: Headers
    scheme: str = "http"
    client: tuple[str, int] | None = None
    """The peer of the first node, which bounds and rights go by."""
    body: bytes = b""


class CarriedAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole answer. `owner`: nothing was done, because that node has it by now."""

    status: int
    headers: Headers
    body: bytes = b""
    owner: str = ""

    async def send(self, send: Send) -> None:
        """Send it to who asked the first node."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


_encode: Final = msgspec.msgpack.Encoder().encode
_request: Final = msgspec.msgpack.Decoder(CarriedRequest).decode
_answer: Final = msgspec.msgpack.Decoder(CarriedAnswer).decode


def pack(scope: Scope, body: bytes) -> bytes:
    """Write a request down, with a length that is its body's own."""
    headers = _going_on(scope["headers"], b"content-length")
    if body:
        headers.append((b"content-length", b"%d" % len(body)))
    client = scope.get("client")
    return _encode(
        CarriedRequest(
            method=scope["method"],
            path=scope["path"],
            raw_path=scope.get("raw_path") or scope["path"].encode(),
            query=scope.get("query_string", b""),
            headers=headers,
            scheme=scope.get("scheme", "http"),
            client=(client[0], client[1]) if client else None,
            body=body,
        )
    )


def unpack(answer: bytes) -> CarriedAnswer:
    """Read what another node answered. Raises ValueError when it is none."""
    return _answer(answer)


def _going_on(headers: Headers, *without: bytes) -> Headers:
    """Leave out what concerns one connection only, also what its own `Connection` names."""
    named = [value for name, value in headers if name.lower() == b"connection"]
    own = {token.strip().lower() for value in named for token in value.split(b",")}
    left_out = HOP_BY_HOP | own | {*without}
    return [(bytes(name), bytes(value)) for name, value in headers if name.lower() not in left_out]


class Arrival:
    """A request that was handed over; `owner` is written by whoever finds that another node has it by now."""

    __slots__ = ("owner",)

    def __init__(self) -> None:
        self.owner = ""


async def run_forwarded(app: Asgi, request: bytes) -> bytes:
    """Run a request that another node handed over through this node's own application.

    Never raises: what cannot be read is answered 400, and what goes wrong 500.
    """
    answered, arrival = _Answered(), Arrival()
    try:
        asked = _request(request)
        await app(_scope(asked, arrival), _Body(asked.body), answered)
    except ValueError:
        answered.instead(problem(400))
    except Exception:  # noqa: BLE001 - the application logs its own bugs; nothing of them leaves the node
        answered.instead(problem(500))
    return _encode(answered.whole(arrival.owner))


def _scope(request: CarriedRequest, arrival: Arrival) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.raw_path,
        "query_string": request.query,
        "root_path": "",
        "headers": request.headers,
        "client": request.client,
        "server": None,
        "state": {},
        CARRIED: arrival,
    }


class _Body:
    """Gives the body at once; after that the one who asked is there until the end."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body

    async def __call__(self) -> Message:
        if self._body is None:
            await asyncio.Event().wait()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


class _Answered:
    """Collects an answer, up to a bound."""

    def __init__(self) -> None:
        self._status = 0
        self._headers: Headers = []
        self._parts: list[bytes] = []
        self._size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = _going_on(message["headers"])
        elif message["type"] == "http.response.body":
            self._size += len(message.get("body", b""))
            if self._size > LARGEST_ANSWER:
                raise AnswerTooLarge
            self._parts.append(bytes(message.get("body", b"")))

    def instead(self, answer: Answer) -> None:
        """Answer this, whatever was said so far."""
        self._status, self._headers, self._parts = answer.status, answer.pairs(), [answer.body]

    def whole(self, owner: str) -> CarriedAnswer:
        """Give the answer as it is now; an application that said nothing has failed."""
        if not self._status:
            self.instead(problem(500))
        return CarriedAnswer(
            status=self._status, headers=self._headers, body=b"".join(self._parts), owner=owner
        )


class AnswerTooLarge(Exception):
    """An answer had more than `LARGEST_ANSWER` bytes."""
