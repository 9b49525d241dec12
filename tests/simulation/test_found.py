"""What schedules found once, told shortly."""

from __future__ import annotations

import pytest

from actors.days import day_of
from engine.ids import shard_of_clinic
from tests.simulation.people import Dashboard
from tests.simulation.story import Story, Town, few_shards


@pytest.mark.parametrize("after", [at / 100 for at in range(10, 70, 6)])
def test_a_waiting_room_read_while_its_shard_moves_is_that_of_the_new_owner(after: float) -> None:
    """A dashboard is never left with the room of an owner that is none any more, which nobody writes to."""
    with few_shards():
        town = Town(Story(seed=7, nodes=1, visits=1, guests=0), {})
        town.settle_in()
        town.scheduler.pass_time(1.0)
        clinic = town.planned[0].clinic
        owner = next(one for one in town.processes() if one.host.clinic(clinic.id) is not None)
        dashboard = Dashboard(town, "desk-00", clinic.id, day_of(town.server.keys.now(), clinic.zone))
        owner.way.slow = 0.2
        town.people.start(dashboard.live())
        town.scheduler.pass_time(after)
        owner.host.lost(owner.host.held[shard_of_clinic(clinic.id)])
        town.scheduler.pass_time(12.0)
        epoch = town.server.keys.do([b"HGET", b"{s%04d}:owner" % shard_of_clinic(clinic.id), b"epoch"])
        assert isinstance(epoch, bytes)
        assert dashboard.stream.startswith(f"{int(epoch):x}.b")
        for process in town.processes():
            process.kill()
        town.people.kill()
