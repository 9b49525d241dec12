"""Slots: nodes are spread evenly over machines, stay where they are, and have ports of their own."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from actors.slots import NODES_AT_MOST, PORTS_EACH, Slot, ports_of, spread

ANA, BEN, CAROL = "10.0.0.1", "10.0.0.2", "10.0.0.3"


def test_nodes_are_spread_evenly_over_the_machines() -> None:
    """Seven nodes on three machines: three, two and two."""
    slots = spread([], [ANA, BEN, CAROL], 7)
    assert [slot.node for slot in slots] == [f"node-{number}" for number in range(1, 8)]
    assert sorted(Counter(slot.machine for slot in slots).values()) == [2, 2, 3]


def test_who_is_there_stays_when_a_machine_joins() -> None:
    """Ben's machine joins: new nodes go there, and none of Ana's moves."""
    before = spread([], [ANA], 2)
    after = spread(before, [ANA, BEN], 4)
    assert set(before) <= set(after)
    assert [slot.machine for slot in after if slot not in before] == [BEN, BEN]


def test_slots_of_a_machine_that_is_gone_wait_for_it() -> None:
    """Ben's machine is away: as many nodes as before are wanted, so nothing is placed elsewhere."""
    slots = spread([], [ANA, BEN], 4)
    assert spread(slots, [ANA], 4) == slots


def test_of_too_many_those_without_a_machine_go_first() -> None:
    """Scaling down while Ben's machine is away takes his slots, not Ana's."""
    slots = spread([], [ANA, BEN], 4)
    assert {slot.machine for slot in spread(slots, [ANA], 2)} == {ANA}


def test_nothing_is_placed_where_there_is_no_machine() -> None:
    """Without machines there are no new slots."""
    assert spread([], [], 3) == ()


@given(
    st.lists(st.integers(1, NODES_AT_MOST), max_size=8),
    st.sets(st.sampled_from([ANA, BEN, CAROL]), min_size=1),
)
def test_scaling_to_a_number_always_gives_that_number(wishes: list[int], machines: set[str]) -> None:
    """Whatever was before: as many slots as wanted, with numbers of their own."""
    slots: tuple[Slot, ...] = ()
    for wanted in wishes:
        slots = spread(slots, machines, wanted)
        assert len({slot.number for slot in slots}) == len(slots) == wanted


def test_ports_of_slots_never_overlap() -> None:
    """No port belongs to two slots, or to people and operator at once."""
    ports = [port for number in (1, 2, 3) for half in ports_of(number, 9000) for port in half]
    assert sorted(ports) == list(range(9000, 9000 + 3 * PORTS_EACH))
