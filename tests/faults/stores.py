"""A store that can be paused, slowed, killed, filled, cut from power, failed over, and set to another hour.

Two servers like the one that a node brings along, a primary and its replica, each on a small disk of its own.
The primary's address changes with a failover: `Stores.socket` is where it is now. What was acknowledged
outlives everything here but a failover that nobody waited for (`promoted`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from redis.exceptions import RedisError

from tests.prove.clocks import SetClock, store_is_ahead
from tests.prove.disk import small_disk
from tests.prove.peek import peek
from tests.prove.power import PowerCutServer
from tests.support.node import free_port

Owners = dict[int, tuple[int, str]]
"""Shard -> epoch and node."""

DISK_MEBIBYTES: Final = 384
REPLICA_WITHIN: Final = 20.0


async def owners_at(url: str, shards: Iterable[int]) -> Owners:
    """Read who owns shards, at the server that holds them."""
    asked = sorted(shards)
    async with peek(url) as store, store.pipeline(transaction=False) as together:
        for shard in asked:
            together.execute_command("HMGET", f"{{s{shard:04d}}}:owner", "epoch", "node")
        found = await together.execute()
    return {
        shard: (int(epoch or 0), (node or b"").decode())
        for shard, (epoch, node) in zip(asked, found, strict=True)
    }


class Stores:
    """A primary and its replica; enter it to start both."""

    def __init__(self, folder: Path, *, clock: bool = False, on_primary: Callable[[Path], None]) -> None:
        self._folder = folder
        self._on_primary = on_primary
        """Told the socket of the primary, whenever it is another one."""
        self.clock = SetClock(folder / "store.clock") if clock else None
        self.servers: list[PowerCutServer] = []
        self._ports: list[int] = []
        self._disks: list[Path] = []
        self.primary = 0
        self._stack = AsyncExitStack()

    @property
    def server(self) -> PowerCutServer:
        """The server that takes writes now."""
        return self.servers[self.primary]

    @property
    def url(self) -> str:
        """Where the primary is reached directly."""
        return self.server.url

    async def __aenter__(self) -> Stores:
        environment: Mapping[str, str] = self.clock.environment if self.clock else {}
        for at in range(2):
            disk = self._stack.enter_context(small_disk(DISK_MEBIBYTES))
            port = free_port()
            options = ("--port", str(port), "--bind", "127.0.0.1", "--protected-mode", "no")
            server = PowerCutServer(disk / f"server-{at}", options=options, environment=environment)
            self._disks.append(disk)
            self._ports.append(port)
            self.servers.append(await self._stack.enter_async_context(server))
        await self._follow()
        self._on_primary(self.server.socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def primaries(self) -> list[str]:
        """Give the URL of every server that takes writes now: the one."""
        return [self.url]

    async def owners(self, shards: Iterable[int]) -> Owners:
        """Read who owns shards."""
        return await owners_at(self.url, shards)

    # ------------------------------------------------------------ faults

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Stop the primary as a hung machine does."""
        pid = self.server.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    async def limps(self, seconds: float) -> None:
        """Let the primary answer for a fifth of each half second only."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            async with self.paused():
                await asyncio.sleep(0.4)
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def killed(self) -> AsyncIterator[None]:
        """Kill the primary as `kill -9` does."""
        await self.server.kill()
        try:
            yield
        finally:
            await self._restarted()

    @asynccontextmanager
    async def without_power(self, torn_bytes: int, sync_ms: int) -> AsyncIterator[None]:
        """Cut the primary's power: what was not synced is gone."""
        await self.server.cut(torn_bytes, sync_ms=sync_ms)
        try:
            yield
        finally:
            await self._restarted()

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """Fill the primary's disk to the last byte; it ends rather than promise what it cannot keep."""
        ballast = self._disks[self.primary] / "ballast"
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
        try:
            yield
        finally:
            ballast.unlink()
            if self.server.ended:
                await self.server.kill()  # the one who watches it, too
                await self._restarted()

    @asynccontextmanager
    async def on_a_slow_disk(self, milliseconds: int) -> AsyncIterator[None]:
        """Let each sync of the primary's disk take longer; with it each write, as all are synced."""
        server = self.server
        await server.be_slow(milliseconds)
        try:
            yield
        finally:
            await server.be_slow(0)

    @asynccontextmanager
    async def at_another_hour(self, hours: int) -> AsyncIterator[None]:
        """Set both servers' clocks."""
        if self.clock is None:
            raise RuntimeError("these servers' clocks cannot be set")
        self.clock.set(hours)
        await store_is_ahead(self.url, hours)
        try:
            yield
        finally:
            self.clock.set(0)
            await store_is_ahead(self.url, 0)

    async def fail_over(self) -> bool:
        """Hand over to the replica without losing anything; False when it is not ready to take over."""
        if not await self._replica_follows():
            return False
        async with peek(self.url) as store:
            port = self._ports[1 - self.primary]
            await store.execute_command("FAILOVER", "TO", "127.0.0.1", port, "TIMEOUT", 5_000)  # type: ignore[no-untyped-call]
        async with asyncio.timeout(REPLICA_WITHIN):
            while await self._role(1 - self.primary) != "master":
                if not await self._failing_over():
                    return False
                await asyncio.sleep(0.02)
        self.primary = 1 - self.primary
        self._on_primary(self.server.socket)
        return True

    @asynccontextmanager
    async def promoted(self) -> AsyncIterator[None]:
        """Lose the primary, and make do with what the replica has: the last writes may be missing. What was
        the primary comes back as the replica.
        """
        await self.server.kill()
        self.primary = 1 - self.primary
        async with peek(self.url) as store:
            await store.replicaof("NO", "ONE")
        self._on_primary(self.server.socket)
        try:
            yield
        finally:
            await self.servers[1 - self.primary].restart()
            await self._follow()

    # ------------------------------------------------------------ in itself

    async def _restarted(self) -> None:
        await self.server.restart()
        await self._follow()

    async def _follow(self) -> None:
        """Make the other server follow the primary, which a restart forgets."""
        async with peek(self.servers[1 - self.primary].url) as replica:
            await replica.replicaof("127.0.0.1", str(self._ports[self.primary]))

    async def _replica_follows(self) -> bool:
        loop = asyncio.get_running_loop()
        until = loop.time() + REPLICA_WITHIN
        while loop.time() < until:
            try:
                async with peek(self.url) as store:
                    told = await store.info("replication")
                if "state=online" in str(told.get("slave0", "")) or (
                    isinstance(told.get("slave0"), dict) and told["slave0"].get("state") == "online"
                ):
                    return True
            except (RedisError, OSError):
                pass
            await asyncio.sleep(0.1)
        return False

    async def _role(self, which: int) -> str:
        try:
            async with peek(self.servers[which].url) as store:
                return str((await store.info("replication"))["role"])
        except (RedisError, OSError):
            return ""

    async def _failing_over(self) -> bool:
        """Whether the primary still tries; it gives up when the replica does not catch up in time."""
        try:
            async with peek(self.url) as store:
                state = (await store.info("replication")).get("master_failover_state", "no-failover")
        except (RedisError, OSError):
            return True
        return state != "no-failover" or await self._role(1 - self.primary) == "master"
