"""What all sockets of one endpoint share: the decision on openings, the limits, the wheel, the counts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.websocket.wheel import Wheel

if TYPE_CHECKING:
    from gateway.websocket.connection import Socket
    from gateway.websocket.contract import Accept, Observer
    from gateway.websocket.limits import Limits
    from gateway.websocket.line import Line

_GOLDEN = 0.6180339887


@dataclass(slots=True)
class Totals:
    """Plain counts since the start, for a collector to read; `open` is how many are open now."""

    opened: int = 0
    open: int = 0
    frames_in: int = 0
    frames_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0


class Switchboard:
    """The shared state of one endpoint's sockets; belongs to the event loop that runs at its making."""

    __slots__ = (
        "_loop",
        "_unflushed",
        "accept",
        "emptied",
        "limits",
        "observer",
        "room",
        "sockets",
        "totals",
        "wheel",
    )

    def __init__(self, accept: Accept, limits: Limits, observer: Observer, totals: Totals) -> None:
        self._loop = asyncio.get_running_loop()
        self._unflushed: list[Line] = []
        self.accept = accept
        self.limits = limits
        self.room = limits.max_buffered - limits.high_water
        """What may be collected for a peer whose transport holds little."""
        self.observer = observer
        self.totals = totals
        self.sockets: set[Socket] = set()
        self.emptied = asyncio.Event()
        self.wheel = Wheel(self._loop, tick=limits.tick, stride=limits.ping_after / 3)

    def flush_soon(self, line: Line) -> None:
        """Let the line write what it has collected, once, at the end of this turn of the loop."""
        if not self._unflushed:
            self._loop.call_soon(self._flush_all)
        self._unflushed.append(line)

    def _flush_all(self) -> None:
        lines, self._unflushed = self._unflushed, []
        for line in lines:
            try:
                line.flush()
            except Exception as error:  # noqa: BLE001 - one broken transport must not silence the others
                self.observer.failed(error)
                line.abort()

    def entered(self, socket: Socket) -> None:
        """A handshake was done."""
        self.sockets.add(socket)
        self.emptied.clear()
        self.totals.opened += 1
        self.totals.open += 1
        self.observer.opened()

    def finished(self, code: int) -> None:
        """A conversation is over; its connection may linger."""
        self.totals.open -= 1
        self.observer.closed(code)

    def left(self, socket: Socket) -> None:
        """A connection is gone."""
        self.sockets.discard(socket)
        if not self.sockets:
            self.emptied.set()

    def first_silence(self) -> float:
        """How long to pretend that a new peer has been silent, in seconds.

        Spreads the pings of many that came at once, evenly, over a third of the time.
        """
        return (self.totals.opened * _GOLDEN) % 1 * self.limits.ping_after / 3
