"""A flood of guessed PINs lets nobody in, and stops nobody (B6)."""

from __future__ import annotations

from pathlib import Path

from tests.prove import pin_flood


async def test_the_bound_holds_against_many_callers(tmp_path: Path) -> None:
    """More guesses than the space bears: counted up to the bound, then right PINs wait for the provider."""
    told = await pin_flood.played(tmp_path, 1)
    assert not told.broken
    assert told.figures["guesses"] > told.figures["counted"] == pin_flood.LIMIT
