"""A store whose power can be cut: what was not synced by then is gone when it starts again.

    async with PowerCutServer(tmp_path, appendfsync="always") as store:
        ...point a node at store.url, put it under load...
        cut = await store.cut()
        await store.restart()
        ...everything that was acknowledged must be there...

It runs the very server and settings that a node brings along (actors.embedded); see sync_watch for how it
knows what is durable. Linux only.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from actors.embedded_folder import StoreFolder
from actors.embedded_server import AppendFsync, server_command

SYNC_WATCH: Final = Path(__file__).with_name("sync_watch.py")
READY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class PowerCut:
    """What one cut did to the append-only files: bytes before it, bytes left, syncs since the start."""

    total_bytes: int
    durable_bytes: int
    synced: int

    @property
    def lost_bytes(self) -> int:
        """Bytes that the server had written and not synced."""
        return self.total_bytes - self.durable_bytes


class PowerCutServer:
    """A store server on `<directory>/store`, as an async context manager; entering starts it.

    The address stays the same over cuts and restarts. Leaving kills the server; the files stay. `options`
    are further words of its command line, `environment` what it finds besides ours.
    """

    def __init__(
        self,
        directory: Path,
        appendfsync: AppendFsync = "always",
        *,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = StoreFolder(directory)
        self._appendfsync: AppendFsync = appendfsync
        self._options = tuple(options)
        self._environment = dict(environment or {})
        self._watch: asyncio.subprocess.Process | None = None
        self.pid = 0

    @property
    def socket(self) -> Path:
        """Path of the server's unix socket."""
        return self._folder.socket()

    @property
    def url(self) -> str:
        """The server's address, as a node takes it: `unix:///...`."""
        return f"unix://{quote(str(self.socket))}"

    async def __aenter__(self) -> Self:
        self._folder.prepare()
        await self.restart()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch is not None:
            await self._order("")

    async def cut(self, torn_bytes: int = 0, *, sync_ms: int = 0) -> PowerCut:
        """Cut the power: kill the server, and take from its files what was not synced.

        A disk may also have kept a part of that: `torn_bytes` leaves up to so many more bytes of each file.
        `sync_ms`: wait so long for the next sync to begin, so that there is something that was not synced.
        Call `restart` next.
        """
        found = json.loads(await self._order(f"cut {torn_bytes} {sync_ms}\n"))
        return PowerCut(found["total"], found["durable"], found["synced"])

    async def be_slow(self, milliseconds: int) -> None:
        """Let each sync of its disk take so much longer from now on; 0: as long as it takes."""
        await self._say(f"slow {milliseconds}\n")

    async def hang(self) -> None:
        """Let its disk hang: whatever is written once this returns is not synced, and a cut takes it."""
        watch = await self._say("hang\n")
        assert watch.stdout is not None
        await watch.stdout.readline()

    async def _say(self, line: str) -> asyncio.subprocess.Process:
        if self._watch is None or self._watch.stdin is None:
            raise RuntimeError("the server does not run: restart it first")
        self._watch.stdin.write(line.encode())
        await self._watch.stdin.drain()
        return self._watch

    async def kill(self) -> None:
        """Kill the server but keep all that it wrote, as `kill -9` does. Call `restart` next."""
        await self._order("")

    async def restart(self) -> None:
        """Start the server on what is left, and return when it answers."""
        if self._watch is not None:
            raise RuntimeError("the server runs: cut its power first")
        self._watch = await asyncio.create_subprocess_exec(
            *(sys.executable, "-S", str(SYNC_WATCH), str(self._folder.path / "appendonlydir")),
            *server_command(self._folder, self._appendfsync),
            *self._options,
            cwd=self._folder.path,
            env=os.environ | self._environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # what ends us must not end it before it has ended the server
        )
        assert self._watch.stdout is not None
        if not (started := await self._watch.stdout.readline()):
            raise RuntimeError("the server could not be started under sync_watch; its message is above")
        self.pid = int(json.loads(started)["pid"])
        await self._answers()

    async def _answers(self) -> None:
        """Wait until the server has loaded its files; raises with the end of its log if it ends instead."""
        async with asyncio.timeout(READY_SECONDS):
            while not await self._ping():
                if self.ended:
                    raise RuntimeError(f"the server ended: {self._folder.last_words()}")
                await asyncio.sleep(0.01)

    @property
    def ended(self) -> bool:
        """Whether the server ended by itself, as it does when its disk is full."""
        return not Path(f"/proc/{self.pid}/cwd").exists()  # what is left of an ended process has none

    async def _ping(self) -> bool:
        try:
            async with redis.Redis.from_url(self.url, retry=Retry(NoBackoff(), 0)) as client:
                return bool(await client.ping())
        except redis.ConnectionError:  # not there yet, or still loading
            return False

    async def _order(self, line: str) -> bytes:
        """Give the watch its one order, an empty one to kill, and wait for its answer and its end."""
        watch, self._watch = self._watch, None
        if watch is None:
            raise RuntimeError("the server does not run: restart it first")
        answer, _ = await watch.communicate(line.encode())
        if watch.returncode:
            raise RuntimeError(f"sync_watch failed with status {watch.returncode}; its message is above")
        return answer
