"""Telephones and browsers in one call: each hears the other, and the provider sees who speaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from gateway.dev import lan_addresses
from tests.browser.clinic import Clinic
from tests.browser.conftest import Running, pictures
from tests.browser.media import GROWS_WITHIN, stats
from tests.browser.stage import JOURNEY, Stage, person
from tests.support.processes import server, turn
from tests.support.sound import line, loudness, until

pytestmark = JOURNEY

SOUNDS = "document.querySelectorAll('audio').length"
"""How many people's sound a page plays; the telephones' are one."""


@pytest_asyncio.fixture(loop_scope="session")
async def by_janus(running: Running, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A stage at a server whose bridge mixes by Janus, which speaks to no relay on loopback."""
    own = next(iter(lan_addresses()), "")
    assert own, "Janus needs an address of this machine that is not on loopback"
    async with (
        turn(own) as relay,
        server(tmp_path_factory.mktemp("janus"), {**relay, "VESTIBULE_BRIDGE__BACKEND": "janus"}) as here,
    ):
        clinic = Clinic(here, await here.demo_visit())
        async with Stage(running.browser, here, clinic, pictures()).lit() as stage:
            yield stage
        await clinic.http.aclose()


async def phones_heard(page: Page, *, not_pair: str = "") -> str:
    """Wait until what telephones say is in this page's ear; give the connection's name."""
    before = -1.0
    async with asyncio.timeout(GROWS_WITHIN):
        while True:
            for pair in await stats(page):
                if pair["seat"] == "bridge" and pair["pair"] != not_pair and pair["state"] == "connected":
                    if 0 <= before < pair["totalAudioEnergy"] - 0.001:
                        return str(pair["pair"])
                    before = pair["totalAudioEnergy"] if before < 0 else before
            await page.wait_for_timeout(200)


async def plays(page: Page, people: int) -> None:
    """Wait until a page plays the sound of so many."""
    async with asyncio.timeout(GROWS_WITHIN):
        while await page.evaluate(SOUNDS) != people:
            await page.wait_for_timeout(100)


async def test_a_telephone_is_heard_in_every_browser_and_hears_them(stage: Stage) -> None:
    """Two browsers and a telephone: its tone is in both, their fake microphones' beeps are in its ear."""
    visit = await stage.clinic.plan("Jordan Lee")
    provider = await stage.provider(visit)
    guest = await stage.guest(visit.guest_url, "Maria Lopez")
    async with stage.clinic.telephone(visit) as phone:
        await phone.ask("digits", digits=visit.pin)
        await phone.tell("media", mic=True, cam=False)
        audio = await phone.wait_for("audio")
        async with line(audio, 500) as caller:
            await phones_heard(provider)
            await phones_heard(guest)
            await until(lambda: abs(caller.last(2.0)).max() > 1_000, seconds=GROWS_WITHIN)
            assert loudness(caller.last(), 500) < 200  # never their own voice
            await provider.get_by_role("button", name="People").click()
            await expect(provider.get_by_label("Speaking")).to_be_visible()
            await stage.seen(provider, "call-phone-speaking")
        await expect(provider.get_by_label("Speaking")).to_have_count(0)


async def test_visit_details_show_who_speaks_by_telephone_and_name_them(stage: Stage) -> None:
    """A sign with a word, while they speak; the telephone renamed there is called so in the call's list."""
    visit = await stage.clinic.plan("Jordan Lee")
    provider = await stage.provider(visit)
    board = await stage.dashboard(visit)
    async with stage.clinic.telephone(visit) as phone:
        await phone.ask("digits", digits=visit.pin)
        line_of = person(board, "Phone guest 1")
        await expect(line_of).to_be_visible()
        await phone.tell("media", mic=True, cam=False, speaks=True)
        await expect(line_of.get_by_label("Speaking")).to_be_visible()
        await phone.tell("media", mic=True, cam=False)
        await expect(line_of.get_by_label("Speaking")).to_have_count(0)
        await line_of.get_by_role("button").click()
        await board.get_by_role("menuitem", name="Rename").click()
        await board.get_by_label("New name for Phone guest 1").fill("Aunt Vera")
        await board.keyboard.press("Enter")
        await expect(person(board, "Aunt Vera")).to_be_visible()
        await provider.get_by_role("button", name="People").click()
        await expect(provider.get_by_role("button", name="More for Aunt Vera")).to_be_visible()


async def test_by_janus_everybody_comes_by_the_bridge_and_is_heard_once(by_janus: Stage) -> None:
    """It sends browsers each other's sound too: what comes from them directly is not played as long as a
    telephone is here, and played again when it has gone.
    """
    visit = await by_janus.clinic.plan("Jordan Lee")
    provider = await by_janus.provider(visit)
    guest = await by_janus.guest(visit.guest_url, "Maria Lopez")
    await plays(provider, 1)
    direct = await provider.evaluate_handle("document.querySelector('audio')")
    async with by_janus.clinic.telephone(visit) as phone:
        await phone.ask("digits", digits=visit.pin)
        await phone.tell("media", mic=True, cam=False)
        async with line(await phone.wait_for("audio"), 500) as caller:
            await phones_heard(provider)
            await phones_heard(guest)
            await until(lambda: abs(caller.last(2.0)).max() > 1_000, seconds=GROWS_WITHIN)
            assert loudness(caller.last(), 500) < 200  # never their own voice
            await plays(provider, 1)
            await plays(guest, 1)
            assert not await direct.evaluate("one => one.isConnected")
            bridged = await provider.evaluate_handle("document.querySelector('audio')")
    async with asyncio.timeout(GROWS_WITHIN):
        while await bridged.evaluate("one => one.isConnected"):
            await provider.wait_for_timeout(100)
    await plays(provider, 1)
