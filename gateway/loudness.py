"""Whether somebody speaks in a frame of G.711 mu-law. Pure, and cheap: it is asked of every frame."""

from __future__ import annotations

from typing import Final

FROM: Final = 120.0
"""Mean magnitude of a frame, in samples of 14 bits, from which somebody speaks: about -40 dBov."""
_STEP: Final = 32
"""Magnitudes are added up as whole steps of this, so that each is a byte."""


def _size(code: int) -> int:
    """How far from zero a sample is (ITU-T G.711, table 2a)."""
    code = ~code & 0xFF
    return (((code & 15) << 1) + 33 << (code >> 4 & 7)) - 33


_SIZES: Final = bytes(round(_size(code) / _STEP) for code in range(256))


def is_loud(frame: bytes) -> bool:
    """Whether somebody speaks in it."""
    return sum(frame.translate(_SIZES)) * _STEP > FROM * len(frame)
