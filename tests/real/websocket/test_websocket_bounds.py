"""What one peer may cost, in memory, messages and time; nobody else notices."""

import asyncio
import gc
from dataclasses import replace
from typing import cast

import pytest
from websockets.protocol import Protocol

from gateway.websocket import Accepted, Cut, Handshake, Limits, Socket, frame
from tests.real.websocket.peer import (
    BINARY,
    CLOSE,
    CONT,
    PING,
    PONG,
    QUICK,
    TEXT,
    TIMEOUT,
    UNIT,
    Listener,
    Peer,
    client_frame,
    close_payload,
    room,
)


async def test_a_peer_that_does_not_read_is_cut_at_the_bound_and_the_others_get_everything() -> None:
    """256 KiB wait for it and no more, whatever is sent; a fan-out encodes each message once."""
    payload = b"x" * 4000
    async with room(echo=False) as here, here.peer() as (reader, fast), here.peer() as (_, slow):
        expected = 0
        highest = 0
        while not slow.ends:
            encoded = frame(payload)
            for listener in (slow, fast):
                listener.open_socket.send_frame(encoded)
            highest = max(highest, slow.open_socket.buffered)
            expected += 1
            assert await reader.frame() == (BINARY, payload)
        assert slow.ends == [(1006, "slow")]
        assert here.witness.cuts == [Cut.SLOW]
        assert 200 * 1024 < highest <= 256 * 1024
        assert fast.open_socket.is_open
        fast.open_socket.send(b"the end")
        assert await reader.frame() == (BINARY, b"the end")


async def test_a_burst_in_one_turn_is_bounded_too() -> None:
    """The bound holds before the transport has seen a byte."""
    async with room(echo=False) as here, here.peer() as (_, listener):
        socket = listener.open_socket
        for _ in range(100):
            socket.send(b"x" * 10_000)
            assert socket.buffered <= 256 * 1024
        assert await listener.end() == (1006, "slow")


async def test_pongs_count_as_output_too() -> None:
    """A peer that pings without reading the pongs is cut like any other."""
    limits = Limits(message_burst=1e9, byte_burst=1e9, max_buffered=20_000)
    async with room(limits=limits) as here, here.peer() as (peer, listener):
        pings = client_frame(PING, b"x" * 125) * 500
        with pytest.raises(ConnectionError):  # noqa: PT012 - until the peer notices
            while True:
                await peer.write(pings)
                await asyncio.sleep(0)
        assert await listener.end() == (1006, "slow")
        assert here.witness.cuts == [Cut.SLOW]


