"""A look into a store behind the product's back, with a plain client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from actors.embedded_folder import StoreFolder


def embedded_url(data_dir: Path) -> str:
    """Where the store of a node with this data directory is reached."""
    return f"unix://{quote(str(StoreFolder(data_dir).socket()))}"


@asynccontextmanager
async def peek(url: str) -> AsyncIterator[redis.Redis]:
    """Connect to a store; answers are bytes, and nothing is tried twice."""
    async with redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as client:
        yield client
