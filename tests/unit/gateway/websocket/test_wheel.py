"""The timer wheel, on a clock that stands until the test moves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.websocket.wheel import NEVER, Wheel

TICK = 0.25


class Clock:
    """The part of an event loop that a wheel uses."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        """Say the time."""
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> None:
        """Remember a timer."""
        self.timers.append((self.now + delay, callback))

    def advance(self, seconds: float) -> None:
        """Let time pass, tick by tick."""
        until = self.now + seconds
        while self.timers and self.timers[0][0] <= until:
            when, callback = self.timers.pop(0)
            self.now = max(self.now, when)
            callback()
        self.now = until

    def stall(self, seconds: float) -> None:
        """Let time pass while nothing runs, as when the process is stopped; then run what is due."""
        self.now += seconds
        self.advance(0)


class Patient:
    """Something timed that notes when it was asked."""

    def __init__(self, wheel: Wheel, again: float = NEVER) -> None:
        self.slot = 0
        self.asked: list[float] = []
        self._wheel = wheel
        self._again = again

    def due(self, now: float) -> float:
        """Note it; ask to be asked again after a fixed time."""
        self.asked.append(now)
        return now + self._again


@pytest.fixture
def clock() -> Clock:
    """A clock at rest."""
    return Clock()


@pytest.fixture
def wheel(clock: Clock) -> Wheel:
    """A wheel on that clock."""
    return make_wheel(clock)


def make_wheel(clock: Clock) -> Wheel:
    """A wheel that a stall moves by a second at most."""
    return Wheel(cast(asyncio.AbstractEventLoop, clock), tick=TICK, stride=1.0)


@given(st.floats(0.0, 100.0))
def test_it_asks_when_due_and_at_most_two_ticks_later(delay: float) -> None:
    """Never early; once."""
    clock = Clock()
    wheel = make_wheel(clock)
    patient = Patient(wheel)
    when = clock.now + delay
    wheel.arm(patient, when)
    clock.advance(delay + 3 * TICK)
    (asked,) = patient.asked
    assert when <= asked <= when + 2 * TICK


def test_it_asks_again_when_told_so(clock: Clock, wheel: Wheel) -> None:
    """The answer to a question is the time of the next."""
    patient = Patient(wheel, again=2.0)
    wheel.arm(patient, clock.now)
    clock.advance(10.0)
    assert len(patient.asked) == 5


def test_an_earlier_time_takes_precedence_and_a_later_one_changes_nothing(clock: Clock, wheel: Wheel) -> None:
    """One place in the wheel for each."""
    patient = Patient(wheel)
    wheel.arm(patient, clock.now + 5.0)
    wheel.arm(patient, clock.now + 1.0)
    wheel.arm(patient, clock.now + 3.0)
    clock.advance(10.0)
    assert len(patient.asked) == 1
    assert patient.asked[0] < 1001.6


def test_it_sleeps_while_nobody_waits(clock: Clock, wheel: Wheel) -> None:
    """An idle node does not wake up four times a second."""
    patient = Patient(wheel)
    wheel.arm(patient, clock.now + 1.0)
    clock.advance(2.0)
    assert clock.timers == []
    clock.advance(1000.0)
    wheel.arm(patient, wheel.now + 1.0)
    clock.advance(2.0)
    assert len(patient.asked) == 2


def test_a_stopped_process_accuses_nobody(clock: Clock, wheel: Wheel) -> None:
    """An hour in which the loop did not run counts as one second of silence."""
    patient = Patient(wheel)
    wheel.arm(patient, clock.now + 4.0)
    clock.advance(1.0)
    clock.stall(3600.0)
    assert patient.asked == []
    assert wheel.now <= 1002.0
    clock.advance(3.0)
    assert len(patient.asked) == 1


def test_what_others_waited_while_it_stood_still_is_told(clock: Clock, wheel: Wheel) -> None:
    """Nobody is accused by a stall, but whoever looked at the dashboard lived through it."""
    wheel.arm(Patient(wheel, again=0.5), clock.now)
    clock.advance(1.0)
    before, began = wheel.now, clock.now
    clock.stall(20.0)
    clock.advance(2.0)
    assert wheel.now - before < 3.5
    assert abs(wheel.elapsed(before) - (clock.now - began)) <= 2 * TICK
    assert wheel.elapsed(wheel.now) == 0.0
