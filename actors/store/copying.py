"""A consistent copy of everything that one server holds, taken while it serves.

The server is asked as by a replica (SYNC): it forks and sends its keys as of that moment, in its own format
(RDB). Nothing is written to its disk, and nobody waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import unquote, urlsplit

from actors.ports import StoreDown
from actors.store.replies import pack

CHUNK: Final = 1 << 16
SILENCE_SECONDS: Final = 60.0
"""How long the server may be silent before it counts as away; it collects replicas for a few seconds."""
_MARK_BYTES: Final = 40
_MAGIC: Final = (b"REDIS", b"VALKEY")


async def copy_of(url: str) -> AsyncIterator[bytes]:
    """Give the copy of the server at `url` in pieces. Raises StoreDown; what came by then is no copy."""
    try:
        reader, writer = await _connect(url)
        with contextlib.closing(writer):
            await _greet(url, reader, writer)
            async for piece in _pieces(reader):
                yield piece
    except (OSError, EOFError) as error:  # TimeoutError is an OSError, IncompleteReadError an EOFError
        raise StoreDown(f"the store ended its copy: {error}") from error


async def _connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return await asyncio.open_unix_connection(unquote(parts.path), limit=CHUNK)
    if parts.scheme not in ("redis", "rediss"):
        raise StoreDown("a cluster is copied server by server, with its own tools")
    tls = ssl.create_default_context() if parts.scheme == "rediss" else None
    return await asyncio.open_connection(parts.hostname, parts.port or 6379, ssl=tls, limit=CHUNK)


async def _greet(url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sign in, be taken for a replica that reads from the wire, and have no time lost waiting for others."""
    parts = urlsplit(url)
    if parts.password:
        credentials = (unquote(parts.username),) if parts.username else ()
        await _ask(reader, writer, b"AUTH", *credentials, unquote(parts.password))
    if parts.scheme == "unix":  # our own server, so its settings are ours
        await _ask(reader, writer, b"CONFIG", b"SET", b"repl-diskless-sync-delay", b"0")
    await _ask(reader, writer, b"REPLCONF", b"capa", b"eof")
    await _ask(reader, writer, b"REPLCONF", b"rdb-only", b"1")
    writer.write(pack(b"SYNC"))


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *words: bytes | str) -> None:
    writer.write(pack(*words))
    async with asyncio.timeout(SILENCE_SECONDS):
        reply = await reader.readline()
    if not reply.startswith(b"+"):
        raise StoreDown(f"the store refuses {words[0]!r}: is its user allowed to replicate?")


async def _pieces(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    head = b"\n"
    while head == b"\n":  # sent while the copy is being prepared, so that the line is not taken for dead
        async with asyncio.timeout(SILENCE_SECONDS):
            head = await reader.readline()
    if head.startswith(b"$EOF:"):
        async for piece in _until(reader, head[5 : 5 + _MARK_BYTES]):
            yield piece
    elif head.startswith(b"$"):
        left = int(head[1:])
        while left:
            piece = await _some(reader, min(CHUNK, left))
            left -= len(piece)
            yield piece
    else:
        raise StoreDown("the store refuses to be copied: is its user allowed to replicate?")


async def _until(reader: asyncio.StreamReader, mark: bytes) -> AsyncIterator[bytes]:
    """Give what comes before the mark, which the server drew at random for this copy."""
    held = b""
    while True:
        held += await _some(reader, CHUNK)
        if held.endswith(mark):
            yield held[: -len(mark)]
            return
        yield held[: -len(mark)]
        held = held[-len(mark) :]


async def _some(reader: asyncio.StreamReader, most: int) -> bytes:
    async with asyncio.timeout(SILENCE_SECONDS):
        piece = await reader.read(most)
    if not piece:
        raise EOFError("it closed the line")
    return piece


def is_copy(beginning: bytes) -> bool:
    """Whether something begins as a copy does."""
    return beginning.startswith(_MAGIC)
