"""RFC 6455 over a real loopback connection, frame by frame."""

import pytest

from gateway.websocket import Cut, Limits
from tests.real.websocket.peer import (
    BINARY,
    CLOSE,
    CONT,
    PING,
    PONG,
    TEXT,
    Peer,
    client_frame,
    close_payload,
    room,
)

SMALL = Limits(max_message=1000)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
async def test_a_whole_message_of_any_size_up_to_the_limit_arrives(opcode: int, size: int) -> None:
    """All three forms of a length (section 5.2) work both ways."""
    async with room() as here, here.peer() as (peer, _):
        await peer.say(opcode, b"x" * size)
        assert await peer.frame() == (opcode, b"x" * size)


@pytest.mark.parametrize("size", [5, 300])
async def test_a_message_may_arrive_byte_by_byte(size: int) -> None:
    """TCP keeps no boundaries."""
    async with room() as here, here.peer() as (peer, _):
        await peer.trickle(
            client_frame(TEXT, b"x" * size) + client_frame(PING, b"?") + client_frame(TEXT, b"y")
        )
        assert await peer.frame() == (TEXT, b"x" * size)
        assert await peer.frame() == (PONG, b"?")
        assert await peer.frame() == (TEXT, b"y")


async def test_many_messages_in_one_segment_are_answered_in_order() -> None:
    """First in, first out, also when odd frames are among them."""
    sent = [(TEXT, b"a"), (PING, b"1"), (BINARY, b"b" * 200), (PING, b"2"), (TEXT, b"")]
    async with room() as here, here.peer() as (peer, _):
        await peer.write(b"".join(client_frame(*each) for each in sent))
        for opcode, payload in sent:
            assert await peer.frame() == (PONG if opcode == PING else opcode, payload)


async def test_a_message_right_behind_the_request_is_read() -> None:
    """Bytes after the request's empty line belong to the WebSocket."""
    async with room() as here, Peer.connected(here.port) as peer:
        head = (
            "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        await peer.write(head.encode() + client_frame(TEXT, b"early"))
        status, answer = await peer.head()
        assert status == 101
        assert "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer  # section 1.3's own example
        assert await peer.frame() == (TEXT, b"early")


async def test_fragments_become_one_message_with_control_frames_answered_between_them() -> None:
    """Section 5.4; the message is delivered once, the pong before it."""
    async with room() as here, here.peer() as (peer, listener):
        await peer.say(TEXT, b"ab", fin=False)
        await peer.say(PING, b"now")
        await peer.say(CONT, b"", fin=False)
        await peer.say(PONG)
        await peer.say(CONT, b"cd")
        await peer.say(BINARY, b"e")
        assert await peer.frame() == (PONG, b"now")
        assert await peer.frame() == (TEXT, b"abcd")
        assert await peer.frame() == (BINARY, b"e")
        assert listener.messages == [(b"abcd", True), (b"e", False)]


async def test_a_character_may_be_split_across_fragments() -> None:
    """UTF-8 is checked over the whole message."""
    text = "Zoë 🩺".encode()
    async with room() as here, here.peer() as (peer, _):
        for byte in text[:-1]:
            await peer.say(CONT if byte != text[0] else TEXT, bytes((byte,)), fin=False)
        await peer.say(CONT, text[-1:])
        assert await peer.frame() == (TEXT, text)


async def test_binary_need_not_be_text() -> None:
    """Only text frames hold UTF-8."""
    async with room() as here, here.peer() as (peer, _):
        await peer.say(BINARY, b"\xff\xfe")
        assert await peer.frame() == (BINARY, b"\xff\xfe")


@pytest.mark.parametrize("payload", [b"", b"x" * 125])
async def test_ping_is_answered_with_its_payload(payload: bytes) -> None:
    """Section 5.5.3."""
    async with room() as here, here.peer() as (peer, _):
        await peer.say(PING, payload)
        assert await peer.frame() == (PONG, payload)


async def test_an_unasked_pong_is_ignored() -> None:
    """Section 5.5.3 again."""
    async with room() as here, here.peer() as (peer, _):
        await peer.say(PONG, b"unasked")
        await peer.say(TEXT, b"go on")
        assert await peer.frame() == (TEXT, b"go on")


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
)
async def test_a_valid_goodbye_is_echoed_and_told(code: int) -> None:
    """Section 5.5.1: the same code comes back, then the server closes first (section 7.1.1)."""
    async with room() as here, here.peer() as (peer, listener):
        await peer.say(CLOSE, close_payload(code, "ciao ✓".encode()))
        assert await peer.farewell() == (code, "ciao ✓")
        assert await listener.end() == (code, "ciao ✓")
        assert here.witness.cuts == []
        assert here.witness.closes == [code]


