"""A herd at the door: how many are let in, and when the others are told to come again."""

from __future__ import annotations

import random
from heapq import heapify, heappop, heappush

import pytest

from gateway.turnstile import LONGEST_WAIT, SPREAD, Turnstile


class Time:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Read it."""
        return self.now


@pytest.fixture
def time() -> Time:
    """Time that stands still."""
    return Time()


def turnstile(time: Time, at_once: int = 1000, per_second: int = 100, chance: float = 0.0) -> Turnstile:
    """A turnstile without luck."""
    return Turnstile(at_once=at_once, per_second=per_second, monotonic=time, chance=lambda: chance)


def test_after_a_pause_a_seconds_worth_comes_in_at_once_and_then_the_rate_holds(time: Time) -> None:
    """Whatever was not used up is not saved for more than a second."""
    door = turnstile(time, per_second=128)
    time.now += 3600
    assert [door.enter() for _ in range(128)] == [0.0] * 128
    assert door.enter() > 0
    time.now += 0.5
    assert sum(door.enter() == 0.0 for _ in range(200)) == 64


def test_those_who_wait_get_turns_one_after_the_other(time: Time) -> None:
    """A hundred a second: the fiftieth in line comes half a second later; each a little later than told."""
    door = turnstile(time)
    for _ in range(100):
        door.enter()
    waits = [door.enter() for _ in range(50)]
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(0.5, abs=0.02)
    late = turnstile(time, chance=1.0)
    for _ in range(100):
        late.enter()
    assert late.enter() == pytest.approx(waits[0] * (1 + SPREAD), abs=0.001)


def test_nobody_is_told_to_wait_for_ever(time: Time) -> None:
    """Whoever is far behind in the line asks again."""
    door = turnstile(time, chance=1.0)
    waits = [door.enter() for _ in range(100_000)]
    assert max(waits) <= LONGEST_WAIT * (1 + SPREAD)


def test_no_more_than_some_are_worked_on_however_slowly_they_are_answered(time: Time) -> None:
    """A store that is slow to save does not gather hellos without a bound; each answer makes room for one."""
    door = turnstile(time, at_once=3)
    assert [door.enter() == 0.0 for _ in range(5)] == [True, True, True, False, False]
    door.leave()
    assert door.inside == 2
    assert door.enter() == 0.0
    assert door.enter() > 0


def test_a_long_line_is_said_before_a_socket_is_opened(time: Time) -> None:
    """With three seconds of people waiting no more sockets are opened, but for those whose turn it is."""
    door = turnstile(time)
    assert door.long_line() == 0.0
    for _ in range(400):
        door.enter()
    assert door.long_line() > 2.0
    time.now += 0.5
    assert door.long_line() == 0.0
    while door.enter() == 0.0:
        pass
    assert door.long_line() > 2.0


def test_a_herd_that_does_as_it_is_told_is_in_at_the_rate_and_soon(time: Time) -> None:
    """Three thousand at once at 100 a second: all are in within a minute, never more than a second's worth in
    a second, and nobody asks more than a few times.
    """
    chance = random.Random(7)  # noqa: S311 - luck, no secret
    door = Turnstile(at_once=1000, per_second=100, monotonic=time, chance=chance.random)
    began = time.now
    coming = [(began + chance.random() * 0.5, 0) for _ in range(3_000)]
    let_in: list[float] = []
    asked: list[int] = []
    heapify(coming)
    for _ in range(100_000):
        if not coming:
            break
        time.now, times = heappop(coming)
        wait = door.long_line() or door.enter()
        if wait:
            heappush(coming, (time.now + wait + chance.random() * 0.5, times + 1))
            continue
        door.leave()
        let_in.append(time.now - began)
        asked.append(times + 1)
    assert len(let_in) == 3_000
    assert max(let_in) < 60
    assert max(sum(1 for at in let_in if second <= at < second + 1) for second in range(60)) <= 201
    assert max(asked) <= 12
