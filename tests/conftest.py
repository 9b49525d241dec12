"""A test's folder says what it needs: unit, simulation, real parts, or a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

TESTS = Path(__file__).parent
KINDS = ("unit", "simulation", "real", "cluster", "browser")
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - pytest makes its folders there as it does elsewhere
ROOM: Final = 2 << 30
"""Bytes that must be free there."""


def pytest_configure() -> None:
    """Keep the tests' folders in memory where there is room: what they promise must not hang on a disk that
    others keep busy for seconds.
    """
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        there = os.statvfs(MEMORY)
        if there.f_bavail * there.f_frsize > ROOM and not there.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with the name of its folder, so that `-m unit` means tests/unit."""
    for item in items:
        kind = item.path.relative_to(TESTS).parts[0]
        if kind not in KINDS:
            raise pytest.UsageError(f"{item.nodeid}: a test lives in one of tests/{{{','.join(KINDS)}}}")
        item.add_marker(kind)
