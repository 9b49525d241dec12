"""The embedded store is killed, torn, damaged, without room: it is back by itself, losing nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from actors.embedded import EmbeddedStore, StoreUnusable
from tests.prove.disk import read_only_disk, small_disk
from tests.support.embedded import (
    PATIENCE,
    States,
    a_node,
    amid_a_rewrite,
    aof,
    client,
    kill_server,
    left_behind,
    left_to_itself,
    read,
    remains_of_a_server,
    until_begun,
    write,
    write_until_refused,
)


async def test_killed_server_comes_back_with_everything_acknowledged(tmp_path: Path) -> None:
    """Ten kills under writes: each time the server is started again, and knows all it has acknowledged."""
    states = States()
    acknowledged: list[str] = []
    async with EmbeddedStore(tmp_path, on_state=states, longest_pause_seconds=0.05) as store:
        await states.next("up")
        for _ in range(10):
            at_work = asyncio.Event()
            writing = asyncio.create_task(write_until_refused(store, acknowledged, at_work))
            await at_work.wait()
            killed = kill_server(store)
            await writing
            assert await states.next("down") == "the store's server was killed by SIGKILL"
            await states.next("up")
            assert store.pid != killed
        async with client(store) as connection:
            assert await connection.exists(*acknowledged) == len(acknowledged) > 0


async def test_torn_tail_loads(tmp_path: Path) -> None:
    """Half a command at the end of the file, as a power cut leaves it, is dropped; the rest stays."""
    async with EmbeddedStore(tmp_path) as store:
        await write(store, "visit", "open")
    with aof(tmp_path).open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$5\r\nvisit\r\n$9\r\ncomp")
    async with EmbeddedStore(tmp_path) as store:
        assert await read(store, "visit") == "open"


async def test_damaged_file_is_said_with_the_log(tmp_path: Path) -> None:
    """A file damaged in the middle is not loaded in part: the start fails and says what the server said."""
    async with EmbeddedStore(tmp_path) as store:
        await write(store, "visit", "open")
    with aof(tmp_path).open("r+b") as file:
        file.write(b"garbage")
    with pytest.raises(StoreUnusable, match=r"ended with status 1: Bad file format.*\(from .*valkey\.log\)"):
        await EmbeddedStore(tmp_path).__aenter__()


async def test_starts_again_for_as_long_as_it_takes(tmp_path: Path) -> None:
    """A server that cannot start is tried again, its reason told once, until what hindered it is gone."""
    states = States()
    async with EmbeddedStore(tmp_path, on_state=states, longest_pause_seconds=0.05) as store:
        await states.next("up")
        await write(store, "visit", "open")
        whole = aof(tmp_path).read_bytes()
        aof(tmp_path).write_bytes(b"garbage" + whole[7:])
        kill_server(store)
        assert "SIGKILL" in await states.next("down")
        assert "Bad file format" in await states.next("down")
        aof(tmp_path).write_bytes(whole)
        await states.next("up")
        assert await read(store, "visit") == "open"


async def test_a_rewrite_that_outlives_its_server_keeps_nobody_waiting(tmp_path: Path) -> None:
    """A server killed amid a rewrite is followed at once, and what was not finished does not stay."""
    states = States()
    async with EmbeddedStore(tmp_path, on_state=states, longest_pause_seconds=0.05) as store:
        await states.next("up")
        await amid_a_rewrite(store.url)
        await until_begun(tmp_path)
        with left_to_itself(kill_server(store)):
            await states.next("down")
            async with asyncio.timeout(PATIENCE):
                await states.next("up")
        assert left_behind(tmp_path) == []
        async with client(store) as connection:
            assert await connection.dbsize() == 100


async def test_a_rewrite_that_outlives_server_and_node_keeps_nobody_waiting(tmp_path: Path) -> None:
    """So does the next node's server follow when both were killed."""
    with a_node(tmp_path) as node:
        node.go()
        server = node.heard()[1]
        await amid_a_rewrite(f"unix://{tmp_path}/store/valkey.sock")
        await until_begun(tmp_path)
        node.kill()
        os.kill(server, signal.SIGKILL)
        with left_to_itself(server):
            async with (
                asyncio.timeout(PATIENCE),
                EmbeddedStore(tmp_path) as store,
                client(store) as connection,
            ):
                assert store.pid != server
                assert left_behind(tmp_path) == []
                assert await connection.dbsize() == 100


