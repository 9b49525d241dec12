"""Our socket against the library alone: any stream, cut into any segments, has the same effect.

The library judges whole frames one by one; around it, what our contract adds: an echo, messages put
together from fragments, UTF-8, lengths in their shortest form.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import Protocol, Side, State

from gateway.websocket import Accepted, Endpoint, Handshake, Limits, Socket, frame

LIMIT = 300
UNLIMITED = 1e12
HEAD = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
LIMITS = Limits(
    max_message=LIMIT,
    max_buffered=10**9,
    message_burst=UNLIMITED,
    byte_burst=UNLIMITED,
)
NOT_MINIMAL = "length not in its shortest form"

Effect = tuple[list[tuple[bytes, bool]], list[tuple[int, str]], bytes]
"""The messages, how it ended, and the bytes sent."""


@dataclass
class Wire:
    """A transport that keeps what is written."""

    written: bytes = b""
    closing: bool = False

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.written += data

    def close(self) -> None:
        """Note it."""
        self.closing = True

    write_eof = pause_reading = abort = close

    def is_closing(self) -> bool:
        """Tell whether it was closed."""
        return self.closing

    def can_write_eof(self) -> bool:
        """TCP can."""
        return True

    def get_write_buffer_size(self) -> int:
        """Nothing waits."""
        return 0

    def set_write_buffer_limits(self, high: int) -> None:
        """Nothing waits."""

    def get_extra_info(self, name: str) -> None:
        """Nothing is known."""


@dataclass
class EchoNotes:
    """A receiver that sends back what it gets, and notes it."""

    messages: list[tuple[bytes, bool]] = field(default_factory=list)
    ends: list[tuple[int, str]] = field(default_factory=list)

    def opened(self, socket: Socket) -> None:
        """Keep the socket."""
        self.socket = socket

    def message(self, data: bytes, text: bool) -> None:
        """Echo."""
        self.messages.append((data, text))
        self.socket.send_frame(frame(data, text=text))

    def closed(self, code: int, reason: str) -> None:
        """Note how."""
        self.ends.append((code, reason))


async def effect_on_socket(segments: list[bytes]) -> Effect:
    """Feed our socket."""
    notes = EchoNotes()

    def accept(handshake: Handshake) -> Accepted:
        return Accepted(notes)

    socket = Endpoint(accept, limits=LIMITS)()
    wire = Wire()
    socket.connection_made(cast(asyncio.Transport, wire))
    socket.data_received(HEAD)
    answered = len(wire.written)
    for segment in segments:
        socket.data_received(segment)
    return notes.messages, notes.ends, wire.written[answered:]


class Oracle:
    """The library, and the little that our contract adds to it."""

    def __init__(self) -> None:
        self.library = Protocol(Side.SERVER, state=State.OPEN, max_size=LIMIT)
        self.messages: list[tuple[bytes, bool]] = []
        self.payload = b""
        self.text = False

    def feed(self, stream: bytes) -> None:
        """Judge a stream byte by byte, so that everything happens in the order of the frames."""
        for data in bytes_before_fault(stream):
            if data is None:
                self.library.fail(1002, NOT_MINIMAL)
            else:
                self.library.receive_data(data)
            for event in self.library.events_received():
                assert isinstance(event, Frame)
                self.take(event)
            if self.library.state is not State.OPEN:
                return

    def take(self, event: Frame) -> None:
        """Put fragments together, check text, echo."""
        if event.opcode not in (Opcode.CONT, Opcode.TEXT, Opcode.BINARY):
            return
        self.text = event.opcode is Opcode.TEXT or (event.opcode is Opcode.CONT and self.text)
        self.payload += event.data
        if not event.fin:
            return
        payload, self.payload = self.payload, b""
        try:
            _ = self.text and payload.decode()
        except UnicodeDecodeError as error:
            self.library.fail(1007, f"{error.reason} at position {error.start}")
            return
        self.messages.append((payload, self.text))
        (self.library.send_text if self.text else self.library.send_binary)(payload)

    def effect(self) -> Effect:
        """Say what happened."""
        close: Close | None = self.library.close_sent
        ends = [(int(close.code), close.reason)] if close else []
        return self.messages, ends, b"".join(self.library.data_to_send())


def bytes_before_fault(stream: bytes) -> Iterator[bytes | None]:
    """Yield a stream byte by byte; None instead of a frame whose length is not in its shortest form."""
    at = 0
    while at < len(stream):
        header, length = stream[at : at + 14], 0
        if len(header) > 1 and header[1] > 127 and header[0] & 15 in list(Opcode):
            wide = {126: 2, 127: 8}.get(header[1] & 127, 0)
            length = int.from_bytes(header[2 : 2 + wide], "big") if wide else header[1] & 127
            known = len(header) >= 2 + wide
            size = 2 + wide + 4 + length if length <= LIMIT else 2 + wide
            if wide and known and length < (126 if wide == 2 else 65536):
                if at + size <= len(stream):
                    yield None
                return
            if not known:
                size = len(header)
        else:
            size = len(stream) - at  # the library refuses it
        for index in range(at, min(at + size, len(stream))):
            yield stream[index : index + 1]
        at += size


def segments_of(stream: bytes, cuts: list[int]) -> list[bytes]:
    """Cut a stream into segments, as TCP may."""
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[a:b] for a, b in pairwise(places) if a < b]


def encode(opcode: int, payload: bytes, fin: bool, rsv: int, form: int, mask: bytes) -> bytes:
    """Encode a client's frame; form 0 is the shortest, 1 and 2 are longer."""
    length = len(payload)
    form = max(form, 0 if length < 126 else 1 if length < 65536 else 2)
    size = (
        bytes((128 | length,))
        if form == 0
        else (b"\xfe", b"\xff")[form - 1] + length.to_bytes((2, 8)[form - 1], "big")
    )
    body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes((fin << 7 | rsv << 4 | opcode,)) + size + mask + body


