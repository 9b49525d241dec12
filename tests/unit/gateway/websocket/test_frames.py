"""Frames as bytes, against the library's own reading of RFC 6455."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ProtocolError
from websockets.frames import Close, Frame, Opcode

from gateway.websocket.frames import close_frame, frame, frame_size, is_minimal

LIMIT = 70_000
SIZES = st.one_of(st.integers(0, 300), st.sampled_from([65535, 65536, 65537]))


@given(SIZES, st.booleans())
def test_a_message_is_encoded_as_the_library_does(size: int, text: bool) -> None:
    """So that a frame made once for many is a frame for each."""
    opcode = Opcode.TEXT if text else Opcode.BINARY
    assert frame(b"x" * size, text=text) == Frame(opcode, b"x" * size).serialize(mask=False)


@pytest.mark.parametrize("code", [1000, 1001, 1012, 3000, 4999])
def test_a_close_frame_is_encoded_as_the_library_does(code: int) -> None:
    """The code, then the reason."""
    payload = Close(code, "bye").serialize()
    assert close_frame(code, "bye") == Frame(Opcode.CLOSE, payload).serialize(mask=False)


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 5000])
def test_a_close_code_that_may_not_be_sent_is_a_bug_of_ours(code: int) -> None:
    """Section 7.4: an exception, not a frame."""
    with pytest.raises(ProtocolError):
        close_frame(code)


@given(st.text())
def test_a_reason_of_any_length_fits(reason: str) -> None:
    """At most 125 bytes of payload, whole characters."""
    encoded = close_frame(1000, reason)
    assert len(encoded) <= 127
    assert reason.startswith(encoded[4:].decode())


@given(SIZES, st.binary(max_size=20), st.data())
def test_the_size_of_a_frame_is_known_from_its_header_on(
    size: int, before: bytes, data: st.DataObject
) -> None:
    """Never too early, and the same however much of it has come."""
    whole = Frame(Opcode.BINARY, b"x" * size).serialize(mask=True)
    header = len(whole) - size - 4
    have = data.draw(st.integers(0, len(whole)))
    expected = len(whole) if have >= header else 0
    assert frame_size(before + whole[:have], len(before), LIMIT) == expected
    assert is_minimal(whole)


@given(SIZES)
def test_a_length_in_a_longer_form_than_needed_is_noticed(size: int) -> None:
    """Section 5.2: the minimal number of bytes must be used."""
    mask_and_payload = b"\0\0\0\0" + b"x" * size
    assert is_minimal(b"\x82\xff" + size.to_bytes(8, "big") + mask_and_payload) == (size > 65535)
    if size < 65536:
        assert is_minimal(b"\x82\xfe" + size.to_bytes(2, "big") + mask_and_payload) == (size > 125)


@pytest.mark.parametrize(
    ("header", "size"),
    [
        (b"\x81\x05", 2),  # not masked
        (b"\x83\x85", 2),  # no such opcode
        (b"\x8f\x80", 2),
        (b"\x82\xfe\x03\xe9", 4),  # 1001 bytes
        (b"\x82\xff" + (1001).to_bytes(8, "big"), 10),
        (b"\x82\xff" + b"\xff" * 8, 10),
    ],
)
def test_a_frame_condemned_by_its_header_needs_no_payload(header: bytes, size: int) -> None:
    """Nobody waits for an exabyte before refusing it."""
    assert frame_size(header, 0, 1000) == size
