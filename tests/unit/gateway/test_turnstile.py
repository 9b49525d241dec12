"""A herd at the door: how many are let in, and when the others are told to come again."""

from __future__ import annotations

import random
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count

import pytest

from gateway.turnstile import BURST, LONGEST_WAIT, SPREAD, Turnstile


class Time:
    """Seconds that a test moves on, and what is to be called then."""

    def __init__(self) -> None:
        self.now = 100.0
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def __call__(self) -> float:
        """Read it."""
        return self.now

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Make a call after so many seconds."""
        heappush(self._calls, (self.now + seconds, next(self._numbers), call))

    def pass_by(self, seconds: float) -> None:
        """Move on, and make every call at its time."""
        until = self.now + seconds
        while self._calls and self._calls[0][0] <= until:
            self.now, _, call = heappop(self._calls)
            call()
        self.now = until

    def turn(self) -> int:
        """Make the calls that are due, as one turn of a loop does; gives how many there were."""
        due = [heappop(self._calls) for _ in range(sum(at <= self.now for at, _, _ in self._calls))]
        for _, _, call in due:
            call()
        return len(due)


@pytest.fixture
def time() -> Time:
    """Time that stands still."""
    return Time()


def turnstile(time: Time, at_once: int = 1000, per_second: int = 100, chance: float = 0.0) -> Turnstile:
    """A turnstile without luck."""
    return Turnstile(
        at_once=at_once,
        per_second=per_second,
        monotonic=time,
        chance=lambda: chance,
        later=time.later,
    )


def nothing() -> None:
    """All that is done for a hello here."""


def test_a_seconds_worth_is_let_in_and_worked_on_at_the_rate(time: Time) -> None:
    """What was not used up is not saved: after an hour of nobody they have their turns one by one, too."""
    door, worked = turnstile(time, per_second=128), list[float]()
    time.now += 3600
    began = time.now
    entered = [door.enter(lambda: worked.append(time.now - began)) for _ in range(200)]
    let_in = sum(wait == 0.0 for wait in entered)
    assert 128 <= let_in <= 128 * (1 + BURST) + 2
    assert len(worked) <= 128 * BURST + 1
    time.pass_by(0.5)
    assert len(worked) == pytest.approx(64, abs=3)
    time.pass_by(0.6)
    assert len(worked) == let_in


def test_between_two_the_loop_has_a_turn(time: Time) -> None:
    """Also when it was held up for long, and many are due: one of them a turn."""
    door, worked = turnstile(time), list[int]()
    for number in range(50):
        door.enter(lambda number=number: worked.append(number))  # type: ignore[misc]  # one for each
    time.now += 0.4
    done = len(worked)
    for turn in range(30):
        assert time.turn() == 1
        assert len(worked) == done + turn + 1
    assert worked == sorted(worked)


def test_whoever_comes_alone_does_not_wait(time: Time) -> None:
    """A hello is worked on in the instant in which it came."""
    door, worked = turnstile(time), list[float]()
    for _ in range(10):
        time.pass_by(0.05)
        assert door.enter(lambda: worked.append(time.now)) == 0.0
        assert worked[-1] == time.now


def test_those_who_wait_outside_get_turns_one_after_the_other(time: Time) -> None:
    """A hundred a second: the fiftieth in line comes half a second later; each a little later than told."""
    door = turnstile(time)
    while not (first := door.enter(nothing)):
        pass
    waits = [first, *(door.enter(nothing) for _ in range(49))]
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(0.5, abs=0.02)
    late = turnstile(time, chance=1.0)
    while not (wait := late.enter(nothing)):
        pass
    assert wait == pytest.approx(waits[0] * (1 + SPREAD), abs=0.001)


def test_nobody_is_told_to_wait_for_ever(time: Time) -> None:
    """Whoever is far behind in the line asks again."""
    door = turnstile(time, chance=1.0)
    waits = [door.enter(nothing) for _ in range(100_000)]
    assert max(waits) <= LONGEST_WAIT * (1 + SPREAD)


def test_no_more_than_some_are_worked_on_however_slowly_they_are_answered(time: Time) -> None:
    """A store that is slow to save does not gather hellos without a bound; each answer makes room for one."""
    door = turnstile(time, at_once=3)
    assert [door.enter(nothing) == 0.0 for _ in range(5)] == [True, True, True, False, False]
    door.leave()
    assert door.inside == 2
    assert door.enter(nothing) == 0.0
    assert door.enter(nothing) > 0


def test_a_long_line_is_said_before_a_socket_is_opened(time: Time) -> None:
    """With three seconds of people waiting no more sockets are opened, but for those whose turn it is."""
    door = turnstile(time)
    assert door.long_line() == 0.0
    for _ in range(400):
        door.enter(nothing)
    assert door.long_line() > 2.0
    time.pass_by(0.5)
    assert door.long_line() == 0.0
    while door.enter(nothing) == 0.0:
        pass
    assert door.long_line() > 2.0


def test_a_herd_that_does_as_it_is_told_is_in_at_the_rate_and_soon(time: Time) -> None:
    """Three thousand at once at 100 a second: all are in within a minute, never more than a second's worth in
    a second, and nobody asks more than a few times.
    """
    chance = random.Random(7)  # noqa: S311 - luck, no secret
    door = Turnstile(at_once=1000, per_second=100, monotonic=time, chance=chance.random, later=time.later)
    began = time.now
    coming = [(began + chance.random() * 0.5, 0) for _ in range(3_000)]
    let_in: list[float] = []
    asked: list[int] = []
    heapify(coming)
    for _ in range(100_000):
        if not coming:
            break
        at, times = heappop(coming)
        time.pass_by(max(0.0, at - time.now))
        wait = door.long_line() or door.enter(lambda: let_in.append(time.now - began))
        if wait:
            heappush(coming, (time.now + wait + chance.random() * 0.5, times + 1))
            continue
        door.leave()
        asked.append(times + 1)
    time.pass_by(1.0)
    assert len(let_in) == 3_000
    assert max(let_in) < 60
    assert max(sum(1 for at in let_in if second <= at < second + 1) for second in range(60)) <= 102
    assert max(asked) <= 12
