"""R15: purged guest text leaves the append-only file by itself, on every kind of server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from actors.store.rewrite import PurgeRewrite, RewriteState
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from actors.store.shards import RedisShards
from tests.real.store.servers import Server, debian_redis
from tests.real.store.visits import FIRST, SHARD, after, claimed, renew

SEALED = b"sealed-guest-text-canary"


class Time:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds


async def until(rewrite: PurgeRewrite, wanted: str) -> RewriteState:
    """Step until the state says `wanted`."""
    while not getattr(state := await rewrite.step(), wanted):
        await soon()
    return state


async def soon() -> None:
    """Let the server work; it has no event to wait for."""
    await asyncio.sleep(0.01)


async def in_the_file(server: Server) -> bool:
    """Whether any file of the store still holds the sealed text."""
    folder = (await server.ask("CONFIG GET", "dir"))["dir"]
    return await asyncio.to_thread(_in_the_file, Path(folder))


def _in_the_file(folder: Path) -> bool:
    return any(SEALED in path.read_bytes() for path in folder.rglob("*.aof"))


async def test_an_ended_visits_text_is_gone_from_the_file_in_time(server: Server) -> None:
    """Not before the interval has passed, and then without anybody asking."""
    time = Time()
    settings = StoreSettings(url=server.url, rewrite_every_seconds=60.0)
    servers = Servers(settings)
    rewrite = PurgeRewrite(servers, settings, time)
    shards = RedisShards(servers, settings, rewrite.purged)
    await shards.open()
    await renew(shards, "node-1", "ana")
    await claimed(shards, [SHARD], "node-1", "ana")
    await until_first_rewrite(rewrite, time)

    first = replace(FIRST, body=SEALED)
    assert await shards.save([first]) == ["ok"]
    assert (await rewrite.step()).lag == 0.0
    assert await shards.save([after(first, "ended", due=None, over=True, purged=True)]) == ["ok"]
    assert await in_the_file(server)

    time.seconds += 59.0
    assert await rewrite.step() == RewriteState(lag=59.0)
    time.seconds += 1.0
    assert (await until(rewrite, "forgotten")).forgotten == 60.0
    while await in_the_file(server):  # the server removes the old file in a thread of its own
        await soon()
    assert await rewrite.step() == RewriteState()
    await servers.close()


async def until_first_rewrite(rewrite: PurgeRewrite, time: Time) -> None:
    """A new process rewrites once for what an earlier one may have left."""
    time.seconds += 60.0
    await until(rewrite, "forgotten")


@pytest.fixture
async def without_aof(tmp_path: Path) -> AsyncIterator[tuple[Servers, StoreSettings]]:
    """A Redis that keeps no append-only file."""
    with debian_redis(tmp_path, "--appendonly", "no") as server:
        settings = StoreSettings(url=server.url, rewrite_every_seconds=0.0)
        servers = Servers(settings)
        yield servers, settings
        await servers.close()


async def test_a_store_without_such_a_file_is_reported(
    without_aof: tuple[Servers, StoreSettings],
) -> None:
    """The operator of an external store is told in one sentence, and the lag keeps growing."""
    time = Time()
    rewrite = PurgeRewrite(*without_aof, time)
    time.seconds += 10.0
    state = await rewrite.step()
    assert "no append-only file" in state.unable
    assert (state.failed, state.lag) == (True, 10.0)


async def test_a_store_that_forbids_the_rewrite_is_reported(tmp_path: Path) -> None:
    """As many providers of Redis do."""
    with debian_redis(tmp_path, "--rename-command", "BGREWRITEAOF", "") as server:
        settings = StoreSettings(url=server.url, rewrite_every_seconds=0.0)
        servers = Servers(settings)
        assert "did not start" in (await PurgeRewrite(servers, settings).step()).unable
        await servers.close()


async def test_a_server_that_died_at_the_rewrite_is_asked_again(tmp_path: Path) -> None:
    """A restarted server proves nothing about the rewrite that was under way."""
    time = Time()
    with debian_redis(tmp_path) as server:
        settings = StoreSettings(url=server.url, rewrite_every_seconds=0.0, rewrite_again_seconds=5.0)
        servers = Servers(settings)
        rewrite = PurgeRewrite(servers, settings, time)
        assert (await rewrite.step()).running
    with debian_redis(tmp_path):
        while not (state := await rewrite.step()).failed:
            await soon()
        assert (state.running, state.forgotten) == (False, None)
        time.seconds += 5.0
        assert (await until(rewrite, "forgotten")).failed is False
    assert (await rewrite.step()).unable == ""
    await servers.close()
