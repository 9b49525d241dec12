"""A client of the public protocol, made of the `websockets` and `msgpack` packages alone, so that it checks
ours.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import msgpack  # type: ignore[import-untyped]
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 10.0
"""Seconds after which a test gives up waiting for an event."""

Fields = Mapping[str, Any]


def packed(value: object) -> bytes:
    """Spell a value as MessagePack."""
    data: bytes = msgpack.packb(value)
    return data


class Refused(Exception):
    """The server answered a request with `error`."""

    def __init__(self, error: Fields) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: str = error["code"]
        self.error = error


async def refusal(request: Awaitable[object]) -> str:
    """Await a request that has to be refused; give the code."""
    try:
        answer = await request
    except Refused as refused:
        return refused.code
    raise AssertionError(f"this was not refused: {answer}")


class WireClient:
    """One connection. Everything that came is kept in `heard`, in order, bare and numbered alike."""

    def __init__(self, socket: ClientConnection, *, text: bool) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self.bytes_heard = b""
        """Every byte of every message, for tests of what must not be said."""
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
        options = {"subprotocols": [name], "compression": None, "ping_interval": None, **options}
        return cls(await connect(ws_url, **options), text=text)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # ------------------------------------------------------------ who it is

    @property
    def seat(self) -> str:
        """The seat that hello gave."""
        seat: str = self.ready["seat"]
        return seat

    @property
    def position(self) -> dict[str, Any]:
        """What `hello.seat` says to go on from the last message heard."""
        last = self.numbers[-1] if self.numbers else self.ready["seq"]
        known = {name: self.ready[name] for name in ("visit", "seat", "secret", "stream")}
        return {**known, "seq": last}

    # ------------------------------------------------------------ saying

    async def tell(self, t: str, **fields: Any) -> None:
        """Send a message that is not answered."""
        await self.say({"t": t, **fields})

    async def say(self, value: object) -> None:
        """Send one value, whatever it is."""
        await self.socket.send(json.dumps(value) if self._text else packed(value))

    async def ask(self, t: str, **fields: Any) -> dict[str, Any]:
        """Send a request and wait for its answer; raises Refused for `error`."""
        return await self.answer(await self.request(t, **fields))

    async def request(self, t: str, **fields: Any) -> int:
        """Send a request without waiting; give its id for `answer`."""
        self._next += 1
        await self.tell(t, id=self._next, **fields)
        return self._next

    async def answer(self, ident: int) -> dict[str, Any]:
        """Wait for a request's answer; raises Refused for `error`."""
        answer = await self.heard_id(ident)
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
        at = since
        try:
            async with asyncio.timeout(within), self._news:
                while True:
                    while at < len(self.heard):
                        if wanted(self.heard[at]):
                            return self.heard[at]
                        at += 1
                    if self._ended:
                        raise ConnectionError(
                            f"closed with {self.socket.close_code}; heard {self.heard[-3:]}"
                        )
                    await self._news.wait()
        except TimeoutError:
            heard = [message for message in self.heard[since:] if message["t"] != "beat"]
            raise AssertionError(f"it did not come; heard {heard[-5:]}") from None

    async def wait_for(
        self, t: str, *, since: int = 0, within: float = PATIENCE, **fields: Any
    ) -> dict[str, Any]:
        """Wait for a message of this name with these fields; `a__b` looks into field a, None is left out."""
        return await self.wait(
            lambda message: (
                message["t"] == t and all(_at(message, key) == value for key, value in fields.items())
            ),
            since=since,
            within=within,
        )

    async def round_trip(self) -> None:
        """Wait until the server has answered everything said so far, be it with a refusal."""
        await self.heard_id(await self.request("get.ice"))

    async def heard_id(self, ident: int) -> dict[str, Any]:
        """Wait for a request's answer, whatever it is."""
        return await self.wait(lambda message: message.get("id") == ident)

    def named(self, t: str, *, since: int = 0) -> list[dict[str, Any]]:
        """Give all messages of this name that were heard."""
        return [message for message in self.heard[since:] if message["t"] == t]

    async def closed(self, within: float = PATIENCE) -> int:
        """Wait for the end of the connection; give the close code."""
        async with asyncio.timeout(within):
            await self.socket.wait_closed()
            await self._reader
        return self.socket.close_code or 1006

    def mark(self) -> int:
        """Where `heard` ends now, for `since`."""
        return len(self.heard)

    # ------------------------------------------------------------ going

    async def close(self, code: int = 1000) -> None:
        """Close like a well-behaved client."""
        self.socket.transport.resume_reading()
        await self.socket.close(code)
        await self._reader

    def vanish(self) -> None:
        """Be gone without a word, like a pulled plug."""
        self.socket.transport.abort()

    def freeze(self) -> None:
        """Read nothing any more, and so answer no ping either."""
        self.socket.transport.pause_reading()

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                self.bytes_heard += data.encode() if isinstance(data, str) else data
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


def _at(message: Fields, path: str) -> Any:
    value: Any = message
    for key in path.split("__"):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


@asynccontextmanager
async def wire(ws_url: str, **options: Any) -> AsyncIterator[WireClient]:
    """Open a connection for a `with`."""
    async with await WireClient.open(ws_url, **options) as client:
        yield client
