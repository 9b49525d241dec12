from gateway.dialin.sip.g711 import to_alaw, to_ulaw
from tests.support.sound import from_ulaw

EVERY = bytes(range(256))


def test_there_and_back_is_the_same_or_its_neighbour() -> None:
    """The two laws differ by at most one step of their own."""
    for code, again in zip(EVERY, to_ulaw(to_alaw(EVERY)), strict=True):
        step = max(abs(from_ulaw(code)) // 8, 16)
        assert abs(from_ulaw(code) - from_ulaw(again)) <= step


def test_silence_stays_silence() -> None:
    """mu-law's zero is A-law's smallest sample, and back."""
    assert to_alaw(b"\xff") == b"\xd5"
    assert abs(from_ulaw(to_ulaw(b"\xd5")[0])) <= 8