class Counted:
    """A transport that counts the writes that go through it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.writes = 0

    def write(self, data: bytes) -> None:
        """Count, and write."""
        self.writes += 1
        self._transport.write(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)


async def test_what_is_sent_in_one_turn_leaves_in_one_write() -> None:
    """One write a socket and turn, in the order of sending, also for answers to many messages."""
    async with room() as here, here.peer() as (peer, listener):
        socket = listener.open_socket
        counted = Counted(socket._transport)
        socket._transport = cast(asyncio.Transport, counted)
        for number in range(10):
            socket.send(bytes((number,)))
        assert [await peer.frame() for _ in range(10)] == [(BINARY, bytes((n,))) for n in range(10)]
        assert counted.writes == 1
        await peer.write(client_frame(TEXT, b"x") * 10)
        assert [await peer.frame() for _ in range(10)] == [(TEXT, b"x")] * 10
        assert counted.writes == 2


@pytest.mark.parametrize(
    "flood",
    [
        client_frame(TEXT, b"x"),
        client_frame(PING),
        client_frame(PONG),
        client_frame(BINARY, fin=False) + client_frame(CONT),
    ],
    ids=["messages", "pings", "pongs", "fragments"],
)
async def test_a_flood_of_any_frames_is_cut(flood: bytes) -> None:
    """Every frame costs one of the allowance; above it 1008, after what was allowed."""
    limits = Limits(messages_per_second=1, message_burst=100)
    async with room(limits=limits) as here, here.peer() as (peer, listener):
        await peer.write(flood * 1000)
        assert await peer.farewell() == (1008, "too many messages")
        assert await listener.end() == (1008, "too many messages")
        assert here.witness.cuts == [Cut.RATE]
        assert len(listener.messages) <= 100
        assert here.endpoint.totals.frames_in <= 100


async def test_the_allowance_grows_again_with_time() -> None:
    """A peer that keeps to the rate may go on for ever."""
    limits = replace(QUICK, messages_per_second=1 / UNIT, message_burst=3)
    async with room(limits=limits) as here, here.peer() as (peer, listener):
        for _ in range(9):
            await peer.say(TEXT, b"x")
            await peer.frame()
            await turns(here.endpoint, listener, 2 * UNIT)
        assert len(listener.messages) == 9


async def test_too_many_bytes_are_cut() -> None:
    """Few large messages are a flood as well."""
    limits = Limits(bytes_per_second=1, byte_burst=10_000)
    async with room(limits=limits) as here, here.peer() as (peer, _):
        await peer.write(client_frame(BINARY, b"x" * 9000) * 3)
        assert (await peer.farewell())[0] == 1008
        assert here.witness.cuts == [Cut.RATE]


@pytest.mark.parametrize(
    "beginning",
    [b"\x82", client_frame(TEXT, b"x" * 300)[:3], client_frame(TEXT, b"x" * 300)[:-1]],
    ids=["first byte", "half a length", "all but one byte"],
)
async def test_a_message_must_be_whole_in_time(beginning: bytes) -> None:
    """A trickle keeps the connection alive, but not the message."""
    async with room(limits=replace(QUICK, cut_after=1000.0)) as here, here.peer() as (peer, listener):
        await peer.write(beginning)
        assert await listener.end() == (1006, "silent")
        assert here.witness.cuts == [Cut.SILENT]


async def test_fragments_must_become_a_message_in_time() -> None:
    """Control frames between them do not buy time."""
    async with room(limits=QUICK) as here, here.peer() as (peer, listener):
        await peer.say(TEXT, b"a", fin=False)
        while not listener.ends:
            try:
                await peer.say(PONG)
                async with asyncio.timeout(UNIT):
                    await listener.ended.wait()
            except (TimeoutError, ConnectionError):
                continue
        assert listener.ends == [(1006, "silent")]
        assert here.witness.cuts == [Cut.SILENT]


async def test_a_silent_peer_is_pinged_and_then_cut() -> None:
    """After 3 units a ping, after 4 more the end (B2: loss is shown within 8 s)."""
    async with room(limits=QUICK) as here, here.peer() as (peer, listener):
        assert await peer.frame() == (PING, b"")
        assert listener.ends == []
        assert await listener.end() == (1006, "silent")
        assert here.witness.cuts == [Cut.SILENT]
        assert here.witness.closes == [1006]


@pytest.mark.parametrize("life", [client_frame(PONG), client_frame(TEXT, b"x")], ids=["pong", "message"])
async def test_a_peer_that_answers_pings_stays(life: bytes) -> None:
    """Any sign of life will do."""
    async with room(limits=QUICK, echo=False) as here, here.peer() as (peer, listener):
        for _ in range(6):
            assert await peer.frame() == (PING, b"")
            await peer.write(life)
        assert listener.ends == []
        assert here.witness.cuts == []


async def test_a_page_that_hears_nothing_else_hears_the_beat() -> None:
    """A page cannot see pings; the beat comes with the ping, in one write."""
    async with room(limits=QUICK, beat=frame(b"beat", text=True)) as here, here.peer() as (peer, _):
        for _ in range(4):
            assert {await peer.frame(), await peer.frame()} == {(PING, b""), (TEXT, b"beat")}
            await peer.say(PONG)


async def test_no_beat_while_there_are_messages() -> None:
    """Who is spoken to needs no beat, even if nothing is heard from them but pongs."""
    async with room(limits=QUICK, echo=False, beat=frame(b"beat")) as here, here.peer() as (peer, listener):
        pings = 0
        while pings < 4:
            listener.open_socket.send(b"news")
            seen = await peer.frame()
            assert seen in {(BINARY, b"news"), (PING, b"")}
            if seen == (PING, b""):
                pings += 1
                await peer.say(PONG)
            await asyncio.sleep(UNIT / 10)


async def test_a_deadline_is_called_once_and_can_be_replaced_or_cleared() -> None:
    """For `hello`, which must come in time."""
    async with room(limits=QUICK) as here, here.peer() as (_, listener):
        socket = listener.open_socket
        called: list[str] = []
        done = asyncio.Event()
        socket.deadline(UNIT, lambda: called.append("replaced"))

        def keep() -> None:
            called.append("kept")
            done.set()

        socket.deadline(2 * UNIT, keep)
        async with asyncio.timeout(TIMEOUT):
            await done.wait()
        socket.deadline(UNIT, lambda: called.append("cleared"))
        socket.clear_deadline()
        await turns(here.endpoint, listener, 3 * UNIT)
        assert called == ["kept"]


async def test_a_deadline_may_cut_with_a_code_of_its_own() -> None:
    """The peer that never says hello is told so, and counted."""
    async with room(limits=QUICK) as here, here.peer() as (peer, listener):
        socket = listener.open_socket
        socket.deadline(UNIT, lambda: socket.cut(Cut.HELLO, 4401, "say hello first"))
        code, payload = await peer.frame()
        assert (code, payload) == (CLOSE, close_payload(4401, b"say hello first"))
        await peer.write(client_frame(CLOSE, payload))
        assert await peer.rest() == b""
        assert await listener.end() == (4401, "say hello first")
        assert here.witness.cuts == [Cut.HELLO]


async def test_a_closed_peer_may_finish_what_it_was_sending_but_nothing_is_delivered() -> None:
    """After our close frame we wait for theirs, also behind half a frame and other messages."""
    async with room(echo=False) as here, here.peer() as (peer, listener):
        half = client_frame(TEXT, b"x" * 200)
        await peer.write(half[:100])
        listener.open_socket.send(b"last")
        listener.open_socket.close(1001, "going")
        listener.open_socket.send(b"too late")
        assert await peer.frame() == (BINARY, b"last")
        assert await peer.frame() == (CLOSE, close_payload(1001, b"going"))
        await peer.write(half[100:] + client_frame(PING) + client_frame(CLOSE, close_payload(1001)))
        assert await peer.rest() == b""
        assert await listener.end() == (1001, "going")
        assert listener.messages == []


async def test_a_peer_that_does_not_answer_a_close_is_dropped() -> None:
    """It has `close_timeout`; the code told is still the one we gave."""
    async with room(limits=QUICK) as here, here.peer() as (_, listener):
        listener.open_socket.close(1001, "going")
        listener.open_socket.close(1000, "again")
        assert await listener.end() == (1001, "going")
        assert here.witness.cuts == []


async def test_a_reason_too_long_is_shortened_to_whole_characters() -> None:
    """A close frame holds 123 bytes of reason."""
    async with room() as here, here.peer() as (peer, listener):
        listener.open_socket.close(1008, "é" * 100)
        assert await peer.frame() == (CLOSE, close_payload(1008, ("é" * 61).encode()))


async def test_a_lost_connection_is_told_as_such() -> None:
    """1006 when the peer just goes."""
    async with room() as here:
        async with here.peer() as (_, listener):
            pass
        assert await listener.end() == (1006, "")


async def test_a_half_closed_connection_is_lost() -> None:
    """A WebSocket has no half: the end of the peer's stream is the end."""
    async with room() as here, here.peer() as (peer, listener):
        peer._writer.write_eof()
        assert await peer.rest() == b""
        assert await listener.end() == (1006, "")


