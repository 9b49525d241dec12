"""Every metric of the page is fed by what it speaks of: a busy day moves each one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from engine.clinic import Admission
from tests.support.busy_day import (
    Watch,
    calls_by_telephone,
    comes_from_elsewhere,
    drops_out_and_comes_back,
    ends,
    guesses_all_day,
    loses_a_shard,
    loses_the_store,
    moves_to_another_device,
    plans_much_at_once,
    reads_slowly,
    restarts,
    signs_in,
    talks,
    waits_and_is_let_in,
    writes_to_people,
)
from tests.support.node import house
from tests.support.post import FakePost
from tests.support.rest import browser

STAY_AT_ZERO = {
    "vestibule_admission_bypass",
    "vestibule_ghosts",
    "vestibule_join_after_expiry",
    "vestibule_purge_failures",
    "vestibule_socket_failures",
    "vestibule_store_went_back",
}
"""What only a bug moves, or a disk that fails; alerts stand on them, so they are there from the start."""

ELSEWHERE = {
    "vestibule_bridge_cpu_seconds",  # test_bridge
    "vestibule_bridge_telephones",
    "vestibule_bridge_up",
    "vestibule_bridge_visits",
    "vestibule_drain_remaining",  # test_takeover
    "vestibule_draining",
    "vestibule_forwarded",  # test_edge_processes
    "vestibule_hellos_put_off",
    "vestibule_loss_noticed_seconds",  # test_websocket_bounds
    "vestibule_nodes",
    "vestibule_store_errors",  # test_prometheus
}
"""What other nodes move, or a bridge, very many people, somebody who is silent, a store that fails: other
tests' business.
"""

OF_THE_PROCESS = {"process_max_fds", "process_start_time_seconds", "vestibule_node_info"}
"""What is as it is from start to end."""


@pytest_asyncio.fixture(loop_scope="function")
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    """Run a node of its own whose store's file is rewritten as soon as there is a reason."""
    post = FakePost()
    async with (
        house(tmp_path, demo=True, post=post, privacy={"rewrite_minutes": 0.001}) as here,
        browser(here) as anybody,
    ):
        watching = Watch(here, anybody.http, post)
        await watching.look()
        yield watching
        await here.everybody_goes()


async def test_every_metric_of_the_page_is_fed(watch: Watch, tmp_path: Path) -> None:
    """The day of a clinic, with what goes wrong on one: at its end no metric is as it was at the start."""
    here = watch.here
    await signs_in(here)
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit, ana = await waits_and_is_let_in(watch)
    await calls_by_telephone(watch, visit)
    await drops_out_and_comes_back(watch, ana)
    await talks(watch)
    await moves_to_another_device(here)
    await comes_from_elsewhere(here)
    await reads_slowly(watch)
    await plans_much_at_once(watch)
    await writes_to_people(watch)
    await ends(watch, visit)
    await guesses_all_day(watch)
    await loses_the_store(watch)
    await loses_a_shard(watch)
    await restarts(watch, tmp_path / "after")
    named = set(watch.last)
    assert len(named) > 40
    assert named - watch.moved - ELSEWHERE - OF_THE_PROCESS == STAY_AT_ZERO
    for name in STAY_AT_ZERO:
        assert list(watch.last[name].values())[:1] == [0.0]


async def test_no_label_holds_a_visit_or_a_person(watch: Watch) -> None:
    """Whoever comes and goes: labels are words of ours alone."""
    here = watch.here
    visit = await here.plan(patient="Confidential Patient")
    await here.provider(visit)
    await here.guest(visit, "Confidential Guest")
    await here.caller_in(visit, "+15550177")
    told = "".join(str(sample) for samples in (await watch.look()).values() for sample in samples)
    for secret in ("Confidential", "Rivera", visit.id, here.clinic, here.pin(visit), "15550177", here.number):
        assert secret not in told


async def test_a_ghost_is_seen(watch: Watch) -> None:
    """A seat shown as connected 15 s after its connection went unnoticed is one; an alert stands on it."""
    here = watch.here
    visit = await here.plan()
    await here.guest(visit)
    live = here.node.host.live(visit.id)
    assert live is not None
    live.outlets.clear()  # as only a bug would
    await watch.look()
    assert watch.value("vestibule_ghosts") == 0
    here.later(seconds=16)
    await watch.look()
    assert watch.value("vestibule_ghosts") == 1
