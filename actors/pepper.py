"""The pepper's file: read at start, made at the first one, and rotated by the operator.

    <folder>/pepper     one line a key, newest last: the key's id, a space, 32 bytes in base64

The folder is the pepper's own, outside the store's folder and outside backups: who has one of the two
without the other has nothing. Losing the pepper makes every link and PIN that was sent invalid and every
sealed name unreadable.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from actors.secrets import KEYS_AT_MOST, PEPPER_BYTES

FILE: Final = "pepper"


class PepperUnusable(Exception):
    """The pepper cannot be read or must not be trusted; the text is one sentence for who starts the node."""


def read_pepper(folder: Path, random: Callable[[int], bytes] = os.urandom) -> dict[int, bytes]:
    """Read the pepper's keys by their ids, making the file if there is none. Raises PepperUnusable."""
    path = folder / FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write(path, {1: random(PEPPER_BYTES)})
        return _read(path)
    except OSError as error:
        raise PepperUnusable(f"the pepper {path} cannot be used: {error.strerror}.") from error


def rotate_pepper(folder: Path, random: Callable[[int], bytes] = os.urandom) -> int:
    """Add a key, drop the oldest beyond KEYS_AT_MOST, and give the new key's id; nodes use it after their
    next start.

    What was made with a dropped key is invalid from then on. Raises PepperUnusable.
    """
    keys = read_pepper(folder, random)
    newest = max(keys) + 1
    kept = sorted(keys)[1 - KEYS_AT_MOST :]
    _write(folder / FILE, {key_id: keys[key_id] for key_id in kept} | {newest: random(PEPPER_BYTES)})
    return newest


def _read(path: Path) -> dict[int, bytes]:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise PepperUnusable(f"the pepper {path} can be read by others (mode {mode:o}): make it 600.")
        lines = file.read().decode("ascii", "replace").splitlines()
    keys: dict[int, bytes] = {}
    for line in lines:
        key_id, _, text = line.partition(" ")
        try:
            keys[int(key_id)] = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            raise PepperUnusable(
                f"the pepper {path} is damaged: restore it from where you keep it."
            ) from None
    if not 1 <= len(keys) <= KEYS_AT_MOST or any(len(key) != PEPPER_BYTES for key in keys.values()):
        raise _damaged(path)
    return keys


def _damaged(path: Path) -> PepperUnusable:
    return PepperUnusable(f"the pepper {path} is damaged: restore it from where you keep it.")


def _write(path: Path, keys: dict[int, bytes]) -> None:
    """Put the file in place whole and on the disk, or not at all."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.writelines(b"%d %b\n" % (key_id, base64.b64encode(keys[key_id])) for key_id in sorted(keys))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
