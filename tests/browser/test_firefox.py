"""A guest's journey in Debian's Firefox, with a provider in Chromium."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.async_api import expect

from tests.browser.media import GROWS_WITHIN, media_flows
from tests.browser.stage import JOURNEY, Stage, person, relayed
from tools.node import WEB, command, environment

pytestmark = JOURNEY

FIREFOX: Final = "/usr/bin/firefox-esr"
STEP_SECONDS: Final = 90.0
ENOUGH: Final = {"audioBytes": 4_000, "videoBytes": 20_000, "framesDecoded": 20}
"""About a second of sound, and of a picture."""


@dataclass(frozen=True, slots=True)
class Firefox:
    """A guest's page in Firefox, told what to do step by step (firefox.mjs)."""

    process: asyncio.subprocess.Process

    async def does(self, step: str) -> dict[str, Any]:
        """Do a step; give what it found."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{step}\n".encode())
        async with asyncio.timeout(STEP_SECONDS):
            line = await self.process.stdout.readline()
        found: dict[str, Any] = json.loads(line)
        assert found["step"] == step
        return found

    async def media(self) -> dict[str, Any]:
        """Wait until sound and picture have come for a while; give how much of each."""
        before = (await self.does("media"))["stats"]
        async with asyncio.timeout(GROWS_WITHIN):
            while True:
                now = (await self.does("media"))["stats"]
                grown = {kind: total(now, kind) - total(before, kind) for kind in ENOUGH}
                if all(grown[kind] >= enough for kind, enough in ENOUGH.items()):
                    return grown | {"candidates": [pair["candidate"] for pair in now]}


def total(stats: list[dict[str, Any]], kind: str) -> int:
    """Add up one number over all connections."""
    return sum(pair[kind] for pair in stats)


@asynccontextmanager
async def firefox(url: str, home: Path) -> AsyncIterator[Firefox]:
    """Start Firefox for one page, with a home of its own; closed with its standard input."""
    process = await asyncio.create_subprocess_exec(
        *command("node", [str(Path(__file__).with_name("firefox.mjs")), url, FIREFOX]),
        cwd=WEB,
        env=environment() | {"HOME": str(home), "TMPDIR": str(home)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Firefox(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(STEP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def test_a_guest_comes_by_firefox(stage: Stage, tmp_path: Path) -> None:
    """Page, name, waiting, in, resumed after a reload, end; media flows both ways over the relay."""
    visit = await stage.clinic.plan("Greta Lind")
    board = await stage.dashboard(visit)
    async with firefox(relayed(visit.guest_url), tmp_path) as guest:
        opened = await guest.does("open")
        assert opened["title"] == "Your visit with Dr. Ana Rivera"
        waiting = await guest.does("join")
        await expect(person(board, "Fiona Fox")).to_contain_text("Waiting")

        provider = await stage.provider(visit)
        assert (await guest.does("in"))["seat"] == waiting["seat"]
        await expect(person(board, "Fiona Fox")).to_contain_text("In the call")
        received = await guest.media()
        (sent,) = await media_flows(provider, peers=1)
        print(
            f"{opened['version']} received {received}, Chromium from it {sent['videoBytes']} bytes of picture"
        )

        assert (await guest.does("reload"))["seat"] == waiting["seat"]
        await expect(person(board, "Fiona Fox")).to_have_count(1)
        await expect(person(board, "Fiona Fox")).to_contain_text("In the call")
        print(f"after the reload {await guest.media()}")
        await stage.clinic.complete(visit)
        await guest.does("end")
