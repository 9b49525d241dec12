"""Shards are claimed in the store and brought into memory (architecture.md, Ownership).

The store's epochs decide between two nodes that want the same shard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol

from actors.outlook import TAKEN_OVER, Wanted
from actors.ports import Bid, Claim, Member, Observer, ShardStore, StoreDown
from actors.shard import Shard

LOADS_AT_ONCE: Final = 16
"""How many shards are read side by side."""
UNREADABLE_FOR: Final = 30.0
"""Seconds for which a shard that could not be read is left to others."""


class Estate(Protocol):
    """What claiming needs from the host. `held` are the shards in memory."""

    store: ShardStore
    observer: Observer
    held: dict[int, Shard]

    @property
    def member(self) -> Member:
        """This node."""
        ...

    def open(self, claim: Claim) -> Shard:
        """Make a shard that is empty."""
        ...

    async def load(self, claim: Claim) -> Shard:
        """Read a shard. Raises StoreDown."""
        ...


class Claims:
    """Claims what may be claimed; others have judged that. `monotonic` gives seconds."""

    def __init__(self, estate: Estate, monotonic: Callable[[], float]) -> None:
        self._estate = estate
        self._monotonic = monotonic
        self._highest: dict[int, int] = {}
        """The highest epoch known of each shard that we ever had."""
        self._unreadable: dict[int, float] = {}
        """When a shard could not be read."""
        self._one_at_a_time = asyncio.Lock()

    async def claim(self, wanted: Iterable[Wanted], noticed: Mapping[str, float]) -> None:
        """Claim shards and bring them into memory. `noticed`: since when incarnations are known to be gone.

        Raises StoreDown, and the first error of a shard that cannot be read, after the others were loaded;
        that one is let go of.
        """
        async with self._one_at_a_time:
            began = self._monotonic()
            chosen = {one.owner.shard: one for one in wanted if self._wants(one.owner.shard, began)}
            if not chosen:
                return
            claims = await self._bid(chosen)
            errors = await self._bring_in(claims)
            self._count([chosen[claim.shard] for claim in claims], noticed, began)
        for error in errors:
            raise error

    def _wants(self, shard: int, now: float) -> bool:
        unreadable = now - self._unreadable.get(shard, -UNREADABLE_FOR) < UNREADABLE_FOR
        return shard not in self._estate.held and not unreadable

    async def _bid(self, chosen: Mapping[int, Wanted]) -> list[Claim]:
        own = self._estate.member
        bids = [Bid(shard, one.owner.epoch, self._highest.get(shard, 0)) for shard, one in chosen.items()]
        claims = await self._estate.store.claim(bids, own.node, own.incarnation)
        return [claim for claim in claims if claim.epoch]

    async def _bring_in(self, claims: Sequence[Claim]) -> list[BaseException]:
        """Load what was claimed, a few shards at a time; give the errors of those that cannot be read."""
        for claim in claims:
            if not claim.live:
                self._have(claim, self._estate.open(claim))
        full = [claim for claim in claims if claim.live]
        failed: dict[int, int] = {}
        errors: list[BaseException] = []
        for first in range(0, len(full), LOADS_AT_ONCE):
            some = full[first : first + LOADS_AT_ONCE]
            loads = (self._estate.load(claim) for claim in some)
            for claim, shard in zip(some, await asyncio.gather(*loads, return_exceptions=True), strict=True):
                if isinstance(shard, BaseException):
                    failed[claim.shard] = claim.epoch
                    errors.append(shard)
                else:
                    self._have(claim, shard)
        await self._give_up(failed, errors)
        return errors

    def _have(self, claim: Claim, shard: Shard) -> None:
        self._highest[claim.shard] = claim.epoch
        self._estate.held[claim.shard] = shard
        for live in tuple(shard.visits.values()):
            live.take_note()

    async def _give_up(self, failed: Mapping[int, int], errors: Sequence[BaseException]) -> None:
        """Let go of what could not be read; another node may be able to, if it runs a newer release."""
        for (shard, _), error in zip(failed.items(), errors, strict=True):
            if not isinstance(error, StoreDown):
                self._unreadable[shard] = self._monotonic()
        if failed:
            with suppress(StoreDown):  # then it stays ours in the store, and is looked at again
                await self._estate.store.let_go(failed, self._estate.member.incarnation)

    def _count(self, claimed: Iterable[Wanted], noticed: Mapping[str, float], began: float) -> None:
        observer, since = self._estate.observer, list[float]()
        for one in claimed:
            observer.claim(one.why)
            if one.why in TAKEN_OVER:
                since.append(noticed.get(one.owner.incarnation, began))
        if since:
            observer.takeover(self._monotonic() - min(since))
