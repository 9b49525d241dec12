"""Machines whose clock can be set while they run: Debian's libfaketime under a node, under a store.

What a process reads as the time of day is faked, also what Lua's TIME gives; what counts monotonically is
not, as on a machine whose clock somebody sets.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from redis.exceptions import RedisError

from actors.embedded_folder import StoreFolder
from actors.embedded_server import server_command
from tests.prove.peek import embedded_url, peek

LIBRARIES: Final = Path("/usr/lib")
READY_SECONDS: Final = 30.0


def _library() -> Path:
    """Find the library of Debian's package `faketime`; tools.system_packages installs it."""
    found = next(LIBRARIES.glob("*/faketime/libfaketime.so.1"), None)
    if found is None:
        raise RuntimeError("libfaketime is missing: run `python -m tools.system_packages`")
    return found


@dataclass(slots=True)
class SetClock:
    """One machine's clock."""

    file: Path
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.set(0)
        self.environment = {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",  # seconds; to look at the file each time would take too long
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            # else Python's threads, which wait for each other so long, hardly ever have a turn: libfaketime
            # mistakes their condition's clock, and a node with two threads at work stands nearly still
            "FAKETIME_WAIT_MS": "5",
        }

    def set(self, hours: int) -> None:
        """Set the clock so many hours ahead of the right time, or behind."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{hours:+d}h\n" if hours else "+0\n")
        new.replace(self.file)


@asynccontextmanager
async def clocked_store(folder: Path, clock: SetClock) -> AsyncIterator[str]:
    """Run the server that a node brings along under a clock that can be set; gives its URL."""
    store = StoreFolder(folder)
    store.prepare()
    process = await asyncio.create_subprocess_exec(
        *server_command(store, "always"), cwd=store.path, env=os.environ | clock.environment
    )
    try:
        url = embedded_url(folder)
        await _answers(url)
        yield url
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def _answers(url: str) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while True:
            try:
                async with peek(url) as client:
                    await client.ping()
                    return
            except (RedisError, OSError):
                await asyncio.sleep(0.02)


async def store_is_ahead(url: str, hours: int) -> None:
    """Wait until the store's Lua reads the time that its clock was set to."""
    async with peek(url) as client, asyncio.timeout(READY_SECONDS):
        while True:
            seconds = int(await client.eval("return redis.call('TIME')[1]", 0))
            if round((seconds - time.time()) / 3600) == hours:
                return
            await asyncio.sleep(0.01)
