"""How good each connection is, as the browsers measure it (B12)."""

from __future__ import annotations

import asyncio
import re
from typing import Final

import httpx
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Running
from tests.browser.line import Line
from tests.browser.media import media_flows
from tests.browser.stage import JOURNEY, Stage, join

pytestmark = JOURNEY

WITHIN: Final = 20.0
GOOD, BAD = "Connection good", "Connection bad"
WEAK = "Your connection is weak. Turning your camera off may help."


async def test_a_provider_reads_how_good_each_connection_is(stage: Stage, running: Running) -> None:
    """A word on the tile and in the list, from the guest's own measuring; guests read of nobody's. The
    operator's metrics count that both browsers came to a connection, and how it does.
    """
    before = await told(running)
    visit = await stage.clinic.plan("Noor Bakker")
    provider = await stage.provider(visit)
    guest = await stage.guest(visit.guest_url, "Maria Lopez")
    await media_flows(guest, peers=1)
    await expect(tile(provider, "Maria Lopez").get_by_role("img", name=GOOD)).to_be_visible()
    await provider.get_by_role("button", name="People").click()
    people = provider.get_by_role("complementary", name="People").get_by_role("listitem")
    await expect(people.filter(has_text="Maria Lopez")).to_contain_text(GOOD)
    await stage.seen(provider, "call-quality")
    await expect(guest.get_by_role("img", name="Connection")).to_have_count(0)
    async with asyncio.timeout(WITHIN):
        while (now := await told(running))["call_setup_seconds"] < before["call_setup_seconds"] + 2:  # noqa: ASYNC110 - another process' count
            await asyncio.sleep(0.2)
    for name in ("call_mos", "call_jitter_seconds", "call_rtt_seconds", "call_loss_ratio"):
        assert now[name] > before[name]


async def test_a_bad_line_is_told_to_the_provider_and_said_calmly_to_oneself(
    stage: Stage, running: Running
) -> None:
    """While a fifth of all packets is lost both read it, with what may help; afterwards nobody does."""
    visit = await stage.clinic.plan("Noor Bakker")
    provider = await stage.provider(visit)
    relay = running.relay["VESTIBULE_MEDIA__TURN_URLS"].partition("?")[0].rpartition(":")[2]
    async with Line(("127.0.0.1", int(relay))).laid() as line:
        context = await stage.context()
        await context.add_init_script(line.script)
        guest = await stage.page(visit.guest_url, context)
        await join(guest, "Maria Lopez")
        await media_flows(guest, peers=1)
        await expect(tile(provider, "Maria Lopez").get_by_role("img", name=GOOD)).to_be_visible()

        line.keeps = 8
        await expect(tile(provider, "Maria Lopez").get_by_text(BAD)).to_be_visible()
        await expect(guest.get_by_text(WEAK)).to_be_visible()
        await stage.seen(guest, "call-weak")
        await stage.seen(provider, "call-quality-bad")

        line.keeps = 10
        await expect(tile(provider, "Maria Lopez").get_by_role("img", name=GOOD)).to_be_visible()
        await expect(guest.get_by_text(WEAK)).to_be_hidden()


async def told(running: Running) -> dict[str, float]:
    """Read how often browsers have reported what, from the metrics."""
    async with httpx.AsyncClient(base_url=running.server.url, trust_env=False) as http:
        page = (await http.get("/metrics")).text
    return {
        name: float(count)
        for name, count in re.findall(r"^vestibule_(call_\w+)_count (\S+)$", page, re.MULTILINE)
    }


def tile(page: Page, name: str) -> Locator:
    """Somebody's tile on the stage."""
    return page.get_by_role("list", name="In the call now").get_by_role("listitem").filter(has_text=name)
