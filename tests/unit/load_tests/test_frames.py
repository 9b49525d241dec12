"""The load's clients speak WebSocket as a library that is not ours reads and writes it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from load_tests.frames import BINARY, TEXT, FrameReader, masked_frame


def read_by_the_library(data: bytes) -> Frame:
    """Parse one client frame; a fault in it raises."""
    reader = StreamReader()
    reader.feed_data(data)
    parsing = Frame.parse(reader.read_exact, mask=True)
    with pytest.raises(StopIteration) as stopped:
        next(parsing)
    frame: Frame = stopped.value.value
    return frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_of_any_size_is_read_as_it_was_meant(size: int) -> None:
    """Each of the three ways to write a length is understood, and the payload survives its masking."""
    payload = bytes(at % 251 for at in range(size))
    frame = read_by_the_library(masked_frame(BINARY, payload))
    assert (frame.opcode, frame.data, frame.fin) == (Opcode.BINARY, payload, True)


@given(sizes=st.lists(st.integers(0, 400), max_size=4), cut=st.integers(1, 900))
@example(sizes=[65_535, 65_536, 3], cut=9_001)
def test_what_the_server_sends_is_cut_into_its_frames(sizes: list[int], cut: int) -> None:
    """However the bytes are split on their way, each frame comes out once, whole and in order."""
    payloads = [bytes([at]) * size for at, size in enumerate(sizes)]
    data = b"".join(Frame(Opcode.TEXT, payload).serialize(mask=False) for payload in payloads)
    reader = FrameReader()
    found = [frame for at in range(0, len(data), cut) for frame in reader.feed(data[at : at + cut])]
    assert found == [(TEXT, payload) for payload in payloads]
