"""The server dies in the middle of a call, and is started again (B3, B10)."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.clinic import Clinic
from tests.browser.conftest import Running, pictures
from tests.browser.media import media_flows, stats
from tests.browser.stage import JOURNEY, Stage, details_of, person, seat_of, title
from tests.support.processes import server

pytestmark = JOURNEY

RECONNECTING = "Reconnecting… The others stay here."
LOST = re.compile("Connection lost|Checking the connection")

# every word that a page shows or reads out from now on
_LISTEN = """
() => {
  window.heard = [];
  new MutationObserver((changes) => {
    for (const { addedNodes, target } of changes) {
      for (const one of addedNodes) window.heard.push(one.textContent);
      window.heard.push(target.nodeType === Node.TEXT_NODE ? target.data : "");
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}
"""


async def test_a_call_survives_the_death_of_the_server(running: Running, tmp_path: Path) -> None:
    """Media goes on, pages resume their seats by themselves, who waited waits, and nobody seems to leave."""
    async with server(tmp_path / "data", running.relay) as here:
        clinic = Clinic(here, await here.demo_visit())
        async with Stage(running.browser, here, clinic, pictures()).lit() as stage, clinic.http:
            await clinic.ask("PATCH", "clinic", {"admission": "provider_admits"})
            visit = await clinic.plan("Jordan Lee")
            board = await stage.dashboard(visit)
            provider = await stage.provider(visit)
            guest = await stage.guest(visit.guest_url, "Maria Lopez")
            await provider.get_by_role("button", name="Let in Maria Lopez").click()
            waits = await stage.guest(visit.guest_url, "Ben Adler")
            await expect(title(waits, "Your provider knows you're here")).to_be_visible()
            await asyncio.gather(media_flows(provider, peers=1), media_flows(guest, peers=1))
            pages = (provider, guest, waits)
            seats = [await seat_of(page) for page in pages]
            for page in pages:
                await page.evaluate(_LISTEN)

            await here.end(signal.SIGKILL)
            for page in (provider, guest):
                await expect(page.get_by_text(RECONNECTING)).to_be_visible()
            await expect(waits.get_by_text("You keep your place.")).to_be_visible()
            await stage.seen(provider, "call-server-gone")
            await stage.seen(waits, "guest-waiting-server-gone", guest=True)
            await stage.seen(board, "details-server-gone")
            before = [await pair_ids(page) for page in (provider, guest)]
            await asyncio.gather(media_flows(provider, peers=1), media_flows(guest, peers=1))

            await here.start()
            for page in (provider, guest):
                await expect(page.get_by_text(RECONNECTING)).to_be_hidden()
            await expect(waits.get_by_text("You keep your place.")).to_be_hidden()
            await expect(title(waits, "Your provider knows you're here")).to_be_visible()
            for name in ("Dr. Ana Rivera", "Maria Lopez"):
                await expect(person(board, name)).to_contain_text("In the call")
            await expect(person(board, "Ben Adler")).to_contain_text("Waiting")
            await expect(details_of(board).get_by_role("listitem").filter(has_text=LOST)).to_have_count(0)

            assert [await seat_of(page) for page in pages] == seats
            assert [await pair_ids(page) for page in (provider, guest)] == before, "the media went on"
            for page in pages:
                said = " ".join(await page.evaluate("window.heard"))
                assert " left" not in said, said
            await asyncio.gather(media_flows(provider, peers=1), media_flows(guest, peers=1))

            await guest.get_by_role("button", name="Leave").click()
            await expect(person(board, "Maria Lopez")).to_contain_text("Left at")
            await provider.get_by_role("button", name="Let in Ben Adler").click()
            await media_flows(waits, peers=1)


async def pair_ids(page: Page) -> list[str]:
    """The connections to other browsers, which are never made anew while media goes on."""
    return [pair["pair"] for pair in await stats(page)]
