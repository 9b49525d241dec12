"""Janus's AudioBridge as the second kind of bridge: rooms of its own, made and ended by us.

Nothing is mended here: when Janus is away the process ends, and the next one begins anew, as after its own
death. That is one way back for everything that can break.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from contextlib import suppress
from typing import Any, Final

import structlog

from gateway.media.bridge.backend import Speaking, Unable
from gateway.media.bridge.cushion import START
from gateway.media.bridge.janus.api import SUBPROTOCOL, Handle, Session
from gateway.media.bridge.janus.program import Program
from gateway.media.bridge.janus.room import RATE, JanusRoom, Named
from gateway.media.bridge.orders import JanusOrders
from gateway.websocket.client import Client, Unreachable, dial

_WITHIN: Final = 3.0
"""Seconds for connecting."""
_FIRST_WAIT: Final = 0.02
_LONGEST_WAIT: Final = 1.0
_LARGEST: Final = 1 << 20
"""Bytes of a message of Janus's: the list of its rooms is the longest."""
_ROOM_BITS: Final = 50

log = structlog.get_logger("vestibule.bridge")


class JanusBackend:
    """All rooms that this process has in one Janus. Make it by `begin`."""

    def __init__(self, orders: JanusOrders, key: str, session: Session, maker: Handle) -> None:
        self._orders, self._key, self._session, self._maker = orders, key, session, maker
        self.program: Program | None = None

    @classmethod
    async def begin(cls, orders: JanusOrders, key: str) -> JanusBackend:
        """Start Janus, if it is ours to start, and come to it. Waits for one that is somebody else's.

        Raises Unable when it cannot be started, or does not take us.
        """
        program = await Program.begin(orders.folder) if not orders.url else None
        try:
            client = await _reach(orders, program)
            secret = program.secret if program is not None else orders.secret
            session = await Session.begin(client, secret)
            backend = cls(orders, key, session, await session.attach(lambda _: None))
            backend.program = program
            if program is None:
                await backend._sweep()
        except BaseException:
            if program is not None:
                await program.close()
            raise
        return backend

    async def open(self, visit: str, speaking: Speaking) -> JanusRoom:
        """Make a room; its number says nothing of the visit."""
        named = self._named(secrets.randbits(_ROOM_BITS) + 1)
        await self._make(named)
        return JanusRoom(
            self._session,
            named,
            self._orders.rtp_address,
            speaking,
            lambda: self._session.start(self._destroy(named)),
        )

    async def lost(self) -> None:
        """Wait until Janus is away."""
        await self._session.lost()

    def helper(self) -> int:
        """Give the process id of the Janus that we started."""
        return self.program.pid if self.program is not None else 0

    async def close(self) -> None:
        """Stop."""
        await self._session.close()
        if self.program is not None:
            await self.program.close()

    # ------------------------------------------------------------ rooms

    def _named(self, number: int) -> Named:
        """Say what opens a room: derived, so that the next process can end what this one left behind."""
        pin, secret = (
            hmac.new(self._key.encode(), f"{what} {number}".encode(), "sha256").hexdigest()[:32]
            for what in ("pin", "secret")
        )
        return Named(number, pin, secret)

    async def _make(self, named: Named) -> None:
        await self._maker.ask(
            {
                "request": "create",
                "room": named.number,
                "description": self._orders.rooms,
                "secret": named.secret,
                "pin": named.pin,
                "is_private": True,
                "permanent": False,
                "sampling_rate": RATE,
                "allow_rtp_participants": True,
                "default_prebuffering": START,
                **self._right(),
            }
        )

    async def _destroy(self, named: Named) -> None:
        request = {"request": "destroy", "room": named.number, "secret": named.secret, "permanent": False}
        with suppress(Unable):
            await self._maker.ask(request)

    async def _sweep(self) -> None:
        """End rooms that a process before this one has left: an empty room goes on mixing."""
        said = await self._maker.ask({"request": "list", **self._right()})
        rooms: list[dict[str, Any]] = said.plugin.data.get("list", [])
        for room in rooms:
            if room.get("description") == self._orders.rooms:
                await self._destroy(self._named(int(room["room"])))

    def _right(self) -> dict[str, str]:
        """Say why we may make rooms."""
        key = self.program.admin_key if self.program is not None else self._orders.admin_key
        return {"admin_key": key} if key else {}


async def _reach(orders: JanusOrders, program: Program | None) -> Client:
    """Connect to Janus as soon as it is there. Raises Unable when ours has ended."""
    wait = _FIRST_WAIT
    while True:
        with suppress(Unreachable):
            return await dial(
                orders.url or "ws://localhost/",
                subprotocol=SUBPROTOCOL,
                within=_WITHIN,
                unix=program.socket if program is not None else None,
                max_message=_LARGEST,
            )
        if program is not None and program.ended:
            raise Unable(f"janus ended at its start: {program.last_words()}")
        if wait > _LONGEST_WAIT:
            log.warning("janus", state="out of reach")
        await asyncio.sleep(min(wait, _LONGEST_WAIT))
        wait = wait * 2 if program is None else wait


__all__ = ["JanusBackend"]
