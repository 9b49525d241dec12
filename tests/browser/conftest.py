"""One Chromium, one relay and one server a run; each test opens visits and pages of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.support.processes import REPO, Server, server, turn

FLAGS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
DESKTOP: Final = {"width": 1440, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
AXE: Final = REPO / "dashboards/web/node_modules/axe-core/axe.min.js"
PATIENCE_MS: Final = 20_000

expect.set_options(timeout=PATIENCE_MS)


JOURNEY: Final = pytest.mark.asyncio(loop_scope="session")
"""Each module's `pytestmark`: all journeys share one event loop with the browser."""


@dataclass(slots=True)
class Stage:
    """What a journey plays on."""

    browser: Browser
    server: Server
    shots: Path | None
    errors: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    async def visit(self, minutes: int = 15) -> dict[str, Any]:
        """A demo visit that has begun, with a stand-in for the provider in it."""
        return await self.server.demo_visit(minutes)

    async def context(self, size: dict[str, int] | None = None, **options: Any) -> BrowserContext:
        """Somebody's own browser: no cookies of others."""
        context = await self.browser.new_context(
            viewport=size or DESKTOP,  # type: ignore[arg-type]
            permissions=["microphone", "camera"],
            reduced_motion="reduce",
            **options,
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

    async def guest(self, visit: dict[str, Any], name: str = "Maria Lopez", **options: Any) -> Page:
        """A guest who typed their name and pressed Join Meeting."""
        page = await self.page(visit["guest_url"], **options)
        await page.get_by_label("Your name").fill(name)
        await page.get_by_role("button", name="Join Meeting").click()
        return page

    async def provider(self, visit: dict[str, Any], context: BrowserContext | None = None) -> Page:
        """The demo's provider in the call window."""
        mine = context or await self.context()
        signing_in = await self.page(visit["provider_url"], mine)
        await signing_in.wait_for_url("**/call?**")
        url = signing_in.url
        await signing_in.close()
        return await self.page(url, mine)

    async def dashboard(self, visit: dict[str, Any] | None = None, **options: Any) -> Page:
        """The clinic's waiting room, signed in with the printed password."""
        page = await self.page(self.server.url, **options)
        email, password = self.server.password("provider")
        await page.get_by_role("textbox", name="E-mail").fill(email)
        await page.get_by_role("textbox", name="Password").fill(password)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Waiting room")).to_be_visible()
        return page

    async def shot(self, page: Page, name: str) -> None:
        """Keep a picture, if pictures are asked for (SCREENSHOTS=folder)."""
        if self.shots is not None:
            self.shots.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=self.shots / f"{name}.png")

    async def close(self) -> None:
        """Close everybody's browsers; fail on what the pages logged."""
        for context in self._contexts:
            await context.close()
        assert not self.errors, self.errors


def relayed(url: str) -> str:
    """The same page, with media through the relay only: Chromium offers no loopback addresses of its own."""
    head, mark, fragment = url.partition("#")
    return f"{head}{'&' if '?' in head else '?'}relay=1{mark}{fragment}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Browser, Server]]:
    """The browser, the relay and the server of this run."""
    async with AsyncExitStack() as stack:
        environment = await stack.enter_async_context(turn())
        here = await stack.enter_async_context(server(tmp_path_factory.mktemp("data"), environment))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser, here
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(running: tuple[Browser, Server]) -> AsyncIterator[Stage]:
    """A stage for one journey."""
    shots = os.environ.get("SCREENSHOTS")
    here = Stage(*running, shots=Path(shots) if shots else None)
    yield here
    await here.close()
