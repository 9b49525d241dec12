"""A node dies, hangs, is cut off or replaced: another has its visits, with everybody's seats, and it never
writes again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis.asyncio

from actors.embedded import EmbeddedStore
from actors.placement import target
from engine.ids import shard_of_clinic
from tests.prove.node_process import CLINIC
from tests.prove.site import RestRefused, Shown, Site
from tests.support.client import Refused, WireClient

TAKEN_OVER_WITHIN = 30.0
"""Seconds after which a test gives up."""
OWNER = f"{{s{shard_of_clinic(CLINIC):04d}}}:owner"


@dataclass(slots=True)
class Town:
    """Node processes over one store, by name."""

    folder: Path
    store: EmbeddedStore
    sites: dict[str, Site] = field(default_factory=dict)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self, name: str, key: str = "") -> Site:
        """Start a node; `key` tells processes of one name apart."""
        key = key or name
        site = Site(
            self.folder / key,
            self.store.url,
            {
                "VESTIBULE_SERVER__NODE": name,
                "VESTIBULE_SECRETS__FOLDER": str(self.folder / "secrets"),
                "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            },
        )
        self.sites[key] = await self.stack.enter_async_context(site)
        return site

    async def owner(self) -> tuple[str, int]:
        """The node that has the clinic, as the store says, and its epoch."""
        async with redis.asyncio.Redis.from_url(self.store.url, decode_responses=True) as client:
            node, epoch = await client.hmget(OWNER, "node", "epoch")
        return str(node or ""), int(epoch or 0)

    async def owned_by(self, name: str) -> int:
        """Wait until a node has the clinic; gives the epoch."""
        async with asyncio.timeout(TAKEN_OVER_WITHIN):
            while (found := await self.owner())[0] != name:  # noqa: ASYNC110 - it is in the store
                await asyncio.sleep(0.02)
        return found[1]


@asynccontextmanager
async def town(folder: Path, *names: str) -> AsyncIterator[Town]:
    """Run nodes until the end of the `with`; a bug that one of them reported fails the test then."""
    async with EmbeddedStore(folder / "store") as store:
        here = Town(folder, store)
        async with here.stack:
            for name in names:
                await here.start(name)
            yield here


async def visit_at(site: Site) -> Shown:
    """Plan a visit at a node that is just getting the clinic."""
    async with asyncio.timeout(TAKEN_OVER_WITHIN):
        while True:
            try:
                return await site.plan(minutes=30)
            except RestRefused:
                await asyncio.sleep(0.05)


async def until_status(site: Site, visit: Shown, status: str) -> None:
    """Ask for a visit until it is so; a node that is just getting the clinic asks for patience."""
    async with asyncio.timeout(TAKEN_OVER_WITHIN):
        while True:
            with suppress(RestRefused):
                if (await site.visit(visit))["status"] == status:
                    return
            await asyncio.sleep(0.05)


async def back_at(site: Site, client: WireClient, page: str) -> WireClient:
    """Resume a seat as browsers do: again and again, until the node takes them."""
    async with asyncio.timeout(TAKEN_OVER_WITHIN):
        while True:
            again = await site.open()
            try:
                await again.hello("hello.seat", **{**client.position, "page": page})
            except (Refused, ConnectionError):
                await asyncio.sleep(0.05)
            else:
                return again


def other(here: Town, name: str) -> str:
    """The other one of two nodes."""
    return next(one for one in here.sites if one != name)


async def spread(here: Town) -> str:
    """Wait until the clinic is at the node to which it belongs; gives that node."""
    goal = str(target(shard_of_clinic(CLINIC), here.sites))
    await here.owned_by(goal)
    return goal


@dataclass(slots=True)
class Call:
    """Two people in a visit, at the node that has it."""

    visit: Shown
    provider: WireClient
    guest: WireClient
    before: str
    after: str
    epoch: int


async def call(here: Town) -> Call:
    """Bring a provider and a guest into a visit at whichever node has the clinic."""
    before = await spread(here)
    site = here.sites[before]
    visit = await visit_at(site)
    provider, guest = await site.provider(visit), await site.guest(visit, "Ana")
    return Call(visit, provider, guest, before, other(here, before), (await here.owner())[1])


async def test_a_killed_nodes_visits_go_on_at_another(tmp_path: Path) -> None:
    """Its address refuses: its shards are claimed at once, before its lease lapses. Everybody keeps their
    seat.
    """
    async with town(tmp_path, "node-1", "node-2") as here:
        there = await call(here)
        await here.sites[there.before].kill()
        assert await here.owned_by(there.after) == there.epoch + 1
        site = here.sites[there.after]
        guest = await back_at(site, there.guest, "page 1")
        assert (guest.seat, guest.ready["standing"]) == (there.guest.seat, "in")
        shown = await site.visit(there.visit)
        assert shown["status"] == "in_progress"
        figures = await site.metrics()
        assert figures['vestibule_claims_total{reason="refused"}'] > 0
        assert figures["vestibule_takeover_seconds_count"] >= 1
        assert figures["vestibule_double_owner_total"] == 0


async def test_a_hung_node_is_replaced_and_never_writes_again(tmp_path: Path) -> None:
    """Its lease lapses. When it goes on it takes no fact, sends its people away, and gets shards anew."""
    async with town(tmp_path, "node-1", "node-2") as here:
        there = await call(here)
        hung = here.sites[there.before]
        hung.freeze()
        try:
            assert await here.owned_by(there.after) == there.epoch + 1
            guest = await back_at(here.sites[there.after], there.guest, "page 1")
            assert guest.seat == there.guest.seat
            await there.provider.request(
                "lock", op="from the past", on=True
            )  # it lies in the hung one's socket
        finally:
            hung.thaw()
        assert await there.provider.closed() in (1000, 1012)
        refused = [one for one in there.provider.heard if one["t"] in ("ok", "error")][-1]
        assert (refused["t"], refused["code"]) == ("error", "try_later")
        shown = await here.sites[there.after].visit(there.visit)
        assert shown.get("locked") is not True
        assert (await hung.metrics())["vestibule_double_owner_total"] == 0
        await spread(here)


async def test_a_new_start_beside_a_hung_predecessor_has_its_shards_at_once(tmp_path: Path) -> None:
    """A slot has a new incarnation: nobody waits for the old lease. The old one ends when it goes on."""
    async with town(tmp_path, "node-1") as here:
        old = here.sites["node-1"]
        visit = await visit_at(old)
        guest = await old.guest(visit, "Ana")
        old.freeze()
        new = await here.start("node-1", "node-1 again")
        again = await back_at(new, guest, "page 0")
        assert again.seat == guest.seat
        old.thaw()
        await old.ended()
        assert await here.owned_by("node-1") == 2
        await new.plan(minutes=30)


@pytest.mark.parametrize("order", [("node-1", "node-2"), ("node-2", "node-1")])
async def test_rolling_through_all_nodes_drops_no_seat(tmp_path: Path, order: tuple[str, str]) -> None:
    """Each is stopped in order and started again; people are sent along, and keep their seats."""
    async with town(tmp_path, "node-1", "node-2") as here:
        there = await call(here)
        guest = there.guest
        for name in order:
            stays = other(here, name)
            await here.sites[name].stop()
            await here.owned_by(stays)
            guest = await back_at(here.sites[stays], guest, "page 1")
            assert (guest.seat, guest.ready["standing"]) == (there.guest.seat, "in")
            await here.sites[name].start()
            await spread(here)
            owner = (await here.owner())[0]
            guest = await back_at(here.sites[owner], guest, "page 1")
        assert guest.seat == there.guest.seat


async def test_a_deadline_fires_once_at_the_new_owner(tmp_path: Path) -> None:
    """A visit lapses and ends after its node died: at the node that has it, and in the figures once."""
    async with town(tmp_path, "node-1", "node-2") as here:
        there = await call(here)
        await here.sites[there.before].kill()
        await here.owned_by(there.after)
        site = here.sites[there.after]
        before = await site.metrics()
        for minutes, status in ((0, "in_progress"), (31, "lapsed"), (20, "ended")):
            await site.later(minutes * 60)
            await until_status(site, there.visit, status)
        after = await site.metrics()
        name = 'vestibule_visit_transitions_total{to="ended"}'
        assert after[name] - before.get(name, 0.0) == 1
