"""A node that cannot reach the store: alone with that it leaves its calls, with all others it lets people
talk. And a store that comes back with less than it had acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis.asyncio

from engine.ids import SHARDS, shard_of_visit
from tests.real.store.servers import debian_redis
from tests.support.client import PATIENCE, WireClient, refusal
from tests.support.cluster import Cluster, cluster
from tests.support.node import House, house
from tests.support.way import Way
from tests.unit.gateway.test_metrics import page


async def clinic_at(nodes: Cluster, name: str) -> House:
    """Open a clinic whose shard a node has."""
    here = nodes.houses[name]
    own = House(here.node, here.port, here.clock, here.bugs, nodes.clinic_at(name))
    await own.settle()
    return own


def at(nodes: Cluster, house: House) -> House:
    """The same clinic, at the node that has it now."""
    now = nodes.owner(house.clinic)
    return House(now.node, now.port, now.clock, now.bugs, house.clinic, house.number, house.doctor)


async def until_closed(*clients: WireClient) -> list[int | None]:
    """Wait until sockets are closed; give their close codes."""
    async with asyncio.timeout(3 * PATIENCE):
        return [await client.closed() for client in clients]


async def test_a_node_that_alone_does_not_reach_the_store_leaves_its_calls(tmp_path: Path) -> None:
    """Its people are sent away with 1012 and go on at the node that takes over; it accepts nobody, until it
    is back, and then has its share again.
    """
    async with cluster(tmp_path, "node-1") as nodes, Way(nodes.url, tmp_path / "way").open() as way:
        await nodes.start("node-2", way.url)
        await nodes.spread()
        here = await clinic_at(nodes, "node-2")
        visit = await here.plan()
        guest, board = await here.guest(visit), await here.dashboard(visit)
        idle = await here.open()
        epoch = here.node.host.shards()[0].epoch
        await way.cut()
        assert set(await until_closed(guest, board, idle)) == {1012}
        assert here.node.host.cut_off
        await nodes.until(
            lambda: nodes.houses["node-1"].node.host.shard(shard_of_visit(visit.id)) is not None
        )
        there = at(nodes, here)
        again = await there.back(guest)
        assert again.seat == guest.seat
        await way.mend()
        await nodes.spread()
        assert not cut_off(here)
        assert min(shard.epoch for shard in here.node.host.shards()) > epoch
        await there.everybody_goes()
        assert not here.bugs


async def test_when_no_node_reaches_the_store_people_go_on_talking(tmp_path: Path) -> None:
    """Nobody has taken over, so nobody has to leave, and dashboards say that they cannot tell who is there;
    when the store is back every shard is where it was.
    """
    async with cluster(tmp_path, "node-1", "node-2") as nodes:
        await nodes.spread()
        talks = []
        for name in ("node-1", "node-2"):
            here = await clinic_at(nodes, name)
            visit = await here.plan()
            talks.append((here, await here.provider(visit), await here.guest(visit)))
        board = await talks[0][0].dashboard()
        epochs = epochs_of(nodes)
        os.kill(nodes.store_pid, signal.SIGSTOP)
        try:
            await nodes.until(lambda: not any(one.node.host.ready for one in nodes.houses.values()))
            for here, provider, guest in talks:
                assert await refusal(provider.ask("lock", op="while away", on=True)) == "try_later"
                await provider.tell("signal", to=guest.seat, data="still here")
                await guest.wait_for("relayed", data="still here")
                assert not here.node.host.cut_off
            await board.wait_for("presence", known=False)
        finally:
            os.kill(nodes.store_pid, signal.SIGCONT)
        for here, provider, _ in talks:
            await here.node.host.lease.sound_again()
            await provider.ask("lock", op="back", on=True)
        await board.wait_for("presence", known=True)
        assert epochs_of(nodes) == epochs
        for here, _, _ in talks:
            await here.everybody_goes()


def cut_off(here: House) -> bool:
    """Whether a node has left its calls."""
    return here.node.host.cut_off


def epochs_of(nodes: Cluster) -> dict[str, dict[int, int]]:
    """Which shards each node has, at which epochs."""
    return {
        name: {shard.number: shard.epoch for shard in here.node.host.shards()}
        for name, here in nodes.houses.items()
    }


# ---------------------------------------------------------------- a replica that lagged behind


@asynccontextmanager
async def lagging(folder: Path) -> AsyncIterator[tuple[House, Way, str]]:
    """A node whose store has a replica, and what stands between; the replica's address comes last."""
    first, second = folder / "first", folder / "second"
    first.mkdir()
    second.mkdir()
    with debian_redis(first, "--bind", "127.0.0.1") as primary, debian_redis(second) as replica:
        port = await opened(primary.url)
        await asked(replica.url, "REPLICAOF", "127.0.0.1", port)
        way = Way(primary.url, folder / "way")
        async with way.open(), house(folder, store={"url": way.url}) as here:
            yield here, way, replica.url
            await here.everybody_goes()


