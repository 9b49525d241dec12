"""Whether somebody listens on an address, and waiting until somebody does."""

from __future__ import annotations

import asyncio
from typing import Final

from actors.machines import Head
from gateway.unable import Unable

AGAIN: Final = 0.05


async def listening(where: Head, what: str, within: float) -> None:
    """Wait until somebody listens there. Raises Unable after so many seconds."""
    try:
        async with asyncio.timeout(within):
            while True:
                if await listens(where):
                    return
                await asyncio.sleep(AGAIN)
    except TimeoutError:
        raise Unable(f"{what} does not listen on {where}.") from None


async def listens(where: Head) -> bool:
    """Whether somebody listens there now."""
    try:
        _, writer = await asyncio.open_connection(where.host, where.port)
    except OSError:
        return False
    writer.close()
    return True
