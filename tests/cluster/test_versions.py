"""Release N beside release N+1: what is stored and what crosses between nodes is understood by both."""

from __future__ import annotations

from pathlib import Path

import pytest

import gateway.node
from tests.support.client import PATIENCE
from tests.support.cluster import cluster
from tests.support.node import House


async def test_two_releases_serve_side_by_side_and_hand_visits_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node of the next release joins, takes its share, and gives a live visit back when it drains."""
    async with cluster(tmp_path, "node-1") as nodes:
        monkeypatch.setattr(gateway.node, "release", lambda: "999.0.0")
        await nodes.start("node-2")
        await nodes.spread()
        new = nodes.houses["node-2"]
        assert {one.version for one in new.node.host.members()} >= {"999.0.0"}
        assert len({one.version for one in new.node.host.members()}) == 2
        own = House(new.node, new.port, new.clock, new.bugs, nodes.clinic_at("node-2"))
        await own.settle()
        visit = await own.plan()
        async with await own.provider(visit) as provider, await own.guest(visit, "Ana") as ana:
            assert ana.ready["standing"] == "in"
            await new.node.host.drain()
            old = nodes.houses["node-1"]
            back = House(old.node, old.port, old.clock, old.bugs, own.clinic, own.number, own.doctor)
            again = await back.back(ana)
            assert (again.seat, again.ready["standing"]) == (ana.seat, "in")
            await provider.wait_for("moved", within=PATIENCE)
            await again.close()
