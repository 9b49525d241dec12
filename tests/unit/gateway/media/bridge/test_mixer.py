import numpy as np

from gateway.media.bridge.mixer import (
    COMFORT,
    FRAME,
    LOUDEST,
    SILENCE,
    comfort_frames,
    fainter,
    linear,
    mixed,
)
from tests.support.sound import tone

ONE, TWO = (tone(hz)[:FRAME].replace(b"\x7f", b"\xff") for hz in (500, 700))  # one zero of two


def each_other(people: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Everybody hears everybody else."""
    return 1 - np.eye(people, dtype=np.int32)


def test_one_voice_alone_passes_bit_by_bit() -> None:
    """Between two people nothing is changed, for below the knee a sum is what it is."""
    first, second = mixed([ONE, TWO], each_other(2))
    assert first == TWO
    assert second == ONE


def test_nobody_hears_themselves() -> None:
    """Of three, each hears the two others' sum and not a trace of their own voice."""
    said = mixed([ONE, TWO, SILENCE], each_other(3))
    assert said[0] == TWO
    assert said[1] == ONE
    assert abs(linear(said[2]) - (linear(ONE) + linear(TWO))).max() <= 128  # mu-law's own step up there


def test_six_shouting_do_not_wrap_around() -> None:
    """However loud the sum is, it keeps its sign and stays within what mu-law can say."""
    loud = tone(500, amplitude=32_000)[:FRAME]
    said = mixed([loud] * 7, each_other(7))
    heard, one = linear(said[0]), linear(loud)
    assert abs(heard).max() <= LOUDEST
    assert (np.sign(heard) == np.sign(one)).all()


def test_pressing_is_soft() -> None:
    """A louder sum is never said fainter: the way to the loudest sample has no edge."""
    sums = [
        mixed([tone(500, amplitude=level)[:FRAME]] * 3, each_other(3))[0]
        for level in range(1_000, 32_000, 1_000)
    ]
    loudest = [int(linear(said).max()) for said in sums]
    assert loudest == sorted(loudest)


def test_who_says_nothing_is_silent() -> None:
    """A source without a frame counts as silence; without any, everybody hears silence."""
    assert mixed([ONE, None], each_other(2)) == [SILENCE, ONE]
    assert mixed([None, None], each_other(2)) == [SILENCE, SILENCE]


def test_comfort_is_faint_and_not_nothing() -> None:
    """A second of noise, in frames, as loud as it is meant to be."""
    frames = comfort_frames()
    size = abs(linear(b"".join(frames))).mean()
    assert {len(frame) for frame in frames} == {FRAME}
    assert COMFORT / 2 < size < 2 * COMFORT


def test_fainter_is_fainter() -> None:
    """Half as loud is half as loud, within mu-law's steps."""
    assert abs(abs(linear(fainter(ONE, 0.5))).mean() / abs(linear(ONE)).mean() - 0.5) < 0.02
