"""What a cluster's first machine remembers: the token, the slots, and the processes that it started.

<data directory>/cluster/token            shown to each other by all of Ray's processes
<data directory>/cluster/up.lock          held by `cluster up`, with its process id inside
<data directory>/cluster/facts.json       where Ray's head is, and the first port
<data directory>/cluster/slots.json       which slots there shall be
<data directory>/cluster/processes.json   what was started here, so that it can be adopted and ended
<data directory>/cluster/ray/             what Ray's head remembers
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from actors.embedded_folder import try_lock
from actors.machines import make_token
from actors.slots import Slot
from gateway.settings import Settings
from gateway.unable import Unable


@dataclass(frozen=True, slots=True)
class Facts:
    """What `cluster up` said when it began, for the commands that come later."""

    head: str
    machine: str
    first_port: int
    demo: bool


class ClusterFolder:
    """The folder of a cluster on one machine; files are replaced whole, or not at all."""

    def __init__(self, settings: Settings) -> None:
        self.path = settings.data_dir / "cluster"
        self.token = settings.cluster_token
        self.processes = self.path / "processes.json"
        self._facts = self.path / "facts.json"
        self._slots = self.path / "slots.json"
        self._lock = self.path / "up.lock"

    def prepare(self) -> None:
        """Make the folder and the token, for this user only. Raises Unable."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
            make_token(self.token)
        except OSError as error:
            raise Unable(f"{self.path} cannot be used: {error.strerror}.") from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the one `cluster up` of this folder. Raises Unable."""
        lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not try_lock(lock):
                raise Unable("This cluster is up already: `vestibule cluster status` shows it.")
            os.ftruncate(lock, 0)
            os.pwrite(lock, b"%d\n" % os.getpid(), 0)
            yield
        finally:
            os.close(lock)

    def holder(self) -> int | None:
        """Give the process id of the running `cluster up`; None when there is none."""
        try:
            lock = os.open(self._lock, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            if try_lock(lock):
                return None
            text = os.pread(lock, 32, 0).strip()
            return int(text) if text.isdigit() else None
        finally:
            os.close(lock)

    def state(self, facts: Facts) -> None:
        """Write down what this cluster is."""
        write_json(self._facts, asdict(facts))

    def facts(self) -> Facts:
        """Read what this cluster is. Raises Unable when there has been none."""
        found = read_json(self._facts)
        if not isinstance(found, dict):
            raise Unable(f"There is no cluster in {self.path}: start one with `vestibule cluster up`.")
        return Facts(**found)

    def slots(self) -> tuple[Slot, ...]:
        """Read which slots there shall be."""
        found = read_json(self._slots)
        return tuple(sorted(Slot(**one) for one in found)) if isinstance(found, list) else ()

    def remember(self, slots: Sequence[Slot]) -> None:
        """Write down which slots there shall be."""
        write_json(self._slots, [asdict(slot) for slot in slots])

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change the slots, one command at a time."""
        with (self.path / "slots.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def ray_folder(self) -> Path:
        """Give a private folder whose path is short, for Ray puts sockets with long names below it.

        Raises Unable when it is not this user's.
        """
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:8]
        folder = Path(tempfile.gettempdir()) / f"vestibule-{os.getuid()}-{digest}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if found.st_uid != os.getuid() or found.st_mode & 0o170077 != 0o040000:
            raise Unable(f"{folder} is not a private folder of this user; remove it.")
        return folder / "ray"  # which Ray opens to everybody


def read_json(path: Path) -> object:
    """Read a file; None when there is none, or nothing that can be read."""
    try:
        found: object = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


def write_json(path: Path, value: object) -> None:
    """Replace a file."""
    _write(path, json.dumps(value, indent=1))


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
