"""A stream's log: a resume gets everything it missed, or a whole state, and never something in between."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from signaling import messages as wire
from signaling.codec import Encoded
from signaling.codes import REPLAY_EVENTS, REPLAY_MS
from signaling.session import Stream

NOW = 1_772_470_800_000


def event(at: int) -> Encoded:
    """Make a message that can be told from others."""
    return Encoded(wire.RowGone(visit=str(at)))


def filled(count: int, now: int = NOW) -> Stream:
    """Make a stream to which `count` messages were added at one time."""
    stream = Stream("alice", 0x2A)
    for at in range(1, count + 1):
        stream.append(event(at), now)
    return stream


def replayed(
    stream: Stream, seq: int, now: int = NOW, name: str = "2a.alice"
) -> list[tuple[int, str]] | None:
    """Resume at a position, and say which messages came with which numbers."""
    found = stream.since(name, seq, now)
    if found is None:
        return None
    return [
        (number, msgspec.json.decode(encoded.json(), type=wire.RowGone).visit) for number, encoded in found
    ]


def test_numbers_count_up_by_one_from_one() -> None:
    """A stream begins at position 0, and its first message has number 1."""
    stream = Stream("alice", 0x2A)
    assert stream.seq == 0
    assert [stream.append(event(at), NOW) for at in range(3)] == [1, 2, 3]
    assert stream.seq == 3


def test_a_cut_at_every_position_is_mended_without_a_gap() -> None:
    """Wherever Alice's connection broke, she gets exactly the messages after it, with their numbers."""
    stream = filled(20)
    for seq in range(21):
        assert replayed(stream, seq) == [(number, str(number)) for number in range(seq + 1, 21)]


def test_who_missed_nothing_gets_nothing() -> None:
    """A replay of nothing is a replay, not a whole state."""
    assert replayed(Stream("alice", 0x2A), 0) == []
    assert replayed(filled(7), 7) == []
    assert replayed(filled(7), 7, NOW + 10 * REPLAY_MS) == []


def test_a_position_of_another_stream_gets_a_whole_state() -> None:
    """After another owner took over, or for somebody else's stream, the same number means something else."""
    stream = filled(5)
    assert replayed(stream, 3, name="2b.alice") is None
    assert replayed(stream, 3, name="") is None


def test_a_position_that_was_never_given_gets_a_whole_state() -> None:
    """Nobody resumes in the future, or before the beginning."""
    stream = filled(5)
    assert replayed(stream, 6) is None
    assert replayed(stream, -1) is None
    assert replayed(stream, 2**53 - 1) is None


def test_the_last_500_messages_are_kept_and_no_more() -> None:
    """A stream cannot grow without bound."""
    stream = filled(REPLAY_EVENTS + 3)
    assert replayed(stream, 2) is None
    whole = replayed(stream, 3)
    assert whole is not None
    assert len(whole) == REPLAY_EVENTS
    assert whole[0] == (4, "4")


def test_messages_are_kept_for_two_minutes() -> None:
    """Up to then a resume is gapless; a millisecond later it is a whole state, not half a replay."""
    stream = filled(3)
    stream.append(event(4), NOW + 1_000)
    assert replayed(stream, 2, NOW + REPLAY_MS) == [(3, "3"), (4, "4")]
    assert replayed(stream, 2, NOW + REPLAY_MS + 1) is None
    assert replayed(stream, 3, NOW + REPLAY_MS + 1) == [(4, "4")]


def test_what_is_too_old_is_forgotten_without_anybody_asking() -> None:
    """A quiet visit can be made to let go of its old messages."""
    stream = filled(100)
    stream.forget(NOW + REPLAY_MS + 1)
    assert replayed(stream, 99, NOW) is None
    assert stream.append(event(101), NOW) == 101


@given(
    pauses=st.lists(st.integers(0, 90_000), max_size=30),
    seq=st.integers(-1, 31),
    later=st.integers(0, 90_000),
)
def test_a_resume_is_whole_or_not_at_all(pauses: list[int], seq: int, later: int) -> None:
    """Whatever the times of messages and return, a replay misses none, and none is refused needlessly."""
    stream, now, times = Stream("alice", 0x2A), NOW, []
    for at, pause in enumerate(pauses):
        now += pause
        times.append(now)
        stream.append(event(at + 1), now)
    now += later
    found = replayed(stream, seq, now)
    possible = 0 <= seq <= len(times) and all(time >= now - REPLAY_MS for time in times[seq:])
    assert (found is not None) == possible
    if found is not None:
        assert found == [(number, str(number)) for number in range(seq + 1, len(times) + 1)]
