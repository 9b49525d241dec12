"""Shards among several nodes over one store: spread, handed over, taken over; every one with one owner."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.ids import SHARDS, VisitId, shard_of_visit
from engine.refusals import Refused
from engine.visit import Visit
from tests.support.client import PATIENCE, WireClient, refusal
from tests.support.cluster import Cluster, cluster
from tests.support.node import House


async def clinic_at(nodes: Cluster, name: str) -> House:
    """Open a clinic whose shard a node has; gives that node as this clinic's house."""
    here = nodes.houses[name]
    own = House(here.node, here.port, here.clock, here.bugs, nodes.clinic_at(name))
    await own.settle()
    return own


def at(nodes: Cluster, house: House) -> House:
    """The same clinic, at the node that has it now."""
    now = nodes.owner(house.clinic)
    return House(now.node, now.port, now.clock, now.bugs, house.clinic, house.number, house.doctor)


def visit_in(house: House, visit: Visit) -> Visit:
    """The visit as this node holds it."""
    live = house.node.host.live(visit.id)
    assert live is not None
    return live.visit


async def moved_to(client: WireClient) -> str:
    """Wait until a client is told where its visit is now."""
    url: str = (await client.wait_for("moved"))["ws_url"]
    return url


async def back_at(house: House, client: WireClient) -> WireClient:
    """Resume a client's seat at another node."""
    return await house.back(client)


class TestSpreading:
    """Every shard with one owner, each node with its share."""

    async def test_one_node_alone_has_them_all(self, tmp_path: Path) -> None:
        """At once, and in its first look."""
        async with cluster(tmp_path, "node-1") as nodes:
            assert nodes.shares() == {"node-1": SHARDS}

    @pytest.mark.parametrize("calling", [True, False])
    async def test_a_node_that_comes_gets_its_share(self, tmp_path: Path, calling: bool) -> None:
        """Whether nodes can call each other, or find by themselves what was let go of for them."""
        async with cluster(tmp_path, "node-1", calling=calling) as nodes:
            await nodes.start("node-2")
            await nodes.spread()
            await nodes.start("node-3")
            await nodes.spread()
            for here in nodes.houses.values():
                assert not here.bugs

    async def test_a_node_that_stops_gives_everything_back(self, tmp_path: Path) -> None:
        """It has nothing left when it goes, and nobody had to wait for its lease."""
        async with cluster(tmp_path, "node-1", "node-2") as nodes:
            await nodes.spread()
            leaving = nodes.houses["node-2"].node.host
            await leaving.drain()
            assert not leaving.shards()
            await nodes.stop("node-2")
            assert nodes.shares() == {"node-1": SHARDS}

    async def test_a_node_that_is_alone_stops_without_giving_anything(self, tmp_path: Path) -> None:
        """There is nobody to give it to."""
        async with cluster(tmp_path, "node-1") as nodes:
            async with asyncio.timeout(PATIENCE):
                await nodes.houses["node-1"].node.host.drain()
            assert nodes.shares() == {"node-1": SHARDS}


class TestHandingOver:
    """People notice a moment, and lose nothing."""

    async def test_who_is_in_a_visit_is_sent_after_it_and_keeps_the_seat(self, tmp_path: Path) -> None:
        """`moved` names the new node; there the same seat is resumed, with everything that was saved."""
        async with cluster(tmp_path, "node-1", "node-2") as nodes:
            await nodes.spread()
            here = await clinic_at(nodes, "node-2")
            visit = await here.plan()
            guest, provider = await here.guest(visit), await here.provider(visit)
            await guest.wait_for("inside")
            board = await here.dashboard(visit)
            await nodes.houses["node-2"].node.host.drain()
            there = at(nodes, here)
            assert await moved_to(guest) == await moved_to(provider) == await moved_to(board) == there.ws_url
            again = await back_at(there, guest)
            assert (again.seat, again.ready["standing"]) == (guest.seat, "in")
            assert again.ready["resumed"] == "state"
            await there.everybody_goes()

    async def test_a_shard_that_is_given_away_takes_no_more_facts(self, tmp_path: Path) -> None:
        """What is asked after the seal is refused for now; what was saved before is at the new owner."""
        async with cluster(tmp_path, "node-1", "node-2") as nodes:
            await nodes.spread()
            here = await clinic_at(nodes, "node-2")
            visit = await here.plan()
            shard = here.node.host.shard(shard_of_visit(visit.id))
            assert shard is not None
            assert await shard.seal(1.0)
            assert await refusal(here.guest(visit)) == "try_later"
            assert isinstance(await here.node.desk.save_clinic(visit.clinic), Refused)
            shard.unseal()
            await here.guest(visit)
            await here.everybody_goes()

    async def test_under_load_no_acknowledged_fact_is_lost(self, tmp_path: Path) -> None:
        """Visits are planned all the while at a node that gives everything away, and comes back."""
        async with cluster(tmp_path, "node-1", "node-2") as nodes:
            await nodes.spread()
            here = await clinic_at(nodes, "node-2")
            planned: list[VisitId] = []
            stop = asyncio.Event()
            planning = asyncio.create_task(plan_on(nodes, here, planned, stop))
            await nodes.until(lambda: len(planned) > 5)
            await nodes.houses["node-2"].node.host.drain()
            enough = len(planned) + 5
            await nodes.until(lambda: len(planned) > enough)
            stop.set()
            await planning
            there = at(nodes, here).node.host
            assert [one for one in planned if there.live(one) is None] == []


async def plan_on(nodes: Cluster, here: House, planned: list[VisitId], stop: asyncio.Event) -> None:
    """Plan visits at whoever has the clinic; keep those that were acknowledged."""
    while not stop.is_set():
        try:
            planned.append((await at(nodes, here).plan()).id)
        except (AssertionError, StopIteration):  # refused for now, or nobody has it for a moment
            await asyncio.sleep(0.01)
