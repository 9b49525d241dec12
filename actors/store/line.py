"""One connection to one server: bursts of commands go out, replies come in, in order and bounded in time.

All that is asked while a burst is under way goes out together in the next one, so the more is asked, the
larger the group that one sync of the disk commits. Nothing is ever sent twice from here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final, Protocol

from actors.store.patience import Patience
from actors.store.replies import LOST, Fault, Reply, pack
from actors.store.settings import StoreSettings
from actors.store.wire import Unwelcome

_UNREACHED: Final = Fault("away", "the store cannot be reached")
_UNTOLD: Final = "NOPERM"
"""Our user may not ask for this."""


class Connection(Protocol):
    """A connection as `Line` needs it: `actors.store.wire.Wire`, or one of a simulation."""

    async def connect(self) -> None:
        """Reach the server and be let in. Raises OSError."""

    @property
    def stale(self) -> bool:
        """Whether it ended, or said what nobody asked for."""

    def send(self, packed: Sequence[bytes]) -> None:
        """Send commands. Raises OSError when the connection is over."""

    async def hear(self, count: int) -> None:
        """Wait until so many replies can be taken. Raises OSError when they never will."""

    def take(self, count: int) -> list[Reply]:
        """Take so many replies, or what there is of them."""
        ...

    def disconnect(self) -> None:
        """Hang up; may be done again."""


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
        connect: Callable[[], Connection],
        settings: StoreSettings,
        replaced: Callable[[], None] = lambda: None,
        took: Took = lambda _seconds, _fault: None,
    ) -> None:
        self._connect = connect
        self._replaced = replaced
        self._took = took
        self._settings = settings
        self._connection: Connection | None = None
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
        self._disconnect()

    async def _work(self) -> None:
        try:
            while self._waiting:
                bursts, self._waiting = self._waiting, []
                await self._carry(bursts)
        finally:
            self._worker = None
            for burst in self._waiting:  # only when cancelled or by a bug
                burst.settle([], Fault("away", "the node is stopping"))
            self._waiting.clear()

    async def _carry(self, bursts: list[_Burst]) -> None:
        fault, began, answered = _UNREACHED, perf_counter(), False
        connection: Connection | None = None
        try:
            connection = await self._ready()
            if connection is not None:
                fault = LOST
                async with Patience(self._settings.answer_seconds):
                    connection.send([burst.packed for burst in bursts])
                    await connection.hear(sum(burst.count for burst in bursts))
                self._pause, answered = 0.0, True
        except OSError:  # TimeoutError is one
            self._fail()
        finally:
            self._took(perf_counter() - began, "" if answered else fault.kind)
            for burst in bursts:  # what has come stays, even if the rest never will
                burst.settle([] if connection is None else connection.take(burst.count), fault)

    async def _ready(self) -> Connection | None:
        """Give the connection, made anew if there is none; None while the server is left alone."""
        connection = self._connection
        if connection is not None:
            if not connection.stale:
                return connection
            self._disconnect()  # it ended while nothing was asked of it: nothing of ours is lost
        if asyncio.get_running_loop().time() < self._not_before:
            return None
        connection = self._connection = self._connect()
        async with asyncio.timeout(self._settings.connect_seconds):
            await connection.connect()
            await self._greet(connection)
        return connection

    async def _greet(self, connection: Connection) -> None:
        """Learn our client id, and end every earlier connection whose commands may still wait there."""
        own, about = await _ask(connection, pack(b"CLIENT", b"ID"), pack(b"INFO", b"server"))
        if type(own) is Fault and own.detail != _UNTOLD:
            raise Unwelcome(own.detail)
        run = _run_id(about)
        if run == self._run:  # another run of the server knows nothing of ours, and its ids are others'
            await _ask(connection, *(pack(b"CLIENT", b"KILL", b"ID", b"%d" % one) for one in self._unfenced))
        elif self._run:
            self._replaced()
        self._run = run
        self._unfenced.clear()
        self._client_id = own if isinstance(own, int) else 0

    def _fail(self) -> None:
        """Give the connection up and leave the server alone for a while, longer each time."""
        if self._client_id:
            self._unfenced.append(self._client_id)
            self._client_id = 0
        self._disconnect()
        self._not_before = asyncio.get_running_loop().time() + self._pause
        self._pause = min(
            max(2 * self._pause, self._settings.first_pause_seconds), self._settings.longest_pause_seconds
        )

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.disconnect()


class _Burst:
    """What one caller asked: packed commands, and how many replies they get."""

    __slots__ = ("answered", "count", "packed")

    def __init__(self, packed: bytes, count: int, answered: asyncio.Future[list[Reply]]) -> None:
        self.packed = packed
        self.count = count
        self.answered = answered

    def settle(self, replies: list[Reply], fault: Fault) -> None:
        """Hand over what came, and the fault for each reply that did not."""
        if not self.answered.done():  # its caller may have been cancelled
            self.answered.set_result(replies + [fault] * (self.count - len(replies)))


async def _ask(connection: Connection, *packed: bytes) -> list[Reply]:
    connection.send(packed)
    await connection.hear(len(packed))
    return connection.take(len(packed))


def _run_id(about: Reply) -> str:
    """Read which run of the server this is, out of what INFO says; empty where our user may not ask."""
    found = re.search(rb"^run_id:(\w+)", about, re.MULTILINE) if isinstance(about, bytes) else None
    return "" if found is None else found[1].decode()
