"""A client of the public protocol, made of the `websockets` and `msgpack` packages alone, so that it checks ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import msgpack
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 10.0
"""Seconds after which a test gives up waiting for an event."""

Fields = Mapping[str, Any]


class Refused(Exception):
    """The server answered a request with `error`."""

    def __init__(self, error: Fields) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: str = error["code"]
        self.error = error


class WireClient:
    """One connection. Everything that came is kept in `heard`, in order, bare and numbered alike."""

    def __init__(self, socket: ClientConnection, *, text: bool) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self.numbers: list[int] = []
        """The sequence numbers that came."""
        self.ready: dict[str, Any] = {}
        self._text = text
        self._next = 0
        self._news = asyncio.Condition()
        self._ended = False
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, ws_url: str, *, text: bool = False, **options: Any) -> Self:
        """Connect; say hello next."""
        name = "vestibule.v1.json" if text else "vestibule.v1.msgpack"
        socket = await connect(ws_url, subprotocols=[name], compression=None, **options)  # type: ignore[list-item]
        return cls(socket, text=text)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # ------------------------------------------------------------ saying

    async def tell(self, t: str, **fields: Any) -> None:
        """Send a message that is not answered."""
        await self.socket.send(self._spell({"t": t, **fields}))

    async def ask(self, t: str, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its answer; raises Refused for `error`."""
        self._next += 1
        ident = self._next
        await self.tell(t, id=ident, **fields)
        answer = await self.wait(lambda message: message.get("id") == ident, since=0)
        if answer["t"] == "error":
            raise Refused(answer)
        return answer

    async def hello(self, t: str, **fields: Any) -> dict[str, Any]:
        """Say hello and keep `ready`."""
        self.ready = await self.ask(t, **fields)
        return self.ready

    # ------------------------------------------------------------ hearing

    async def wait(
        self, wanted: Callable[[dict[str, Any]], bool], *, since: int = 0, within: float = PATIENCE
    ) -> dict[str, Any]:
        """Wait for a message, heard already (from index `since` on) or still to come."""
        async with asyncio.timeout(within), self._news:
            at = since
            while True:
                while at < len(self.heard):
                    if wanted(self.heard[at]):
                        return self.heard[at]
                    at += 1
                if self._ended:
                    raise ConnectionError(f"closed with {self.socket.close_code}; heard {self.heard[-3:]}")
                await self._news.wait()

    async def wait_for(
        self, t: str, *, since: int = 0, within: float = PATIENCE, **fields: Any
    ) -> dict[str, Any]:
        """Wait for a message of this name with these fields; `a__b` looks into field a."""
        return await self.wait(
            lambda message: (
                message["t"] == t and all(_at(message, key) == value for key, value in fields.items())
            ),
            since=since,
            within=within,
        )

    async def closed(self, within: float = PATIENCE) -> int:
        """Wait for the end of the connection; give the close code."""
        async with asyncio.timeout(within):
            await self.socket.wait_closed()
            await self._reader
        return self.socket.close_code or 1006

    def mark(self) -> int:
        """Where `heard` ends now, for `since`."""
        return len(self.heard)

    async def close(self, code: int = 1000) -> None:
        """Close like a well-behaved client."""
        await self.socket.close(code)
        await self._reader

    def vanish(self) -> None:
        """Be gone without a word, like a pulled plug."""
        self.socket.transport.abort()

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                message = json.loads(data) if isinstance(data, str) else msgpack.unpackb(data)
                async with self._news:
                    if isinstance(message, list):
                        self.numbers.append(message[0])
                        message = {**message[1], "seq": message[0]}
                    self.heard.append(message)
                    self._news.notify_all()
        except Exception as error:  # noqa: BLE001 - whatever ended it, whoever waits must know
            self.ending: BaseException | None = error
        finally:
            async with self._news:
                self._ended = True
                self._news.notify_all()

    def _spell(self, message: Fields) -> bytes | str:
        return json.dumps(message) if self._text else msgpack.packb(message)


def _at(message: Fields, path: str) -> Any:
    value: Any = message
    for key in path.split("__"):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


@asynccontextmanager
async def wire(ws_url: str, **options: Any) -> AsyncIterator[WireClient]:
    """A connection for a `with`."""
    async with await WireClient.open(ws_url, **options) as client:
        yield client
