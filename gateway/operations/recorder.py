"""Takes the samples: every few seconds, at the same instants at every node."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry

from actors.host import Host
from gateway.metrics.census import Census, taken
from gateway.operations.ring import Ring
from gateway.operations.sample import Reader, process_figures
from gateway.websocket import Totals

MOST: Final = 720
"""So many samples are kept: an hour, one every 5 s."""
COUNT_EVERY: Final = 3
"""Visits and seats are counted one by one, which takes longest: only with every third sample."""


class Recorder:
    """A node's memory of its last hour, or of its last `MOST` samples if they are further apart."""

    def __init__(
        self, host: Host, registry: CollectorRegistry, totals: Callable[[], Totals], every_seconds: float
    ) -> None:
        self._host = host
        self._reader = Reader(registry)
        self._totals = totals
        self._turn = 0
        self.every_ms = round(every_seconds * 1000)
        self.ring = Ring(self._reader.layout, MOST)
        self.census = Census()

    async def keep(self) -> None:
        """Take a sample now and at each multiple of the interval, until cancelled."""
        await self.take()
        while True:
            due = (self._host.now() // self.every_ms + 1) * self.every_ms
            await asyncio.sleep(max(0, due - self._host.now()) / 1000)
            await self.take()

    async def take(self) -> None:
        """Take a sample now."""
        if self._turn % COUNT_EVERY == 0:
            self.census = await taken(self._host)
        self._turn += 1
        now, host, totals = self._host.now(), self._host, self._totals()
        self.ring.add(
            self._reader.read(
                now // self.every_ms * self.every_ms,
                {
                    "visits": sum(len(shard.visits) for shard in host.held.values()),
                    "connected": len(host.places),
                    "waiting": self.census.waiting,
                    "ghosts": self.census.ghosts,
                    "sockets": totals.open,
                    "messages": totals.frames_in + totals.frames_out,
                    **process_figures(),
                },
            )
        )
