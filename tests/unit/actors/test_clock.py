"""The one clock: the store's line, carried by monotonic time, that no set clock can bend."""

from __future__ import annotations

from collections.abc import Sequence

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

    def renew(self, there: float = 0.0, back: float = 0.0, others: Sequence[int] = ()) -> None:
        """Renew, with so many seconds on the way there and back."""
        sent = self.time.seconds
        self.time.seconds += there
        store_now = self.store_now()
        self.time.seconds += back
        self.clock.renewed(store_now, sent, others)

    def live(self, seconds: int, others: Sequence[int] = ()) -> None:
        """Go on for so long, with a renewal each second."""
        for _ in range(seconds):
            self.time.seconds += 1.0
            self.renew(others=others)

    def stand_still(self, seconds: float) -> None:
        """Be suspended with all clocks of this machine, while the store goes on."""
        self.set_ms += round(1000 * seconds)

    def told(self) -> int | None:
        """What the other nodes are told."""
        return self.clock.ahead

    @property
    def late(self) -> int:
        """Milliseconds by which the one clock is behind the store's."""
        return self.store_now() - self.clock.now()


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
    assert node.skews == [jump / 1000]


def test_instants_for_a_store_that_jumped_are_told_in_its_own_time(node: Node) -> None:
    """The store compares with its own clock: what we give it must mean the same instant there."""
    node.renew()
    assert node.clock.to_store(NOON + 5_000) == NOON + 5_000
    node.set_ms = 3_600_000
    node.renew()
    assert node.clock.to_store(NOON + 5_000) == NOON + 3_605_000
    node.set_ms = 0
    node.renew()
    assert node.clock.to_store(NOON + 5_000) == NOON + 5_000


@pytest.mark.parametrize("seconds", [2.5, 9.0, 600.0])
def test_a_machine_that_stood_still_takes_the_line_of_the_others(node: Node, seconds: float) -> None:
    """They see that nobody set the store's clock: after a few seconds nothing is late here any more."""
    node.renew(others=[0])
    node.live(10, others=[0, 0])
    node.stand_still(seconds)
    node.live(2, others=[0, 0])
    assert node.late == 1000 * seconds
    node.live(5, others=[0, 0])
    assert node.late == 0
    assert node.clock.to_store(NOON) == NOON
    assert node.clock.ahead == 0


def test_nodes_of_one_machine_that_stood_still_believe_a_node_of_another(node: Node) -> None:
    """However many agree: a machine can stand still, none can run ahead."""
    node.renew(others=[0, 0])
    node.live(10, others=[0, 0])
    node.stand_still(2.5)
    node.live(8, others=[2_500, 0])
    assert node.late == 0


@pytest.mark.parametrize("jump", [3_600_000, -3_600_000, 10_000])
def test_a_jump_that_all_nodes_see_is_not_followed(node: Node, jump: int) -> None:
    """Also if what some said of it was older than the jump at first."""
    node.renew(others=[0])
    node.live(5, others=[0])
    node.set_ms = jump
    node.live(2, others=[0])
    node.live(60, others=[jump])
    assert node.late == jump
    node.set_ms = 0
    node.live(2, others=[jump])
    node.live(60, others=[0])
    assert node.late == 0


def test_a_machine_that_stood_still_while_the_stores_clock_was_wrong_is_late_no_more(node: Node) -> None:
    """The others' line is the right one, however far the store's clock is off."""
    node.renew(others=[0])
    node.live(5, others=[0])
    node.set_ms = -3_600_000
    node.live(10, others=[-3_600_000])
    node.stand_still(4.0)
    node.live(8, others=[-3_600_000])
    assert node.late == -3_600_000


@pytest.mark.parametrize("jump", [3_600_000, -3_600_000])
def test_a_stores_clock_that_is_set_while_a_stall_is_found_out_moves_nobody(node: Node, jump: int) -> None:
    """What the others said of the store's clock is not held against what it says since it was set."""
    node.renew(others=[0])
    node.live(10, others=[0])
    node.stand_still(6.0)
    node.live(5, others=[0])
    node.set_ms += jump
    node.live(2, others=[0])
    node.live(2, others=[jump])
    assert node.late == 6_000 + jump
    node.live(8, others=[jump])
    assert node.late == jump
    node.set_ms -= jump
    node.live(8, others=[0])
    assert node.late == 0


def test_who_starts_while_the_stores_clock_is_wrong_takes_the_line_of_the_others(node: Node) -> None:
    """It neither believes the store, nor makes the others believe it."""
    node.set_ms = 3_600_000
    node.renew()
    assert node.clock.now() == NOON + 3_600_000  # the others' leases had just lapsed by that clock
    node.live(6, others=[3_600_000])
    assert node.clock.now() == NOON + 6_000
    assert node.told() is None
    node.live(5, others=[3_600_000])
    assert node.told() == 3_600_000
    assert node.clock.to_store(NOON) == NOON + 3_600_000


def test_one_who_believed_a_wrong_clock_leads_nobody_astray(node: Node) -> None:
    """Its line is an hour ahead, as no machine can be; most nodes say otherwise."""
    node.renew(others=[0, 0])
    node.live(15, others=[0, 0])
    node.set_ms = 3_600_000
    node.live(30, others=[3_600_000, 0])
    assert node.late == 3_600_000


def test_a_clock_that_is_set_over_and_over_moves_nobody(node: Node) -> None:
    """What the others say may be a second old: what changes meanwhile is no witness."""
    node.renew(others=[0, 0])
    node.live(15, others=[0, 0])
    for before, now in ((0, 3_600_000), (3_600_000, 7_200_000), (7_200_000, 3_600_000), (3_600_000, 0)):
        node.set_ms = now
        node.live(1, others=[before, before])
        node.live(2, others=[now, now])
    node.live(10, others=[0, 0])
    assert node.late == 0


def test_alone_a_few_seconds_are_a_stall_and_more_is_a_clock_that_was_set(node: Node) -> None:
    """With nobody to ask, a difference of seconds that stays is followed, and nothing else."""
    node.renew()
    node.live(5)
    node.stand_still(2.5)
    node.live(7)
    assert node.late == 0
    node.set_ms += 3_600_000
    node.live(30)
    node.stand_still(9.0)
    node.live(7)
    assert node.late == 3_600_000
    node.set_ms -= 10_000
    node.live(30)
    assert node.late == 3_590_000


def test_a_difference_that_does_not_stay_is_not_followed(node: Node) -> None:
    """A clock that is corrected within seconds moves nothing."""
    node.renew()
    node.live(5)
    node.set_ms = 10_000
    node.live(4)
    node.set_ms = 0
    node.live(20)
    assert node.late == 0
    assert node.skews == [10.0]


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