async def test_remains_of_a_server_are_waited_for(tmp_path: Path) -> None:
    """While a process still holds the server's lock no second server starts; once it is gone, one does."""
    with remains_of_a_server(tmp_path) as end_them:
        with pytest.raises(StoreUnusable, match=r"no answer: the process that holds server\.lock"):
            await EmbeddedStore(tmp_path, silence_seconds=0.1).__aenter__()
        asyncio.get_running_loop().call_later(0.1, end_them)
        async with EmbeddedStore(tmp_path) as store:
            await write(store, "visit", "open")


async def test_read_only_directory_is_said_at_once(tmp_path: Path) -> None:
    """On a read-only disk the start fails with a sentence that says so."""
    with read_only_disk() as disk, pytest.raises(StoreUnusable, match=r"read-only: .* choose another"):
        await EmbeddedStore(disk / "data").__aenter__()


async def test_directory_that_is_a_file_is_said_at_once(tmp_path: Path) -> None:
    """A data directory that is no directory fails with a sentence, not with a traceback's last line."""
    (tmp_path / "data").write_text("not a directory")
    with pytest.raises(StoreUnusable, match="cannot be written: "):
        await EmbeddedStore(tmp_path / "data").__aenter__()


async def test_full_disk_refuses_then_resumes_by_itself() -> None:
    """On a full disk writes fail and the reason is `disk full`; with room again it serves all it knew."""
    states = States()
    acknowledged: list[str] = []
    with small_disk(mebibytes=8) as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(3 << 20))
        async with EmbeddedStore(disk, on_state=states, longest_pause_seconds=0.05) as store:
            await states.next("up")
            await write_until_refused(store, acknowledged, asyncio.Event(), padding="x" * 10_000)
            assert acknowledged
            assert (await states.next("down")).startswith("disk full: ")
            assert store.pid is None
            ballast.unlink()
            await states.next("up")
            assert states.none_more()
            async with client(store) as connection:
                assert await connection.exists(*acknowledged) == len(acknowledged)
            await write(store, "visit", "open")


async def test_start_on_a_full_disk_is_said_at_once() -> None:
    """A node does not start on a full disk, and says that this is why."""
    with small_disk(mebibytes=1) as disk:
        (disk / "ballast").write_bytes(bytes(900 << 10))
        with pytest.raises(StoreUnusable, match="disk full: "):
            await EmbeddedStore(disk).__aenter__()


async def test_what_a_killed_server_left_unfinished_does_not_fill_the_disk() -> None:
    """A rewrite that filled the disk before its server was killed is removed, not waited for."""
    with small_disk(mebibytes=4) as disk:
        (disk / "store").mkdir()
        (disk / "store" / "temp-rewriteaof-bg-17.aof").write_bytes(bytes(3900 << 10))
        async with EmbeddedStore(disk) as store:
            await write(store, "visit", "open")
        assert left_behind(disk) == []


async def test_a_lock_that_names_nobody_ends_nobody(tmp_path: Path) -> None:
    """What is no process id leaves its holder alone; when that is gone the store starts."""
    for text in ("", "0", "1", "-7", "9" * 30, f"{os.getpid()}", "seventeen"):
        folder = tmp_path / f"as {text[:9]}"
        folder.mkdir()
        with remains_of_a_server(folder) as end_them:
            (folder / "store" / "server.lock").write_text(text)
            with pytest.raises(StoreUnusable, match="no answer"):
                await EmbeddedStore(folder, silence_seconds=0.05).__aenter__()
            end_them()
