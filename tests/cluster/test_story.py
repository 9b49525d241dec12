"""A cluster as people run it, from its start to Ctrl+C: what happens to those in a visit while things die.

Three nodes on two machines; the machines are two raylets of this one. The tests are a story, told in order.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from typing import Any

import httpx
import pytest

from engine.ids import SHARDS
from tests.cluster.grown import BEN, PATIENCE, Grown, joined
from tests.cluster.processes import listening, lives
from tests.cluster.watched import Life, all_answer, killed, watched, without_data
from tests.support.client import WireClient

HEAD_DOWN = float(os.environ.get("HEAD_DOWN_SECONDS", "8"))
"""How long Ray's head is kept down."""


def told(url: str) -> str:
    """The token of a link."""
    return url.partition("#")[2]


async def comes(town: Grown, visit: dict[str, Any], name: str) -> WireClient:
    """Somebody opens the guest's link and is let in."""
    said = {"token": told(visit["guest_url"]), "name": name, "page": f"page-{name}"}
    return await joined(visit["ws_url"], "hello.link", **said)


async def comes_back(visit: dict[str, Any], client: WireClient, name: str) -> WireClient:
    """Somebody resumes their seat, from the address of the page."""
    return await joined(visit["ws_url"], "hello.seat", page=f"page-{name}", **client.position)


def shares(seen: dict[str, dict[str, Any]]) -> list[int]:
    """How many shards each node has."""
    return [one.get("shards", 0) for one in seen.values()]


def even(seen: dict[str, dict[str, Any]]) -> bool:
    """Whether every shard has an owner, and each node its share."""
    return sum(shares(seen)) == SHARDS and min(shares(seen)) > SHARDS / len(seen) / 2


async def test_the_shards_are_spread_over_nodes_and_machines(town: Grown) -> None:
    """`status` shows three nodes on two machines, all ready, with every shard once."""
    seen = await town.until(even)
    assert {one["state"] for one in seen.values()} == {"ready"}
    assert {one["machine"] for one in seen.values()} == {"127.0.0.1", BEN}
    table = await town.told("status")
    assert table.splitlines()[0].split() == [
        *("node", "machine", "state", "shards", "visits", "sockets", "lease", "pid", "version", "address")
    ]


async def test_prometheus_finds_each_node_by_its_name(town: Grown) -> None:
    """`targets` says where every node's metrics are, and each page there is that node's own."""
    groups = json.loads(await town.told("targets"))
    assert {one["labels"]["instance"] for one in groups} == set(await asyncio.to_thread(town.nodes))
    async with httpx.AsyncClient(trust_env=False) as http:
        for one in groups:
            page = (await http.get(f"http://{one['targets'][0]}/metrics")).text
            assert f'node="{one["labels"]["instance"]}"' in page
            assert "vestibule_nodes 3.0" in page


async def test_every_panel_has_data_from_a_cluster_in_which_a_node_dies(town: Grown) -> None:
    """Debian's Prometheus reads from a file where each node is: all dashboards show something for all of
    them; the series of the node that dies end, and go on under its name when it is back.
    """
    visit = await town.visit()
    async with watched(town, visit) as (prom, company):
        life = Life(town, visit, company)
        await life.lived()
        await prom.until("sum(vestibule_loss_noticed_seconds_count) > 0")
        nodes = sorted(await asyncio.to_thread(town.nodes))
        dead = await killed(town)
        await prom.until(f'up{{instance="{dead}"}} == 0')
        await prom.until_none(f'vestibule_visits_live{{instance="{dead}"}}')
        await all_answer(town, prom, len(nodes))
        assert await without_data(prom, nodes) == []
        await life.ends()


async def test_ray_listens_on_loopback_only_and_asks_for_a_token(town: Grown) -> None:
    """No process of Ray's has a port on another address, and the token's file is its owner's."""
    ours = listening({town.pid("head"), town.pid("machine")})
    assert ours
    assert all(address.startswith("127.") for address in ours), ours
    assert (town.data_dir / "cluster" / "token").stat().st_mode & 0o777 == 0o600


async def test_whichever_node_people_come_to_they_get_into_their_visit(town: Grown) -> None:
    """REST and sockets through the front door end where the visit is."""
    visit = await town.visit()
    async with await comes(town, visit, "Ana") as ana, await comes(town, visit, "Ben") as ben:
        assert {ana.ready["standing"], ben.ready["standing"]} == {"in"}
        await ana.round_trip()


