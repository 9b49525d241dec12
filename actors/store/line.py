"""One connection to one server: bursts of commands go out, replies come in, in order and bounded in time.

All that is asked while a burst is under way goes out together in the next one, so the more is asked, the
larger the group that one sync of the disk commits. Nothing is ever sent twice from here.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Literal

import hiredis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import (
    AskError,
    BusyLoadingError,
    ClusterDownError,
    MovedError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from actors.store.patience import Patience
from actors.store.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class Fault:
    """What came instead of a reply.

    `away`: never sent. `lost`: sent, but no answer came, so it may have happened. `refused`: the server did
    not do it: it is loading, full, read-only or short of replicas. `noscript`, `moved`, `ask`: not done
    either, and what to do about it. `broken`: any other error, a bug or damaged data; it may be done in part.
    """

    kind: Literal["away", "lost", "refused", "noscript", "moved", "ask", "broken"]
    detail: str = ""


Reply = int | bytes | None | list["Reply"] | Fault

NOT_DONE: Final = frozenset({"away", "refused", "noscript", "moved", "ask"})
"""Kinds of faults that prove that the command had no effect."""
LOST: Final = Fault("lost", "the store did not answer")

_REFUSALS: Final = (ReadOnlyError, OutOfMemoryError, ClusterDownError, TryAgainError)
_REFUSAL_CODES: Final = frozenset({"MISCONF", "NOREPLICAS", "BUSY", "UNBLOCKED"})


Took = Callable[[float, str], None]
"""Told of each group of bursts: its seconds, and a fault's kind or ""."""


