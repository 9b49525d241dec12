"""An ordinary telephone calls the clinic: Debian's baresip by SIP, Chromium at the other end (R10)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from gateway.dialin.acts import Clip
from gateway.dialin.prompts import Prompts
from tests.browser.clinic import Clinic
from tests.browser.conftest import Running, pictures
from tests.browser.media import GROWS_WITHIN, stats
from tests.browser.stage import JOURNEY, Stage, title
from tests.support.baresip import Softphone, softphone
from tests.support.node import free_port
from tests.support.processes import START_WITHIN, server
from tests.support.sound import likeness, loudness, until

pytestmark = JOURNEY

LIKE = 0.6
"""From this likeness on it is that prompt, mu-law and the odd lost frame and all."""
PROMPTS = Prompts()
ANSWER_TO_CALL = 25.0
"""Seconds, when the digits are typed at once."""


@dataclass(frozen=True, slots=True)
class Telephones:
    """A stage at whose server telephones are answered."""

    stage: Stage
    uri: str


@pytest_asyncio.fixture(loop_scope="session")
async def called(running: Running, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Telephones]:
    """A server of its own, with its dial-in, that takes calls by SIP."""
    port = free_port()
    sip = {"VESTIBULE_DIALIN__SIP_BIND": f"127.0.0.1:{port}"}
    async with server(tmp_path_factory.mktemp("sip"), {**running.relay, **sip}, phones=True) as here:
        clinic = Clinic(here, await here.demo_visit())
        await answers(port)
        async with Stage(running.browser, here, clinic, pictures()).lit() as stage:
            yield Telephones(stage, f"sip:visit@127.0.0.1:{port}")
        await clinic.http.aclose()


async def answers(port: int) -> None:
    """Wait until calls are taken: the dial-in starts last, and a call by TCP is tried once."""
    async with asyncio.timeout(START_WITHIN):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.1)


async def hears(phone: Softphone, clip: str, *, within: float = 40) -> None:
    """Wait until a prompt is in what the caller has heard."""
    sound = PROMPTS.sound("", "en", [clip])
    await until(lambda: likeness(phone.heard(), sound) > LIKE, seconds=within)


async def energy(page: Page) -> float:
    """How much sound of telephones has come to a page."""
    return sum(float(pair["totalAudioEnergy"]) for pair in await stats(page) if pair["seat"] == "bridge")


async def loud(page: Page) -> None:
    """Wait until the telephone's tone comes to a page: a quarter of full scale, for half a second."""
    before = await energy(page)
    async with asyncio.timeout(GROWS_WITHIN):
        while await energy(page) < before + 0.01:
            await page.wait_for_timeout(200)


def ear(phone: Softphone, seconds: float = 2.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What the caller heard last."""
    return phone.heard()[-int(8_000 * seconds) :]


async def test_somebody_calls_types_the_pin_and_talks(
    called: Telephones, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Prompt, PIN, in the call; sound both ways; muted by the provider and back; removed: the call ends."""
    stage = called.stage
    visit = await stage.clinic.plan("Jordan Lee")
    provider = await stage.provider(visit)
    async with softphone(tmp_path_factory.mktemp("caller"), 440) as phone:
        await phone.call(called.uri)
        await hears(phone, Clip.GREETING)
        await phone.type(visit.pin)
        await hears(phone, Clip.IN_CALL)
        await loud(provider)
        await until(lambda: abs(ear(phone)).max() > 1_000, seconds=GROWS_WITHIN)  # the fake microphone beeps
        assert loudness(ear(phone), 440) < 300  # never one's own voice

        await provider.get_by_role("button", name="People").click()
        await expect(provider.get_by_label("Speaking")).to_be_visible()
        await provider.get_by_role("button", name="More for Phone guest 1").click()
        await provider.get_by_role("button", name="Mute", exact=True).click()
        await expect(provider.get_by_label("Speaking")).to_have_count(0)
        await hears(phone, Clip.MUTED_BY_PROVIDER)
        still = await energy(provider)
        await provider.wait_for_timeout(2_000)
        assert await energy(provider) - still < 0.001
        await phone.type("#6")
        await loud(provider)

        await provider.get_by_role("button", name="More for Phone guest 1").click()
        await provider.get_by_role("button", name="Remove").click()
        await provider.get_by_role("dialog").get_by_role("button", name="Remove").click()
        await phone.event("CALL_CLOSED")
        assert likeness(phone.heard(), PROMPTS.sound("", "en", [Clip.REMOVED])) > LIKE


async def test_completion_ends_the_call_with_a_prompt(
    called: Telephones,
    tmp_path_factory: pytest.TempPathFactory,
    record_property: Callable[[str, object], None],
) -> None:
    """By A-law and TCP as well, and who types at once is in the call at once, at the latest after 25 s; the
    provider ends the visit: the caller hears so, and is rung off.
    """
    stage = called.stage
    visit = await stage.clinic.plan("Noor Bakker")
    provider = await stage.provider(visit)
    folder = tmp_path_factory.mktemp("caller")
    async with softphone(folder, 440, codec="PCMA", transport="tcp") as phone:
        await phone.call(f"{called.uri};transport=tcp")
        answered = perf_counter()
        await phone.type(visit.pin)
        await hears(phone, Clip.IN_CALL, within=ANSWER_TO_CALL)
        took = perf_counter() - answered
        record_property("figure", f"by baresip: {took:.1f} s from answer to in the call")
        await loud(provider)
        await stage.clinic.complete(visit)
        await expect(title(provider, "This visit has ended")).to_be_visible()
        await phone.event("CALL_CLOSED")
        assert likeness(phone.heard(), PROMPTS.sound("", "en", [Clip.ENDED])) > LIKE
