"""Processes that `up` keeps: started again when they end, adopted by the next `up`, ended by their id."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from gateway.cluster.folder import read_json, write_json
from gateway.cluster.kept import Kept, What, end_remembered, since
from tests.cluster.processes import lives

PATIENCE = 30.0
SLEEPS = [sys.executable, "-c", "import time; time.sleep(3600)"]
LEAVES_A_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time\n"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)']).pid, flush=True)\n"
    "time.sleep(3600)",
]


def what(folder: Path, command: list[str]) -> What:
    """Describe a process that does nothing."""
    return What("sleeper", lambda: command, os.environ, folder / "sleeper.log")


async def until(true: Callable[[], object]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - a process tells nobody
            await asyncio.sleep(0.02)


async def test_who_is_killed_is_started_again(tmp_path: Path) -> None:
    """Another process takes its place, and is the one that is remembered."""
    kept = Kept(what(tmp_path, SLEEPS), tmp_path / "record.json")
    kept.start()
    first, watching = kept.pid, asyncio.create_task(kept.keep())
    os.kill(first, signal.SIGKILL)
    await until(lambda: kept.pid != first and kept.alive())
    watching.cancel()
    await kept.end(5)
    assert not kept.pid


async def test_what_a_killed_process_leaves_behind_is_ended_too(tmp_path: Path) -> None:
    """Its children must not keep the ports that its successor needs."""
    kept = Kept(what(tmp_path, LEAVES_A_CHILD), tmp_path / "record.json")
    kept.start()
    said = tmp_path / "sleeper.log"
    await until(said.read_text)
    child, first = int(said.read_text()), kept.pid
    watching = asyncio.create_task(kept.keep())
    os.kill(first, signal.SIGKILL)
    await until(lambda: not since(child))
    await until(lambda: kept.pid != first)
    watching.cancel()
    await kept.end(5)


async def test_the_next_up_adopts_what_runs(tmp_path: Path) -> None:
    """A process outlives who started it, is taken over as it is, and ended by its id."""
    before = Kept(what(tmp_path, SLEEPS), tmp_path / "record.json")
    before.start()
    heir = Kept(what(tmp_path, SLEEPS), tmp_path / "record.json")
    heir.start()
    assert heir.adopted
    pid = heir.pid
    os.kill(pid, 0)
    await heir.end(5)
    assert not before.alive()
    assert not since(pid)


async def test_another_process_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    """Ids are used again: only a process that began when ours did is ours."""
    record = tmp_path / "record.json"
    process = await asyncio.create_subprocess_exec(*SLEEPS, start_new_session=True)
    write_json(record, {"sleeper": {"pid": process.pid, "since": "at another time"}})
    await end_remembered(record, 1)
    assert lives(process.pid)
    process.kill()
    await process.wait()


async def test_what_has_ended_long_ago_is_forgotten(tmp_path: Path) -> None:
    """A record of a process that is gone does no harm."""
    record = tmp_path / "record.json"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await process.wait()
    write_json(record, {"sleeper": {"pid": process.pid, "since": ""}})
    await end_remembered(record, 1)
    assert not read_json(record)
