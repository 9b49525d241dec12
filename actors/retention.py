"""Visits past their clinic's retention are forgotten, the patient's name with them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final, Protocol

from actors.ports import ShardStore, StoreDown
from actors.shard import Shard
from engine.clinic import Clinic
from engine.ids import Instant
from engine.lifecycle import LONGEST

DAY: Final = 86_400_000
"""Milliseconds in a day."""

AT_ONCE: Final = 200
"""How many visits go in one pipeline, so that nobody else waits long for the store."""

A_ROUND: Final = 10_000
"""How many of a clinic's visits go in one round; the next round goes on."""


class _House(Protocol):
    store: ShardStore

    def now(self) -> Instant: ...
    def shards(self) -> list[Shard]: ...


async def forget_past(house: _House, every: int) -> None:
    """Forget what is past its retention at once, and then every so many milliseconds, for ever."""
    while True:
        with suppress(StoreDown):  # the next round finds it still
            await forget_round(house)
        await asyncio.sleep(every / 1000)


async def forget_round(house: _House) -> int:
    """Forget what is past its retention now, and say how many visits that were. Raises StoreDown."""
    gone = 0
    for shard in house.shards():
        for clinic in tuple(shard.clinics.values()):
            gone += await _forget(house, shard, clinic)
    return gone


async def _forget(house: _House, shard: Shard, clinic: Clinic) -> int:
    """Forget a clinic's old visits. They stand in its calendar by their start, and none lasts longer than
    a day.
    """
    until, gone = house.now() - clinic.retention_days * DAY - LONGEST, 0
    while gone < A_ROUND:
        found = await house.store.day(shard.number, clinic.id, 0, until, AT_ONCE)
        past = [visit for visit in found if visit not in shard.visits]
        if not past:
            break
        await house.store.forget(shard.number, shard.epoch, past)
        gone += len(past)
    return gone
