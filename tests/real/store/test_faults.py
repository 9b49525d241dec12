"""What the store promises when its server is slow, stopped, killed, full or read-only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from actors.ports import Save, StoreDown
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from actors.store.shards import RedisShards
from engine.ids import visit_id
from tests.real.store.servers import Cutter, Server, debian_redis, free_port, own_certificate
from tests.real.store.visits import FIRST, SHARD, VISIT, after, claimed, renew


@asynccontextmanager
async def opened(url: str, answer_seconds: float = 5.0) -> AsyncIterator[RedisShards]:
    """A store on this server that owns the shard; it waits so long for answers."""
    settings = StoreSettings(
        url=url,
        connect_seconds=answer_seconds,
        answer_seconds=answer_seconds,
        first_pause_seconds=0.01,
        longest_pause_seconds=0.02,
    )
    shards = RedisShards(Servers(settings), settings)
    await shards.open()
    await renew(shards, "node-1", "ana")
    await claimed(shards, [SHARD], "node-1", "ana")
    try:
        yield shards
    finally:
        await shards.close()


def visit(at: int) -> Save:
    """The first save of one visit of many."""
    return replace(FIRST, visit=visit_id(SHARD, f"{at:012d}"))


async def back(shards: RedisShards) -> None:
    """Wait until the store answers again."""
    while True:
        try:
            await renew(shards, "node-1", "ana")
            await shards.read([VISIT])
        except StoreDown:
            await asyncio.sleep(0.005)
        else:
            return


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    """A Redis 7.0."""
    with debian_redis(tmp_path) as server:
        yield server


async def test_scripts_that_were_flushed_are_loaded_again(server: Server) -> None:
    """SCRIPT FLUSH (or a restart) is noticed by nobody, on every kind of server."""
    async with opened(server.url) as shards:
        await server.ask("SCRIPT FLUSH")
        others = [visit(at) for at in range(5)]
        assert await shards.save([FIRST, *others]) == ["ok"] * 6
        await server.ask("SCRIPT FLUSH")
        assert (await claimed(shards, [SHARD], "node-1", "ana"))[0].epoch == 1


async def test_a_paused_store_answers_unknown_in_time(server: Server) -> None:
    """CLIENT PAUSE: a save's outcome is unknown, a renewal says that the store is down; then all resumes."""
    async with opened(server.url, answer_seconds=0.5) as shards:
        await shards.save([FIRST])
        await server.ask("CLIENT PAUSE", 600_000, "WRITE")
        assert await shards.save([after(FIRST, "second")]) == ["unknown"]
        with pytest.raises(StoreDown):
            await renew(shards, "node-1", "ana")
        await server.ask("CLIENT UNPAUSE")
        await back(shards)


async def test_what_a_frozen_store_got_late_never_overtakes_a_read(redis: Server) -> None:
    """A save of unknown outcome was done when it is read, or never is: its connection is killed first."""
    async with opened(redis.url, answer_seconds=0.5) as shards:
        save = FIRST
        assert await shards.save([save]) == ["ok"]
        for turn in range(3):
            redis.freeze()
            late = after(save, f"late{turn}")
            assert await shards.save([late]) == ["unknown"]
            redis.thaw()
            await back(shards)
            (first,) = await shards.read([VISIT])
            assert first is not None
            save = late if first.save_id == late.save_id else save
            assert first.version == save.version
            save = after(save, f"next{turn}")
            assert await shards.save([save]) == ["ok"]


async def test_a_save_still_on_its_way_is_dead_once_the_visit_was_read(redis: Server, tmp_path: Path) -> None:
    """The outcome that a read tells is final: what arrives later over the old connection finds it killed."""
    cutter = Cutter(redis.url.removeprefix("unix://"), tmp_path / "cutter")
    async with cutter.serving(), opened(cutter.url, answer_seconds=1.0) as shards:
        await shards.save([FIRST])
        cutter.hold()
        assert await shards.save([after(FIRST, "late")]) == ["unknown"]
        await back(shards)
        (read,) = await shards.read([VISIT])
        cutter.release()
        assert await shards.save([after(FIRST, "next")]) == ["ok"]
        (stored,) = await shards.read([VISIT])
        assert read is not None
        assert stored is not None
        assert (read.save_id, stored.save_id) == ("first", "next")


