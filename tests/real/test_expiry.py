"""Expiry at the second, after a sleep, and with clocks that are set; `make prove` tries all jumps (B5)."""

from __future__ import annotations

from pathlib import Path

from tests.prove import expiry


async def test_nobody_is_early_or_late_by_true_clocks(tmp_path: Path) -> None:
    """Link, PIN, lobby and ticket; a node that slept through the end; a late provider; a visit left alone."""
    told = await expiry.with_true_clocks(tmp_path)
    assert not told.broken


async def test_nobody_is_early_or_late_when_clocks_are_set(tmp_path: Path) -> None:
    """The store's an hour ahead, both an hour back: the visit ends when it would have; an alarm is up."""
    told = await expiry.with_set_clocks(tmp_path, ((0, 1), (-1, -1)), there_and_back=False)
    assert not told.broken
    assert told.figures["jumps"] == 2
