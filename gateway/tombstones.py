"""The ids of visits that are over, in a small file outside the store: what a restore must not bring back.

    <visit id> <seconds since 1970 when it was buried>

An id is written before `bury` returns, so a killed process loses none; the disk follows within moments.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from engine.ids import VisitId, shard_of_visit

KEPT_SECONDS: Final = 400 * 86_400
"""How long an id is kept: no backup that old should be restored, and no visit is planned further ahead."""
TIDY_BYTES: Final = 1 << 20
"""Size above which the file is tidied when it is opened."""
RETRY_SECONDS: Final = 1.0
"""How soon an id that could not be written (a full disk, say) is tried again."""


class Tombstones:
    """Buries visits in a file, as a context manager; `bury` may be called in the event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        self._unwritten: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._dirty = threading.Event()
        self._closing = False
        self._syncer: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Open the file, making it if need be. Raises OSError."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._path.exists() and self._path.stat().st_size > TIDY_BYTES:
            _tidy(self._path)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._syncer = threading.Thread(target=self._sync, name="tombstones", daemon=True)
        self._syncer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the disk and close the file."""
        self._closing = True
        self._dirty.set()
        if self._syncer is not None:
            self._syncer.join()
        os.close(self._file)

    def bury(self, visit: VisitId) -> None:
        """Write down that a visit is over; what the disk does not take now is tried again."""
        self._unwritten.append(f"{visit} {time.time():.0f}\n".encode())
        self._write()
        self._dirty.set()

    def _write(self) -> bool:
        with self._lock:
            while self._unwritten:
                try:
                    os.write(self._file, self._unwritten[0])
                except OSError:
                    return False
                self._unwritten.popleft()
        return True

    def _sync(self) -> None:
        # a thread, because a disk may take long to sync, and the visits of a node share one loop
        while not self._closing:
            self._dirty.wait(RETRY_SECONDS if self._unwritten else None)
            self._dirty.clear()
            if self._write():
                os.fsync(self._file)


def buried(path: Path) -> frozenset[VisitId]:
    """Read the ids of a file; none when there is no file. What is no id is passed over. Raises OSError."""
    return frozenset(visit for visit, _ in _lines(path))


def _lines(path: Path) -> list[tuple[VisitId, int]]:
    if not path.exists():
        return []
    found = []
    for line in path.read_text("ascii", "replace").splitlines():
        visit, _, seconds = line.partition(" ")
        if shard_of_visit(visit) is not None:
            found.append((VisitId(visit), int(seconds) if seconds.isdigit() else 0))
    return found


def _tidy(path: Path) -> None:
    """Drop what is older than anybody needs, putting the new file in place whole or not at all."""
    oldest = time.time() - KEPT_SECONDS
    kept = "".join(f"{visit} {at}\n" for visit, at in _lines(path) if at >= oldest)
    new = path.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(kept)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
