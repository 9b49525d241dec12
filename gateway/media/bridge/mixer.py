"""Mixing G.711 mu-law: everybody hears the sum of the others, never themselves (mix-minus). Pure.

A frame is 20 ms: 160 bytes. Sums are made of linear samples of 14 bits, as mu-law has them, and pressed back
softly: up to a knee they stay as they are, so that one voice alone passes bit by bit; above it they approach
the loudest sample without ever reaching past it, so that three people at once do not crackle.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

FRAME: Final = 160
"""Bytes of a frame, one for each sample."""
SILENCE: Final = b"\xff" * FRAME
LOUDEST: Final = 8031
"""The largest magnitude that mu-law can say."""
KNEE: Final = 6000
"""Sums up to here stay as they are."""
SOURCES: Final = 16
"""Sources in one sum at most: six telephones, six browsers, and some to spare."""
COMFORT: Final = 5.0
"""Magnitude of comfort noise: about -66 dBov, heard as a line that is alive."""
_COMFORT_FRAMES: Final = 50

_Samples = npt.NDArray[np.int32]
_Bytes = npt.NDArray[np.uint8]


def _expanded() -> _Samples:
    """Make the table of mu-law's 256 samples (ITU-T G.711, table 2a)."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 15) << 1) + 33 << (code >> 4 & 7)) - 33
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int32)


def _pressed() -> _Bytes:
    """Make the table that presses any sum softly and says it in mu-law."""
    reach = SOURCES * LOUDEST
    sums = np.arange(-reach, reach + 1, dtype=np.float64)
    over = np.maximum(np.abs(sums) - KNEE, 0.0)
    room = LOUDEST - KNEE
    soft = np.sign(sums) * (np.minimum(np.abs(sums), KNEE) + room * np.tanh(over / room))
    by_size = np.argsort(_LINEAR, kind="stable")
    sizes = _LINEAR[by_size]
    at = np.clip(np.searchsorted(sizes, soft), 1, 255)
    nearer = np.where(soft - sizes[at - 1] < sizes[at] - soft, at - 1, at)
    pressed: _Bytes = by_size[nearer].astype(np.uint8)
    pressed[pressed == 0x7F] = 0xFF  # of its two zeros the one that silence is made of
    return pressed


_LINEAR: Final = _expanded()
_PRESSED: Final = _pressed()
_CENTRE: Final = SOURCES * LOUDEST


def linear(frame: bytes) -> _Samples:
    """Expand a frame to samples of 14 bits."""
    return _LINEAR[np.frombuffer(frame, dtype=np.uint8)]


def mixed(frames: Sequence[bytes | None], hears: npt.NDArray[np.int32]) -> list[bytes]:
    """Mix one frame of each source for each listener; None is a source that says nothing now.

    `hears[listener, source]` is 1 where the listener hears the source, else 0. Returns what each listener
    hears.
    """
    if not any(frame is not None for frame in frames):
        return [SILENCE] * hears.shape[0]
    raw = np.frombuffer(b"".join(SILENCE if one is None else one for one in frames), dtype=np.uint8)
    samples = _LINEAR[raw.reshape(len(frames), FRAME)]
    said = _PRESSED.take(hears @ samples + _CENTRE, mode="clip")
    whole = said.tobytes()
    return [whole[at : at + FRAME] for at in range(0, len(whole), FRAME)]


def comfort_frames() -> list[bytes]:
    """Make a second of the noise that says that the line is alive; the same each time."""
    noise = np.random.default_rng(1).normal(0.0, COMFORT, _COMFORT_FRAMES * FRAME)
    codes = _PRESSED[np.round(noise).astype(np.int32) + _CENTRE].tobytes()
    return [codes[at : at + FRAME] for at in range(0, len(codes), FRAME)]


def fainter(frame: bytes, share: float) -> bytes:
    """Say a frame again, at a share of its loudness."""
    return _PRESSED[np.round(linear(frame) * share).astype(np.int32) + _CENTRE].tobytes()