async def test_a_node_that_is_killed_comes_back_and_its_visit_goes_on(town: Grown) -> None:
    """The owner of a live visit dies: who was in resumes elsewhere, and Ray starts the node again."""
    visit = await town.visit()
    ana = await comes(town, visit, "Ana")
    seen = await asyncio.to_thread(town.nodes)
    owner = next(one for one in seen.values() if one["sockets"])
    os.kill(owner["pid"], signal.SIGKILL)
    async with await comes_back(visit, ana, "Ana") as again:
        assert again.seat == ana.seat
        assert again.ready["standing"] == "in"
    back = await town.until(
        lambda now: now[owner["node"]].get("incarnation", owner["incarnation"]) != owner["incarnation"]
    )
    assert back[owner["node"]]["machine"] == owner["machine"]


async def test_live_visits_do_not_notice_that_rays_head_is_down(town: Grown) -> None:
    """The head is kept down: who talks goes on, a new visit is opened and joined; then it knows all again."""
    await town.until(even)
    visit = await town.visit()
    async with await comes(town, visit, "Ana") as ana:
        until = time.monotonic() + HEAD_DOWN
        while time.monotonic() < until:
            if head := town.pid("head"):
                os.killpg(head, signal.SIGKILL)
            await ana.round_trip()
            await asyncio.sleep(0.1)
        another = await town.visit()
        async with await comes(town, another, "Cy") as cy:
            await cy.round_trip()
        assert not ana.named("bye")
        seen = await town.until(even)
        assert {one["state"] for one in seen.values()} == {"ready"}
        await ana.round_trip()


async def test_when_a_machine_is_gone_the_others_take_its_visits(town: Grown) -> None:
    """Ben's machine dies: its shards have an owner within seconds, its slot waits, and is filled when it is
    back.
    """
    lost = {name for name, one in (await town.until(even)).items() if one["machine"] == BEN}
    town.ben_dies()
    await town.until(
        lambda now: sum(shares(now)) == SHARDS and not any("shards" in now[name] for name in lost)
    )
    visit = await town.visit()
    async with await comes(town, visit, "Ana") as ana:
        await ana.round_trip()
    await town.until(lambda now: all(now[name]["state"] == "no machine" for name in lost))
    await asyncio.to_thread(town.ben_joins)
    back = await town.until(even)
    assert all(back[name]["machine"] == BEN for name in lost)


async def test_a_rolling_restart_drops_nobody(town: Grown) -> None:
    """Every node is another process afterwards, and who was in a visit still is, in the same seat."""
    before = await town.until(even)
    visit = await town.visit()
    ana = await comes(town, visit, "Ana")
    restarting = asyncio.create_task(town.told("rolling-restart"))
    seat, moves = ana.seat, 0
    while not restarting.done():
        ended = asyncio.create_task(ana.closed(600))
        await asyncio.wait([ended, restarting], return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            ended.cancel()
            break
        ana = await comes_back(visit, ana, "Ana")
        moves += 1
        assert (ana.seat, ana.ready["standing"]) == (seat, "in")
    await restarting
    await ana.round_trip()
    await ana.close()
    after = await asyncio.to_thread(town.nodes)
    assert moves
    assert all(after[name]["incarnation"] != one["incarnation"] for name, one in before.items())


async def test_a_drained_node_has_nothing_until_it_is_restarted(town: Grown) -> None:
    """`drain` empties a node, and `rolling-restart NODE` gives it its share again."""
    await town.told("drain", "node-1")
    seen = await asyncio.to_thread(town.nodes)
    assert (seen["node-1"]["state"], seen["node-1"]["shards"]) == ("draining", 0)
    await town.told("rolling-restart", "node-1")
    assert (await town.until(even))["node-1"]["state"] == "ready"


async def test_ctrl_c_ends_all_that_was_started_and_nothing_else(town: Grown) -> None:
    """Afterwards no process of the cluster's is left, on both machines."""
    nodes = [one["pid"] for one in (await asyncio.to_thread(town.nodes)).values()]
    kept = [town.pid("head"), town.pid("machine"), *nodes]
    assert town.ben is not None
    for process in (town.ben, town.up):
        process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(process.wait, 60) == 0
    async with asyncio.timeout(PATIENCE):  # a node's process ends when it sees that its raylet has
        while any(lives(pid) for pid in kept):  # noqa: ASYNC110 - they are no children of ours
            await asyncio.sleep(0.05)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", town.port)
