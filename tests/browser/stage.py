"""What a journey plays on: people with browsers of their own at one clinic."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.clinic import Clinic, Visit
from tests.browser.looks import PICTURED, SIZES, Pictures, faults_of, pictured, too_small
from tests.support.processes import Server

DESKTOP: Final[ViewportSize] = {"width": 1440, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
PATIENCE_MS: Final = 20_000

JOURNEY: Final = pytest.mark.asyncio(loop_scope="session")
"""Each module's `pytestmark`: all journeys share one event loop with the browser."""

expect.set_options(timeout=PATIENCE_MS)


@dataclass(slots=True)
class Stage:
    """Opens pages for people; at the end closes them all, and fails on what they logged as errors."""

    browser: Browser
    server: Server
    clinic: Clinic
    shots: Path | None
    errors: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    @asynccontextmanager
    async def lit(self) -> AsyncIterator[Stage]:
        """Play; no page may log an error, break its own policy, or look wrong."""
        try:
            yield self
        finally:
            for context in self._contexts:
                await context.close()
        assert not self.errors, self.errors
        assert not self.faults, "\n".join(self.faults)

    async def context(self, size: ViewportSize = DESKTOP, **options: Any) -> BrowserContext:
        """Somebody's own browser: no cookies of others."""
        allowed = {"permissions": ["microphone", "camera", "clipboard-read", "clipboard-write"]}
        context = await self.browser.new_context(
            **{"viewport": size, "reduced_motion": "reduce", **allowed, **options}
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return context

    async def page(self, url: str, context: BrowserContext | None = None, **options: Any) -> Page:
        """A page of somebody's; what it logs as an error fails the test."""
        page = await (context or await self.context(**options)).new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda said: self.errors.append(said.text) if "Content Security Policy" in said.text else None,
        )
        await page.goto(relayed(url))
        return page

    # ------------------------------------------------------------ who comes

    async def guest(self, link: str, name: str = "Maria Lopez", **options: Any) -> Page:
        """A guest who typed their name and pressed Join Meeting."""
        page = await self.page(link, **options)
        await join(page, name)
        return page

    async def patient(self, visit: Visit, **options: Any) -> Page:
        """The patient who pressed Start Appointment."""
        page = await self.page(visit.patient_url, **options)
        await page.get_by_role("button", name="Start Appointment").click()
        return page

    async def staff(self, role: str = "provider", **options: Any) -> BrowserContext:
        """The browser of a member of staff who has signed in."""
        context = await self.context(**options)
        email, password = self.server.password(role)
        answer = await context.request.post(
            f"{self.server.url}/api/v1/sign-in",
            data={"email": email, "password": password},
            headers={"X-Vestibule": "1"},
        )
        assert answer.ok, await answer.text()
        return context

    async def provider(self, visit: Visit, context: BrowserContext | None = None) -> Page:
        """The provider in the call window."""
        page = await self.page(f"{self.server.url}/call?visit={visit.id}", context or await self.staff())
        await expect(in_the_call(page)).to_be_visible()
        return page

    async def dashboard(self, visit: Visit | None = None, context: BrowserContext | None = None) -> Page:
        """The provider's waiting room, with a visit's details open if one is named."""
        page = await self.page(
            f"{self.server.url}/{f'visits/{visit.id}' if visit else ''}", context or await self.staff()
        )
        await expect(page.get_by_role("heading", name="Waiting room")).to_be_visible()
        if visit:
            await expect(
                details_of(page).get_by_role("heading", name=visit.patient, exact=True)
            ).to_be_visible()
        return page

    # ------------------------------------------------------------ what it looks like

    async def seen(
        self,
        page: Page,
        name: str,
        *,
        guest: bool = False,
        everywhere: bool = False,
        pictures: Pictures = "two",
    ) -> None:
        """Hold a page's state against axe, `everywhere` at every width, a guest's against its sizes too."""
        if guest:
            self.faults += [f"{name}: {fault}" for fault in await too_small(page)]
        widths = SIZES if everywhere else ()
        self.faults += [f"{name}, {fault}" for fault in await faults_of(page, widths)]
        if self.shots is not None:
            await pictured(page, name, PICTURED[pictures], self.shots)


def relayed(url: str) -> str:
    """The same page, with media through the relay only: Chromium offers no loopback addresses of its own."""
    head, mark, fragment = url.partition("#")
    return f"{head}{'&' if '?' in head else '?'}relay=1{mark}{fragment}"


async def join(page: Page, name: str) -> None:
    """Type a name and press Join Meeting."""
    await page.get_by_label("Your name").fill(name)
    await page.get_by_role("button", name="Join Meeting").click()


def in_the_call(page: Page) -> Locator:
    """The call's controls: who has them is in."""
    return page.get_by_role("group", name="Call controls")


def title(page: Page, text: str) -> Locator:
    """The one heading of a guest's page."""
    return page.get_by_role("heading", name=text, level=1)


def details_of(board: Page) -> Locator:
    """Visit Details at the right of the waiting room."""
    return board.get_by_role("complementary", name="Visit Details")


def person(board: Page, name: str) -> Locator:
    """Somebody's line in Visit Details."""
    return (
        details_of(board)
        .get_by_role("region", name="Participants")
        .get_by_role("listitem")
        .filter(has_text=name)
    )


def seat_of(page: Page) -> Any:
    """The seat that this page's tab holds."""
    return page.evaluate("JSON.parse(sessionStorage.getItem('vestibule') ?? '{}').seat")
