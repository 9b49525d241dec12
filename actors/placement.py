"""Which node a shard belongs to: the same answer on every node, without asking anybody.

Rendezvous hashing (Thaler and Ravishankar, 1998): of all nodes the one that scores highest for a shard has
it. So shards spread evenly, a node that comes takes its share from all others alike, and one that goes leaves
the others' shards where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from engine.ids import SHARDS

KEPT: Final = 8
"""How many tables are kept: nodes come and go one after the other."""


def target(shard: int, nodes: Iterable[str]) -> str | None:
    """The node, by its name, to which a shard belongs; None without any."""
    goals = targets(nodes)
    return goals[shard] if goals else None


def targets(nodes: Iterable[str]) -> Sequence[str]:
    """The node to which each shard belongs, by the shard's number; empty without any node."""
    names = tuple(sorted(nodes))
    return _table(names) if names else ()


@lru_cache(KEPT)
def _table(nodes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(max(nodes, key=lambda node: _score(shard, node)) for shard in range(SHARDS))


def _score(shard: int, node: str) -> bytes:
    return blake2b(f"{shard}:{node}".encode(), digest_size=8).digest()
