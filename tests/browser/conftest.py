"""One Chromium, one relay and one server a run; each test opens visits and pages of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.cable import Cable
from tests.browser.camera import film
from tests.browser.clinic import Clinic
from tests.browser.looks import compress
from tests.browser.stage import Stage
from tests.support.node import free_port
from tests.support.processes import Server, server, turn

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


@dataclass(frozen=True, slots=True)
class Running:
    """What all journeys of a run share."""

    browser: Browser
    server: Server
    clinic: Clinic
    cable: Cable
    relay: Mapping[str, str]
    """The environment that makes a server use the relay."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The browser, the relay and the server of this run; its log says all that it can say."""
    async with AsyncExitStack() as stack:
        relay = await stack.enter_async_context(turn())
        led = free_port()
        environment = {
            **relay,
            "VESTIBULE_LOG__LEVEL": "debug",
            "VESTIBULE_SERVER__EXTRA_ORIGINS": f"http://127.0.0.1:{led}",
        }
        here = await stack.enter_async_context(
            server(tmp_path_factory.mktemp("data"), environment, phones=True)
        )
        clinic = Clinic(here, await here.demo_visit())
        stack.push_async_callback(clinic.http.aclose)
        cable = await stack.enter_async_context(Cable(led, here.port).laid())
        playwright = await stack.enter_async_context(async_playwright())
        camera = film(tmp_path_factory.mktemp("camera") / "somebody.y4m")
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield Running(browser, here, clinic, cable, relay)
        await browser.close()
        if (folder := pictures()) is not None:
            await compress(folder)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(running: Running) -> AsyncIterator[Stage]:
    """A stage for one journey."""
    async with Stage(running.browser, running.server, running.clinic, pictures()).lit() as here:
        yield here
    await running.clinic.clear()


def pictures() -> Path | None:
    """Where pictures are kept, if they are asked for (SCREENSHOTS=folder)."""
    folder = os.environ.get("SCREENSHOTS")
    return Path(folder) if folder else None