class Broken(Listener):
    """A receiver with a bug."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def fail(self, here: str) -> None:
        """Raise, if this is where the bug is."""
        if here == self.where:
            raise LookupError(here)

    def opened(self, socket: Socket) -> None:
        """Perhaps fail, now or at the deadline."""
        super().opened(socket)
        socket.deadline(UNIT, lambda: self.fail("deadline"))
        self.fail("opened")

    def message(self, data: bytes, text: bool) -> None:
        """Perhaps fail."""
        self.fail("message")

    def closed(self, code: int, reason: str) -> None:
        """Perhaps fail."""
        super().closed(code, reason)
        self.fail("closed")


@pytest.mark.parametrize("where", ["opened", "message", "deadline", "closed"])
async def test_a_receiver_that_raises_ends_its_own_socket_only(where: str) -> None:
    """1011 for the peer, one report for the log, nothing for the loop's exception handler."""
    broken = Broken(where)

    def accept(handshake: Handshake) -> Accepted:
        return Accepted(Listener() if handshake.query else broken)

    async with (
        room(accept=accept, limits=QUICK) as here,
        Peer.connected(here.port) as other,
        Peer.connected(here.port) as peer,
    ):
        await other.request("/ws?sound")
        assert (await other.head())[0] == 101
        await peer.request()
        assert (await peer.head())[0] == 101
        if where == "message":
            await peer.write(client_frame(TEXT, b"a") + client_frame(TEXT, b"b"))
        if where == "closed":
            await peer.say(CLOSE, close_payload(1000))
        assert await peer.farewell() == ((1000, "") if where == "closed" else (1011, ""))
        await broken.end()
        assert [str(error) for error in here.witness.failures] == [where]
        await other.say(TEXT, b"x")
        while (answer := await other.frame())[0] == PING:
            pass
        assert answer == (TEXT, b"x")


