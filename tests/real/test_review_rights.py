"""An API key is good for its scopes, whichever way it comes in (threat 8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import WireClient, refusal
from tests.support.node import House
from tests.support.rest import Browser, program

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def socket_of(here: House, one: Browser) -> WireClient:
    """Open a dashboard's socket with a program's ticket."""
    ticket = (await one.post("/tickets"))["ticket"]
    client = await here.open()
    await client.hello("hello.staff", ticket=ticket, page="program")
    return client


async def test_a_key_that_may_only_read_runs_nothing_over_a_socket_either(here: House) -> None:
    """It watches the waiting room; every request that changes a visit, or shows its PIN, is refused."""
    visit = await here.plan()
    await here.provider(visit)
    guest = await here.guest(visit)
    async with program(here, "visits:read", "clinic:admin") as reader:
        client = await socket_of(here, reader)
        await client.ask("watch.board")
        await client.ask("watch.visit", visit=visit.id)
        asked: list[dict[str, Any]] = [
            {"t": "remove", "op": "1", "seat": guest.seat},
            {"t": "rename", "op": "2", "seat": guest.seat, "name": "Eve"},
            {"t": "lock", "op": "3", "on": True},
            {"t": "extend", "op": "4", "minutes": 15},
            {"t": "complete", "op": "5"},
            {"t": "get.panel"},
        ]
        codes = {await refusal(client.ask(**one, visit=visit.id)) for one in asked}
    assert codes == {"not_allowed"}
    assert (visit.locked, visit.status) == (False, "in_progress")


async def test_a_key_that_may_write_runs_visits_over_a_socket(here: House) -> None:
    """What the scope is for stays possible."""
    visit = await here.plan()
    await here.provider(visit)
    async with program(here, "visits:read", "visits:write") as writer:
        client = await socket_of(here, writer)
        await client.ask("lock", op="l", on=True, visit=visit.id)
        await client.ask("get.panel", visit=visit.id)
    assert visit.locked


async def test_a_key_that_may_only_read_sees_no_way_into_a_visit(here: House) -> None:
    """Neither the patient's own link nor the guests' panel is shown to it."""
    visit = await here.plan()
    async with program(here, "visits:read") as reader:
        shown = await reader.get(f"/visits/{visit.id}")
    assert (shown["patient_link"], shown["panel"]) == (None, None)
    async with program(here, "visits:read", "visits:write") as writer:
        assert (await writer.get(f"/visits/{visit.id}"))["patient_link"]
