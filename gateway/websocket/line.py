"""The sending half of a connection: one FIFO, one write a turn of the loop, and a bound on what waits."""

from __future__ import annotations

import asyncio
from typing import Final

from gateway.websocket.switchboard import Switchboard

OPENING, OPEN, CLOSING, LINGERING, GONE = range(5)
"""The life of a connection. CLOSING: our close frame is out; LINGERING: we say and hear nothing more."""

_NO_TRANSPORT: Final = asyncio.Transport()


class Line(asyncio.Protocol):
    """Collects frames and writes them together; a subclass decides what is said and when."""

    __slots__ = (
        "_flush_due",
        "_pending",
        "_phase",
        "_room",
        "_spoke",
        "_switchboard",
        "_transport",
        "_unsent",
    )

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard
        self._transport = _NO_TRANSPORT
        self._phase = OPENING
        self._unsent: list[bytes] | None = None
        """Nobody's list while nothing waits: most sockets are silent, most of the time."""
        self._pending = 0
        self._room = 0
        self._spoke = 0.0
        self._flush_due = False

    @property
    def is_open(self) -> bool:
        """Whether a message sent now may still arrive."""
        return self._phase == OPEN

    @property
    def buffered(self) -> int:
        """Bytes that wait for the peer to read."""
        return self._pending + self._transport.get_write_buffer_size()

    def send_frame(self, data: bytes) -> None:
        """Send a frame made by `frames.frame`; after `close` it is dropped.

        A peer for whom more than `Limits.max_buffered` would wait is cut.
        """
        if self._phase != OPEN:
            return
        self._pending += len(data)
        if self._pending > self._room and self.buffered > self._switchboard.limits.max_buffered:
            self._peer_is_slow()
            return
        if self._unsent is None:
            self._unsent = [data]
        else:
            self._unsent.append(data)
        self._spoke = self._switchboard.wheel.now
        if not self._flush_due:
            self._flush_due = True
            self._switchboard.flush_soon(self)

    def send_now(self, data: bytes, frames: int) -> None:
        """Send so many frames in one piece, past the collecting if nothing waits before them."""
        totals = self._switchboard.totals
        totals.frames_out += frames - 1
        if self._unsent is not None or self._flush_due or not self._room:
            self.send_frame(data)
            return
        totals.frames_out += 1
        totals.bytes_out += len(data)
        self._spoke = self._switchboard.wheel.now
        self._transport.write(data)

    def flush(self) -> None:
        """Write what was collected; called at the end of a turn, there is no need to call it."""
        self._flush_due = False
        unsent = self._unsent
        if unsent is None:
            return
        self._unsent = None
        totals = self._switchboard.totals
        totals.frames_out += len(unsent)
        totals.bytes_out += self._pending
        data = unsent[0] if len(unsent) == 1 else b"".join(unsent)
        self._pending = 0
        self._transport.write(data)

    def abort(self) -> None:
        """Drop the connection now, and what waits with it; `Receiver.closed` follows in a later turn."""
        if self._phase != GONE:
            self._phase = LINGERING
            self._forget_unsent()
            self._transport.abort()

    def pause_writing(self) -> None:
        """The transport holds more than its high-water mark: from now on each send is measured."""
        self._room = 0

    def resume_writing(self) -> None:
        """The transport holds little: what is collected here is all that needs to be looked at."""
        self._room = self._switchboard.room

    def _peer_is_slow(self) -> None:
        raise NotImplementedError

    def _send_control(self, data: bytes) -> None:
        """Send a frame that a page cannot see, so it does not stand in for the beat."""
        spoke = self._spoke
        self.send_frame(data)
        self._spoke = spoke

    def _send_last(self, data: bytes) -> None:
        """Send what is not a message (the opening's answer, a close frame), whatever waits before it."""
        self._pending += len(data)
        if self._unsent is None:
            self._unsent = [data]
        else:
            self._unsent.append(data)
        if not self._flush_due:
            self._flush_due = True
            self._switchboard.flush_soon(self)

    def _forget_unsent(self) -> None:
        self._unsent = None
        self._pending = 0
