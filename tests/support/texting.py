"""A provider of text messages on this machine: what it answers, and what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl


@dataclass
class Asked:
    """One request, as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """Read a form."""
        return dict(parse_qsl(self.body.decode()))


@dataclass
class TextProvider:
    """Answers every request alike."""

    status: int = 201
    body: object = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    thinks: Callable[[], float] = lambda: 0.0
    """Seconds from having a request to answering it."""
    silent: bool = False
    """It takes the request and never answers."""
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with each request."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *rest = head.strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.asked.append(Asked(line, headers, body))
            self.heard.set()
            await asyncio.sleep(self.thinks())
            if self.silent:
                await self.over.wait()
                return
            content = json.dumps(self.body).encode()
            more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            more += f"Content-Length: {len(content)}\r\nConnection: close\r\n"
            answer = f"HTTP/1.1 {self.status} X\r\n{more}\r\n"
            writer.write(answer.encode() + content)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):  # whoever asked is gone
            pass
        finally:
            writer.close()


@asynccontextmanager
async def text_provider() -> AsyncIterator[TextProvider]:
    """Run one on a free port."""
    provider = TextProvider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.port = server.sockets[0].getsockname()[1]
    try:
        yield provider
    finally:
        provider.over.set()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0)
