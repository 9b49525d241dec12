"""G.711 (ITU-T G.711): a telephone's A-law to the mu-law that is spoken inside, and back.

Both are a byte a sample, so a conversion is one look-up in a table of 256 bytes.
"""

from typing import Final

_BIAS: Final = 33
"""Added to a magnitude of 13 bits before mu-law takes its logarithm."""


def _from_ulaw(code: int) -> int:
    """Expand a mu-law byte to a signed sample of 14 bits."""
    code = ~code & 0xFF
    magnitude = (((code & 15) << 1) + _BIAS << (code >> 4 & 7)) - _BIAS
    return -magnitude if code & 0x80 else magnitude


def _from_alaw(code: int) -> int:
    """Expand an A-law byte to a signed sample of 14 bits (its own 13, doubled)."""
    code ^= 0x55
    segment, step = code >> 4 & 7, code & 15
    magnitude = (step << 1) + 1 if segment == 0 else (step << 1) + _BIAS << segment - 1
    return magnitude * 2 if code & 0x80 else -magnitude * 2


def _nearest(sample: int, table: list[int], *, positive: bool) -> int:
    """Find the code of the same sign whose sample is nearest."""
    half = [code for code in range(256) if bool(code & 0x80) is positive]
    return min(half, key=lambda code: abs(table[code] - sample))


_ULAW: Final = [_from_ulaw(code) for code in range(256)]
_ALAW: Final = [_from_alaw(code) for code in range(256)]

ALAW_TO_ULAW: Final = bytes(_nearest(_ALAW[code], _ULAW, positive=bool(code & 0x80)) for code in range(256))
ULAW_TO_ALAW: Final = bytes(_nearest(_ULAW[code], _ALAW, positive=bool(code & 0x80)) for code in range(256))


def to_ulaw(sound: bytes) -> bytes:
    """Spell A-law as mu-law."""
    return sound.translate(ALAW_TO_ULAW)


def to_alaw(sound: bytes) -> bytes:
    """Spell mu-law as A-law."""
    return sound.translate(ULAW_TO_ALAW)
