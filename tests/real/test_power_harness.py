"""The power-cut harness tells the truth: it loses what was not synced, and nothing that was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from tests.prove.power import PowerCut, PowerCutServer

WRITERS = 8


class Writers:
    """Clients that count upwards, each in its own key, and know how far the store has acknowledged."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.acknowledged = [0] * WRITERS
        self._changed = asyncio.Event()

    async def write(self, which: int) -> None:
        """Write until the store goes away."""
        async with redis.Redis.from_url(self._url, retry=Retry(NoBackoff(), 0)) as client:
            try:
                while True:
                    await client.set(f"count:{which}", self.acknowledged[which] + 1)
                    self.acknowledged[which] += 1
                    self._changed.set()
            except redis.RedisError:
                return

    async def until(self, enough: Callable[[int], bool]) -> None:
        """Wait until so many writes have been acknowledged."""
        while not enough(sum(self.acknowledged)):
            self._changed.clear()
            await self._changed.wait()

    async def lost(self) -> int:
        """Count the acknowledged writes that the store no longer knows."""
        async with redis.Redis.from_url(self._url) as client:
            kept = [int(await client.get(f"count:{which}") or 0) for which in range(WRITERS)]
        return sum(max(0, acked - left) for acked, left in zip(self.acknowledged, kept, strict=True))


async def cut_under_load(store: PowerCutServer, writes: int) -> tuple[PowerCut, int]:
    """Cut the power after so many acknowledged writes, amid more; returns the cut and what was lost."""
    load = Writers(store.url)
    async with asyncio.TaskGroup() as tasks:
        for which in range(WRITERS):
            tasks.create_task(load.write(which))
        await load.until(lambda acknowledged: acknowledged >= writes)
        cut = await store.cut()
    await store.restart()
    return cut, await load.lost()


async def test_always_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """With `appendfsync always`, two power cuts under load lose no acknowledged write."""
    async with PowerCutServer(tmp_path, appendfsync="always") as store:
        for _ in range(2):
            cut, lost = await cut_under_load(store, writes=2_000)
            assert lost == 0
            assert cut.synced > 0
            assert cut.durable_bytes > 0


async def test_everysec_loses_acknowledged_writes(tmp_path: Path) -> None:
    """With `appendfsync everysec` the same load loses acknowledged writes: the harness can see a loss."""
    async with PowerCutServer(tmp_path, appendfsync="everysec") as store:
        load = Writers(store.url)
        async with asyncio.TaskGroup() as tasks:
            for which in range(WRITERS):
                tasks.create_task(load.write(which))
            await load.until(lambda acknowledged: acknowledged >= 2_000)
            await store.hang()
            ahead = sum(load.acknowledged) + 2_000
            await load.until(lambda acknowledged: acknowledged >= ahead)
            cut = await store.cut()
        await store.restart()
        assert await load.lost() > 0
        assert cut.lost_bytes > 0


async def test_kill_alone_loses_nothing(tmp_path: Path) -> None:
    """Killing the server proves nothing about syncs: what it wrote is in the kernel, whatever the policy."""
    async with PowerCutServer(tmp_path, appendfsync="everysec") as store:
        load = Writers(store.url)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(load.write(0))
            await load.until(lambda acknowledged: acknowledged >= 500)
            await store.kill()
        await store.restart()
        assert await load.lost() == 0


async def test_a_torn_tail_loads(tmp_path: Path) -> None:
    """A disk that kept half of a command leaves a store that starts, with everything acknowledged."""
    async with PowerCutServer(tmp_path, appendfsync="everysec") as store:
        async with redis.Redis.from_url(store.url) as client:
            await client.set("count:0", 1)
        await store.cut(torn_bytes=17)
        await store.restart()
        async with redis.Redis.from_url(store.url) as client:
            assert await client.ping()


async def test_a_cut_during_a_rewrite_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """The files change hands in an AOF rewrite; a cut soon after its start loses no acknowledged write."""
    async with PowerCutServer(tmp_path, appendfsync="always") as store:
        load = Writers(store.url)
        async with asyncio.TaskGroup() as tasks:
            for which in range(WRITERS):
                tasks.create_task(load.write(which))
            await load.until(lambda acknowledged: acknowledged >= 500)
            async with redis.Redis.from_url(store.url) as client:
                await client.bgrewriteaof()
            await load.until(lambda acknowledged: acknowledged >= 2_000)
            await store.cut()
        await store.restart()
        assert await load.lost() == 0
