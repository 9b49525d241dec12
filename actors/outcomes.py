"""What became of saves that were not answered well: asked of the store, until it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from actors.clock import VAGUE_MS, Clock
from actors.commit import Committer, SaveOutcome
from actors.lease import Lease
from actors.live import LiveVisit
from actors.ports import Save, ShardStore, StoreDown
from engine.ids import Instant

Settled = Callable[[SaveOutcome], None]


class Outcomes:
    """Finds out. `pause`: how long a store that is away is left alone, in milliseconds."""

    def __init__(
        self, store: ShardStore, committer: Committer, lease: Lease, clock: Clock, pause: int
    ) -> None:
        self._store = store
        self._committer = committer
        self._lease = lease
        self._clock = clock
        self._pause = pause / 1000
        self._asking = asyncio.Lock()

    async def resolve(self, live: LiveVisit, save: Save, settled: Settled) -> None:
        """Read the stored version until the store answers; only then is the outcome known."""
        while True:
            try:
                found = (await self._store.read([save.visit]))[0]
            except StoreDown:
                await asyncio.sleep(self._pause)
                continue
            if found is not None and found.save_id == save.save_id:
                settled("ok")
            elif found is not None and found.version != live.version:
                settled("stale")
            else:
                settled("down")
            return

    async def look_again(self, lapses: Instant, save: Save, settled: Settled) -> None:
        """The store says that it is `lapses`, or later: true, unless its clock was set meanwhile.

        Who cannot be told for sure is told to try later: the store is away, answers too slowly to tell the
        time by, or its clock is set again and again.
        """
        clock = self._clock
        asked = clock.monotonic()
        try:
            heard = await self._heard_since(asked)
        except Exception:
            settled("down")  # whatever is wrong there, this visit does not wait for ever
            raise
        if not heard:
            settled("down")
            return
        left = lapses - clock.now()
        if left <= 0:
            settled("expired")
        elif clock.set_at < asked:
            settled("down")
        else:
            again = replace(save, lapses_at=clock.to_store(lapses))
            over: SaveOutcome = "expired" if left <= VAGUE_MS else "down"
            self._committer.put(again, lambda outcome: settled(over if outcome == "late" else outcome))

    async def _heard_since(self, asked: float) -> bool:
        """Ask the store for the time, once for all who want to know it now; False when it cannot be had."""
        async with self._asking:
            return self._clock.heard_since(asked) or await self._lease.renew()
