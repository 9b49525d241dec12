"""The rule of one owner: who spoke for a shard, under which epoch, and when.

An epoch of a shard is served by one process only; nothing is acknowledged under an epoch once something was
under a later one; who was replaced falls silent; and the store knows the latest epoch of all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from engine.ids import ClinicId, shard_of_clinic, shard_of_visit
from tests.faults.history import OK, Answered, Asked, History, Numbered, Opened, Owned, Seated, Watching
from tests.faults.verdict import Broken

SILENT_AFTER: Final = 10.0
"""Seconds after which a replaced owner says nothing any more: its lease, and its sockets closed in 2 s."""


@dataclass(slots=True)
class _Shard:
    """What was seen of one shard."""

    nodes: dict[int, str] = field(default_factory=dict)
    """Which process served an epoch."""
    first: dict[int, float] = field(default_factory=dict)
    """When an epoch was first seen."""
    acknowledged: list[tuple[float, float, int]] = field(default_factory=list)
    """Each acknowledgement: when it came, when its request was sent, and its epoch."""


def epoch_of(stream: str) -> int:
    """Read the epoch out of a stream's name."""
    return int(stream.partition(".")[0] or "0", 16)


def one_owner(history: History) -> Iterator[Broken]:
    """Find what two owners did."""
    shards: dict[int, _Shard] = {}
    nodes: dict[int, str] = {}
    places: dict[int, tuple[int, int]] = {}
    asked: dict[str, Asked] = {}
    for entry in history.entries:
        match entry:
            case Opened():
                nodes[entry.line] = entry.node
            case Seated(stream=stream) | Watching(stream=stream) if stream:
                place = (_number(entry), epoch_of(stream))
                places[entry.line] = place
                yield from _served(shards.setdefault(place[0], _Shard()), place, nodes, entry)
            case Numbered() if entry.line in places:
                yield from _spoke(shards, places[entry.line], entry)
            case Asked():
                asked[entry.op] = entry
            case Answered(code=code) if code == OK and entry.line in places:
                number, epoch = places[entry.line]
                shards[number].acknowledged.append((entry.at, entry.sent, epoch))
            case Owned():
                yield from _stored(shards.get(entry.shard), entry)
    for number, shard in shards.items():
        yield from _stale(number, shard)


def _number(entry: Seated | Watching) -> int:
    if isinstance(entry, Watching):
        return shard_of_clinic(ClinicId(entry.clinic))
    number = shard_of_visit(entry.visit)
    if number is None:
        raise ValueError(f"not a visit's id: {entry.visit!r}")
    return number


def _served(
    shard: _Shard, place: tuple[int, int], nodes: dict[int, str], entry: Seated | Watching
) -> Iterator[Broken]:
    number, epoch = place
    node = nodes.get(entry.line, "")
    known = shard.nodes.setdefault(epoch, node)
    shard.first.setdefault(epoch, entry.at)
    if known != node:
        yield Broken(
            "one owner", f"epoch {epoch} of shard {number} is served by {known} and by {node}", entry.at
        )


def _spoke(shards: dict[int, _Shard], place: tuple[int, int], entry: Numbered) -> Iterator[Broken]:
    number, epoch = place
    later = [at for other, at in shards[number].first.items() if other > epoch]
    if later and entry.at - min(later) > SILENT_AFTER:
        late = entry.at - min(later)
        yield Broken(
            "one owner",
            f"epoch {epoch} of shard {number} still speaks {late:.1f} s after it was replaced",
            entry.at,
        )


def _stale(number: int, shard: _Shard) -> Iterator[Broken]:
    """Look for acknowledgements under an epoch that was asked for after a later one had acknowledged."""
    done = sorted(shard.acknowledged)
    times = [at for at, _, _ in done]
    highest: list[int] = []
    for _, _, epoch in done:
        highest.append(max(epoch, highest[-1] if highest else 0))
    for at, sent, epoch in done:
        before = bisect_left(times, sent)
        if before and highest[before - 1] > epoch:
            yield Broken(
                "one owner",
                f"shard {number}: epoch {epoch} acknowledged something asked after epoch "
                f"{highest[before - 1]} had",
                at,
            )


def _stored(shard: _Shard | None, entry: Owned) -> Iterator[Broken]:
    latest = max(shard.nodes, default=0) if shard is not None else 0
    if latest > entry.epoch:
        yield Broken(
            "one owner",
            f"shard {entry.shard} was served under epoch {latest}, the store knows {entry.epoch}",
            entry.at,
        )
