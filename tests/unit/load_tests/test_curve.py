"""The cost curve counts all visits once, and compares what was measured in the same minutes."""

from pathlib import Path

import pytest

from load_tests.clinics import Access, Account
from load_tests.curve import PROCESSES, parts_of, times_as_dear
from load_tests.meter import Cost
from load_tests.node_site import NodeServer
from load_tests.processes import ProcessTree
from load_tests.site import CLINICS

SERVER = NodeServer(
    ProcessTree(1), 1, Access([Account(one, "a@example.test", "p") for one in range(CLINICS)]), Path()
)


def cost(cpu_seconds: float, work: int = 100) -> Cost:
    """So much CPU time for so much work."""
    return Cost(work, cpu_seconds, 0.1, 1.0)


def test_a_levels_visits_are_shared_out_whole() -> None:
    """Connected or not, each visit is some process's, in all clinics; each process has its own address."""
    parts = parts_of(SERVER, connected=1000, quiet=2801, level=2)
    assert len(parts) == PROCESSES
    assert sum(part.visits for part in parts) == 1000
    assert sum(part.quiet for part in parts) == 2801
    assert len({one.clinic for part in parts for one in part.access.accounts}) == CLINICS
    assert len({part.source for part in parts} | {part.source for part in parts_of(SERVER, 1, 1, 3)}) == 6


def test_the_lowest_level_is_the_crowd_alone() -> None:
    """Nobody else is brought in."""
    assert parts_of(SERVER, connected=30, quiet=-30, level=0) == []


def test_what_is_dearer_is_that_of_all_rounds_together() -> None:
    """Waves of pings fall into some rounds and not into others; the ends are those of single rounds."""
    found = times_as_dear([(cost(1.0), cost(1.0)), (cost(1.0), cost(2.0))])
    assert found.median == pytest.approx(1.5)
    assert found.low == pytest.approx(1.0)
    assert found.high == pytest.approx(2.0)
