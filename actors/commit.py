"""Group commit: all saves of a tick go to the store in one pipeline, one pipeline at a time."""

import asyncio
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Final, Literal

from actors.ports import Observer, Save, SaveResult, ShardStore, StoreDown
from actors.tasks import Tasks

SaveOutcome = SaveResult | Literal["down", "expired"]
"""`down`: the store refused or could not be reached, and certainly did not write. `expired`: a `late` that
was looked into.
"""

BATCH: Final = 256
"""The most saves in one pipeline."""


class Committer:
    """Collects saves and writes them in order; each caller hears the outcome of its own."""

    __slots__ = ("_idle", "_observer", "_queue", "_store", "_tasks", "_writing")

    def __init__(self, store: ShardStore, tasks: Tasks, observer: Observer) -> None:
        self._store = store
        self._tasks = tasks
        self._observer = observer
        self._queue: list[tuple[Save, Callable[[SaveOutcome], None]]] = []
        self._writing = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def depth(self) -> int:
        """How many saves wait for their pipeline."""
        return len(self._queue)

    async def settled(self) -> None:
        """Wait until every save that was put is settled."""
        await self._idle.wait()

    def put(self, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Write `save` with everything else of this tick; `settled` is called once, from the loop."""
        self._queue.append((save, settled))
        if not self._writing:
            self._writing = True
            self._idle.clear()
            self._tasks.start(self._drain())

    async def _drain(self) -> None:
        try:
            while self._queue:
                batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
                await self._write(batch)
        finally:
            self._writing = False
            self._idle.set()

    async def _write(self, batch: list[tuple[Save, Callable[[SaveOutcome], None]]]) -> None:
        began = perf_counter()
        outcomes: list[SaveOutcome]
        try:
            outcomes = list(await self._store.save([save for save, _ in batch]))
        except StoreDown:
            outcomes = ["down"] * len(batch)
        except Exception as error:  # noqa: BLE001 - a bug; each visit finds out what became of its save
            self._tasks.report(error)
            outcomes = ["unknown"] * len(batch)
        self._observer.save(perf_counter() - began, len(batch))
        for (_, settled), outcome in zip(batch, outcomes, strict=True):
            self._observer.save_result(outcome)
            self._tasks.spare(partial(settled, outcome))
