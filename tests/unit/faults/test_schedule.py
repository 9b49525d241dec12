"""A schedule of faults is the same for the same seed, and keeps apart what must not meet."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from tests.faults.schedule import ALONE_AFTER, EVERYWHERE, World, kinds_of, schedule

SEEDS = range(30)


def test_a_seed_draws_one_schedule() -> None:
    """And another seed another one."""
    assert schedule(7, 600) == schedule(7, 600)
    assert schedule(7, 600) != schedule(8, 600)


@pytest.mark.parametrize("world", sorted(EVERYWHERE))
@pytest.mark.parametrize("seed", SEEDS)
def test_ten_minutes_see_every_kind(seed: int, world: World) -> None:
    """None is left to chance."""
    drawn = Counter(one.name for one in schedule(seed, 600, world=world))
    assert drawn.keys() == {kind.name for kind in kinds_of(world)}


@pytest.mark.parametrize("seed", SEEDS)
def test_faults_of_a_lane_follow_one_another(seed: int) -> None:
    """One node, one store, one wire at a time; and all is over by the end."""
    plan = schedule(seed, 600)
    for lane in ("node", "store", "wire"):
        of_lane = [one for one in plan if one.kind.lane == lane]
        assert all(first.ends <= then.at for first, then in pairwise(of_lane))
    assert all(one.ends <= 600 for one in plan if one.kind.lane != "alone")


@pytest.mark.parametrize("seed", SEEDS)
def test_what_stands_alone_stands_alone(seed: int) -> None:
    """Nothing else is broken while the store's clock is wrong, nor just before or after."""
    plan = schedule(seed, 600)
    for alone in (one for one in plan if one.kind.lane == "alone"):
        others = [one for one in plan if one is not alone]
        assert all(
            one.ends <= alone.at - ALONE_AFTER + 1 or one.at >= alone.ends + ALONE_AFTER for one in others
        )
