"""Janus as the bridge's mixer: what is its own. What it does as the embedded one: test_bridge.py (R10)."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.real.test_bridge import LOUD, bridged
from tests.support.janus import ADMIN_KEY, SECRET, janus, rooms
from tests.support.node import free_port, house
from tests.support.sound import BrowserDouble, line, loudness, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_janus_of_somebody_elses_is_waited_for_and_left_clean(tmp_path: Path) -> None:
    """It is away when the first telephone calls; once there, it mixes. A bridge that is killed leaves a room
    in it, and the next one ends that; when the last telephone has gone there is none.
    """
    port = free_port()
    there = {
        "backend": "janus",
        "janus_url": f"ws://127.0.0.1:{port}",
        "janus_secret": SECRET,
        "janus_admin_key": ADMIN_KEY,
    }
    async with house(tmp_path / "node", bridge=there) as node, node.another_clinic() as here:
        visit = await here.plan()
        provider = await here.provider(visit)
        phone = await here.caller_in(visit)
        audio = await phone.wait_for("audio")
        async with janus(tmp_path / "janus", port):
            async with line(audio, 500) as caller:
                browser = BrowserDouble(provider, 700)
                page = await bridged(provider)
                await browser.connect(page)
                await until(
                    lambda: loudness(browser.last(), 500) > LOUD and loudness(caller.last(), 700) > LOUD
                )
                before = await rooms(port)
                since = provider.mark()
                os.kill(here.node.keeper.doing.pid, signal.SIGKILL)
            async with line(audio, 500):
                await bridged(provider, page, since)
                now = await rooms(port)
                assert len(now) == len(before) == 1
                assert not now & before
            await until_no_room(port)
            await browser.close()


async def until_no_room(port: int) -> None:
    """Wait until it has no room of ours."""
    async with asyncio.timeout(5):
        while await rooms(port):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.05)
