"""What a connection asks for, by its first bytes."""

from __future__ import annotations

import pytest

from gateway.arrival import opens_a_socket

OPENING = (
    b"GET /ws HTTP/1.1\r\nHost: clinic.example\r\nConnection: keep-alive, Upgrade\r\n"
    b"UPGRADE: WebSocket\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


@pytest.mark.parametrize("data", [OPENING, OPENING + b"\x81\x80abcd"])
def test_a_whole_opening_opens_a_socket(data: bytes) -> None:
    """However its words are written, and whatever is said right behind it."""
    assert opens_a_socket(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        OPENING[:-2],
        OPENING[:40],
        OPENING.replace(b"GET", b"POST"),
        OPENING.replace(b"WebSocket", b"h2c"),
        b"GET / HTTP/1.1\r\nHost: clinic.example\r\n\r\n",
        b"POST /api HTTP/1.1\r\nContent-Length: 22\r\n\r\n\r\nupgrade: websocket\r\n",
    ],
)
def test_everything_else_is_http(data: bytes) -> None:
    """Pages, REST, other protocols, half an opening: uvicorn sees to it."""
    assert not opens_a_socket(data)
