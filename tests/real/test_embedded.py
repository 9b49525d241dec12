"""The embedded store: one server per data directory, kept up while the node lives, losing nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from actors.embedded import EmbeddedStore, StoreInUse, StoreUnusable, default_data_dir
from tests.prove.disk import read_only_disk, small_disk

PATIENCE = 20.0
"""Seconds after which a test gives up; less than a start may go without an answer."""

NODE = """
import asyncio, sys
from pathlib import Path
from actors.embedded import EmbeddedStore, StoreInUse

async def node():
    sys.stdin.readline()
    try:
        async with EmbeddedStore(Path(sys.argv[1])) as store:
            print("serves", store.pid, flush=True)
            await asyncio.to_thread(sys.stdin.readline)
    except StoreInUse as refusal:
        print("refused", refusal.pid, flush=True)

asyncio.run(node())
"""


class Node:
    """A node in a process of its own, with an embedded store on a data directory."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid

    def go(self) -> None:
        """Let it start its store."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def heard(self) -> tuple[str, int]:
        """Wait for what it prints: `serves` and its server's pid, or `refused` and the pid it was told."""
        assert self._process.stdout is not None
        word, number = self._process.stdout.readline().split()
        return word, int(number)

    def kill(self) -> None:
        """Kill it as the kernel does when memory runs out; its server stays, an orphan."""
        self._process.kill()
        self._process.wait()


