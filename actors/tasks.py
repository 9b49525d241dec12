"""An owner for every task: nothing runs that nobody waits for."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Wait until an event happens or so many seconds have passed, and be ready for the next one."""
    timer = asyncio.get_running_loop().call_later(seconds, event.set)
    try:
        await event.wait()
    finally:
        timer.cancel()
    event.clear()


class Tasks:
    """Tasks that end with their owner. One that fails is reported at once and takes nothing else down."""

    __slots__ = ("_running", "report")

    def __init__(self, report: Callable[[BaseException], None]) -> None:
        self.report = report
        """Told of every bug."""
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` until it ends or `close` is called."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.report(error)

    def spare(self, call: Callable[[], None]) -> None:
        """Make one of many calls that must not take the others down: what it raises is reported."""
        try:
            call()
        except Exception as error:  # noqa: BLE001 - a bug in one visit is not the next one's
            self.report(error)

    async def finish(self, within: float) -> None:
        """Give what runs so many seconds to end by itself, then close."""
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=within)
        await self.close()

    async def close(self) -> None:
        """Cancel what still runs and wait for it; idempotent."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