async def opened(url: str) -> int:
    """Have a server listen on a port too, so that a replica reaches it; gives the port."""
    from tests.support.node import free_port

    port = free_port()
    await asked(url, "CONFIG", "SET", "port", port)
    return port


async def asked(url: str, *words: str | int) -> object:
    """Ask a server behind the node's back."""
    async with redis.asyncio.Redis.from_url(url, decode_responses=True) as client:
        answer: object = await client.execute_command(*words)  # type: ignore[no-untyped-call]
        return answer


async def in_step(primary: str, replica: str) -> None:
    """Wait until a replica has all that its primary has."""
    async with asyncio.timeout(PATIENCE), redis.asyncio.Redis.from_url(primary) as client:
        while not await client.execute_command("WAIT", 1, 100):  # type: ignore[no-untyped-call]
            pass  # it is not connected yet


async def test_after_a_failover_to_an_older_replica_no_shard_stays_as_it_was_in_memory(
    tmp_path: Path,
) -> None:
    """What the replica had not got is lost, which no node can mend; but what people are shown is what is
    saved, the shard's epoch is raised, and it is said.
    """
    async with lagging(tmp_path) as (here, way, replica):
        primary = f"unix://{tmp_path}/first/redis.sock"
        visit = await here.plan()
        await in_step(primary, replica)
        await asked(replica, "REPLICAOF", "NO", "ONE")
        guest = await here.guest(visit)  # acknowledged, and nowhere but on the primary
        shard = here.node.host.shard(shard_of_visit(visit.id))
        assert shard is not None
        await way.lead_to(replica)
        assert await guest.closed() == 1012
        async with asyncio.timeout(PATIENCE):
            while (now := here.node.host.shard(shard.number)) is None:  # noqa: ASYNC110 - it is loaded anew
                await asyncio.sleep(0.02)
        assert now.epoch > shard.epoch
        live = here.node.host.live(visit.id)
        assert live is not None
        assert not live.visit.seats
        assert await refusal(here.back(guest)) == "resume_refused"
        await here.guest(visit)
        assert "vestibule_store_went_back_total 1.0" in page(here.node.metrics)
        assert len(here.node.host.shards()) == SHARDS


async def test_after_a_failover_to_a_replica_that_has_everything_calls_just_go_on(tmp_path: Path) -> None:
    """Nothing was lost, so nobody notices."""
    async with lagging(tmp_path) as (here, way, replica):
        primary = f"unix://{tmp_path}/first/redis.sock"
        visit = await here.plan()
        guest, provider = await here.guest(visit), await here.provider(visit)
        await in_step(primary, replica)
        await asked(replica, "REPLICAOF", "NO", "ONE")
        await way.lead_to(replica)
        await here.node.host.lease.renew()
        await here.node.host.lease.sound_again()
        await provider.ask("lock", op="at the new one", on=True)
        await provider.tell("signal", to=guest.seat, data="here still")
        await guest.wait_for("relayed", data="here still")
        assert "vestibule_store_went_back_total 0.0" in page(here.node.metrics)


@pytest.mark.parametrize("epoch", ["2", "0"])
async def test_an_epoch_that_went_back_is_never_used_again(tmp_path: Path, epoch: str) -> None:
    """A replica that had not seen our claim: the next epoch is above the one that we had."""
    async with cluster(tmp_path, "node-1") as nodes:
        host = nodes.houses["node-1"].node.host
        await asked(nodes.url, "HSET", "{s0007}:owner", "epoch", epoch, "incarnation", "older")
        host.lease.check_soon()
        await host.lease.renew()
        await nodes.until(lambda: host.shard(7) is not None)
        shard = host.shard(7)
        assert shard is not None
        assert shard.epoch > max(1, int(epoch))
