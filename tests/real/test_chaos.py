"""A short sample of `make chaos`: the same load, faults and judge, for less than a minute."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.faults.chaos import Chaos, Plan
from tests.faults.schedule import Planned
from tests.faults.story import Pace

PACE: Final = Pace(visits=4, life=(12.0, 20.0), think=(0.5, 1.5), away=(3.0, 5.0), short=0.3, phones=0.5)
FAULTS: Final = [
    Planned(1.0, "cut_some", 0.0, 1),
    Planned(2.0, "pause", 1.5, 2),
    Planned(5.0, "kill", 0.5, 3),
    Planned(9.0, "power", 0.5, 4),
    Planned(12.0, "herd", 0.0, 5),
]
ON_A_CLUSTER: Final = [
    Planned(1.0, "slot_moves", 0.0, 1),
    Planned(3.0, "primary_fails_over", 2.0, 2),
    Planned(7.0, "cut_some", 0.0, 3),
    Planned(8.0, "slot_moves", 0.0, 4),
]


async def test_a_town_under_faults_is_clean(tmp_path: Path) -> None:
    """A node killed, its store paused and cut from the power, its clients cut: every promise is kept.

    Ghosts, which are some after 15 s only, are looked for in virtual time (tests/simulation) and longer runs.
    """
    plan = Plan(seed=1, seconds=13.0, nodes=1, clinics=3, pace=PACE, faults=FAULTS, settles=2.0)
    outcome = await Chaos(plan, tmp_path).run()
    assert outcome.clean, "\n".join([*outcome.verdict.lines(outcome.began), *outcome.trouble])
    assert outcome.faults.keys() == {one.name for one in FAULTS}


async def test_a_town_on_a_store_of_many_servers_is_clean(tmp_path: Path) -> None:
    """Three primaries: slots move while people are in visits, and a primary fails over and is killed."""
    plan = Plan(
        seed=2,
        seconds=9.0,
        nodes=1,
        clinics=3,
        pace=PACE,
        faults=ON_A_CLUSTER,
        clocks=False,
        settles=2.0,
        world="store-cluster",
    )
    outcome = await Chaos(plan, tmp_path).run()
    assert outcome.clean, "\n".join([*outcome.verdict.lines(outcome.began), *outcome.trouble])
    assert outcome.faults.keys() == {one.name for one in ON_A_CLUSTER}