class Torn(Counted):
    """A transport that cannot write."""

    def write(self, data: bytes) -> None:
        """Fail."""
        raise OSError("torn")


async def test_a_transport_that_fails_does_not_silence_the_others() -> None:
    """They were to be written in the same turn."""
    async with room(echo=False) as here, here.peer() as (_, torn), here.peer() as (peer, well):
        torn.open_socket._transport = cast(asyncio.Transport, Torn(torn.open_socket._transport))
        for listener in (torn, well):
            listener.open_socket.send(b"news")
        assert await peer.frame() == (BINARY, b"news")
        assert await torn.end() == (1006, "")
        assert [str(error) for error in here.witness.failures] == ["torn"]


async def test_a_closed_socket_leaves_nothing_behind() -> None:
    """No count stays, and no reference cycle that only the collector would find."""

    def alive() -> int:
        return sum(isinstance(each, Socket | Protocol) for each in gc.get_objects())

    gc.collect()
    gc.disable()
    before = alive()
    try:
        async with room(limits=QUICK) as here:
            async with here.peer() as (peer, listener):
                await peer.say(TEXT, b"a", fin=False)
                await peer.say(CONT, b"b")
                await peer.say(CLOSE, close_payload(1000))
                await peer.farewell()
                await listener.end()
            listener.socket = None
            async with asyncio.timeout(TIMEOUT):
                while alive() > before:  # noqa: ASYNC110
                    await asyncio.sleep(UNIT)  # the wheel forgets it at its next time
            assert len(here.endpoint) == here.endpoint.buffered == 0
            assert list(here.endpoint) == []
    finally:
        gc.enable()


async def turns(endpoint: object, listener: Listener, seconds: float) -> None:
    """Let the wheel turn for so long; the listener's own deadline says when."""
    done = asyncio.Event()
    listener.open_socket.deadline(seconds, done.set)
    async with asyncio.timeout(TIMEOUT):
        await done.wait()
