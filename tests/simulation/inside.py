"""What only the simulation sees, the store from within: who claimed, who wrote; and the rules that follow.

They are the promises of architecture.md (Ownership) to the letter. What people saw is judged by
`tests.faults.checker`, as for real nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import msgpack

from tests.simulation.keys import Answer
from tests.simulation.store import StoreServer

_NOT_HELD: Final = frozenset({"left", "removed", "denied"})


@dataclass(frozen=True, slots=True)
class Claimed:
    """The store gave a shard a new epoch."""

    at: float
    shard: str
    epoch: int
    process: str
    taken: bool
    """Whether whoever had it had not let go of it."""
    visits: int
    """How many visits it holds that are not over."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """The store took a save."""

    at: float
    store_now: int
    process: str
    shard: str
    epoch: int
    visit: str
    version: int
    status: str
    lapses_at: int
    """As the save said it for new seats; 0 when it made none."""
    seats: dict[str, str]


@dataclass(slots=True)
class Inside:
    """Watches a store from within."""

    server: StoreServer
    now: Callable[[], float]
    claims: list[Claimed] = field(default_factory=list)
    writes: list[Wrote] = field(default_factory=list)
    refused: int = 0
    """Saves that were refused as stale: the fence at work."""
    _epochs: dict[str, int] = field(default_factory=dict)
    _held: dict[str, bool] = field(default_factory=dict)
    """Whether a shard has an owner."""
    _head: bytes = b""

    def __post_init__(self) -> None:
        self.server.before_save = self._before
        self.server.saw = self._saw

    def _before(self, _: str, words: Sequence[bytes]) -> None:
        stored = self.server.keys.do([b"GET", words[1]])
        self._head = stored.partition(b"\n")[0] if isinstance(stored, bytes) else b""

    def _saw(self, script: str, process: str, words: Sequence[bytes], answer: Answer) -> None:
        if script == "save":
            self._saved(process, words, answer)
        elif words and words[0].endswith(b":owner"):
            self._owned(process, words[0])

    def _owned(self, process: str, key: bytes) -> None:
        do, shard = self.server.keys.do, key.decode().partition(":")[0]
        found = do([b"HGET", key, b"epoch"])
        epoch = int(found) if isinstance(found, bytes) else 0
        if epoch > self._epochs.get(shard, 0):
            self._epochs[shard] = epoch
            visits = do([b"ZCARD", key.replace(b":owner", b":due")])
            taken = self._held.get(shard, False)
            self.claims.append(Claimed(self.now(), shard, epoch, process, taken, int(str(visits))))
        self._held[shard] = do([b"HGET", key, b"node"]) is not None

    def _saved(self, process: str, words: Sequence[bytes], answer: Answer) -> None:
        epoch, version, _, value, visit = words[5:10]
        if answer == 2:
            self.refused += 1
        if answer != 1 or value.partition(b"\n")[0] == self._head:  # refused, or written before
            return
        facts: dict[str, Any] = msgpack.decode(value.partition(b"\n")[2])[1]
        self.writes.append(
            Wrote(
                at=self.now(),
                store_now=self.server.keys.now(),
                process=process,
                shard=words[0].decode().partition(":")[0],
                epoch=int(epoch),
                visit=visit.decode(),
                version=int(version),
                status=facts["st"],
                lapses_at=int(words[12]),
                seats={seat[0]: seat[2] for seat in facts["q"]},
            )
        )

    def figures(self) -> Counter[str]:
        """Count what became of shards: taken over from an owner that had not let go, with and without visits
        in them, or handed over by one that had.
        """
        later = [claim for claim in self.claims if claim.epoch > 1]
        return Counter(
            takeovers=sum(claim.taken for claim in later),
            takeovers_with_visits=sum(claim.taken and claim.visits > 0 for claim in later),
            handovers=sum(not claim.taken for claim in later),
            saves=len(self.writes),
            stale_refused=self.refused,
        )


def broken(inside: Inside) -> Iterator[str]:
    """Say in words each promise that the store saw broken."""
    yield from _one_owner(inside)
    yield from _in_order(inside.writes)
    yield from _not_late(inside.writes)


def _one_owner(inside: Inside) -> Iterator[str]:
    """An effect has the newest epoch of its shard, and comes from the process that claimed it."""
    claims = {(claim.shard, claim.epoch): claim for claim in inside.claims}
    newest: dict[str, list[Claimed]] = {}
    for claim in inside.claims:
        newest.setdefault(claim.shard, []).append(claim)
    for one in inside.writes:
        mine = claims.get((one.shard, one.epoch))
        later = [
            other for other in newest.get(one.shard, ()) if other.epoch > one.epoch and other.at < one.at
        ]
        if later:
            yield (
                f"one owner: {one.process} wrote {one.visit} under epoch {one.epoch} at {one.at:.3f}, "
                f"though {later[-1].process} had {later[-1].epoch} since {later[-1].at:.3f}"
            )
        elif mine is None or mine.process != one.process:
            yield (
                f"one owner: {one.process} wrote {one.visit} at {one.at:.3f} under epoch {one.epoch}, "
                f"which {mine.process if mine is not None else 'nobody'} claimed"
            )


def _in_order(writes: Sequence[Wrote]) -> Iterator[str]:
    """A visit's versions go up by one."""
    known: dict[str, int] = {}
    for one in writes:
        if one.version != known.get(one.visit, 0) + 1:
            yield f"in order: {one.visit} went from version {known.get(one.visit, 0)} to {one.version}"
        known[one.visit] = one.version


def _not_late(writes: Sequence[Wrote]) -> Iterator[str]:
    """No save gives a new seat past its visit's lapse by the store's TIME."""
    seats: dict[str, set[str]] = {}
    for one in writes:
        held = {seat for seat, standing in one.seats.items() if standing not in _NOT_HELD}
        new = held - seats.get(one.visit, set())
        seats[one.visit] = set(one.seats)
        if new and one.lapses_at and one.store_now >= one.lapses_at:
            yield f"no admission after expiry: {one.visit} got {sorted(new)} at {one.store_now}"
