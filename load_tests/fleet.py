"""The client processes of one run: each gets its part, all begin in the same instant, and what they saw comes
together here.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

import msgspec

from load_tests.ground import Part
from load_tests.tally import Record, Second

SET_UP_WITHIN: Final = 600.0
OVERTIME: Final = 150.0
"""Seconds after the end of its time within which a run has to be over."""
LEAD: Final = 0.5
"""Seconds between the word to begin and the beginning."""
LONGEST_LINE: Final = 1 << 24


class ClientFailed(Exception):
    """A client process ended before it was done."""


class Fleet:
    """Some client processes, set up and ready to begin."""

    def __init__(self, processes: Sequence[asyncio.subprocess.Process], seconds: float) -> None:
        self._processes = processes
        self._seconds = seconds
        self.record = Record()
        self.began = 0.0

    @property
    def pids(self) -> list[int]:
        """The processes' ids."""
        return [process.pid for process in self._processes]

    def begin(self) -> float:
        """Let all begin; give when, by the monotonic clock."""
        self.began = monotonic() + LEAD
        for process in self._processes:
            _stdin(process).write(f"{self.began}\n".encode())
        return self.began

    async def follow(self) -> None:
        """Take in what they see until all are done. Raises ClientFailed."""
        async with asyncio.timeout(self._seconds + OVERTIME):
            async with asyncio.TaskGroup() as group:
                for number, process in enumerate(self._processes):
                    group.create_task(self._follow(number, process))

    async def _follow(self, number: int, process: asyncio.subprocess.Process) -> None:
        while b'"done"' not in (line := await _line(process)):
            self.record.add(number, msgspec.json.decode(line, type=Second))


@asynccontextmanager
async def fleet(parts: Sequence[Part], ready: Callable[[int], None]) -> AsyncIterator[Fleet]:
    """Start one process for each part, for a `with`, and wait until all are set up; `ready` hears how many
    are. Raises ClientFailed and TimeoutError.
    """
    processes: list[asyncio.subprocess.Process] = []
    try:
        for part in parts:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "load_tests.worker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_LINE,
            )
            processes.append(process)
            _stdin(process).write(msgspec.json.encode(part) + b"\n")
        async with asyncio.timeout(SET_UP_WITHIN):
            for number, process in enumerate(processes, 1):
                await _line(process)
                ready(number)
        yield Fleet(processes, parts[0].seconds)
    finally:
        for process in processes:
            if process.returncode is None:
                process.terminate()
        for process in processes:
            await process.wait()


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    line = await process.stdout.readline()
    if not line:
        raise ClientFailed(f"a client process ended with status {await process.wait()}")
    return line


def _stdin(process: asyncio.subprocess.Process) -> asyncio.StreamWriter:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    return process.stdin
