"""Disks that are too small or read-only: real ones, in memory, that nobody else sees.

Each is a tmpfs in a mount namespace of its own, reached through /proc, so nothing has to be unmounted: it is
gone with the process that holds the namespace. Needs root or user namespaces, and util-linux. Linux only.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOUNT = 'mount -t tmpfs -o "$1" disk /mnt && echo mounted && exec cat'


@contextmanager
def small_disk(mebibytes: int) -> Iterator[Path]:
    """Give an empty disk of this size (MiB)."""
    with _tmpfs(f"size={mebibytes}m,mode=0777") as path:
        yield path


@contextmanager
def read_only_disk() -> Iterator[Path]:
    """Give an empty disk that cannot be written, not by root either."""
    with _tmpfs("size=1m,mode=0777,ro") as path:
        yield path


@contextmanager
def _tmpfs(options: str) -> Iterator[Path]:
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *as_root, "--mount", "sh", "-c", MOUNT, "sh", options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        if holder.stdout.readline() != b"mounted\n":
            raise RuntimeError("no disk of our own could be mounted here; unshare's message is above")
        yield Path(f"/proc/{holder.pid}/root/mnt")
