"""Whether somebody listens on an address, waiting until somebody does, and making sure that nobody does."""

from __future__ import annotations

import asyncio
import socket
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


def free(host: str, port: int) -> None:
    """Make sure that nobody listens there. Raises Unable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise Unable(
                f"Port {port} of {host} cannot be used ({error.strerror}): choose another, or free it."
            ) from error
