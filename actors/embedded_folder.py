"""The folder an embedded store lives in: its layout, its two locks, and whether it can be written to.

    <data directory>/node.lock              held by the one live node, with its pid inside
    <data directory>/store/server.lock      held by the store's server itself, so it outlives a killed node;
                                            with the server's pid inside
    <data directory>/store/valkey.sock      the server's socket
    <data directory>/store/valkey.log
    <data directory>/store/appendonlydir/   what was saved

Exceptions:

    EmbeddedStoreError
    +-- StoreInUse        another live node uses the data directory
    +-- StoreUnusable     the store cannot run here: disk full, read-only, or its server would not start
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOM_BYTES: Final = 1 << 20
"""Free space (bytes) below which the disk counts as full."""
LOG_BYTES: Final = 1 << 20
"""Size (bytes) at which the server's log is set aside before the next start."""
LOG_PREFIX: Final = re.compile(r"^\d+:\w .*?\d\d:\d\d:\d\d\.\d+ [#*.-] ")
SOCKET_PATH_BYTES: Final = 100
"""Longest socket path used as it is: sun_path holds 108 bytes on Linux and 104 on macOS."""
PIDS_END: Final = 1 << 31
"""No system has a process id as large (pid_t)."""
PID_WAIT_SECONDS: Final = 1.0
"""How long a refused node waits to read the pid of the one that has just taken the lock."""


class EmbeddedStoreError(Exception):
    """The embedded store cannot serve; the text is one sentence for the person who starts the node."""


class StoreInUse(EmbeddedStoreError):
    """Another live node uses this data directory; `pid` is its process id, or None if it has not said."""

    def __init__(self, data_dir: Path, pid: int | None) -> None:
        who = "process unknown" if pid is None else f"process {pid}"
        super().__init__(
            f"Vestibule is already running on {data_dir} ({who}): "
            "stop it first, or choose another data directory."
        )
        self.pid = pid


class StoreUnusable(EmbeddedStoreError):
    """The store cannot run in its folder; the text says why and what to do."""


def default_data_dir() -> Path:
    """Tell where a node keeps its state when nobody says otherwise (XDG Base Directory, state home)."""
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():  # the XDG specification: relative values are to be ignored
        state = Path.home() / ".local" / "state"
    return state / "vestibule"


@contextlib.contextmanager
def hold_data_dir(data_dir: Path) -> Iterator[None]:
    """Hold a data directory for this node, making it if need be.

    The kernel lets go when the process ends, however it ends. Raises StoreInUse while another node holds it
    and StoreUnusable if the directory cannot be made or written.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data_dir / "node.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnusable(describe(error, data_dir)) from error
    try:
        if not try_lock(lock):
            raise StoreInUse(data_dir, _holder(lock))
        write_pid(lock, os.getpid())
        yield
    finally:
        os.close(lock)


def try_lock(lock: int) -> bool:
    """Take an exclusive lock on an open file, or answer False at once if somebody holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_pid(lock: int, pid: int) -> None:
    """Write into an open file whose lock it is; a full disk must not keep anybody from starting."""
    with contextlib.suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, b"%d\n" % pid, 0)


def read_pid(lock: int) -> int | None:
    """Read who wrote last that the lock is theirs; None when nobody did."""
    text = os.pread(lock, 32, 0).strip()
    return int(text) if text.isdigit() and 0 < int(text) < PIDS_END else None


def _holder(lock: int) -> int | None:
    """Read who holds the node's lock; a holder that locked a moment ago may not have written its pid yet."""
    deadline = time.monotonic() + PID_WAIT_SECONDS
    while time.monotonic() < deadline:
        pid = read_pid(lock)
        if pid is not None and alive(pid):  # a dead pid is the previous holder's
            return pid
        time.sleep(0.01)
    return None


