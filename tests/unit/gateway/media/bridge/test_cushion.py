from gateway.media.bridge.cushion import LOOKS_EVERY, MOST, START, Cushion
from gateway.media.bridge.mixer import fainter
from tests.support.sound import tone

SOUND = tone(450, 4.0)


def frame(number: int) -> bytes:
    """A frame that no other is like."""
    return bytes([number & 0x7F, number >> 7 & 0x7F]) + SOUND[:158]


def filled(first: int = 0) -> Cushion:
    """A cushion that has begun to give."""
    cushion = Cushion()
    for number in range(first, first + START):
        cushion.put(frame(number), number & 0xFFFF)
    return cushion


def test_it_gives_in_order_what_came_in_disorder() -> None:
    """Packets that overtook each other are put right."""
    cushion = Cushion()
    for number in (1, 0, 3, 2):
        cushion.put(frame(number), number)
    assert [cushion.take() for _ in range(4)] == [frame(number) for number in range(4)]


def test_it_waits_for_two_before_it_begins() -> None:
    """One frame is no cushion."""
    cushion = Cushion()
    cushion.put(frame(0), 0)
    assert cushion.take() is None
    cushion.put(frame(1), 1)
    assert cushion.take() == frame(0)


def test_numbers_may_wrap_around() -> None:
    """After 65535 comes 0."""
    cushion = filled(65_534)
    cushion.put(frame(65_536), 0)
    assert [cushion.take() for _ in range(3)] == [frame(number) for number in (65_534, 65_535, 65_536)]


def test_a_lost_frame_is_made_up_by_the_one_before() -> None:
    """The gap is heard as a fainter repetition, and then it goes on."""
    cushion = filled()
    cushion.put(frame(3), 3)
    assert [cushion.take() for _ in range(4)] == [frame(0), frame(1), fainter(frame(1), 0.75), frame(3)]
    assert cushion.lost == 1


def test_a_long_gap_is_silence_and_then_a_new_start() -> None:
    """After three stand-ins nothing is said until two frames are there again."""
    cushion = filled()
    taken = [cushion.take() for _ in range(7)]
    assert all(one is not None for one in taken[:5])
    assert taken[5:] == [None, None]
    cushion.put(frame(50), 50)
    assert cushion.take() is None
    cushion.put(frame(51), 51)
    assert cushion.take() == frame(50)


def test_what_comes_too_late_is_dropped() -> None:
    """A frame whose turn is over does not come back."""
    cushion = filled()
    assert [cushion.take(), cushion.take()] == [frame(0), frame(1)]
    cushion.put(frame(0), 0)
    assert len(cushion) == 0


def test_a_burst_costs_the_oldest_and_no_delay() -> None:
    """More than six are never kept: the delay is bounded whatever comes."""
    cushion = filled()
    for number in range(START, 40):
        cushion.put(frame(number), number)
    assert len(cushion) == MOST
    assert cushion.take() == frame(40 - MOST)


def test_a_quicker_clock_is_followed() -> None:
    """Who sends more frames than are taken loses one a second, and the delay goes back."""
    cushion = filled()
    cushion.put(frame(2), 2)
    cushion.put(frame(3), 3)
    for number in range(4, 4 + 3 * LOOKS_EVERY):
        cushion.put(frame(number), number)
        assert cushion.take() is not None
    assert len(cushion) < START + 2


def test_a_new_start_of_the_sender_is_followed() -> None:
    """Numbers from somewhere else altogether are another stream: it begins anew."""
    cushion = filled()
    cushion.take()
    for number in (30_000, 30_001):
        cushion.put(frame(number), number)
    assert cushion.take() == frame(30_000)
