"""When what is broken: drawn from a seed, so that a run that failed can be had again.

Faults of nodes, of the store and of wires each follow one another, with pauses; a fault of one kind may fall
into one of another. What sets the store's clock stands alone, for a node that starts meanwhile would rightly
believe it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

Lane = Literal["node", "store", "wire", "alone"]
World = Literal["plain", "cables", "ray", "store-cluster"]
"""What a run goes on: nodes as people start them, each with a wire of its own to one store with a replica;
the same on machines of their own, whose cables can be pulled; nodes that Ray keeps; a store of three
primaries.
"""
EVERYWHERE: Final[frozenset[World]] = frozenset(("plain", "cables", "ray", "store-cluster"))
OWN_WIRE: Final[frozenset[World]] = frozenset(("plain", "cables"))
ONE_STORE: Final[frozenset[World]] = frozenset(("plain", "cables", "ray"))
PRIMARIES: Final[frozenset[World]] = frozenset(("store-cluster",))


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault: which lane it is in, how long it lasts (seconds), how often it is drawn."""

    name: str
    lane: Lane
    lasts: tuple[float, float]
    weight: int = 2
    """How often it is drawn; 0: never, for it breaks a promise by design or is a proof's own."""
    blinds: bool = False
    """While it lasts nobody can be expected to know who is there."""
    worlds: frozenset[World] = EVERYWHERE
    """Where there is such a thing."""


KINDS: Final = (
    Kind("kill", "node", (1.0, 6.0), 4),
    Kind("stop", "node", (1.0, 4.0), 2),
    Kind("hang", "node", (4.0, 12.0), 3),
    Kind("machine", "node", (6.0, 12.0), 2, worlds=OWN_WIRE),
    Kind("cut_off", "node", (2.0, 9.0), 2, worlds=OWN_WIRE),
    Kind("cut_off_silently", "node", (2.0, 9.0), 2, worlds=OWN_WIRE),
    Kind("unplug", "node", (2.0, 12.0), 3, worlds=frozenset(("cables",))),
    Kind("slow_store_wire", "node", (2.0, 6.0), 1, worlds=OWN_WIRE),
    Kind("node_clock", "node", (3.0, 8.0), 1, worlds=EVERYWHERE - {"ray"}),
    Kind("pause", "store", (0.5, 6.0), 3, blinds=True, worlds=ONE_STORE),
    Kind("limp", "store", (3.0, 6.0), 2, blinds=True, worlds=ONE_STORE),
    Kind("store_kill", "store", (0.2, 4.0), 2, blinds=True, worlds=ONE_STORE),
    Kind("power", "store", (0.2, 4.0), 3, blinds=True, worlds=ONE_STORE),
    Kind("slow_disk", "store", (3.0, 8.0), 2, blinds=True, worlds=ONE_STORE),
    Kind("full", "store", (1.0, 4.0), 1, blinds=True, worlds=ONE_STORE),
    Kind("failover", "store", (0.0, 0.0), 2, blinds=True, worlds=ONE_STORE),
    Kind("promote", "store", (1.0, 3.0), 0, blinds=True, worlds=ONE_STORE),
    Kind("slot_moves", "store", (0.0, 0.0), 2, blinds=True, worlds=PRIMARIES),
    Kind("primary_fails_over", "store", (1.0, 3.0), 1, blinds=True, worlds=PRIMARIES),
    Kind("head", "store", (5.0, 12.0), 2, worlds=frozenset(("ray",))),
    Kind("head_down", "store", (30.0, 30.0), 0, worlds=frozenset(("ray",))),
    Kind("rolling", "node", (0.0, 0.0), 0),
    Kind("cut_some", "wire", (0.0, 0.0), 3),
    Kind("cut_at_byte", "wire", (3.0, 8.0), 3),
    Kind("strand", "wire", (0.0, 0.0), 2),
    Kind("half_open", "wire", (1.0, 4.0), 2),
    Kind("delay", "wire", (3.0, 8.0), 2),
    Kind("throttle", "wire", (3.0, 8.0), 1),
    Kind("herd", "wire", (0.0, 0.0), 1),
    Kind("store_clock", "alone", (4.0, 8.0), 2, blinds=True, worlds=OWN_WIRE),
)
BY_NAME: Final = {kind.name: kind for kind in KINDS}

PAUSES: Final[dict[Lane, tuple[float, float]]] = {
    "node": (6.0, 16.0),
    "store": (12.0, 30.0),
    "wire": (3.0, 9.0),
}
"""Between the end of one fault and the next of its lane. Seconds."""
LAST: Final = max(kind.lasts[1] for kind in KINDS)
"""Seconds before the end after which nothing more is broken, so that it is over by then."""
ALONE_EVERY: Final = 150.0
ALONE_AFTER: Final = 12.0
"""How long everything else has to be whole before what stands alone, and after it."""


@dataclass(frozen=True, slots=True, order=True)
class Planned:
    """One fault of a schedule: when it begins (seconds from the start), what, how long, and its own seed."""

    at: float
    name: str
    lasts: float
    seed: int

    @property
    def kind(self) -> Kind:
        """What it is."""
        return BY_NAME[self.name]

    @property
    def ends(self) -> float:
        """When all is whole again."""
        return self.at + self.lasts


def kinds_of(world: World) -> list[Kind]:
    """Give what a random schedule may break there."""
    return [kind for kind in KINDS if kind.weight and world in kind.worlds]


def schedule(seed: int, seconds: float, *, pace: float = 1.0, world: World = "plain") -> list[Planned]:
    """Draw a schedule. `pace` shortens the pauses: 0.5 is twice as many faults."""
    chance = Random(f"faults {seed}")  # noqa: S311 - a schedule to be had again, no secret
    kinds = kinds_of(world)
    plan: list[Planned] = []
    begins = 2.0
    alone = [kind for kind in kinds if kind.lane == "alone"]
    drawing = {lane: _kinds([kind for kind in kinds if kind.lane == lane], chance) for lane in PAUSES}
    while begins < seconds:
        ends = min(seconds, begins + ALONE_EVERY * (1 if alone else 100))
        for lane, pause in PAUSES.items():
            plan += _lane(drawing[lane], begins, ends, (pause[0] * pace, pause[1] * pace), chance)
        begins = ends + ALONE_AFTER
        if alone and begins < seconds:
            one = _drawn(chance.choice(alone), begins, chance)
            plan.append(one)
            begins = one.ends + ALONE_AFTER
    return sorted(plan)


def _kinds(kinds: list[Kind], chance: Random) -> Iterator[Kind]:
    """Draw kinds for ever: each once, in any order, and then by their weights."""
    yield from chance.sample(kinds, len(kinds))
    while kinds:
        yield chance.choices(kinds, [one.weight for one in kinds])[0]


def _lane(
    kinds: Iterator[Kind], begins: float, ends: float, pause: tuple[float, float], chance: Random
) -> Iterator[Planned]:
    """Draw one fault after the other; what would not be over by the end is left out."""
    at = begins + chance.uniform(0, pause[1])
    while at < ends - LAST and (kind := next(kinds, None)) is not None:
        one = _drawn(kind, at, chance)
        yield one
        at = one.ends + chance.uniform(*pause)


def _drawn(kind: Kind, at: float, chance: Random) -> Planned:
    return Planned(round(at, 3), kind.name, round(chance.uniform(*kind.lasts), 3), chance.randrange(2**31))
