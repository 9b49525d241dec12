"""What opens a link before its guest changes nothing (D8)."""

from __future__ import annotations

from pathlib import Path

from tests.prove import scanner


async def test_a_hundred_looks_change_nothing_and_then_the_guest_joins(tmp_path: Path) -> None:
    """GET and HEAD of the page, `%23` too, and looks through the door: no presence, no bit in the store."""
    told = await scanner.played(tmp_path, 1)
    assert not told.broken
    assert told.figures["opened"] == 100
