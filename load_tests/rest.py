"""A small HTTP client for setting a load up: JSON over a few kept-alive connections, signed in per clinic."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from load_tests.dialects import Fields
from load_tests.visitor import PATIENCE_SECONDS, Door, Hangup

CONNECTIONS: Final = 8

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Post = tuple[str, Fields, str]
"""Path, body and cookie."""
Answer = tuple[str, bytes]
"""Head and body."""


class Rest:
    """Posts to /api/v1 of one server. Raises Hangup for every answer that is not a success."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._free: asyncio.Queue[Line] = asyncio.Queue()

    async def sign_in(self, people: Sequence[tuple[str, str]]) -> list[str]:
        """Sign in with each of these e-mail addresses and passwords, and give the cookies."""
        said = [("sign-in", {"email": email, "password": password}, "") for email, password in people]
        return [_cookie(head) for head, _ in await self._post_all(said)]

    async def post_all(self, asked: Sequence[Post]) -> list[Fields]:
        """Post many; the answers come in the same order."""
        return [msgspec.json.decode(body) for _, body in await self._post_all(asked)]

    async def post(self, path: str, body: Fields, cookie: str) -> Fields:
        """Post once, over a connection of its own. Raises Hangup, OSError and TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await self._connect()
            try:
                _, answer = await self._exchange(line, path, msgspec.json.encode(body), cookie)
            finally:
                line[1].close()
        answered: Fields = msgspec.json.decode(answer)
        return answered

    async def _connect(self) -> Line:
        door = self._door
        return await asyncio.open_connection(door.host, door.port, ssl=door.trust, local_addr=door.ours)

    async def _post_all(self, asked: Sequence[Post]) -> list[Answer]:
        for _ in range(CONNECTIONS):  # anew each time: the server closes idle ones after 5 s
            self._free.put_nowait(await self._connect())
        try:
            return await asyncio.gather(*(self._post(*one) for one in asked))
        finally:
            while not self._free.empty():
                self._free.get_nowait()[1].close()

    async def _post(self, path: str, body: Fields, cookie: str) -> Answer:
        line = await self._free.get()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        return await self._exchange(line, path, msgspec.json.encode(body), cookie)
                    except Hangup as refused:
                        if not refused.after:
                            raise
                        await asyncio.sleep(refused.after)  # the server asked to come again then
        finally:
            self._free.put_nowait(line)

    async def _exchange(self, line: Line, path: str, body: bytes, cookie: str) -> Answer:
        reader, writer = line
        head = (
            f"POST /api/v1/{path} HTTP/1.1\r\nHost: {self._door.netloc}\r\nX-Vestibule: 1\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nCookie: {cookie}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answered = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        size = answered.lower().partition("content-length:")[2].partition("\r\n")[0]
        answer = await reader.readexactly(int(size))
        if not answered.startswith("HTTP/1.1 2"):
            after = (
                msgspec.json.decode(answer).get("retry_after_ms", 0) / 1000 if b"retry_after" in answer else 0
            )
            raise Hangup(f"{path}: {answered.partition(chr(13))[0]} {answer.decode()}", after)
        return answered, answer


def _cookie(head: str) -> str:
    [line] = [line for line in head.split("\r\n") if line.lower().startswith("set-cookie:")]
    return line.partition(":")[2].partition(";")[0].strip()
