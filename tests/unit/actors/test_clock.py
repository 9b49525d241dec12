"""The one clock: the store's line, carried by monotonic time, that no set clock can bend."""

from __future__ import annotations

import pytest

from actors.clock import Clock, ClockUnknown, steady

NOON = 1_800_000_000_000


class Time:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 50.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.seconds


class Node:
    """A clock with its store: both run evenly until somebody sets the store's."""

    def __init__(self) -> None:
        self.time = Time()
        self.skews: list[float] = []
        self.clock = Clock(self.time, skewed=self.skews.append)
        self.set_ms = 0

    def store_now(self) -> int:
        """The store's TIME."""
        return NOON + round(1000 * (self.time.seconds - 50.0)) + self.set_ms

    def renew(self, there: float = 0.0, back: float = 0.0) -> None:
        """Renew, with so many seconds on the way there and back."""
        sent = self.time.seconds
        self.time.seconds += there
        store_now = self.store_now()
        self.time.seconds += back
        self.clock.renewed(store_now, sent)


@pytest.fixture
def node() -> Node:
    """A node that was not heard yet."""
    return Node()


def test_before_the_store_was_heard_there_is_no_time(node: Node) -> None:
    """Nothing may expire by a time that nobody told."""
    assert not node.clock.known
    assert not node.clock.lease_holds()
    with pytest.raises(ClockUnknown):
        node.clock.now()


def test_now_is_the_stores_time_carried_on(node: Node) -> None:
    """Between renewals time goes on by the monotonic clock."""
    node.renew()
    node.time.seconds += 0.75
    assert node.clock.now() == NOON + 750


def test_an_answer_is_taken_from_the_middle_of_its_trip(node: Node) -> None:
    """So that the error is at most half the trip, either way."""
    node.renew(there=0.1, back=0.1)
    assert node.clock.now() == NOON + 200


def test_small_drift_is_followed_and_time_never_goes_back(node: Node) -> None:
    """A store that is a second slower than we thought holds time, and does not turn it."""
    node.renew()
    node.time.seconds += 10.0
    before = node.clock.now()
    node.set_ms = -1_000
    node.renew()
    assert node.clock.now() == before
    node.time.seconds += 5.0
    assert node.clock.now() == NOON + 14_000
    assert node.skews == []


@pytest.mark.parametrize("jump", [3_600_000, -3_600_000, 2_001])
def test_a_jump_is_not_followed_but_told(node: Node, jump: int) -> None:
    """The store's clock set by an hour neither ends a visit early nor keeps it open late."""
    node.renew()
    node.time.seconds += 1.0
    node.set_ms = jump
    node.renew()
    node.time.seconds += 1.0
    node.renew()
    assert node.clock.now() == NOON + 2_000
    assert node.skews == [jump / 1000, jump / 1000]


def test_instants_for_a_store_that_jumped_are_told_in_its_own_time(node: Node) -> None:
    """The store compares with its own clock: what we give it must mean the same instant there."""
    node.renew()
    assert node.clock.to_store(NOON + 5_000) == NOON + 5_000
    node.set_ms = 3_600_000
    node.renew()
    assert node.clock.to_store(NOON + 5_000) == NOON + 3_605_000
    assert node.clock.from_store(NOON + 3_605_000) == NOON + 5_000
    node.set_ms = 0
    node.renew()
    assert node.clock.to_store(NOON + 5_000) == NOON + 5_000


def test_a_slow_answer_renews_the_lease_but_does_not_set_the_clock(node: Node) -> None:
    """Two seconds on the way say little about what time it was."""
    node.renew()
    node.renew(there=2.0)
    assert node.clock.now() == NOON + 2_000
    assert node.skews == []
    assert node.clock.lease_holds()


def test_a_lease_is_counted_from_sending(node: Node) -> None:
    """Ours is always over before the store's is."""
    node.renew(there=1.0, back=1.0)
    node.time.seconds += 0.99
    assert node.clock.lease_holds()
    node.time.seconds += 0.01
    assert not node.clock.lease_holds()
    node.renew()
    assert node.clock.lease_holds()


def test_the_steady_clock_only_goes_forward() -> None:
    """The clock that a node really uses."""
    assert steady() <= steady()
