"""Many callers at once: Debian's sipp says the SIP, the callers' own RTP types the PINs (R10)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import httpx
import pytest

from gateway.dialin.acts import Clip
from gateway.dialin.leg import HangUp
from gateway.media.bridge.process import cpu_of
from tests.support import sip
from tests.support.dialin import dialin
from tests.support.node import House, free_port
from tests.support.sipp import CANCELS, callers, dialled
from tests.support.sound import until
from tests.support.telephony import Telephony, counted, telephony

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLERS = 50
A_VISIT = 5
"""Callers in one visit; six telephones fit."""


@asynccontextmanager
async def company(here: House, port: int) -> AsyncIterator[Telephony]:
    """A dial-in that takes as many by SIP as want to come."""
    many = {
        "sip_number": here.number,
        "calls_per_second": 500.0,
        "sip_burst": 500,
        "sip_bind": f"127.0.0.1:{port}",
    }
    async with telephony(here, **many) as running:
        await here.node.host.lease.sound_again()  # making up recordings holds the loop for some seconds
        yield running


async def shown(admin: int, name: str, label: str, wanted: float) -> None:
    """Wait until one of a dial-in process's metrics is at this."""
    async with asyncio.timeout(10), httpx.AsyncClient(trust_env=False) as client:
        while await _read(client, admin, name, label) != wanted:  # noqa: ASYNC110 - it is only asked
            await asyncio.sleep(0.1)


async def _read(client: httpx.AsyncClient, admin: int, name: str, label: str) -> float:
    page = (await client.get(f"http://127.0.0.1:{admin}/metrics")).text
    found = re.search(rf"^vestibule_{name}{{{label}}} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_fifty_at_once_with_the_right_pins(
    here: House, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Ten visits, five callers each: all are in the call that their PIN is of, and the end rings them off.

    Keys by payload types 96 and 101, three in ten callers without a single end packet. It says what a leg
    costs the dial-in's process, from its ring to its end, and how long callers are underway.
    """
    port, admin, visits = free_port(), free_port(), [await here.plan() for _ in range(CALLERS // A_VISIT)]
    providers = [await here.provider(visit) for visit in visits]
    pins = [here.pin(visit) for visit in visits for _ in range(A_VISIT)]
    many = {"SIP_BURST": "500", "CALLS_PER_SECOND": "500", "ADMIN_BIND": f"127.0.0.1:{admin}"}
    there = {"SIP_BIND": f"127.0.0.1:{port}", "SIP_NUMBER": here.number}
    async with dialin(here, **many, **there) as (process, _):
        await here.node.host.lease.sound_again()  # making up recordings holds the loop for some seconds
        before = cpu_of(process.pid)
        async with callers(tmp_path, port, pins, Random(1)) as mouths:  # noqa: S311 - no secret
            await until(lambda: all(one.let_in for one in mouths), 60)
            assert {one.keys for one in mouths} == {96, 101}
            await shown(admin, "legs", 'stage="in"', CALLERS)
            for at, provider in enumerate(providers):
                await provider.ask("complete", op=f"end-{at}")
            await until(lambda: all(Clip.ENDED in one.heard for one in mouths), 60)
        used = 1000 * (cpu_of(process.pid) - before) / CALLERS
        took = sorted(one.let_in - one.picked_up for one in mouths)
        record_property(
            "figure",
            f"{CALLERS} calls by sipp: {used:.0f} ms of the dial-in's processor a leg; from answer to in the"
            f" call {took[len(took) // 2]:.1f} s, at most {took[-1]:.1f} s",
        )
        await shown(admin, "hang_ups_total", 'reason="ended"', CALLERS)
        await shown(admin, "rtp_packets_total", 'fate="lost"', 0)


async def test_fifty_at_once_with_wrong_pins(here: House, tmp_path: Path) -> None:
    """Nobody is let in, everybody is told, and in the end every line is free."""
    port, visit = free_port(), await here.plan()
    await here.provider(visit)
    right = here.pin(visit)
    chance = Random(2)  # noqa: S311 - no secret
    pins = [f"{chance.randrange(10**10):010}" for _ in range(CALLERS)]
    assert right not in pins
    async with company(here, port) as running:
        async with callers(tmp_path, port, pins, chance) as mouths:
            await until(lambda: all(Clip.NOT_FOUND in one.heard for one in mouths), 60)
            assert counted(running.serving, "vestibule_legs", stage="in") == 0
            for leg in tuple(running.serving.service._calls):  # as if they had said nothing more
                leg.hang_up(HangUp.SILENT)
        await until(lambda: len(running.serving.service) == 0)


async def test_fifty_at_once_think_better_of_it_while_it_rings(tmp_path: Path) -> None:
    """CANCEL: each gets its 200 and its 487, whoever would have answered is told, and every line is free."""
    async with sip.house(answers=False) as lines:
        media = [(free_port(), 101) for _ in range(CALLERS)]
        assert await dialled(tmp_path, lines.port, CANCELS, media) == 0
        assert len(lines.legs) == CALLERS
        assert {await leg.over for leg in lines.legs} == {HangUp.CALLER}
        await until(lambda: lines.origin.agent.live == 0)