def mostly(usual: object, strange: st.SearchStrategy[int]) -> st.SearchStrategy[int]:
    """Draw the usual value nine times of ten."""
    return st.integers(0, 9).flatmap(lambda dice: strange if dice == 0 else st.just(cast(int, usual)))


PAYLOADS = st.one_of(
    st.binary(max_size=8),
    st.text(max_size=20).map(str.encode),
    st.sampled_from([b"x" * 125, b"x" * 126, b"x" * 299, b"x" * 300, b"x" * 301, b"\xe2\x82", b"\xac"]),
    st.sampled_from([1000, 1001, 1005, 3999, 5000]).map(lambda code: code.to_bytes(2, "big") + b"bye"),
)
FRAMES = st.builds(
    encode,
    st.one_of(st.sampled_from([0, 1, 2, 8, 9, 10]), mostly(1, st.integers(0, 15))),
    PAYLOADS,
    st.integers(0, 3).map(bool),
    mostly(0, st.integers(1, 7)),
    mostly(0, st.integers(1, 2)),
    st.binary(min_size=4, max_size=4),
)
CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@given(st.lists(FRAMES, max_size=12), CUTS)
async def test_any_frames_have_the_effect_that_the_library_gives_them(
    frames: list[bytes], cuts: list[int]
) -> None:
    """Same messages, same end, same bytes out."""
    oracle = Oracle()
    oracle.feed(b"".join(frames))
    assert await effect_on_socket(segments_of(b"".join(frames), cuts)) == oracle.effect()


@given(st.lists(FRAMES, min_size=1, max_size=6), st.integers(0), st.integers(1, 255), CUTS)
async def test_a_flipped_bit_anywhere_has_the_effect_that_the_library_gives_it(
    frames: list[bytes], where: int, flip: int, cuts: list[int]
) -> None:
    """Damaged headers too."""
    stream = bytearray(b"".join(frames))
    stream[where % len(stream)] ^= flip
    oracle = Oracle()
    oracle.feed(bytes(stream))
    assert await effect_on_socket(segments_of(bytes(stream), cuts)) == oracle.effect()


@given(st.binary(max_size=200), CUTS)
async def test_noise_has_the_effect_that_the_library_gives_it(noise: bytes, cuts: list[int]) -> None:
    """Bytes that never were frames."""
    oracle = Oracle()
    oracle.feed(noise)
    assert await effect_on_socket(segments_of(noise, cuts)) == oracle.effect()
