"""The telephone in the browser: a demo's caller, by the same way as every telephone's (R10, B11)."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.stage import JOURNEY, PHONE, Stage

pytestmark = JOURNEY


async def opened(stage: Stage, language: str = "en-US") -> Page:
    """The telephone's page, once calls can be made."""
    context = await stage.context(PHONE, locale=language)
    page = await stage.page(f"{stage.server.url}/dev/phone", context)
    while not await page.get_by_text("+1 555-010-0123").is_visible():
        await page.wait_for_timeout(200)  # the dial-in starts after the server does, and the page asks once
        await page.reload()
    return page


async def test_a_caller_types_the_pin_and_is_in_the_call(stage: Stage) -> None:
    """Call, ten keys, by mouse and by keyboard, and the provider sees a telephone; hanging up leaves."""
    visit = await stage.clinic.plan("Vera Lang")
    provider = await stage.provider(visit)
    page = await opened(stage)
    await stage.seen(page, "phone-idle", guest=True)
    await page.get_by_role("button", name="Call", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("Connected.")
    keys = page.get_by_role("group", name="Keys")
    for digit in visit.pin[:5]:
        await keys.get_by_role("button", name=digit, exact=True).click()
    await page.keyboard.type(visit.pin[5:])
    await expect(keys.get_by_text(visit.pin)).to_be_visible()
    await stage.seen(page, "phone-call", guest=True)
    telephone = provider.get_by_role("list", name="In the call now").get_by_text("Phone guest 1")
    await expect(telephone).to_be_visible()
    await page.get_by_role("button", name="Hang up").click()
    await expect(page.get_by_role("status")).to_contain_text("The call is over.")
    await expect(telephone).not_to_be_visible()


@pytest.mark.parametrize(("locale", "call"), [("es-MX", "Llamar"), ("de-DE", "Call")])
async def test_the_page_speaks_the_browsers_language(stage: Stage, locale: str, call: str) -> None:
    """Ours that is asked for first, else English; and another by a click."""
    page = await opened(stage, locale)
    await expect(page.get_by_role("button", name=call, exact=True)).to_be_visible()
    await page.get_by_role("combobox").select_option("es")
    await expect(page.get_by_role("button", name="Llamar", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Asterisco")).to_be_visible()
