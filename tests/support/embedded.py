"""Embedded stores as tests meet them: nodes that have one, what is written, how servers are ended."""

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

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from actors.embedded import EmbeddedStore

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
