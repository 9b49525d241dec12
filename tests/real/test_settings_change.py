"""A clinic's settings hold at once, for visits that are already there (R1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.client import Refused
from tests.support.node import house


async def test_switching_invitations_off_takes_the_control_away_at_once(tmp_path: Path) -> None:
    """The provider's page is told that inviting is off, and the server refuses it all the same (R1)."""
    async with house(tmp_path) as here:
        visit = await here.plan()
        provider = await here.provider(visit)
        assert provider.ready["inside"]["visit"]["may_invite"]
        board = await here.dashboard()
        await here.settle(guests_by_provider=False)
        await provider.wait(lambda said: said["t"] == "visit" and not said["visit"].get("may_invite"))
        await board.wait(lambda said: said["t"] == "board.row" and not said["visit"].get("may_invite"))
        with pytest.raises(Refused, match="invites_off"):
            await provider.ask("get.panel")


async def test_a_number_is_shown_as_people_read_it_and_dialled_either_way(tmp_path: Path) -> None:
    """The panel writes the number for people; a dial-in client may give it either way (R3, R10)."""
    async with house(tmp_path) as here:
        await here.settle(dial_in=("+15550100123",))
        visit = await here.plan()
        provider = await here.provider(visit)
        panel = await provider.ask("get.panel")
        assert panel["number"] == "+1 555-010-0123"
        for dialled in (panel["number"], "+15550100123"):
            assert (await here.phone(dialled=dialled)).ready["tries"] == 3
