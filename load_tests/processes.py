"""What a server process and everything below it costs: CPU time of the tree, and resident memory of its root.

Linux only: it reads /proc. CPU time is the scheduler's own count in nanoseconds (`schedstat`), because the
ticks of `stat` are 10 ms long and a thousand joins take less than ten of them.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_STOP_SECONDS: Final = 15.0


class ProcessTree:
    """A process and its descendants, as they are at each question."""

    def __init__(self, root: int) -> None:
        self.root = root

    def pids(self) -> list[int]:
        """List the root and all its descendants that live now."""
        found = [self.root]
        for pid in found:  # grows while we walk it
            found.extend(_children(pid))
        return found

    def cpu_seconds(self) -> float:
        """Give user and system time of the whole tree so far, that of ended children included."""
        return sum(map(_cpu_seconds, self.pids()))

    def cpu_by_process(self) -> dict[str, float]:
        """Give the CPU seconds of the root (`server`) and of all the others together (`below`)."""
        used = {pid: _cpu_seconds(pid) for pid in self.pids()}  # each read once: they run on meanwhile
        own = used.pop(self.root, 0.0)
        return {"server": own, "below": sum(used.values())}

    def resident_bytes(self) -> int:
        """Give the root's resident memory; what the kernel buffers for its sockets is not in it."""
        return int(Path(f"/proc/{self.root}/statm").read_text().split()[1]) * _PAGE


def _children(pid: int) -> Iterator[int]:
    with suppress(OSError):  # it has just ended
        for thread in Path(f"/proc/{pid}/task").iterdir():
            yield from map(int, (thread / "children").read_text().split())


def _cpu_seconds(pid: int) -> float:
    try:
        threads = [(thread / "schedstat").read_text() for thread in Path(f"/proc/{pid}/task").iterdir()]
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    own = sum(int(one.split()[0]) for one in threads) / 1e9
    ended_children = (int(fields[13]) + int(fields[14])) / _TICKS_PER_SECOND
    return own + ended_children


def free_port() -> int:
    """Find a port of 127.0.0.1 at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class ServerFailed(Exception):
    """A server under test ended or never said that it is ready."""


@contextmanager
def started(
    command: list[str], *, silent: bool = False, **environment: str
) -> Iterator[tuple[ProcessTree, str]]:
    """Run a server for a `with`: its process tree, and the first line it printed (its port, say).

    What it says on stderr is shown as it is, unless it is to be `silent`. Raises ServerFailed when it ends
    without a line.
    """
    with subprocess.Popen(  # noqa: S603 - our own command line, no shell
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if silent else None,
        text=True,
        env=os.environ | environment,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for above
        try:
            line = process.stdout.readline().strip()
            if not line:
                raise ServerFailed(f"{' '.join(command)} ended with status {process.wait(_STOP_SECONDS)}")
            yield ProcessTree(process.pid), line
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
