"""The ids of ended visits outlive the store."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from engine.ids import VisitId
from gateway import tombstones
from gateway.tombstones import KEPT_SECONDS, Tombstones, buried

ONE, TWO = VisitId("0417-7h3kq2m9xw4c"), VisitId("0001-000000000000")


def test_what_was_buried_is_read_again(tmp_path: Path) -> None:
    """Over several lives of a node, in a file that only its owner can read."""
    path = tmp_path / "deep" / "tombstones"
    for visit in (ONE, TWO, ONE):
        with Tombstones(path) as stones:
            stones.bury(visit)
            assert visit in buried(path), "written before bury returns"
    assert buried(path) == {ONE, TWO}
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_file_is_no_tombstones(tmp_path: Path) -> None:
    """A first start has none."""
    assert buried(tmp_path / "none") == frozenset()


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    """A power cut in the middle of a write costs that line only."""
    path = tmp_path / "tombstones"
    path.write_bytes(f"{ONE} 1\n0417-7h3".encode() + b"\xff\x00\n" + f"{TWO}".encode())
    assert buried(path) == {ONE, TWO}


def test_what_the_disk_refused_is_written_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk delays a tombstone and loses none."""
    path = tmp_path / "tombstones"
    write, full = os.write, [True]

    def refusing(file: int, data: bytes) -> int:
        if full[0]:
            raise OSError(28, "No space left on device")
        return write(file, data)

    monkeypatch.setattr("gateway.tombstones.os.write", refusing)
    with Tombstones(path) as stones:
        stones.bury(ONE)
        assert buried(path) == frozenset()
        full[0] = False
    assert buried(path) == {ONE}


def test_a_large_file_is_tidied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is older than any backup worth restoring goes, the rest stays."""
    monkeypatch.setattr(tombstones, "TIDY_BYTES", 10)
    path = tmp_path / "tombstones"
    path.write_text(f"{ONE} {time.time() - KEPT_SECONDS - 60:.0f}\n{TWO} {time.time():.0f}\n")
    with Tombstones(path):
        pass
    assert buried(path) == {TWO}
    assert path.stat().st_mode & 0o777 == 0o600
