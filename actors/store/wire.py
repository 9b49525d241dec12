"""The bytes of one connection to a server: commands out, replies in, many at a time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import hiredis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.exceptions import RedisError

from actors.store.replies import Fault, Reply, fault_of, pack

_TLS: Final = "ssl_"
"""How the options of a URL begin that say how TLS is done; redis-py reads them, and makes the context."""


class Unwelcome(ConnectionError):
    """The server does not let us in."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is: `path` of a Unix socket, or `host` and `port`; and what it wants to hear first."""

    host: str
    port: int
    path: str
    tls: ssl.SSLContext | None
    greeting: tuple[bytes, ...]

    @classmethod
    def read(cls, url: str) -> Address:
        """Read a URL. Raises ValueError or RedisError for what is none, OSError for a certificate that is not
        there.
        """
        said: dict[str, Any] = dict(parse_url(url))
        tls = None
        if said.get("connection_class") is SSLConnection:
            tls = SSLConnection(**{k: said[k] for k in said if k.startswith(_TLS)}).ssl_context.get()
        greeting = []
        if "password" in said:
            who = (said["username"],) if "username" in said else ()
            greeting.append(pack(b"AUTH", *who, said["password"]))
        if said.get("db"):
            greeting.append(pack(b"SELECT", said["db"]))
        host, port = said.get("host", "localhost"), said.get("port", 6379)
        return cls(host, port, said.get("path", ""), tls, tuple(greeting))


class Wire(asyncio.Protocol):
    """One connection, made once. Its replies are read as they come, all that are there at once.

    A read of redis-py's takes several calls and a place in a stream for each reply, which cost a save more
    than packing it.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._reader = hiredis.Reader(replyError=cast(Any, fault_of))
        self._transport: asyncio.Transport | None = None
        self._replies: list[Reply] = []
        self._wanted = 0
        self._heard: asyncio.Future[None] | None = None
        self._gone = False

    async def connect(self) -> None:
        """Reach the server and be let in. Raises OSError."""
        try:
            there = Address.read(self._url)
        except (RedisError, ValueError) as error:
            raise Unwelcome(f"the store's URL cannot be used: {error}") from None
        loop = asyncio.get_running_loop()
        if there.path:
            await loop.create_unix_connection(lambda: self, there.path)
        else:
            await loop.create_connection(lambda: self, there.host, there.port, ssl=there.tls)
        if there.greeting:
            self.send(there.greeting)
            await self.hear(len(there.greeting))
            for reply in self.take(len(there.greeting)):
                if isinstance(reply, Fault):
                    raise Unwelcome(reply.detail)

    @property
    def stale(self) -> bool:
        """Whether it ended, or said what nobody asked for."""
        return self._gone or bool(self._replies) or self._reader.has_data()

    def send(self, packed: Sequence[bytes]) -> None:
        """Send commands. Raises ConnectionError when the connection is over."""
        if self._gone or self._transport is None:
            raise ConnectionResetError
        self._transport.write(packed[0] if len(packed) == 1 else b"".join(packed))

    async def hear(self, count: int) -> None:
        """Wait until so many replies can be taken. Raises ConnectionError when they never will."""
        if len(self._replies) >= count:
            return
        if self._gone:
            raise ConnectionResetError
        self._wanted, self._heard = count, asyncio.get_running_loop().create_future()
        try:
            await self._heard
        finally:
            self._heard = None

    def take(self, count: int) -> list[Reply]:
        """Take so many replies, or what there is of them."""
        taken = self._replies[:count]
        del self._replies[:count]
        return taken

    def disconnect(self) -> None:
        """Hang up; may be done again."""
        self._gone = True
        if self._transport is not None:
            self._transport.abort()

    # ------------------------------------------------------------ called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Replies came."""
        reader, replies = self._reader, self._replies
        try:
            reader.feed(data)
            while (reply := reader.gets(False)) is not False:
                replies.append(reply)
        except hiredis.ProtocolError:
            self._over(ConnectionResetError("what the server says is no RESP"))
            self.disconnect()
            return
        if self._heard is not None and len(replies) >= self._wanted and not self._heard.done():
            self._heard.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        self._over(ConnectionResetError())

    def _over(self, error: ConnectionError) -> None:
        self._gone = True
        if self._heard is not None and not self._heard.done():
            self._heard.set_exception(error)
