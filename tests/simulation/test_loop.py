"""The scheduler itself: time, turns, and processes that stand still or are killed."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from tests.simulation.loop import Line, ProcessLoop, Scheduler, StuckError


@pytest.fixture
def scheduler() -> Scheduler:
    """A scheduler of one seed."""
    return Scheduler(Random(1))


def ticking(loop: ProcessLoop, every: float = 1.0) -> list[float]:
    """Note this process's time every so often."""
    seen: list[float] = []

    async def tick() -> None:
        while True:
            await asyncio.sleep(every)
            seen.append(round(loop.time(), 6))

    loop.start(tick())
    return seen


def test_an_hour_takes_no_time(scheduler: Scheduler) -> None:
    """Time passes when there is nothing to do."""
    seen = ticking(ProcessLoop(scheduler, "one"), 60.0)
    scheduler.pass_time(3600.0)
    assert seen == [60.0 * at for at in range(1, 61)]


def test_a_stopped_process_does_late_what_was_due(scheduler: Scheduler) -> None:
    """SIGSTOP: its clock goes on."""
    loop = ProcessLoop(scheduler, "one")
    seen = ticking(loop)
    scheduler.after(1.5, loop.pause)
    scheduler.after(4.2, loop.go_on)
    scheduler.pass_time(5.5)
    assert seen == [1.0, 4.2, 5.2]


def test_a_frozen_process_does_not_know_that_time_passed(scheduler: Scheduler) -> None:
    """A machine that is suspended: its clock stands still as well."""
    loop, other = ProcessLoop(scheduler, "one"), ProcessLoop(scheduler, "two")
    seen, beside = ticking(loop), ticking(other)
    scheduler.after(1.5, loop.freeze)
    scheduler.after(101.5, loop.go_on)
    scheduler.pass_time(103.0)
    assert seen == [1.0, 2.0, 3.0]
    assert len(beside) == 103


def test_a_killed_process_does_nothing_more(scheduler: Scheduler) -> None:
    """Not even tidy up: whoever it would have told hears nothing."""
    loop = ProcessLoop(scheduler, "one")
    seen: list[str] = []

    async def hold() -> None:
        try:
            await asyncio.sleep(10.0)
        finally:
            loop.call_soon(seen.append, "tidied up")

    loop.start(hold())
    scheduler.pass_time(1.0)
    loop.kill()
    scheduler.pass_time(20.0)
    assert not seen
    assert not scheduler.bugs


def test_a_line_keeps_the_order_and_what_it_holds(scheduler: Scheduler) -> None:
    """As TCP does, whatever each piece takes."""
    random = Random(2)
    line, seen = Line(scheduler, random.random), list[int]()
    for at in range(10):
        line.send(lambda at=at: seen.append(at))  # type: ignore[misc]
    scheduler.pass_time(0.5)
    line.hold()
    scheduler.pass_time(5.0)
    before = len(seen)
    line.send(lambda: seen.append(10))
    line.release()
    scheduler.pass_time(5.0)
    assert seen == list(range(11))
    assert before < 10


def test_who_never_comes_to_an_end_is_found_out(scheduler: Scheduler) -> None:
    """A schedule that waits for nothing says so."""
    with pytest.raises(StuckError):
        scheduler.run(lambda: False, 10.0)
