"""Frames of RFC 6455, section 5.2, as far as we make and measure them ourselves.

Pure functions over bytes. What is inside a frame that is not a whole message is the business of the
`websockets` library; see `connection`.
"""

from typing import Final

from websockets.frames import Close

TEXT: Final = 0x81
"""First byte of a whole text message."""
BINARY: Final = 0x82
"""First byte of a whole binary message."""
CLOSE: Final = 0x88
PING: Final = 0x89
PONG: Final = 0x8A

PING_FRAME: Final = bytes((PING, 0))
EMPTY_PONG: Final = bytes((PONG, 0x80))
"""How the answer to it begins, masked; four bytes of mask follow."""

_OPCODES: Final = frozenset((0, 1, 2, 8, 9, 10))
_MAX_REASON: Final = 123


def frame(payload: bytes, *, text: bool = False) -> bytes:
    """Encode one whole message as a server sends it; make it once and send it to many.

    With `text`, the payload must be UTF-8.
    """
    first = TEXT if text else BINARY
    length = len(payload)
    if length < 126:
        return (first << 8 | length).to_bytes(2, "big") + payload
    if length < 0x10000:
        return (first << 24 | 126 << 16 | length).to_bytes(4, "big") + payload
    return (first << 72 | 127 << 64 | length).to_bytes(10, "big") + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """Encode a close frame; the reason is shortened to what fits.

    Raises `websockets.exceptions.ProtocolError` for a code that may not be sent (RFC 6455, 7.4).
    """
    fitting = reason.encode()[:_MAX_REASON].decode(errors="ignore")
    payload = Close(code, fitting).serialize()
    return bytes((CLOSE, len(payload))) + payload


def frame_size(data: bytes, at: int, limit: int) -> int:
    """Tell how many bytes the client's frame that begins at `at` takes; 0 while that is unknown.

    For a frame that its header alone condemns (not masked, unknown opcode, payload above `limit`) it
    is the size of the header, so that nobody waits for the rest.
    """
    have = len(data) - at
    if have < 2:
        return 0
    length = data[at + 1] & 127
    if data[at + 1] < 128 or data[at] & 15 not in _OPCODES:
        return 2
    header = 2 if length < 126 else 4 if length == 126 else 10
    if have < header:
        return 0
    if header > 2:
        length = int.from_bytes(data[at + 2 : at + header], "big")
    return header if length > limit else header + 4 + length


def is_minimal(data: bytes) -> bool:
    """Tell whether the frame at the start of `data` gives its length in the shortest form, as it must."""
    length = data[1] & 127
    if length == 126 and len(data) >= 4:
        return int.from_bytes(data[2:4], "big") > 125
    if length == 127 and len(data) >= 10:
        return int.from_bytes(data[2:10], "big") > 0xFFFF
    return True
