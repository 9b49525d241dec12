"""A store whose process stands still: it takes connections, and answers nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.prove.peek import embedded_url, peek


@asynccontextmanager
async def paused_store(data_dir: Path) -> AsyncIterator[None]:
    """Stop the process of a node's own store for a `with`."""
    async with peek(embedded_url(data_dir)) as store:
        pid = int((await store.info("server"))["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