@contextmanager
def a_node(data_dir: Path) -> Iterator[Node]:
    """Start a node's process; it starts its store when told to go, and stops at the end."""
    command = [sys.executable, "-c", NODE, str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Node(process)
        finally:
            process.communicate("\n\n")


class States:
    """Hears the store's states, so that a test can wait for one."""

    def __init__(self) -> None:
        self._heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def __call__(self, state: Literal["up", "down"], reason: str) -> None:
        """Hear a change, as the store's `on_state`."""
        self._heard.put_nowait((state, reason))

    async def next(self, state: Literal["up", "down"]) -> str:
        """Wait for the next change, which must be to this state; returns its reason."""
        found, reason = await self._heard.get()
        assert found == state, reason
        return reason

    def none_more(self) -> bool:
        """Tell whether every change has been waited for."""
        return self._heard.empty()


def client(store: EmbeddedStore) -> redis.Redis:
    """Connect as a node's store does: nothing is tried twice."""
    return redis.Redis.from_url(store.url, decode_responses=True, retry=Retry(NoBackoff(), 0))


async def write(store: EmbeddedStore, key: str, value: str) -> None:
    """Write one fact."""
    async with client(store) as connection:
        await connection.set(key, value)


async def read(store: EmbeddedStore, key: str) -> str:
    """Read one fact, which must be there."""
    async with client(store) as connection:
        found = await connection.get(key)
    assert isinstance(found, str)
    return found


async def write_until_refused(
    store: EmbeddedStore, acknowledged: list[str], at_work: asyncio.Event, padding: str = ""
) -> None:
    """Write new facts one after the other, noting each that was acknowledged, until the store is away."""
    async with client(store) as connection:
        with contextlib.suppress(redis.RedisError):
            while True:
                key = f"visit:{len(acknowledged)}"
                await connection.set(key, f"open {padding}")
                acknowledged.append(key)
                at_work.set()


def kill_server(store: EmbeddedStore) -> int:
    """Kill the store's server; returns its pid."""
    assert store.pid is not None
    pid = store.pid
    os.kill(pid, signal.SIGKILL)
    return pid


def aof(data_dir: Path) -> Path:
    """Find the file that the server appends to."""
    (found,) = (data_dir / "store" / "appendonlydir").glob("*.incr.aof")
    return found


@contextmanager
def remains_of_a_server(data_dir: Path) -> Iterator[Callable[[], None]]:
    """Hold the server's lock as a child does that outlived its server; gives what ends that child."""
    (data_dir / "store").mkdir()
    command = ["flock", str(data_dir / "store" / "server.lock"), "sh", "-c", "echo held; exec cat"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdout.readline()
        yield holder.stdin.close


def running(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and was not waited for does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


async def test_settings_are_the_promised_ones(tmp_path: Path) -> None:
    """It syncs before it answers, evicts and logs nothing, and only this user can reach it."""
    async with EmbeddedStore(tmp_path / "new") as store, client(store) as connection:
        settings = await connection.config_get("*")
        assert (await connection.info("server"))["tcp_port"] == 0
        assert (tmp_path / "new" / "store").stat().st_mode & 0o777 == 0o700
        assert store.socket.stat().st_mode & 0o777 == 0o700
    promised = {
        "appendonly": "yes",
        "appendfsync": "always",
        "no-appendfsync-on-rewrite": "no",
        "save": "",
        "maxmemory": "0",
        "maxmemory-policy": "noeviction",
        "slowlog-log-slower-than": "-1",
        "commandlog-request-larger-than": "-1",
        "latency-monitor-threshold": "0",
        "enable-debug-command": "no",
    }
    assert {name: settings[name] for name in promised} == promised


def test_default_directory_is_the_state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """State is kept where XDG says, and where XDG says nothing, under ~/.local/state."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert default_data_dir() == tmp_path / "state" / "vestibule"
    monkeypatch.setenv("XDG_STATE_HOME", "relative, so ignored")
    assert default_data_dir() == tmp_path / ".local" / "state" / "vestibule"


async def test_stop_ends_the_server_and_may_be_called_again(tmp_path: Path) -> None:
    """After the block there is no server and no lock left, and what was written is there the next time."""
    async with EmbeddedStore(tmp_path) as store:
        await write(store, "visit", "open")
        pid = store.pid
        await store.stop()
        await store.stop()
        assert pid is not None
        assert not running(pid)
    async with EmbeddedStore(tmp_path) as store:
        assert await read(store, "visit") == "open"


async def test_stop_ends_a_hung_server(tmp_path: Path) -> None:
    """A server that does not react to the order to end is ended by force once the grace is over."""
    async with EmbeddedStore(tmp_path, stop_seconds=0.05) as store:
        await write(store, "visit", "open")
        assert store.pid is not None
        pid = store.pid
        os.kill(pid, signal.SIGSTOP)
    assert not running(pid)
    async with EmbeddedStore(tmp_path) as store:
        assert await read(store, "visit") == "open"


async def test_second_start_refuses_naming_the_pid(tmp_path: Path) -> None:
    """A directory that a live node uses refuses a second one, in a sentence that says which process it is."""
    with a_node(tmp_path) as node:
        node.go()
        assert node.heard()[0] == "serves"
        with pytest.raises(StoreInUse, match=f"already running on .*process {node.pid}") as refusal:
            await EmbeddedStore(tmp_path).__aenter__()
        assert refusal.value.pid == node.pid


def test_of_four_racing_nodes_one_serves(tmp_path: Path) -> None:
    """Four nodes started at the same moment: one serves, three refuse and name it."""
    with a_node(tmp_path) as ana, a_node(tmp_path) as bob, a_node(tmp_path) as cy, a_node(tmp_path) as dee:
        nodes = [ana, bob, cy, dee]
        for node in nodes:
            node.go()
        heard = {node.pid: node.heard() for node in nodes}
        (winner,) = [pid for pid, (word, _) in heard.items() if word == "serves"]
        told = [number for word, number in heard.values() if word == "refused"]
        assert told == [winner] * 3


async def test_orphaned_server_is_adopted_and_watched(tmp_path: Path) -> None:
    """A killed node's server goes on under the next node, which starts another when that one dies."""
    states = States()
    with a_node(tmp_path) as node:
        node.go()
        orphan = node.heard()[1]
        node.kill()
        async with EmbeddedStore(tmp_path, on_state=states) as store:
            assert store.pid == orphan
            assert await states.next("up") == f"adopted server {orphan}"
            await write(store, "visit", "open")
            kill_server(store)
            await states.next("down")
            assert (await states.next("up")).startswith("started")
            assert await read(store, "visit") == "open"
        assert not running(orphan)


async def test_adopted_server_gets_the_promised_settings(tmp_path: Path) -> None:
    """A server left by a node with weaker settings syncs before it answers once it is adopted."""
    async with EmbeddedStore(tmp_path, appendfsync="everysec", leave_running=True) as store:
        orphan = store.pid
    async with EmbeddedStore(tmp_path) as store, client(store) as connection:
        assert store.pid == orphan
        assert await connection.config_get("appendfsync") == {"appendfsync": "always"}


async def test_stop_ends_an_adopted_server(tmp_path: Path) -> None:
    """An adopted server is the node's own: it ends with it."""
    async with EmbeddedStore(tmp_path, leave_running=True) as store:
        orphan = store.pid
    assert orphan is not None
    assert running(orphan)
    async with EmbeddedStore(tmp_path) as store:
        assert store.pid == orphan
    assert not running(orphan)


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


async def test_long_and_odd_path(tmp_path: Path) -> None:
    """A path far beyond the 108 bytes of a socket's address, with a space and a quote, serves too."""
    deep = tmp_path / "Ana's data" / Path(*["a-long-folder-name"] * 12)
    async with EmbeddedStore(deep, leave_running=True) as store:
        await write(store, "visit", "open")
        orphan = store.pid
    async with EmbeddedStore(deep) as store:
        assert store.pid == orphan
        assert await read(store, "visit") == "open"


@contextmanager
def left_to_itself(server: int) -> Iterator[None]:
    """End what is left of a server in the end, whatever a test finds: its child would go on for hours."""
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server, signal.SIGKILL)


async def amid_a_rewrite(url: str) -> None:
    """Write facts, and let the server begin a rewrite that would take hours."""
    async with redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as connection:
        for number in range(100):
            await connection.set(f"visit:{number}", "open " * 400)
        await connection.config_set("rdb-key-save-delay", 100_000_000)  # microseconds
        await connection.bgrewriteaof()


def left_behind(data_dir: Path) -> list[Path]:
    """List what a rewrite that was not finished leaves."""
    return list((data_dir / "store").glob("temp-*"))


async def until_begun(data_dir: Path) -> None:
    """Wait until a rewrite writes."""
    async with asyncio.timeout(PATIENCE):
        while not left_behind(data_dir):  # noqa: ASYNC110 - another process's file tells no event
            await asyncio.sleep(0.01)


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
