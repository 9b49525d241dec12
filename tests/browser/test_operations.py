"""The operations page: live figures of real joins, of nobody by name, also while the store is away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import Locator, Page, expect

from tests.browser.clinic import Clinic, Visit
from tests.browser.conftest import Running, pictures
from tests.browser.stage import JOURNEY, Stage
from tests.support.paused import paused_store
from tests.support.processes import server

pytestmark = JOURNEY

OFTEN: Final = {"VESTIBULE_OPERATIONS__SAMPLE_SECONDS": "0.2"}
PEOPLE: Final = ("Maria Lopez", "Priya Nair", "Demo Provider")
A_WHILE: Final = 60.0
"""Seconds of people coming and going before pictures are taken."""


def plot(page: Page, title: str) -> Locator:
    """One plot with its legend."""
    return page.get_by_role("region", name=title, exact=True)


@asynccontextmanager
async def everybody_in(clinic: Clinic, visit: Visit) -> AsyncIterator[None]:
    """Provider, patient and a guest are in a visit for a `with`."""
    async with (
        clinic.provider_in(visit),
        clinic.patient_in(visit),
        clinic.guest_in(visit, PEOPLE[0]),
    ):
        yield


async def a_while(clinic: Clinic) -> None:
    """For pictures: visits begin, people come, and some go again."""
    async with AsyncExitStack() as there, asyncio.timeout(2 * A_WHILE):
        for count in range(round(A_WHILE / 3)):
            visit = await clinic.plan(f"Patient {count}")
            await there.enter_async_context(clinic.provider_in(visit))
            async with clinic.guest_in(visit, "Ana"), clinic.patient_in(visit):
                await asyncio.sleep(1.5 + count % 4)
        await asyncio.sleep(1)


async def test_operations_are_shown_live_and_of_nobody(running: Running, tmp_path: Path) -> None:
    """Joins are in the figures seconds later, every plot has a table, the keyboard reaches all; no name is
    there. A store that stops answering is an alert with what to do, on a page that goes on.
    """
    async with server(tmp_path, OFTEN) as own:
        clinic = Clinic(own, await own.demo_visit())
        async with clinic.http, Stage(running.browser, own, clinic, pictures()).lit() as stage:
            page = await stage.page(own.url, await stage.staff("sre"))
            await expect(page.get_by_role("heading", name="Operations", exact=True)).to_be_visible()
            async with everybody_in(clinic, await clinic.plan(PEOPLE[1])):
                if stage.shots is not None:
                    await a_while(clinic)
                levels = page.get_by_role("region", name="Service levels, last hour")
                await expect(levels.get_by_role("listitem").first).to_contain_text("Met")
                people = plot(page, "People and visits").get_by_role("img")
                await expect(people).to_have_accessible_name(re.compile(r"last 15 min: Connected [1-9]"))
                await expect(plot(page, "Joins a minute").locator("canvas")).to_be_visible()
                text = await page.inner_text("body")
                assert [name for name in PEOPLE if name in text] == []
                await by_keyboard(page)
                await page.get_by_role("main").focus()
                await stage.seen(page, "operations", everywhere=True, pictures="all")
                spanish = await stage.page(own.url, await stage.staff("sre", locale="es-US"))
                await expect(spanish.get_by_role("heading", name="Operaciones")).to_be_visible()
                await expect(spanish.locator("canvas").first).to_be_visible()
                await stage.seen(spanish, "es-operations")
            async with paused_store(tmp_path):
                alert = page.get_by_role("region", name="Alerts").get_by_role("listitem")
                await expect(alert).to_contain_text("The store does not answer.")
                await expect(alert).to_contain_text("dashboards/runbooks/VestibuleStoreAway.md")
                await expect(page).to_have_title("(1 alert) Operations")
                await stage.seen(page, "operations-alert")
            await expect(page.get_by_text("Nothing is firing.")).to_be_visible()


async def by_keyboard(page: Page) -> None:
    """From the head of the page to a plot's table, and the hour instead of a quarter of it."""
    for name in ("Skip to the figures", "Ravi Shah Operations", "15 min", "1 hour"):
        await page.keyboard.press("Tab")
        await expect(page.locator(":focus")).to_have_accessible_name(name)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="1 hour")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_accessible_name("Show as table: Joins a minute")
    await page.keyboard.press("Enter")
    table = page.get_by_role("region", name="Joins a minute, minute by minute").get_by_role("table")
    await expect(table.get_by_role("columnheader")).to_have_text(["Time", "Joined", "Turned away", "Failed"])
    await page.keyboard.press("Enter")
    await expect(table).to_have_count(0)
