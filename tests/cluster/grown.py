"""A cluster in processes of its own, and its command line; everything that was started is ended by its id."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from websockets.exceptions import WebSocketException

from gateway.cluster.kept import since
from tests.support.client import WireClient
from tests.support.node import free_port

REPO: Final = Path(__file__).parents[2]
STARTS_WITHIN: Final = 240.0
"""Seconds: Ray is slow to start on a machine that is busy with other tests."""
PATIENCE: Final = 60.0
LOOKS_EVERY: Final = 1.0
"""Seconds between two looks at the cluster, each of which begins a client of Ray's."""
BEN: Final = "127.0.0.2"
"""The second machine."""
VESTIBULE: Final = (sys.executable, "-m", "gateway")


@dataclass
class Grown:
    """The running cluster: its first machine's folder, people's port, and what was started."""

    folder: Path
    port: int
    up: subprocess.Popen[bytes]
    ben: subprocess.Popen[bytes] | None = None

    @property
    def data_dir(self) -> Path:
        """The first machine's data directory."""
        return self.folder / "ana"

    @property
    def url(self) -> str:
        """Where people come in."""
        return f"http://127.0.0.1:{self.port}"

    # ------------------------------------------------------------ the command line

    def run(self, *words: str) -> str:
        """Run `vestibule cluster ...` and give what it printed."""
        command = [*VESTIBULE, "cluster", *words, "--data-dir", str(self.data_dir)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=STARTS_WITHIN, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def told(self, *words: str) -> str:
        """Run it beside the test's own loop."""
        return await asyncio.to_thread(self.run, *words)

    def nodes(self) -> dict[str, dict[str, Any]]:
        """What `status --json` says, by node."""
        return {one["node"]: one for one in json.loads(self.run("status", "--json"))["nodes"]}

    async def until(self, true: Callable[[dict[str, dict[str, Any]]], bool]) -> dict[str, dict[str, Any]]:
        """Wait until the status is so."""
        until = time.monotonic() + STARTS_WITHIN
        while not true(seen := await asyncio.to_thread(self.nodes)):
            assert time.monotonic() < until, seen
            await asyncio.sleep(LOOKS_EVERY)
        return seen

    async def visit(self) -> dict[str, Any]:
        """What `vestibule demo visit` opens: it begins now, and the provider is in."""
        command = [*VESTIBULE, "demo", "visit", "--json", "--url", self.url]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    # ------------------------------------------------------------ processes

    def pid(self, name: str) -> int:
        """The process that `up` keeps under a name, like `head`; 0 while it is between two lives."""
        found = json.loads((self.data_dir / "cluster" / "processes.json").read_text()).get(name)
        return int(found["pid"]) if found and since(int(found["pid"])) == found["since"] else 0

    def ben_joins(self) -> None:
        """Start the second machine, as on another one: its own folder, the token, the same store."""
        facts = json.loads((self.data_dir / "cluster" / "facts.json").read_text())
        token = self.folder / "ben" / "cluster" / "token"
        token.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(self.data_dir / "cluster" / "token", token)
        store = self.data_dir / "store" / "valkey.sock"
        self.ben = start(
            "cluster join",
            [f"--machine={BEN}", f"--address={facts['head']}", f"--data-dir={self.folder / 'ben'}"],
            self.folder / "ben.log",
            VESTIBULE_STORE__URL=f"unix://{store}",
            VESTIBULE_SECRETS__FOLDER=str(self.data_dir / "secrets"),
            VESTIBULE_SERVER__PUBLIC_URL=self.url,
            VESTIBULE_CLUSTER__FIRST_PORT=str(facts["first_port"]),
            VESTIBULE_LOG__LEVEL="warning",
        )
        until_said(self.ben, self.folder / "ben.log", "has joined")

    def ben_dies(self) -> None:
        """The second machine is gone at once, with all that ran on it."""
        assert self.ben is not None
        record = json.loads((self.folder / "ben" / "cluster" / "processes.json").read_text())
        self.ben.kill()
        self.ben.wait()
        os.killpg(record["machine"]["pid"], signal.SIGKILL)


def start(verb: str, words: Sequence[str], log: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Start one of our commands in a session of its own."""
    with log.open("ab") as said:
        return subprocess.Popen(
            [*VESTIBULE, *verb.split(), *words],
            cwd=REPO,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def until_said(process: subprocess.Popen[bytes], log: Path, word: str) -> None:
    """Wait until a process has said a word."""
    until = time.monotonic() + STARTS_WITHIN
    while word not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)


@contextmanager
def grown(folder: Path) -> Iterator[Grown]:
    """Bring it up; at the end everything it started must be gone."""
    port = free_port()
    log = folder / "ana.log"
    words = ["--nodes", "2", "--empty", "--port", str(port), "--data-dir", str(folder / "ana")]
    up = start("dev", words, log)
    running = Grown(folder, port, up)
    try:
        until_said(up, log, "Ctrl+C")
        running.ben_joins()
        running.run("scale", "3")
        yield running
    finally:
        for process in (running.ben, running.up):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(STARTS_WITHIN)


async def joined(ws_url: str, t: str, **fields: Any) -> WireClient:
    """Say hello where the visit is: follow `moved`, and come again from home while nobody has it."""
    where, until = ws_url, time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            client = await WireClient.open(where)
            ident = await client.request(t, **fields)
            answer = await client.wait(lambda one: one["t"] == "moved" or one.get("id") == ident)  # noqa: B023
        except (AssertionError, OSError, WebSocketException):
            where = ws_url
            await asyncio.sleep(0.2)
            continue
        if answer["t"] == "moved":
            where = answer["ws_url"]
        elif answer["t"] == "error":
            assert answer["code"] == "try_later", answer
            await asyncio.sleep(0.2)
        else:
            client.ready = answer
            return client
    raise AssertionError(f"nobody let us in at {ws_url}")
