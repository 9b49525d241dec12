"""What is live in a node now, for the gauges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from actors.shard import Shard


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a moment: visits by status, seats by (standing, link), letters yet to be sent, owned shards,
    saves waiting for the store.
    """

    visits: Counter[str]
    seats: Counter[tuple[str, str]]
    letters: int
    shards: int
    queue: int


def counted(shards: Collection[Shard], queue: int) -> Figures:
    """Count what is in these shards."""
    visits: Counter[str] = Counter()
    seats: Counter[tuple[str, str]] = Counter()
    letters = 0
    for shard in shards:
        for live in shard.visits.values():
            visits[live.visit.status] += 1
            letters += sum(letter.pending for letter in live.visit.letters)
            for standing, link in live.visit.standings():
                seats[(standing, link)] += 1
    return Figures(visits=visits, seats=seats, letters=letters, shards=len(shards), queue=queue)