async def test_a_killed_server_leaves_no_doubt_after_its_return(tmp_path: Path) -> None:
    """Killed at work: what was answered is there, what is unknown can be read, what was refused is not."""
    with debian_redis(tmp_path) as server:
        async with opened(server.url, answer_seconds=1.0) as shards:
            saves = [
                replace(FIRST, visit=visit_id(SHARD, f"{at:012d}"), body=os.urandom(5000))
                for at in range(2000)
            ]
            batches = [saves[at : at + 50] for at in range(0, len(saves), 50)]
            answers = [asyncio.create_task(shards.save(batch)) for batch in batches]
            await answers[5]
            os.kill(server.pid, signal.SIGKILL)
            results = await asyncio.gather(*answers, return_exceptions=True)
            with debian_redis(tmp_path):
                await back(shards)
                for batch, result in zip(batches, results, strict=True):
                    stored = await shards.read([save.visit for save in batch])
                    if isinstance(result, StoreDown):
                        assert stored == [None] * len(batch)
                        continue
                    assert isinstance(result, list)
                    assert set(result) <= {"ok", "unknown"}
                    for save, one, found in zip(batch, result, stored, strict=True):
                        assert one != "ok" or (found is not None and found.body == save.body)


async def test_answers_that_came_before_the_connection_broke_count(redis: Server, tmp_path: Path) -> None:
    """Cut at every byte of the answers: as many results are known as answers came whole, the others are
    unknown.
    """
    saves = [visit(at) for at in range(3)]
    cutter = Cutter(redis.url.removeprefix("unix://"), tmp_path / "cutter")
    async with cutter.serving(), opened(cutter.url) as shards:
        for cut in range(12):  # three answers of four bytes
            cutter.answers_left = None
            await back(shards)
            cutter.answers_left = cut
            results = await shards.save(saves)
            whole = cut // 4
            assert results == ["ok"] * whole + ["unknown"] * (3 - whole)
        cutter.answers_left = None
        await back(shards)
        assert [one and one.version for one in await shards.read([save.visit for save in saves])] == [1, 1, 1]


