"""Where a cluster's nodes belong: slots, spread over machines and pinned to them, each with ports of its own.

A slot outlives the node in it: a node that died is started again in its slot, on the same machine, on a free
port of the same range. A slot whose machine is gone waits for it; its shards do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

PORTS_EACH: Final = 10
"""Ports of a slot: the lower half for people, the upper half for the operator's door. A predecessor that
hangs keeps its port, so one is not enough.
"""

NODES_AT_MOST: Final = 64


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A place for one node: its number, and the machine that it is pinned to."""

    number: int
    machine: str

    @property
    def node(self) -> str:
        """The node's name."""
        return node_name(self.number)


def node_name(number: int) -> str:
    """Name the node of a slot."""
    return f"node-{number}"


def ports_of(number: int, first_port: int) -> tuple[range, range]:
    """Give a slot's ports for people and those for the operator's door."""
    first = first_port + (number - 1) * PORTS_EACH
    half = first + PORTS_EACH // 2
    return range(first, half), range(half, first + PORTS_EACH)


def spread(slots: Sequence[Slot], machines: Collection[str], wanted: int) -> tuple[Slot, ...]:
    """Say which slots there shall be: those that are stay where they are, new ones go to the machines with
    the fewest; of too many, those on absent machines go first, then the highest numbers.
    """
    kept = sorted(slots, key=lambda slot: (slot.machine not in machines, slot.number))[:wanted]
    used = {slot.number for slot in kept}
    free = (number for number in range(1, NODES_AT_MOST + 1) if number not in used)
    crowd = Counter(dict.fromkeys(machines, 0))
    crowd.update(slot.machine for slot in kept if slot.machine in machines)
    while len(kept) < wanted and machines:
        machine = min(sorted(machines), key=crowd.__getitem__)
        crowd[machine] += 1
        kept.append(Slot(next(free), machine))
    return tuple(sorted(kept))
