"""Invitations survive kills of the node that sends them; `make prove` sends a thousand over thirty kills."""

from __future__ import annotations

from pathlib import Path

from tests.prove import letters


async def test_invitations_survive_kills_and_come_once_or_as_was_said(tmp_path: Path) -> None:
    """None lost; a mail twice at most; a text that is repeated bears its key."""
    told = await letters.sent(tmp_path, seed=1, invitations=60, kills=2)
    assert not told.broken
    assert told.figures["invitations"] == 60
    assert told.figures["lost"] == 0
