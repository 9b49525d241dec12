"""A power cut or a kill amid work loses nothing that was acknowledged; `make prove` does it many times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.prove import crashes

FACTS = 50
"""Acknowledged before the crash."""


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_power_cut_amid_work_loses_nothing_acknowledged(tmp_path: Path, seed: int) -> None:
    """Seats and their secrets, admissions, invitations, counted guesses, extensions, ends: all are there."""
    crash = await crashes.power_cut(tmp_path, seed, facts=FACTS)
    assert not crash.lost
    assert crash.acknowledged.total() >= FACTS


async def test_the_same_check_sees_what_a_store_that_syncs_each_second_loses(tmp_path: Path) -> None:
    """The checker fails where something is lost: else it would prove nothing."""
    crash = await crashes.power_cut(tmp_path, 3, "everysec", facts=FACTS)
    assert crash.lost
    assert crash.lost_bytes


async def test_a_node_killed_amid_work_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Its store outlives it and is adopted by the next start."""
    crash = await crashes.killed(tmp_path, 4, facts=FACTS)
    assert not crash.lost
    assert crash.acknowledged.total() >= FACTS
