"""What is done to a town: to its nodes, its store, its network and its clocks, and how each is healed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol

from tests.faults.history import Entry, Fault
from tests.simulation.loop import Scheduler
from tests.simulation.node import NodeProcess
from tests.simulation.store import StoreServer


@dataclass(frozen=True, slots=True)
class Mishap:
    """One failure: what, to which node (by its place), how long after the beginning, and for how long."""

    kind: str
    node: int
    at: float
    lasts: float


class Broken(Protocol):
    """The town, as far as it can be broken."""

    scheduler: Scheduler
    server: StoreServer
    slots: dict[str, list[NodeProcess]]
    held_down: set[str]

    def start(self, slot: str) -> NodeProcess:
        """Start a new incarnation of a slot."""
        ...

    def current(self, slot: str) -> NodeProcess:
        """Give a slot's newest process."""
        ...

    def note(self, entry: Entry) -> None:
        """Write down what happened."""

    def tell(self, what: str) -> None:
        """Say what is done."""


Heal = Callable[[], None]


class Breaker:
    """Breaks a town, and heals it."""

    def __init__(self, town: Broken) -> None:
        self._town = town
        self._healing: list[Heal] = []

    def plan(self, mishap: Mishap) -> None:
        """Let something happen at its time."""
        self._town.scheduler.after(mishap.at, lambda: self._break(mishap))

    def heal(self) -> None:
        """Heal everything now."""
        healing, self._healing = self._healing, []
        for heal in healing:
            heal()
        town = self._town
        for slot, processes in town.slots.items():
            for zombie in processes[:-1]:
                if not zombie.ended:
                    town.tell(f"{zombie.name} is put away")
                    zombie.kill()
            town.held_down.discard(slot)

    def _break(self, mishap: Mishap) -> None:
        town = self._town
        slots = list(town.slots)
        slot = slots[mishap.node % len(slots)]
        process = town.current(slot)
        town.tell(f"{mishap.kind} {process.name} for {mishap.lasts:.2f} s")
        town.note(self._fault(mishap, slot, over=False))
        undo = KINDS[mishap.kind](town, slot, process)

        def heal_once() -> None:
            undo()
            town.note(self._fault(mishap, slot, over=True))

        self._healing.append(heal_once)

        def in_time() -> None:
            if heal_once in self._healing:
                self._healing.remove(heal_once)
                town.tell(f"{mishap.kind} {process.name} is over")
                heal_once()

        town.scheduler.after(mishap.lasts, in_time)

    def _fault(self, mishap: Mishap, slot: str, *, over: bool) -> Fault:
        return Fault(
            at=self._town.scheduler.now,
            name=mishap.kind,
            target=slot,
            over=over,
            blinds=mishap.kind in BLINDS,
        )


# ---------------------------------------------------------------- nodes


def _killed(town: Broken, slot: str, process: NodeProcess, *, machine: bool) -> Heal:
    town.held_down.add(slot)
    process.kill(machine=machine)
    return lambda: _up_again(town, slot)


def _up_again(town: Broken, slot: str) -> None:
    town.held_down.discard(slot)
    if town.current(slot).ended:
        town.start(slot)


def _stopped(town: Broken, slot: str, process: NodeProcess) -> Heal:
    town.held_down.add(slot)
    process.stop()
    return lambda: _up_again(town, slot)


def _paused(_: Broken, __: str, process: NodeProcess) -> Heal:
    process.pause()
    return process.loop.go_on


def _frozen(_: Broken, __: str, process: NodeProcess) -> Heal:
    process.freeze()
    return process.loop.go_on


def _replaced(town: Broken, slot: str, process: NodeProcess) -> Heal:
    process.pause()
    town.start(slot)
    return process.loop.go_on


# ---------------------------------------------------------------- the network between a node and the store


def _cut(_: Broken, __: str, process: NodeProcess) -> Heal:
    process.way.hold()
    return process.way.release


def _slow(_: Broken, __: str, process: NodeProcess) -> Heal:
    process.way.slow = 1.6

    def undo() -> None:
        process.way.slow = 0.0

    return undo


def _losing(_: Broken, __: str, process: NodeProcess) -> Heal:
    process.way.losing = 0.3

    def undo() -> None:
        process.way.losing = 0.0

    return undo


def _unheard(_: Broken, __: str, process: NodeProcess) -> Heal:
    process.way.unheard = 0.3

    def undo() -> None:
        process.way.unheard = 0.0

    return undo


# ---------------------------------------------------------------- the store


def _store_down(town: Broken, _: str, __: NodeProcess) -> Heal:
    town.server.go_down()
    return town.server.come_up


def _store_stopped(town: Broken, _: str, __: NodeProcess) -> Heal:
    town.server.stop()
    return town.server.go_on


def _store_full(town: Broken, _: str, __: NodeProcess) -> Heal:
    town.server.full = True

    def undo() -> None:
        town.server.full = False

    return undo


def _clock(town: Broken, _: str, __: NodeProcess, *, ms: int) -> Heal:
    town.server.ahead += ms

    def undo() -> None:
        town.server.ahead -= ms

    return undo


def _lines_cut(_: Broken, __: str, process: NodeProcess) -> Heal:
    for wire in list(process.wires):
        wire.break_off()
    return lambda: None


def _lines_silent(_: Broken, __: str, process: NodeProcess) -> Heal:
    for wire in list(process.wires):
        wire.fall_silent()
    return lambda: None


KINDS: Final[dict[str, Callable[[Broken, str, NodeProcess], Heal]]] = {
    "kill": lambda town, slot, process: _killed(town, slot, process, machine=False),
    "machine": lambda town, slot, process: _killed(town, slot, process, machine=True),
    "stop": _stopped,
    "pause": _paused,
    "freeze": _frozen,
    "replace": _replaced,
    "cut": _cut,
    "slow": _slow,
    "losing": _losing,
    "unheard": _unheard,
    "store down": _store_down,
    "store stopped": _store_stopped,
    "store full": _store_full,
    "clock ahead": lambda town, slot, process: _clock(town, slot, process, ms=3_600_000),
    "clock back": lambda town, slot, process: _clock(town, slot, process, ms=-3_600_000),
    "lines cut": _lines_cut,
    "lines silent": _lines_silent,
}
"""Every kind of failure."""
BLINDS: Final = frozenset({"store down", "store stopped", "store full"})
"""While these last nobody can be expected to know who is there."""
STARTS: Final = frozenset({"kill", "machine", "stop", "replace"})
CLOCKS: Final = frozenset({"clock ahead", "clock back"})
OWNERS: Final = ("kill", "machine", "stop", "pause", "freeze", "replace", "cut")
"""What makes shards come to another owner."""
LASTS: Final = (0.3, 1.5, 2.9, 3.5, 6.0, 9.0)
"""Seconds that failures last, about: shorter and longer than a lease, and than a client's patience."""


def drawn(
    random: Random, nodes: int, within: float, kinds: Sequence[str] = (), count: int = 0
) -> tuple[Mishap, ...]:
    """Draw some failures, of these kinds or of any.

    While a clock is wrong nobody is started: a process that first hears the store then takes its word for it.
    """
    if not kinds:
        kinds = sorted(KINDS.keys() - (STARTS if random.random() < 0.3 else CLOCKS))
    return tuple(
        Mishap(
            random.choice(kinds),
            random.randrange(nodes),
            round(random.uniform(0.5, within - 1), 3),
            round(random.choice(LASTS) * random.uniform(0.8, 1.2), 3),
        )
        for _ in range(count or random.randint(2, 6))
    )
