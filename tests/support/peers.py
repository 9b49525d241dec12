"""How a test's nodes call each other: plain HTTP on loopback, through a back door of each.

Where a node's back door is stands in a folder that they share, by the node's name.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from actors.neighbours import Neighbours
from actors.ports import Member, PeerDown, StoreDown
from gateway.api import Asgi
from gateway.api.carried import run_forwarded
from gateway.node import Node

CALL_WITHIN: Final = 20.0


class LoopbackPeers(Neighbours):
    """The Peers of nodes on one machine. `carried`: how many requests were handed over, by node."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.carried: dict[str, int] = {}

    async def claim(self, member: Member, shards: Sequence[int]) -> None:
        """Have it take shards."""
        await self._call(member, "claim", json.dumps([*shards]).encode())

    async def forward(self, member: Member, request: bytes) -> bytes:
        """Have it carry out a request."""
        self.carried[member.node] = self.carried.get(member.node, 0) + 1
        return await self._call(member, "forward", request)

    async def _call(self, member: Member, what: str, body: bytes) -> bytes:
        try:
            port = int((self._folder / member.node).read_text())
            async with asyncio.timeout(CALL_WITHIN):
                return await _post(port, what, body)
        except (OSError, ValueError, asyncio.IncompleteReadError) as error:  # TimeoutError is an OSError
            raise PeerDown(member.node) from error


async def _post(port: int, what: str, body: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"POST /%b HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % (what.encode(), len(body)) + body)
        status, answer = await _read(reader)
        if status[1:2] != [b"200"]:
            raise OSError("it could not do it")
        return answer
    finally:
        writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> tuple[list[bytes], bytes]:
    """Read a message: the words of its first line, and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *headers = head.strip().split(b"\r\n")
    length = next(int(line.partition(b":")[2]) for line in headers if line.lower().startswith(b"content-l"))
    return first.split(b" "), await reader.readexactly(length)


@asynccontextmanager
async def back_door(node: Node, app: Asgi, folder: Path) -> AsyncIterator[None]:
    """Let other nodes call this one until the end of the `with`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (_, what, *_), body = await _read(reader)
            answer = await _carried_out(node, app, what.decode(), body)
            writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        except StoreDown:
            writer.write(b"HTTP/1.0 503 Down\r\nContent-Length: 0\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            pass  # who called has gone
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        _announce(folder, node.settings.server.node, server.sockets[0].getsockname()[1])
        yield


def _announce(folder: Path, node: str, port: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / node).write_text(str(port))


async def _carried_out(node: Node, app: Asgi, what: str, body: bytes) -> bytes:
    if what == "/claim":
        await node.host.take(json.loads(body))
        return b""
    return await run_forwarded(app, body)
