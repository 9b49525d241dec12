"""`kill -9` of the server in the middle of a call, then a start: nobody is lost, nobody is a ghost (B3)."""

from __future__ import annotations

from pathlib import Path

from tests.prove import kill_story


async def test_after_a_kill_everybody_is_where_they_were(tmp_path: Path) -> None:
    """Seats, admission, waiting and expiry as before; all resume; who does not is lost, then has left."""
    told = await kill_story.played(tmp_path, 1)
    assert not told.broken
    assert told.figures["resumed"] == 5
