"""Who gets a WebSocket, and what the others are told."""

import json

import pytest

from gateway.websocket import Accepted, Cut, Handshake, Limits, Rejection
from tests.real.websocket.peer import QUICK, Listener, Peer, room

ORIGIN = "https://clinic.example"


async def refused(peer: Peer) -> tuple[int, str, str]:
    """Read a refusal: its status, code and head; the server closes after it."""
    status, head = await peer.head()
    body = json.loads(await peer.rest())
    assert set(body) == {"code", "message"}
    assert body["message"]
    assert "Connection: close" in head
    return status, body["code"], head


async def test_the_configured_origin_is_welcome() -> None:
    """The exact Origin of the list opens."""
    async with room() as here, here.peer(Origin=ORIGIN) as (peer, listener):
        await peer.say(1, b"hi")
        assert await peer.frame() == (1, b"hi")
        assert listener.socket is not None
        assert here.witness.opens == len(here.endpoint) == 1


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://clinic.example",
        "https://clinic.example:444",
        "https://clinic.example.evil.example",
        "https://CLINIC.example",
        "null",
    ],
)
async def test_any_other_origin_is_refused_and_counted(origin: str) -> None:
    """Cross-site hijacking (threat 7): 403 with a stable code, before anything else is asked."""
    async with room() as here, Peer.connected(here.port) as peer:
        await peer.request(headers={"Origin": origin})
        assert (await refused(peer))[:2] == (403, "origin_refused")
        assert here.witness.cuts == [Cut.ORIGIN]
        assert here.listeners == []


async def test_two_origins_are_refused() -> None:
    """A browser sends one (RFC 6454, section 7.3)."""
    async with room() as here, Peer.connected(here.port) as peer:
        await peer.request(headers={"Origin": f"{ORIGIN}\r\nOrigin: {ORIGIN}"})
        assert (await refused(peer))[0] == 400


async def test_whether_no_origin_is_welcome_is_for_accept_to_decide() -> None:
    """A telephone bridge is no browser; it shows another credential."""

    def phones_only(handshake: Handshake) -> Accepted | Rejection:
        if handshake.origin is None and handshake.headers.get("authorization") != "Bearer phone":
            return Rejection(401, "who_are_you", "Say who you are.", (("WWW-Authenticate", "Bearer"),))
        return Accepted(Listener())

    async with room(accept=phones_only) as here:
        async with Peer.connected(here.port) as peer:
            await peer.request()
            status, code, head = await refused(peer)
            assert (status, code) == (401, "who_are_you")
            assert "WWW-Authenticate: Bearer" in head
            assert [each.code for each in here.witness.refusals] == ["who_are_you"]
        async with Peer.connected(here.port) as peer:
            await peer.request(headers={"Authorization": "Bearer phone"})
            assert (await peer.head())[0] == 101


@pytest.mark.parametrize("path", ["/", "/wss", "/ws2", "/w", "/api/ws", "/%77s"])
async def test_an_unknown_path_is_not_found(path: str) -> None:
    """There is one place for sockets, and what is below it."""
    async with room() as here, Peer.connected(here.port) as peer:
        await peer.request(path)
        assert (await refused(peer))[:2] == (404, "not_found")


async def test_accept_sees_the_request_as_it_was_made() -> None:
    """Path, query, Host, address, subprotocols in their order, and headers in any case."""
    seen: list[Handshake] = []

    def accept(handshake: Handshake) -> Accepted:
        seen.append(handshake)
        return Accepted(Listener(), subprotocol="b")

    async with room(accept=accept) as here, Peer.connected(here.port) as peer:
        await peer.request(
            "/ws/s0417?debug&x=%2F",
            {"Sec-WebSocket-Protocol": "a, b\r\nSec-WebSocket-Protocol: c", "X-One": "1"},
        )
        status, head = await peer.head()
        assert status == 101
        assert "Sec-WebSocket-Protocol: b\r\n" in head
    (handshake,) = seen
    assert (handshake.path, handshake.query, handshake.host) == ("/ws/s0417", "debug&x=%2F", "localhost")
    assert (handshake.origin, handshake.secure) == (None, False)
    assert handshake.subprotocols == ("a", "b", "c")
    assert handshake.headers["x-one"] == "1"


