"""Invitations survive kills of the node that sends them; `make prove` sends a thousand over thirty kills."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.prove import letters
from tests.prove.outside import outside
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
    async with outside() as world, Site(tmp_path / "site", environment=world.environment()) as site:
        world.be_silent()
        visit = await site.plan(start=await site.later(0) + letters.A_DAY, minutes=30)
        await site.ask("POST", f"/visits/{visit['id']}/invitations", {"email": MAIL, "phone": TEXT})
        for copies in (1, 2):
            while Counter(one.via for one in world.delivered()) != {"email": copies, "sms": copies}:
                await site.later(1)
            await site.kill()
            if copies == 2:
                world.speak()
            await site.start()
        shown: list[Shown] = []
        while not shown or shown[0]["state"] == "queued":
            await site.later(60)
            shown = await site.ask("GET", f"/visits/{visit['id']}/invitations")
        came = world.delivered()
        assert Counter(one.via for one in came if one.via == "email") == {"email": 2}
        keys = {(one.via, one.key) for one in came}
        assert Counter(via for via, _ in keys) == {"email": 1, "sms": 1}
        by_way = {one["via"]: (one["progress"], one["reason"]) for one in shown[0]["letters"]}
        assert by_way == {"email": ("failed", "unknown"), "sms": ("sent", "")}