async def test_a_read_only_store_is_down_for_facts_and_readable(redis: Server) -> None:
    """A replica, as after a failover: nothing is written and nothing is unknown."""
    async with opened(redis.url) as shards:
        await shards.save([FIRST])
        await redis.ask("CONFIG SET", "replica-serve-stale-data", "yes")
        await redis.ask("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(StoreDown):
            await shards.save([after(FIRST, "second")])
        assert (await shards.read([VISIT]))[0] is not None
        await redis.ask("REPLICAOF", "NO", "ONE")
        assert await shards.save([after(FIRST, "second")]) == ["ok"]


async def test_a_store_without_memory_is_down_for_facts(redis: Server) -> None:
    """OOM is a refusal: nothing was written, and the same save works later."""
    async with opened(redis.url) as shards:
        await redis.ask("CONFIG SET", "maxmemory", "1")
        with pytest.raises(StoreDown):
            await shards.save([FIRST])
        with pytest.raises(StoreDown):
            await shards.save_clinic(SHARD, 1, FIRST.clinic, b"settings")
        await redis.ask("CONFIG SET", "maxmemory", "0")
        assert await shards.read([VISIT]) == [None]
        assert await shards.save([FIRST]) == ["ok"]


async def test_a_store_that_cannot_write_its_snapshots_is_down_for_facts(tmp_path: Path) -> None:
    """MISCONF, as from a full disk under an external Redis."""
    gone = tmp_path / "gone"
    gone.mkdir()
    with debian_redis(tmp_path, "--enable-protected-configs", "yes") as redis:
        await save_without_disk(redis, gone)


async def save_without_disk(redis: Server, gone: Path) -> None:
    """Save while the server cannot write its snapshots into the folder that is gone, and again when it need
    not.
    """
    async with opened(redis.url) as shards:
        await redis.ask("CONFIG SET", "appendonly", "no")
        await redis.ask("CONFIG SET", "dir", str(gone))
        await asyncio.to_thread(gone.rmdir)
        await redis.ask("CONFIG SET", "save", "3600 1")
        await redis.ask("BGSAVE")
        while (await redis.ask("INFO", "persistence"))["rdb_last_bgsave_status"] != "err":
            pass
        with pytest.raises(StoreDown):
            await shards.save([FIRST])
        await redis.ask("CONFIG SET", "stop-writes-on-bgsave-error", "no")
        assert await shards.save([FIRST]) == ["ok"]


async def test_a_store_that_is_away_refuses_at_once(tmp_path: Path) -> None:
    """Nobody listens: StoreDown, not a wait; and once somebody does, service resumes by itself."""
    with debian_redis(tmp_path) as server:
        url = server.url
    settings = StoreSettings(url=url, first_pause_seconds=0.01, longest_pause_seconds=0.02)
    shards = RedisShards(Servers(settings), settings)
    with pytest.raises(StoreDown):
        await shards.open()
    with pytest.raises(StoreDown):
        await shards.save([FIRST])
    with debian_redis(tmp_path):
        await back(shards)
        await shards.open()
        await shards.close()


async def test_a_caller_who_gives_up_disturbs_nobody(redis: Server) -> None:
    """A cancelled question still gets its answer read, so that the next one gets its own."""
    async with opened(redis.url) as shards:
        gone = asyncio.create_task(shards.save([FIRST]))
        stays = asyncio.create_task(shards.read([VISIT]))
        await asyncio.sleep(0)
        gone.cancel()
        (found,) = await stays
        assert found is not None
        assert found.save_id == "first"
        with pytest.raises(asyncio.CancelledError):
            await gone


async def test_wrong_credentials_are_a_store_that_is_down(tmp_path: Path) -> None:
    """With the right ones it serves, over a user and a password in the URL."""
    with debian_redis(tmp_path) as server:
        await server.ask("ACL SETUSER", "vestibule", "on", ">s3cret", "~*", "+@all")
        await server.ask("ACL SETUSER", "default", "off")
        path = server.url.removeprefix("unix://")
        with pytest.raises(StoreDown):
            async with opened(f"unix://vestibule:wrong@{path}"):
                pass
        async with opened(f"unix://vestibule:s3cret@{path}") as shards:
            assert await shards.save([FIRST]) == ["ok"]


async def test_a_restarted_server_gives_old_ids_to_others_and_nobody_is_killed_by_mistake(
    tmp_path: Path,
) -> None:
    """Client ids begin anew with each run: killed is only what was cut in the same run."""
    with debian_redis(tmp_path) as server:
        settings = StoreSettings(url=server.url, first_pause_seconds=0.01, longest_pause_seconds=0.02)
        shards = RedisShards(Servers(settings), settings)
        await shards.open()
        await shards.read([VISIT])
        server.freeze()
        pending = asyncio.create_task(shards.save([FIRST]))
        await asyncio.sleep(0)
        os.kill(server.pid, signal.SIGKILL)
        with contextlib.suppress(StoreDown):
            await pending
    with debian_redis(tmp_path) as server:
        bystanders = [asyncio.open_unix_connection(server.url.removeprefix("unix://")) for _ in range(20)]
        connections = await asyncio.gather(*bystanders)
        for reader, writer in connections:
            writer.write(b"PING\r\n")
            assert await reader.readline() == b"+PONG\r\n"
        await back(shards)
        for reader, writer in connections:
            writer.write(b"PING\r\n")
            assert await reader.readline() == b"+PONG\r\n"
            writer.close()
        await shards.close()


async def test_a_store_is_reached_over_tls(tmp_path: Path) -> None:
    """`rediss://`, with the server's certificate checked."""
    certificate, key = own_certificate(tmp_path)
    port = free_port()
    options = ["--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
    options += ["--tls-ca-cert-file", str(certificate), "--tls-auth-clients", "no"]
    with debian_redis(tmp_path, *options):
        async with opened(f"rediss://localhost:{port}?ssl_ca_certs={certificate}") as shards:
            assert await shards.save([FIRST]) == ["ok"]
        with pytest.raises(StoreDown):
            async with opened(f"rediss://localhost:{port}"):
                pass
