"""A process that is watched and started again when it ends; its successor finds it by its id, and ends it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from gateway.cluster.folder import read_json, write_json

LOOK_EVERY: Final = 0.1
"""Seconds between two looks at whether a process is still there."""
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 10.0
STEADY: Final = 30.0
"""Seconds; a process that ran for so long is started again at once."""

log = structlog.get_logger("cluster")


@dataclass(frozen=True, slots=True)
class What:
    """What to run: a name for people and records, the command (made anew at each start), its environment, its
    log.
    """

    name: str
    command: Callable[[], Sequence[str]]
    environment: Mapping[str, str]
    log: Path


class Kept:
    """One process; `record` remembers its id, so that the next `Kept` of the same name adopts it.

    `mended` is called after the process was started again.
    """

    def __init__(self, what: What, record: Path, mended: Callable[[], None] | None = None) -> None:
        self.what = what
        self.adopted = False
        self._record = record
        self._mended = mended
        self._child: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._since = ""

    @property
    def pid(self) -> int:
        """Its process id; 0 when there is none."""
        return self._pid

    def start(self) -> None:
        """Adopt the process if it still runs, else start it."""
        if not self.adopt():
            self._spawn()

    def adopt(self) -> bool:
        """Take the process of our predecessor, if it still runs. Ids are used again: what began at another
        time is somebody else's, and is never touched.
        """
        found = _records(self._record).get(self.what.name)
        if isinstance(found, dict) and since(int(found["pid"])) == str(found["since"]) != "":
            self._pid, self._since, self.adopted = int(found["pid"]), str(found["since"]), True
        return self.adopted

    def alive(self) -> bool:
        """Whether it runs."""
        if self._child is not None:
            return self._child.poll() is None
        return bool(self._pid) and since(self._pid) == self._since

    async def keep(self) -> None:
        """Watch it for ever."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            began = loop.time()
            while self.alive():  # noqa: ASYNC110 - no event tells of a process that is no child
                await asyncio.sleep(LOOK_EVERY)
            pause = FIRST_PAUSE if loop.time() - began > STEADY else min(2 * pause, LONGEST_PAUSE)
            self._sweep()
            log.warning("process_ended", process=self.what.name, again_in=pause, log=str(self.what.log))
            await asyncio.sleep(pause)
            self._spawn()
            if self._mended is not None:
                self._mended()

    async def end(self, grace: float) -> None:
        """End it in order, or by force after `grace` seconds; harmless when it has ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.alive():
                os.kill(self._pid, number)
            until = loop.time() + grace
            while self.alive() and loop.time() < until:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY)
        self._sweep()
        self._forget()

    def _sweep(self) -> None:
        """End what it left behind in its own group: Ray's command line may be killed without its children."""
        with suppress(ProcessLookupError, PermissionError):
            if self._pid:
                os.killpg(self._pid, signal.SIGKILL)

    def _spawn(self) -> None:
        with self.what.log.open("ab") as said:
            self._child = subprocess.Popen(  # noqa: S603 - our own command line, no shell
                self.what.command(),
                env=dict(self.what.environment),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,  # Ctrl-C reaches us first; we end the others in order
                umask=0o077,
            )
        self._pid, self._since, self.adopted = self._child.pid, since(self._child.pid), False
        self._note({"pid": self._pid, "since": self._since})

    def _forget(self) -> None:
        self._note(None)
        self._pid, self._child = 0, None

    def _note(self, value: object) -> None:
        records = {**_records(self._record), self.what.name: value}
        write_json(self._record, {name: one for name, one in records.items() if one is not None})


def _records(path: Path) -> dict[str, object]:
    found = read_json(path)
    return found if isinstance(found, dict) else {}


async def end_remembered(record: Path, grace: float) -> None:
    """End what a killed predecessor had started, the latest first."""
    for name in reversed(list(_records(record))):
        kept = Kept(What(name, list, {}, record), record)
        kept.adopt()
        await kept.end(grace)


def since(pid: int) -> str:
    """Say when a process began, so that another one with the same id is not taken for it; "" when there is no
    such process, or only what is left of it until somebody asks how it ended.
    """
    try:
        parts = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return "" if parts[0] == "Z" else parts[19]
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
    asked = ["ps", "-o", "lstart=", "-p", str(pid)]  # macOS
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