def alive(pid: int) -> bool:
    """Tell whether there is such a process; one that ended and was not waited for is there, too."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # alive, and somebody else's
        return True
    return True


def describe(error: OSError, place: Path) -> str:
    """Say in one sentence what a failed write to `place` means for the person who runs the node."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"disk full: less than {ROOM_BYTES >> 20} MiB free in {place}; free some space there."
        case errno.EROFS:
            return f"read-only: {place} is on a read-only file system; choose another data directory."
        case errno.EACCES | errno.EPERM:
            return (
                f"no permission: this user may not write in {place}; change its owner or choose another one."
            )
        case _:
            return f"{place} cannot be written: {error.strerror or error}."


class StoreFolder:
    """The `store/` folder of a data directory; knows its paths and touches no process."""

    def __init__(self, data_dir: Path) -> None:
        # Not resolve(): a path through /proc or a mount is to be used as it was given.
        self.path = data_dir.absolute() / "store"
        self.log = self.path / "valkey.log"
        self.socket_name = "valkey.sock"

    def prepare(self) -> None:
        """Make the folder, for its owner only; raises StoreUnusable if it cannot be made or written."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise StoreUnusable(describe(error, self.path)) from error
        if obstacle := self.obstacle():
            raise StoreUnusable(obstacle)

    def obstacle(self) -> str | None:
        """Say why nothing can be written here, or None if it can; blocks for as long as one write takes.

        The server cannot be asked: on a full disk it ends without room for a line in its log. What a server
        left unfinished when it was killed is removed first; it may be what has filled the disk.
        """
        self._clear_if_nobody_writes()
        probe = self.path / "room.probe"
        try:
            with probe.open("wb", buffering=0) as file:
                left = ROOM_BYTES
                while left:
                    left -= file.write(bytes(left)) or 0
        except OSError as error:
            return describe(error, self.path)
        finally:
            with contextlib.suppress(OSError):
                probe.unlink()
        return None

    def open_server_lock(self) -> int:
        """Open the lock file that the server inherits; the caller closes the descriptor."""
        return os.open(self.path / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)

    def socket(self) -> Path:
        """Give a path of the server's socket that is short enough to connect to.

        The socket itself is always in the folder, so whoever adopts the server finds it; a folder with a long
        path is reached through a link in a private folder of this user's.
        """
        direct = self.path / self.socket_name
        if len(os.fsencode(direct)) <= SOCKET_PATH_BYTES:
            return direct
        return self._short_link() / self.socket_name

    def _short_link(self) -> Path:
        run = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        private = run / f"vestibule-{os.getuid()}-{digest}"
        private.mkdir(mode=0o700, exist_ok=True)
        found = private.lstat()
        if found.st_uid != os.getuid() or found.st_mode & 0o170077 != 0o040000:
            raise StoreUnusable(f"{private} is not a private folder of this user; remove it.")
        link = private / "store"
        if not (link.is_symlink() and link.readlink() == self.path):
            link.unlink(missing_ok=True)
            link.symlink_to(self.path)
        return link

    def clear_unfinished(self) -> None:
        """Remove what a killed server was amid writing anew; nothing else would, and guests' names are in it.

        Only for who holds the server's lock: then no child of a server writes here either.
        """
        for unfinished in self.path.glob("temp-*"):
            with contextlib.suppress(OSError):
                unfinished.unlink()

    def _clear_if_nobody_writes(self) -> None:
        with contextlib.suppress(OSError):
            lock = self.open_server_lock()
            try:
                if try_lock(lock):
                    self.clear_unfinished()
            finally:
                os.close(lock)

    def set_log_aside(self) -> None:
        """Keep the log bounded: a long one becomes `valkey.log.old`."""
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > LOG_BYTES:
                self.log.replace(self.log.with_suffix(".log.old"))

    def last_words(self) -> str:
        """Give the last line of the server's log, without its pid and time, and where the log is."""
        try:
            lines = self.log.read_text(errors="replace").split("\n")
        except OSError as error:
            return f"its log cannot be read: {error.strerror}"
        line = next((line for line in reversed(lines) if line.strip()), "nothing")
        return f"{LOG_PREFIX.sub('', line)} (from {self.log})"
