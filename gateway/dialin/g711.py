"""Mu-law, as telephones speak it (ITU-T G.711): a byte a sample, from and to 16-bit sound."""

from __future__ import annotations

import sys
from array import array
from functools import cache
from typing import Final

_BIAS: Final = 0x84
_CLIP: Final = 32_635
_HALF: Final = 32_768


def _encoded(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


def _decoded(byte: int) -> int:
    byte = ~byte & 0xFF
    magnitude = (((byte & 0x0F) << 3) + _BIAS << (byte >> 4 & 7)) - _BIAS
    return -magnitude if byte & 0x80 else magnitude


_TO_LINEAR: Final = tuple(_decoded(byte) for byte in range(256))


@cache
def _to_mulaw() -> bytes:
    """Give the byte of every sample there is, from the lowest on."""
    return bytes(map(_encoded, range(-_HALF, _HALF)))


def encode(samples: array[int]) -> bytes:
    """Write 16-bit samples as mu-law."""
    of = _to_mulaw()
    return bytes([of[sample + _HALF] for sample in samples])


def decode(sound: bytes) -> array[int]:
    """Read mu-law as 16-bit samples."""
    return array("h", (_TO_LINEAR[byte] for byte in sound))


def linear(little_endian: bytes) -> array[int]:
    """Take 16-bit samples from the bytes of a WAV file."""
    samples = array("h", little_endian[: len(little_endian) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