async def test_extensions_are_declined() -> None:
    """No compression: 46 KB a connection, and a bomb (threat 16)."""
    async with room() as here, Peer.connected(here.port) as peer:
        await peer.request(headers={"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"})
        status, head = await peer.head()
        assert status == 101
        assert "Extensions" not in head


@pytest.mark.parametrize(
    ("headers", "line", "status", "also"),
    [
        ({"Upgrade": ""}, {}, 426, "Upgrade: websocket"),
        ({"Connection": "keep-alive"}, {}, 426, "Upgrade: websocket"),
        ({"Sec-WebSocket-Version": "8"}, {}, 426, "Sec-WebSocket-Version: 13"),
        ({"Sec-WebSocket-Version": ""}, {}, 400, ""),
        ({"Sec-WebSocket-Key": ""}, {}, 400, ""),
        ({"Sec-WebSocket-Key": "c2hvcnQ="}, {}, 400, ""),
        ({"Sec-WebSocket-Protocol": "a,,("}, {}, 400, ""),
        ({"Content-Length": "5"}, {}, 400, ""),
        ({"Bad Name": "x"}, {}, 400, ""),
        ({}, {"method": "POST"}, 405, "Allow: GET"),
        ({}, {"version": "HTTP/1.0"}, 505, ""),
        ({}, {"version": "HTTP/2.0"}, 400, ""),
    ],
)
async def test_what_is_no_websocket_request_is_answered_as_http_asks(
    headers: dict[str, str], line: dict[str, str], status: int, also: str
) -> None:
    """Section 4.2; the body is JSON here as everywhere."""
    async with room() as here, Peer.connected(here.port) as peer:
        await peer.request("/ws", headers, **line)
        answer = await refused(peer)
        assert answer[0] == status
        assert also in answer[2]
        assert here.listeners == []


async def test_noise_is_answered_and_dropped() -> None:
    """A port scanner gets a 400."""
    async with room() as here, Peer.connected(here.port) as peer:
        await peer.write(b"\x16\x03\x01\x00 \xff\r\n\r\n")
        assert (await refused(peer))[0] == 400


@pytest.mark.parametrize("ending", [b"", b"\r\n\r\n"])
async def test_a_head_without_end_is_bounded(ending: bytes) -> None:
    """431, whether the end never came or came too late."""
    async with room(limits=Limits(max_head=2000)) as here, Peer.connected(here.port) as peer:
        await peer.write(b"GET /ws HTTP/1.1\r\n" + b"X-Filler: yes\r\n" * 200 + ending)
        assert (await refused(peer))[:2] == (431, "head_too_large")


async def test_a_request_that_never_ends_is_dropped_in_time() -> None:
    """Slow loris."""
    async with room(limits=QUICK) as here, Peer.connected(here.port) as peer:
        await peer.write(b"GET /ws HTTP/1.1\r\nHost: ")
        assert await peer.rest() == b""
        assert here.witness.opens == 0


async def test_a_request_may_arrive_byte_by_byte() -> None:
    """TCP keeps no boundaries here either."""
    async with room() as here, Peer.connected(here.port) as peer:
        await peer.trickle(
            b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert (await peer.head())[0] == 101


@pytest.mark.parametrize("bug", ["raises", "unknown subprotocol"])
async def test_a_bug_in_accept_is_answered_500_and_reported(bug: str) -> None:
    """The peer sees no traceback, the log does."""

    def accept(handshake: Handshake) -> Accepted:
        if bug == "raises":
            raise LookupError("guest Alice")
        return Accepted(Listener(), subprotocol="never offered")

    async with room(accept=accept) as here, Peer.connected(here.port) as peer:
        await peer.request()
        status, code, _ = await refused(peer)
        assert (status, code) == (500, "internal_error")
        assert len(here.witness.failures) == 1
