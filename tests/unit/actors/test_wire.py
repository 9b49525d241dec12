"""A connection to the store: replies in order however they are cut, errors as what they mean, a known end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from actors.store.replies import Fault, Reply
from actors.store.wire import Unwelcome, Wire

SAID = (
    b":1\r\n$5\r\nhello\r\n$-1\r\n*2\r\n:2\r\n$0\r\n\r\n-NOSCRIPT No matching script.\r\n"
    b"-MOVED 3999 127.0.0.1:6381\r\n-READONLY You can't write.\r\n-ERR 'a name' is wrong\r\n"
)
MEANT: list[Reply] = [
    1,
    b"hello",
    None,
    [2, b""],
    Fault("noscript"),
    Fault("moved", "3999 127.0.0.1:6381"),
    Fault("refused", "READONLY"),
    Fault("broken", "ERR"),
]


@asynccontextmanager
async def server(path: Path, pieces: Sequence[bytes]) -> AsyncIterator[str]:
    """Say these pieces, one by one, to whoever says something; then hang up. Gives the URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        writer.close()

    socket = path / "s"
    async with await asyncio.start_unix_server(serve, socket):
        yield f"unix://{socket}"


@pytest.mark.parametrize("size", [1, 7, len(SAID)])
async def test_replies_come_whole_and_in_order(tmp_path: Path, size: int) -> None:
    """However the network cuts them; an error says no more than its code, for it may quote what we sent."""
    pieces = [SAID[at : at + size] for at in range(0, len(SAID), size)]
    async with server(tmp_path, pieces) as url:
        wire = Wire(url)
        await wire.connect()
        wire.send([b"*1\r\n", b"$4\r\nPING\r\n"])
        await wire.hear(len(MEANT))
        assert wire.take(3) + wire.take(5) == MEANT
        wire.disconnect()


async def test_what_came_before_the_end_can_be_taken(tmp_path: Path) -> None:
    """Of a group that was cut off, those that were answered are known."""
    async with server(tmp_path, [b":1\r\n:2\r\n$5\r\nhel"]) as url:
        wire = Wire(url)
        await wire.connect()
        wire.send([b"x"])
        with pytest.raises(ConnectionError):
            await wire.hear(3)
        assert wire.take(3) == [1, 2]
        assert wire.stale
        with pytest.raises(ConnectionError):
            wire.send([b"x"])


async def test_what_is_no_reply_ends_the_connection(tmp_path: Path) -> None:
    """Nothing after it could be told apart."""
    async with server(tmp_path, [b"HTTP/1.1 400 Bad Request\r\n\r\n"]) as url:
        wire = Wire(url)
        await wire.connect()
        wire.send([b"x"])
        with pytest.raises(ConnectionError):
            await wire.hear(1)
        assert wire.stale


async def test_who_is_not_let_in_is_told_so(tmp_path: Path) -> None:
    """A wrong password is a connection that failed, not a server that answers nonsense."""
    async with server(tmp_path, [b"-WRONGPASS invalid username-password pair\r\n"]) as url:
        with pytest.raises(Unwelcome, match="WRONGPASS"):
            await Wire(url.replace("unix://", "unix://ana:secret@")).connect()


@pytest.mark.parametrize(
    "url", ["rediss://localhost?ssl_cert_reqs=perhaps", "redis://localhost:x", "ftp://x"]
)
async def test_an_address_that_cannot_be_used_is_a_server_that_is_away(url: str) -> None:
    """Whoever asks hears that the store is away, and so does the log."""
    with pytest.raises(OSError, match="cannot be used"):
        await Wire(url).connect()
