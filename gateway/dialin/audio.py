"""A leg's sound in the visit: frames over a WebSocket to the bridge that mixes the visit's telephones.

The visits say where the bridge is and give a ticket (`audio`). One binary message is one frame, both ways.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from gateway.dialin.leg import FRAME
from gateway.websocket.client import Client, Closed, Unreachable, dial

SUBPROTOCOL: Final = "vestibule.audio.v1"
TICKET_REFUSED: Final = 4003
"""The close code of a bridge that does not know the ticket: a new one will come."""
CONNECT_WITHIN: Final = 2.0
FIRST_WAIT: Final = 0.2
LONGEST_WAIT: Final = 2.0
UNSENT: Final = 5
"""Frames that wait for a slow bridge at most; the oldest is dropped, for late sound is worse than none."""


class Sound:
    """One leg's way to the bridge: `run` keeps the connection up until it is cancelled."""

    def __init__(self, url: str, ticket: str, hear: Callable[[bytes], None]) -> None:
        self._url = url
        self._ticket = ticket
        self._hear = hear
        self._unsent: deque[bytes] = deque(maxlen=UNSENT)
        self._news = asyncio.Event()
        self.connected = False

    def send(self, frame: bytes) -> None:
        """Let the others hear a frame; without a connection it is dropped."""
        if self.connected:
            self._unsent.append(frame)
            self._news.set()

    async def run(self) -> None:
        """Connect, carry frames, connect again; returns when the ticket is refused."""
        wait = FIRST_WAIT
        while True:
            try:
                client = await dial(
                    self._url,
                    subprotocol=SUBPROTOCOL,
                    within=CONNECT_WITHIN,
                    headers={"Authorization": f"Bearer {self._ticket}"},
                )
            except Unreachable:
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            async with client:
                if await self._carry(client) == TICKET_REFUSED:
                    return
            wait = FIRST_WAIT
            await asyncio.sleep(wait)

    async def _carry(self, client: Client) -> int:
        """Carry frames until the connection ends; give its code."""
        self._unsent.clear()
        self.connected = True
        writer = asyncio.create_task(self._write(client))
        try:
            while True:
                frame = await client.hear()
                if isinstance(frame, bytes) and len(frame) == FRAME:
                    self._hear(frame)
        except Closed as closed:
            return closed.code
        finally:
            self.connected = False
            writer.cancel()

    async def _write(self, client: Client) -> None:
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._unsent:
                    await client.say(self._unsent.popleft())
        except Closed:
            return  # the reader learns it too