async def test_a_goodbye_without_a_code_is_echoed_without() -> None:
    """1005 is for the receiver only, it is never on the wire (section 7.4.1)."""
    async with room() as here, here.peer() as (peer, listener):
        await peer.say(CLOSE)
        assert await peer.farewell() == (1005, "")
        assert await listener.end() == (1005, "")


async def test_what_comes_after_a_goodbye_is_not_delivered() -> None:
    """Section 1.4."""
    async with room() as here, here.peer() as (peer, listener):
        await peer.write(client_frame(CLOSE, close_payload(1000)) + client_frame(TEXT, b"too late"))
        assert await peer.farewell() == (1000, "")
        assert await listener.end() == (1000, "")
        assert listener.messages == []


BROKEN = {
    "reserved bit 1": (client_frame(TEXT, b"hi", rsv=4), 1002),
    "reserved bit 2": (client_frame(TEXT, b"hi", rsv=2), 1002),
    "reserved bit 3": (client_frame(BINARY, b"hi", rsv=1), 1002),
    "reserved data opcode": (client_frame(3, b"hi"), 1002),
    "reserved control opcode": (client_frame(11), 1002),
    "not masked": (b"\x81\x02hi", 1002),
    "not masked, header only": (b"\x82\x7e", 1002),
    "16 bits for a short length": (client_frame(BINARY, b"hi", form=16), 1002),
    "64 bits for a short length": (client_frame(BINARY, b"hi", form=64), 1002),
    "64 bits for a medium length": (client_frame(TEXT, b"x" * 200, form=64), 1002),
    "16 bits for a ping": (client_frame(PING, b"hi", form=16), 1002),
    "continuation first": (client_frame(CONT, b"hi"), 1002),
    "new message within fragments": (client_frame(TEXT, b"a", fin=False) + client_frame(TEXT, b"b"), 1002),
    "close within fragments": (client_frame(TEXT, b"a", fin=False) + client_frame(CLOSE), 1002),
    "ping in fragments": (client_frame(PING, b"hi", fin=False), 1002),
    "long ping": (client_frame(PING, b"x" * 126), 1002),
    "close with half a code": (client_frame(CLOSE, b"\x03"), 1002),
    "close with bad text": (client_frame(CLOSE, close_payload(1000, b"\xff")), 1007),
    "bad text": (client_frame(TEXT, b"ok \xc3\x28"), 1007),
    "text cut within a character": (client_frame(TEXT, "é".encode()[:1]), 1007),
    "a surrogate": (client_frame(TEXT, b"\xed\xa0\x80"), 1007),
    "overlong text": (client_frame(TEXT, b"\xc0\xaf"), 1007),
    "bad text across fragments": (
        client_frame(TEXT, b"\xe2\x82", fin=False) + client_frame(CONT, b"\x28"),
        1007,
    ),
    "too big": (client_frame(BINARY, b"x" * 1001), 1009),
    "too big, header only": (client_frame(TEXT, b"x" * 1001)[:4], 1009),
    "exabytes, header only": (b"\x82\xff\x7f" + b"\xff" * 7, 1009),
    "too big in fragments": (
        client_frame(BINARY, b"x" * 600, fin=False) + client_frame(CONT, b"x" * 401),
        1009,
    ),
    **{
        f"close code {code}": (client_frame(CLOSE, close_payload(code)), 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535)
    },
}


@pytest.mark.parametrize("where", ["alone", "between", "split"])
@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_frame_ends_its_connection_with_the_right_code(name: str, where: str) -> None:
    """What came before is delivered, what comes after is not, nobody else notices."""
    data, code = BROKEN[name]
    async with room(limits=SMALL) as here, here.peer() as (peer, listener), here.peer() as (other, _):
        if where == "alone":
            await peer.write(data)
        elif where == "between":
            await peer.write(client_frame(TEXT, b"before") + data + client_frame(TEXT, b"after"))
        else:
            await peer.trickle(data)
        assert (await peer.farewell())[0] == code
        assert (await listener.end())[0] == code
        assert listener.messages == ([(b"before", True)] if where == "between" else [])
        assert here.witness.cuts == [Cut.MALFORMED]
        await other.say(TEXT, b"still here")
        assert await other.frame() == (TEXT, b"still here")


async def test_a_flood_behind_a_broken_frame_does_not_cost_the_peer_its_close_frame() -> None:
    """The connection is not reset while the peer still writes: it learns why it was closed."""
    async with room(limits=SMALL) as here, here.peer() as (peer, _):
        await peer.write(b"\x81\x02hi" + b"x" * 100_000)
        assert (await peer.farewell())[0] == 1002
