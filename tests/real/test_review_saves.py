"""What happens around a save in flight: sockets that go, seats that move, saves that fail (B2, B3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from actors.ports import Save, SaveResult, ShardStore, StoreDown
from engine.asking import Lock
from engine.events import Outcome
from engine.ids import OpId
from engine.refusals import Refused
from tests.support.client import PATIENCE
from tests.support.node import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Pause:
    """Holds the saves of a real store until they are let go, or lets them fail before they are sent."""

    def __init__(self, store: ShardStore) -> None:
        self._save = store.save
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.fails = False

    async def save(self, saves: list[Save]) -> list[SaveResult]:
        """Save once it may be, or not at all."""
        self.asked.set()
        await self.go.wait()
        if self.fails:
            raise StoreDown("as the test wants it")
        return list(await self._save(saves))


@asynccontextmanager
async def held_saves(here: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pause]:
    """Hold every save from now on."""
    pause = Pause(here.node.host.store)
    with monkeypatch.context() as patched:
        patched.setattr(here.node.host.store, "save", pause.save)
        try:
            yield pause
        finally:
            pause.go.set()


async def until(true: Callable[[], bool]) -> None:
    """Let the loop turn until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - the parts looked at tell nobody
            await asyncio.sleep(0)


async def test_who_is_gone_before_their_seat_is_saved_is_shown_as_lost(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last that anybody hears of them is that their connection is lost: no ghost (B2)."""
    visit = await here.plan()
    provider, board = await here.provider(visit), await here.dashboard(visit)
    token = here.guest_token(visit)
    async with held_saves(here, monkeypatch) as pause:
        ana = await here.open()
        await ana.request("hello.link", token=token, name="Ana", page="p")
        await pause.asked.wait()
        ana.vanish()
        await until(lambda: not here.node.host._welcomes)
    lost = await board.wait_for("board.seat", why="lost")
    mark = board.mark()
    await provider.ask("lock", op="after", on=True)
    await board.wait_for("board.row", since=mark)
    said = [it for it in board.named("board.seat") if it["seat"]["seat"] == lost["seat"]["seat"]]
    assert [it["why"] for it in said] == ["joined", "lost"]
    assert said[-1]["seat"]["link"] == "lost"


async def test_who_resumed_while_a_save_failed_is_there_once(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection that the newer one replaced is told so and closed, though the save around it failed."""
    visit = await here.plan()
    provider, old = await here.provider(visit), await here.guest(visit)
    async with held_saves(here, monkeypatch) as pause:
        pause.fails = True
        asked = await provider.request("rename", op="name", seat=old.seat, name="Bob")
        await pause.asked.wait()
        new = await here.open()
        hello = await new.request("hello.seat", **old.position, page="another page")
        await until(lambda: bool(here.node.host._welcomes))
        pause.go.set()
        assert (await provider.heard_id(asked))["code"] == "try_later"
        assert (await new.heard_id(hello))["t"] == "ready"
    assert (await old.wait_for("bye"))["code"] == "moved"
    await old.closed()


async def test_whoever_waits_for_a_shard_that_another_owner_took_is_answered(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever: what was queued is refused, and dashboards are sent away to look anew."""
    visit = await here.plan()
    board = await here.dashboard(visit)
    desk, host = here.node.desk, here.node.host
    live = host.live(visit.id)
    assert live is not None
    shard = next(one for one in host.shards() if visit.id in one.visits)
    async with held_saves(here, monkeypatch) as pause:
        first = asyncio.create_task(desk.ask(visit.id, Lock(OpId("1"), here.doctor, on=True)))
        await pause.asked.wait()
        second = asyncio.create_task(desk.ask(visit.id, Lock(OpId("2"), here.doctor, on=False)))
        await asyncio.sleep(0)
        try:
            host.lost(shard)
            async with asyncio.timeout(PATIENCE):
                assert await second == Refused("try_later")
            assert (await board.wait_for("bye"))["code"] == "restarting"
        finally:
            host.held[shard.number] = shard
            host.arm(live)
    answered: Outcome = await first
    assert answered is not None


async def test_a_bug_in_one_visit_does_not_stop_the_next(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saves that went out together are settled each for itself."""
    one, two = await here.plan(), await here.plan()
    host = here.node.host
    broken = host.live(one.id)
    assert broken is not None
    async with held_saves(here, monkeypatch) as pause:
        tasks = [
            asyncio.create_task(here.node.desk.ask(visit.id, Lock(OpId("l"), here.doctor, on=True)))
            for visit in (one, two)
        ]
        await pause.asked.wait()

        def bug(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(type(broken), "_publish", _only_for(broken, bug))
        pause.go.set()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*tasks)
        monkeypatch.undo()
    assert two.locked
    assert [type(bug) for bug in here.bugs] == [ZeroDivisionError]
    here.bugs.clear()
    again = await here.node.desk.ask(one.id, Lock(OpId("m"), here.doctor, on=False))
    assert not isinstance(again, Refused)


def _only_for(broken: object, bug: Callable[..., None]) -> Callable[..., None]:
    whole = type(broken)._publish  # type: ignore[attr-defined]

    def publish(self: object, *rest: object) -> None:
        (bug if self is broken else whole)(self, *rest)

    return publish
