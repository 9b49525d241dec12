"""The store is stopped, slow, killed, full, read-only, or its answer is lost: calls go on, facts are safe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.visit import Visit
from tests.prove import store_faults
from tests.prove.lost_answers import LostAnswers
from tests.prove.power import PowerCutServer
from tests.support.client import PATIENCE, Refused, WireClient, refusal
from tests.support.node import House, house


@pytest.mark.parametrize("kind", ["stopped", "gone", "read_only"])
async def test_a_store_that_takes_nothing_stops_no_call(tmp_path: Path, kind: str) -> None:
    """New facts are refused, people talk and resume, nothing is lost, and service resumes by itself."""
    told = await store_faults.on_a_store_of_its_own(tmp_path, 1, kind)
    assert not told.broken


async def test_a_full_disk_stops_no_call(tmp_path: Path) -> None:
    """The store ends rather than promise what it cannot keep; it is back once there is room."""
    told = await store_faults.on_a_full_disk(tmp_path, 1)
    assert not told.broken


async def test_a_slow_store_answers_late_and_truly(tmp_path: Path) -> None:
    """What was done is kept; what was not is refused."""
    told = await store_faults.on_a_slow_store(tmp_path, 1)
    assert not told.broken


async def test_a_store_that_is_killed_comes_back_by_itself(tmp_path: Path) -> None:
    """As often as it happens."""
    told = await store_faults.on_a_store_killed_again_and_again(tmp_path, 1)
    assert not told.broken


@asynccontextmanager
async def hard_of_hearing(folder: Path) -> AsyncIterator[tuple[House, LostAnswers]]:
    """A node whose store's answers can be lost."""
    async with PowerCutServer(folder / "store") as store:
        between = LostAnswers(store.url, folder / "between.sock")
        async with between.serving(), house(folder, store={"url": between.url}) as here:
            yield here, between
            await here.everybody_goes()
            assert not here.bugs


async def until_taken(here: House, visit: Visit, **fields: str) -> WireClient:
    """Join until the store's word is known again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await here.guest(visit, "Ana", **fields)
            except Refused as refused:
                if refused.code != "try_later":
                    raise
                await asyncio.sleep(0.02)


async def test_a_join_whose_save_was_not_answered_is_made_once(tmp_path: Path) -> None:
    """Refused for now; the same hello again gets the seat that was saved, and others see one person."""
    async with hard_of_hearing(tmp_path) as (here, between):
        visit = await here.plan()
        provider, ben = await here.provider(visit), await here.guest(visit, "Ben")
        between.losing = True
        assert await refusal(here.guest(visit, "Ana", op="the same")) == "try_later"
        between.losing = False
        assert between.lost == 1
        ana = await until_taken(here, visit, op="the same")
        assert ana.ready["standing"] == "in"
        named = [seat["seat"] for seat in ana.ready["inside"]["seats"] if seat["name"] == "Ana"]
        assert named == [ana.seat]
        await provider.tell("signal", to=ana.seat, data="welcome")
        await ana.wait_for("relayed", data="welcome")
        await ben.tell("signal", to=provider.seat, data="still here")
        await provider.wait_for("relayed", seat=ben.seat, data="still here")


async def test_an_end_whose_save_was_not_answered_ends(tmp_path: Path) -> None:
    """The provider is told to try again, and finds the visit over; nobody is left in it."""
    async with hard_of_hearing(tmp_path) as (here, between):
        visit = await here.plan()
        provider, ana = await here.provider(visit), await here.guest(visit)
        between.losing = True
        assert await refusal(provider.ask("complete", op="done")) == "try_later"
        between.losing = False
        for client in (provider, ana):
            await client.closed()
        assert await refusal(here.back(ana)) == "visit_over"
        assert await refusal(here.guest(visit, "Eve")) == "visit_over"


async def test_a_visit_whose_first_save_was_not_answered_is_there_once(tmp_path: Path) -> None:
    """Planning is refused for now; the visit is known as soon as the store's word is."""
    async with hard_of_hearing(tmp_path) as (here, between):
        board = await here.dashboard()
        between.losing = True
        with pytest.raises(AssertionError, match="try_later"):
            await here.plan()
        between.losing = False
        row = await board.wait_for("board.row")
        live = here.node.host.live(row["visit"]["visit"])
        assert live is not None
        assert (await here.guest(live.visit, "Ana")).ready["standing"] == "waiting"
