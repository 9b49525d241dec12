"""Who speaks is loud, and a silent line is not."""

from __future__ import annotations

import pytest

from gateway.loudness import is_loud
from tests.support.sound import FRAME, QUIET, tone


@pytest.mark.parametrize(
    ("frame", "loud"),
    [
        (QUIET, False),
        (b"\x7f" * FRAME, False),
        (tone(500, amplitude=150)[:FRAME], False),
        (tone(500, amplitude=1_500)[:FRAME], True),
        (tone(500, amplitude=32_000)[:FRAME], True),
        (b"", False),
    ],
)
def test_a_frame_is_loud_from_about_forty_decibels_below_the_loudest(frame: bytes, loud: bool) -> None:
    """Both zeros of mu-law are silence, and a hum on the line is no speech."""
    assert is_loud(frame) is loud