class Line:
    """A connection that comes back by itself; `exchange` never raises for what server or network do.

    After a connection ended with commands unanswered, the next one first kills it by its client id: what
    still lies in the buffers of a server that was paused never takes effect once anything newer was asked.
    `replaced` is told when another run of a server answers than before; `took` how long each group of bursts
    was under way, and what came instead of answers, if anything did.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractConnection],
        settings: StoreSettings,
        replaced: Callable[[], None] = lambda: None,
        took: Took = lambda _seconds, _fault: None,
    ) -> None:
        self._connect = connect
        self._replaced = replaced
        self._took = took
        self._settings = settings
        self._connection: AbstractConnection | None = None
        self._waiting: list[_Burst] = []
        self._worker: asyncio.Task[None] | None = None
        self._run = ""
        self._client_id = 0
        self._unfenced: list[int] = []
        self._pause = 0.0
        self._not_before = 0.0
        self._closed = False

    async def exchange(self, packed: bytes, count: int) -> list[Reply]:
        """Send packed commands and give their `count` replies, a Fault for each that has none."""
        if self._closed or len(self._waiting) >= self._settings.waiting_bursts:
            return [Fault("away", "too much is waiting for the store")] * count
        burst = _Burst(packed, count, asyncio.get_running_loop().create_future())
        self._waiting.append(burst)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work(), name="store line")
        return await burst.answered

    async def close(self) -> None:
        """Let what is under way finish, within its time, and disconnect; may be called again."""
        self._closed = True
        if self._worker is not None:
            await asyncio.wait({self._worker})
        await self._disconnect()

    async def _work(self) -> None:
        try:
            while self._waiting:
                bursts, self._waiting = self._waiting, []
                await self._carry(bursts)
        finally:
            self._worker = None
            for burst in self._waiting:  # only when cancelled or by a bug
                burst.give_up(Fault("away", "the node is stopping"))
            self._waiting.clear()

    async def _carry(self, bursts: list[_Burst]) -> None:
        fault, began, answered = Fault("away", "the store cannot be reached"), perf_counter(), False
        try:
            connection = await self._ready()
            if connection is not None:
                fault = LOST
                async with Patience(self._settings.answer_seconds):
                    packed = [burst.packed for burst in bursts]
                    await connection.send_packed_command(packed, check_health=False)
                    for burst in bursts:
                        await burst.read(connection)
                self._pause, answered = 0.0, True
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            if isinstance(error, BusyLoadingError):
                fault = Fault("refused", "the store is loading its data")
            await self._fail()
        finally:
            self._took(perf_counter() - began, "" if answered else fault.kind)
            for burst in bursts:
                burst.give_up(fault)

    async def _ready(self) -> AbstractConnection | None:
        """Give the connection, made anew if there is none; None while the server is left alone."""
        connection = self._connection
        if connection is not None:
            if not await connection.can_read():
                return connection
            await self._disconnect()  # it ended while nothing was asked of it: nothing of ours is lost
        if asyncio.get_running_loop().time() < self._not_before:
            return None
        connection = self._connection = self._connect()
        async with asyncio.timeout(self._settings.connect_seconds):
            await connection.connect()  # type: ignore[no-untyped-call]
            await self._greet(connection)
        return connection

    async def _greet(self, connection: AbstractConnection) -> None:
        """Learn our client id, and end every earlier connection whose commands may still wait there."""
        own, about = await _ask(connection, pack(b"CLIENT", b"ID"), pack(b"INFO", b"server"))
        run = _run_id(about)
        if run == self._run:  # another run of the server knows nothing of ours, and its ids are others'
            await _ask(connection, *(pack(b"CLIENT", b"KILL", b"ID", b"%d" % one) for one in self._unfenced))
        elif self._run:
            self._replaced()
        self._run = run
        self._unfenced.clear()
        self._client_id = own if isinstance(own, int) else 0

    async def _fail(self) -> None:
        """Give the connection up and leave the server alone for a while, longer each time."""
        if self._client_id:
            self._unfenced.append(self._client_id)
            self._client_id = 0
        await self._disconnect()
        self._not_before = asyncio.get_running_loop().time() + self._pause
        self._pause = min(
            max(2 * self._pause, self._settings.first_pause_seconds), self._settings.longest_pause_seconds
        )

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)


class _Burst:
    """What one caller asked: packed commands, and the replies that came so far."""

    __slots__ = ("answered", "count", "packed", "replies")

    def __init__(self, packed: bytes, count: int, answered: asyncio.Future[list[Reply]]) -> None:
        self.packed = packed
        self.count = count
        self.answered = answered
        self.replies: list[Reply] = []

    async def read(self, connection: AbstractConnection) -> None:
        replies = self.replies
        for _ in range(self.count):
            replies.append(await read_reply(connection))  # one by one: what has come stays
        if not self.answered.done():  # its caller may have been cancelled; the replies are read all the same
            self.answered.set_result(replies)

    def give_up(self, fault: Fault) -> None:
        """Fill what has not come with the fault."""
        if not self.answered.done():
            self.replies.extend([fault] * (self.count - len(self.replies)))
            self.answered.set_result(self.replies)


def pack(*words: bytes | str | int) -> bytes:
    """Pack one command as the server reads it (RESP, arrays of bulk strings)."""
    packed: bytes = hiredis.pack_command(words)  # type: ignore[arg-type]  # its stub knows tuples of one
    return packed


async def read_reply(connection: AbstractConnection) -> Reply:
    """Read one reply, an error as a Fault; raises only when the connection is no more."""
    try:
        # inf: the time is bounded once for the whole burst, which costs less than once for each reply
        reply: Reply = await connection.read_response(disable_decoding=True, timeout=math.inf)
    except ResponseError as error:
        return _fault_of(error)
    return reply


async def _ask(connection: AbstractConnection, *packed: bytes) -> list[Reply]:
    await connection.send_packed_command(packed, check_health=False)
    return [await read_reply(connection) for _ in packed]


def _run_id(about: Reply) -> str:
    """Read which run of the server this is, out of what INFO says; empty where our user may not ask."""
    found = re.search(rb"^run_id:(\w+)", about, re.MULTILINE) if isinstance(about, bytes) else None
    return "" if found is None else found[1].decode()


def _fault_of(error: ResponseError) -> Fault:
    text = str(error)
    if isinstance(error, NoScriptError):
        return Fault("noscript")
    if isinstance(error, MovedError):  # a kind of AskError, so it comes first
        return Fault("moved", text)
    if isinstance(error, AskError):
        return Fault("ask", text)
    code = text.partition(" ")[0]
    if isinstance(error, _REFUSALS):
        return Fault("refused", type(error).__name__)
    if code in _REFUSAL_CODES:
        return Fault("refused", code)
    return Fault("broken", code)  # never the whole text: it may quote what we sent
