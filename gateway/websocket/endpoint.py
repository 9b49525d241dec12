"""Where WebSockets arrive: makes a socket for each upgrade, and closes them all when the node goes."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Final

from gateway.websocket.connection import Socket
from gateway.websocket.contract import Accept, Accepted, Cut, Handshake, Observer, Rejection, Unobserved
from gateway.websocket.limits import Limits
from gateway.websocket.switchboard import Switchboard, Totals

SERVICE_RESTART = 1012
_CLOSES_A_TURN = 200
_SLOT: Final = re.compile(r"/n/[a-z0-9-]{1,40}(?=/)")
"""By which a load balancer tells the nodes apart; every node answers at all of them."""

NOT_FOUND = Rejection(404, "not_found", "There is no WebSocket at this address.")
ORIGIN_REFUSED = Rejection(
    403, "origin_refused", "This page may not connect to this server. Open the visit from its own link."
)


@dataclass(frozen=True, slots=True)
class RetryHint:
    """How long closed clients are asked to wait, in seconds: each gets its own time between the two."""

    earliest: float = 0.5
    latest: float = 5.0


class Endpoint:
    """Hands each upgrade to a new `Socket`, and knows all that are open.

    Give it to uvicorn as `Config(ws=endpoint)`, or to `loop.create_server(endpoint, ...)`. `accept`
    is asked only about valid requests for `path` (or below it, or the same behind `/n/<slot>`) whose
    Origin is one of `origins`, or that have none; whether a client without an Origin is welcome is for
    `accept` to decide.
    """

    def __init__(
        self,
        accept: Accept,
        *,
        path: str = "/ws",
        origins: Container[str] = (),
        limits: Limits | None = None,
        observer: Observer | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._accept = accept
        self._path = path
        self._origins = origins
        self._limits = limits or Limits()
        self._observer = observer or Unobserved()
        self._jitter = jitter
        self._switchboard: Switchboard | None = None
        self._going: Rejection | None = None
        self.totals = Totals()

    def __call__(self, **_uvicorn: object) -> Socket:
        """Make the protocol of one connection; what uvicorn passes is not needed."""
        if self._switchboard is None:
            self._switchboard = Switchboard(self._judge, self._limits, self._observer, self.totals)
        return Socket(self._switchboard)

    def __iter__(self) -> Iterator[Socket]:
        """The sockets that are open now."""
        everyone = self._switchboard.sockets if self._switchboard else ()
        return iter([socket for socket in everyone if socket.is_open])

    def __len__(self) -> int:
        return self.totals.open

    @property
    def buffered(self) -> int:
        """Bytes that wait for slow peers, all together; walks over all sockets."""
        return sum(socket.buffered for socket in self)

    async def drain(
        self,
        code: int = SERVICE_RESTART,
        *,
        retry: RetryHint = RetryHint(),
        timeout: float = 5.0,
    ) -> None:
        """Refuse new connections with 503, close all with the reason "retry=<seconds>", wait for them.

        Connections that are still there after `timeout` seconds are aborted. Idempotent; returns when
        no connection is left. Call it before the HTTP server is shut down.
        """
        self._going = _going_away(retry)
        if self._switchboard is None:
            return
        await self.close_all(code, retry=retry)
        try:
            async with asyncio.timeout(timeout):
                await self._empty(self._switchboard)
        except TimeoutError:
            for socket in list(self._switchboard.sockets):
                socket.abort()
            await self._empty(self._switchboard)

    async def close_all(self, code: int = SERVICE_RESTART, *, retry: RetryHint = RetryHint()) -> None:
        """Close all that are open now, with the reason "retry=<seconds>"; new ones are taken as before."""
        for count, socket in enumerate(self, 1):
            socket.close(code, f"retry={self._jitter(retry.earliest, retry.latest):.1f}")
            if count % _CLOSES_A_TURN == 0:
                await asyncio.sleep(0)

    async def _empty(self, switchboard: Switchboard) -> None:
        while switchboard.sockets:
            await switchboard.emptied.wait()

    def _judge(self, handshake: Handshake) -> Accepted | Rejection:
        if self._going is not None:
            return self._going
        path = _SLOT.sub("", handshake.path, count=1) if handshake.path[:3] == "/n/" else handshake.path
        if path != self._path and not path.startswith(self._path + "/"):
            return NOT_FOUND
        if handshake.origin is not None and handshake.origin not in self._origins:
            self._observer.cut(Cut.ORIGIN)
            return ORIGIN_REFUSED
        return self._accept(handshake)


def _going_away(retry: RetryHint) -> Rejection:
    seconds = max(1, round(retry.latest))
    return Rejection(
        503,
        "draining",
        "This server is about to restart. Try again in a moment.",
        (("Retry-After", str(seconds)),),
    )
