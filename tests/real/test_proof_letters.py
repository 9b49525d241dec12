"""Invitations survive kills of the node that sends them; `make prove` sends a thousand over thirty kills."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.prove import letters
from tests.prove.outside import delivered
from tests.prove.site import Shown, Site

MAIL, TEXT = "ann@family.example", "+14155550142"


async def test_invitations_survive_kills_and_come_once_or_as_was_said(tmp_path: Path) -> None:
    """None lost; a mail twice at most; a text that is repeated bears its key."""
    told = await letters.sent(tmp_path, seed=1, invitations=40, kills=1)
    assert not told.broken
    assert told.figures["invitations"] == 40
    assert told.figures["lost"] == 0


async def test_a_kill_between_sending_and_writing_it_down_costs_one_copy_at_most(tmp_path: Path) -> None:
    """The mail comes twice and never a third time; the text's second copy bears the key of the first."""
    outside = tmp_path / "outside"
    site = Site(tmp_path / "site", post=outside)
    site.thinks = 600.0
    async with site:
        visit = await site.plan(start=await site.later(0) + letters.A_DAY, minutes=30)
        await site.ask("POST", f"/visits/{visit['id']}/invitations", {"email": MAIL, "phone": TEXT})
        for copies in (1, 2):
            while Counter(one.via for one in delivered(outside)) != {"email": copies, "sms": copies}:
                await site.later(1)
            await site.kill()
            site.thinks = 600.0 if copies == 1 else 0.05
            await site.start()
        shown: list[Shown] = []
        while not shown or shown[0]["state"] == "queued":
            await site.later(60)
            shown = await site.ask("GET", f"/visits/{visit['id']}/invitations")
        came = delivered(outside)
        assert [one.attempt for one in came if one.via == "email"] == [1, 2]
        assert len({one.key for one in came if one.via == "sms"}) == 1
        by_way = {one["via"]: (one["progress"], one["reason"]) for one in shown[0]["letters"]}
        assert by_way == {"email": ("failed", "unknown"), "sms": ("sent", "")}
