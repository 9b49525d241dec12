"""Where folders are that no disk holds up: in memory, where there is room."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - for folders of their own, made there as elsewhere
ROOM: Final = 2 << 30
"""Bytes that must be free there."""


def memory() -> Path | None:
    """Where to make folders in memory; None where that cannot be."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    there = os.statvfs(MEMORY)
    free = there.f_bavail * there.f_frsize > ROOM and not there.f_flag & os.ST_NOEXEC
    return MEMORY if free else None
