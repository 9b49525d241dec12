"""What the operations page is told, by real joins: figures of everybody, and nothing of anybody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from engine.clinic import StaffRole
from tests.support.client import PATIENCE, Refused
from tests.support.node import PATIENT, House, house
from tests.support.paused import paused_store
from tests.support.rest import program, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUEST = "Marisol Quintanilla"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A node that takes samples when a test says so."""
    async with house(tmp_path_factory.mktemp("data"), operations={"sample_seconds": 60}) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def here(node: House) -> AsyncIterator[House]:
    """A clinic of the test's own."""
    async with node.another_clinic() as own:
        yield own


async def sampled(here: House) -> None:
    """Let a minute pass, with a sample at its end."""
    here.later(seconds=60)
    await here.node.recorder.take()


async def told(here: House, path: str = "/operations") -> dict[str, Any]:
    """What a program of the operators' is told."""
    async with program(here, "sre") as key:
        answer: dict[str, Any] = await key.get(path)
        return answer


async def a_busy_minute(here: House) -> None:
    """Three people join, one has a link that is no more; a sample before and after."""
    await sampled(here)
    visit = await here.plan()
    await here.provider(visit)
    for name in (GUEST, "Ana"):
        await here.guest(visit, name)
    with pytest.raises(Refused):
        await here.join(here.guest_token(visit)[:-2] + "xx", "Eve")
    await sampled(here)


async def test_joins_are_counted_by_what_became_of_them(here: House) -> None:
    """Rates of the last minute, who is there, and the service levels of the last hour; then what is new."""
    await sampled(here)
    before = {level["name"]: level for level in (await told(here))["levels"]}
    await a_busy_minute(here)
    async with signed_in(here, StaffRole.SRE) as who:
        now = await who.get("/operations")
    (node,) = now["nodes"]
    assert (node["node"], node["answers"], node["shards"]) == ("node-1", True, 1024)
    assert [node["series"][name][-1] for name in ("joined", "declined", "failed")] == [3, 1, 0]
    assert node["series"]["connected"][-1] >= 3
    assert node["series"]["join_p99"][-1] > 0
    assert all(len(line) == len(node["at"]) for line in node["series"].values())
    join = next(level for level in now["levels"] if level["name"] == "joins")
    assert join["total"] == before["joins"]["total"] + 3
    assert join["good"] == join["total"]
    assert now["alerts"] == []
    (node,) = (await told(here, f"/operations?since={node['at'][-1]}"))["nodes"]
    assert node["at"] == []


async def test_nothing_of_anybody_is_told(here: House) -> None:
    """No person, clinic, visit or number."""
    await a_busy_minute(here)
    said = json.dumps(await told(here))
    clinic = here.node.host.clinic(here.clinic)
    visits = [str(visit) for shard in here.node.host.shards() for visit in shard.visits]
    assert visits
    assert clinic is not None
    private = (GUEST, PATIENT, here.doctor.name, here.number, clinic.name, clinic.zone, *visits)
    assert [one for one in private if one in said] == []
    assert f'"{clinic.id}"' not in said


async def test_only_who_operates_may_look(here: House) -> None:
    """A clinic's administrator runs a clinic, not the servers."""
    for role in (StaffRole.ADMIN, StaffRole.PROVIDER, StaffRole.COORDINATOR):
        async with signed_in(here, role) as who:
            assert (await who.ask("GET", "/operations")).status_code == 403


async def test_what_must_never_happen_is_an_alert_with_a_runbook(here: House) -> None:
    """As soon as it is counted."""
    await sampled(here)
    here.node.metrics.double_owner()
    await sampled(here)
    assert (await told(here))["alerts"] == [
        {
            "name": "VestibuleTwoOwners",
            "severity": "page",
            "nodes": ["node-1"],
            "value": 1.0,
            "runbook": "dashboards/runbooks/VestibuleTwoOwners.md",
        }
    ]


async def test_who_looks_goes_on_looking_while_the_store_is_away(here: House) -> None:
    """They are told of it; who was not let in before is not let in now."""
    async with program(here, "sre") as key, program(here, "sre") as stranger, signed_in(here) as nobody:
        await key.get("/operations")
        async with paused_store(here.node.settings.data_dir):
            async with asyncio.timeout(PATIENCE):
                while here.node.host.can_save():  # noqa: ASYNC110 - nobody tells when a lease lapses
                    await asyncio.sleep(0.05)
            await sampled(here)
            alerts = (await key.get("/operations"))["alerts"]
            refused = [(await one.ask("GET", "/operations")).status_code for one in (stranger, nobody)]
        await here.node.host.lease.sound_again()
    assert "VestibuleStoreAway" in {alert["name"] for alert in alerts}
    assert refused == [503, 503]
