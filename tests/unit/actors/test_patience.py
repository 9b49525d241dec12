"""An exchange is bounded by the time in which this process could have listened."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from actors.store.patience import STOOD_STILL, Patience


async def test_what_came_while_the_process_stood_still_is_read() -> None:
    """A process without processor for longer than the bound does not call its server silent."""
    ours, theirs = socket.socketpair()
    with theirs:
        reader, writer = await asyncio.open_connection(sock=ours)
        async with Patience(0.05):
            theirs.send(b"answer\n")
            time.sleep(0.05 + 2 * STOOD_STILL)  # noqa: ASYNC251 - nothing else in this process runs: the very case
            assert await reader.readline() == b"answer\n"
        writer.close()
        await writer.wait_closed()


async def test_a_server_that_says_nothing_is_given_up() -> None:
    """In time, whether this process ran all the while or not."""
    for stood_still in (0.0, 0.05 + 2 * STOOD_STILL):
        with pytest.raises(TimeoutError):
            await _silence(stood_still)


async def _silence(stood_still: float) -> None:
    async with Patience(0.05):
        time.sleep(stood_still)  # noqa: ASYNC251 - as above
        await asyncio.Event().wait()


async def test_the_body_s_own_error_stays() -> None:
    """And nothing comes after it."""
    with pytest.raises(ConnectionError):
        async with Patience(0.05):
            raise ConnectionError
    await asyncio.sleep(0)
