"""The packets of Janus's plain-RTP participants: read whatever is in them."""

from __future__ import annotations

import pytest

from gateway.media.bridge.packets import payload_of

FRAME = bytes(range(160))
HEAD = bytes([0x80, 0, 0, 7]) + b"time" + b"ssrc"
SOURCES = bytes([0x82, 0, 0, 7]) + b"time" + b"ssrc" + b"one1" + b"two2"
EXTENDED = bytes([0x90, 0, 0, 7]) + b"time" + b"ssrc" + b"\xbe\xde\x00\x01" + b"\x10\x80\x00\x00"


@pytest.mark.parametrize(
    ("packet", "sound"),
    [
        (HEAD + FRAME, FRAME),
        (SOURCES + FRAME, FRAME),
        (EXTENDED + FRAME, FRAME),
        (bytes([0xA0]) + HEAD[1:] + FRAME + b"\0\0\x03", FRAME),
        (bytes([0x80, 0x80]) + HEAD[2:] + FRAME, FRAME),
        (bytes([0x80, 8]) + HEAD[2:] + FRAME, b""),
        (b"\x00" * 172, b""),
        (HEAD[:11], b""),
        (b"", b""),
        (bytes([0x9F, 0]) + HEAD[2:], b""),
        (bytes([0xA0]) + HEAD[1:] + b"\xff", b""),
    ],
)
def test_only_mu_laws_sound_is_taken_from_a_packet(packet: bytes, sound: bytes) -> None:
    """Sources, an extension, a marker, padding may be in it (RFC 3550); rubbish is nothing."""
    assert payload_of(packet) == sound
