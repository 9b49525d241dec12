"""One WebSocket connection: an asyncio protocol, synchronous from the bytes of a frame to the receiver.

A whole message in one well-formed frame, which is nearly every frame, is read here. Every other frame
is cut out whole and judged by the library (see `referee`). A connection owns no task, no future and
no timer of the loop.
"""

from __future__ import annotations

import asyncio
from typing import Final, cast

from gateway.websocket import opening
from gateway.websocket.contract import Accepted, Cut, Receiver, Rejection
from gateway.websocket.frames import BINARY, CLOSE, EMPTY_PONG, PONG, TEXT, close_frame, frame, frame_size
from gateway.websocket.line import CLOSING, GONE, LINGERING, OPEN, OPENING
from gateway.websocket.liveness import Watched
from gateway.websocket.referee import Referee
from gateway.websocket.switchboard import Switchboard
from gateway.websocket.wheel import NEVER

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the compiled part
    from websockets.utils import apply_mask

NORMAL: Final = 1000
INVALID_TEXT: Final = 1007
POLICY: Final = 1008
INTERNAL_ERROR: Final = 1011

_INCOMPLETE: Final = -1


class _Nobody:
    """The receiver of a socket that has none yet, or has none any more."""

    def opened(self, socket: Socket) -> None: ...

    def message(self, data: bytes, text: bool) -> None: ...

    def closed(self, code: int, reason: str) -> None: ...


_NOBODY: Final = _Nobody()


class Socket(Watched):
    """A connection, made by `Endpoint` for each upgrade.

    A receiver uses `send`, `send_frame`, `close`, `cut`, `abort`, `deadline`, `clear_deadline`,
    `buffered`, `is_open` and `text`; the rest is between the socket, the event loop and the wheel.
    Nothing here may be called from another thread.
    """

    __slots__ = ("_need", "_partial", "_receiver", "_referee", "text")

    def __init__(self, switchboard: Switchboard) -> None:
        super().__init__(switchboard)
        self._receiver: Receiver = _NOBODY
        self._referee: Referee | None = None
        self._partial: bytearray | None = None
        self._need = 0
        self.text = False

    def send(self, payload: bytes) -> None:
        """Send one message, as text or binary after `text`; otherwise like `send_frame`."""
        self.send_frame(frame(payload, text=self.text))

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Say goodbye after all that was sent before.

        A peer that does not answer in `Limits.close_timeout` is dropped. Idempotent;
        `Receiver.closed` follows later with this code and reason.
        """
        if self._phase == OPEN:
            self._send_last(close_frame(code, reason))
            self._phase = CLOSING
            self._parting = (code, reason)
            self._give_up_later()

    def cut(self, why: Cut, code: int, reason: str) -> None:
        """Close, and count it as a cut."""
        if self._phase == OPEN:
            self._switchboard.observer.cut(why)
            self.close(code, reason)

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A TCP connection is there; its request must follow in `Limits.open_timeout`."""
        limits = self._switchboard.limits
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=limits.high_water)
        self.resume_writing()
        self._arm(limits.open_timeout)

    def data_received(self, data: bytes) -> None:
        """Take what the peer sent; what the receiver answers to it leaves together, at once."""
        switchboard = self._switchboard
        switchboard.totals.bytes_in += len(data)
        if self._phase != OPEN:
            self._data_when_not_open(data)
            return
        if self._heard is not switchboard.wheel.now:
            self._hear(switchboard.wheel.now)
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            self._fail(Cut.RATE, POLICY, "too much at once")
            return
        if self._partial is not None:
            if not (data := self._rejoin(self._partial, data)):
                return
        elif data[:2] == EMPTY_PONG and len(data) == 6 and self._referee is None and self._frames_left >= 1.0:
            self._frames_left -= 1.0  # it has said all by coming, as nearly everything that silent peers send
            switchboard.totals.frames_in += 1
            return
        self._flush_due = True  # what is sent from here on is written below
        try:
            self._read(data)
        except Exception as error:  # noqa: BLE001 - a bug above ends this socket, not the loop
            self._receiver_failed(error)
        self.flush()

    def eof_received(self) -> bool:
        """The peer closed its side; the transport closes ours."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The TCP connection is gone, for whatever reason."""
        self._phase = GONE
        self._deadline = NEVER
        self._forget_unsent()
        self._finish(*self._parting)
        self._switchboard.left(self)

    # Reading frames

    def _read(self, data: bytes) -> None:
        limit = self._switchboard.limits.max_message
        left = self._frames_left
        size = len(data)
        at = frames = 0
        try:
            while at < size and self._phase == OPEN:
                if left < 1.0:
                    self._fail(Cut.RATE, POLICY, "too many messages")
                    return
                first = data[at]
                # two comparisons are quicker than a tuple's; this is the path of nearly every message
                if (first == BINARY or first == TEXT) and size - at > 5 and self._referee is None:  # noqa: PLR1714, SIM109
                    length = data[at + 1] - 128  # negative: not masked
                    key = at + 2
                    if length == 126 and size - at > 7:
                        length = data[key] << 8 | data[at + 3]
                        key = at + 4 if length > 125 else size
                    elif length > 125:
                        key = size  # not for here
                    end = key + 4 + length
                    if 0 <= length <= limit and end <= size:
                        left -= 1.0
                        frames += 1
                        self._deliver(apply_mask(data[key + 4 : end], data[key : key + 4]), first == TEXT)
                        at = end
                        continue
                at = self._read_odd(data, at, limit)
                if at == _INCOMPLETE:
                    return
                left -= 1.0
                frames += 1
        finally:
            self._frames_left = left
            self._switchboard.totals.frames_in += frames

    def _deliver(self, payload: bytes, text: bool) -> None:
        self._begun = NEVER
        if text and not payload.isascii():
            try:
                payload.decode()
            except UnicodeDecodeError as error:
                self._fail(Cut.MALFORMED, INVALID_TEXT, f"{error.reason} at position {error.start}")
                return
        self._receiver.message(payload, text)

    def _read_odd(self, data: bytes, at: int, limit: int) -> int:
        """Take one frame that is not a whole message; return where the next begins."""
        size = frame_size(data, at, limit)
        end = at + size
        if size == 0 or end > len(data):
            self._await_rest(data[at:], size)
            return _INCOMPLETE
        if self._referee is not None or data[at] != PONG or data[at + 1] > 253 or size < 6:
            self._judge(data[at:end], limit)  # any other pong has said all by coming
        if self._referee is None:
            self._begun = NEVER
        return end

    def _judge(self, odd: bytes, limit: int) -> None:
        referee = self._referee or Referee(limit)
        ruling = referee.take(odd)
        if ruling.farewell is not None:
            if ruling.fault:
                self._switchboard.observer.cut(Cut.MALFORMED)
            self._part(ruling.answers, ruling.farewell.code, ruling.farewell.reason, agreed=not ruling.fault)
            return
        for answer in ruling.answers:
            self._send_control(answer)
        if ruling.unfinished:
            self._referee = referee
            self._begin()
            return
        self._referee = None
        if ruling.message is not None:
            self._deliver(ruling.message, ruling.text)

    def _await_rest(self, beginning: bytes, size: int) -> None:
        self._partial = bytearray(beginning)
        self._need = size or len(beginning) + 1
        self._begin()

    def _begin(self) -> None:
        """Note when a message began that must be whole in `Limits.message_timeout`."""
        if self._begun == NEVER:
            self._begun = self._switchboard.wheel.now

    def _rejoin(self, partial: bytearray, data: bytes) -> bytes:
        partial += data
        if len(partial) < self._need:
            return b""
        self._partial = None
        return bytes(partial)

    # Opening

    def _data_when_not_open(self, data: bytes) -> None:
        if self._phase == OPENING:
            self._read_head(data)
            return
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            self._transport.pause_reading()  # until the time for closing is over
        elif self._phase == CLOSING:
            self._look_for_close(data)

    def _read_head(self, data: bytes) -> None:
        head = bytes(self._partial or b"") + data
        line = head.find(opening.END_OF_HEAD)
        end = line + len(opening.END_OF_HEAD) if line >= 0 else len(head)
        if end > self._switchboard.limits.max_head:
            self._refuse(opening.HEAD_TOO_LARGE, opening.refusal(opening.HEAD_TOO_LARGE))
        elif line < 0:
            self._partial = bytearray(head)
        else:
            self._partial = None
            self._answer(head[:end], head[end:])

    def _answer(self, head: bytes, rest: bytes) -> None:
        response, outcome = opening.answer(
            head,
            secure=self._transport.get_extra_info("sslcontext") is not None,
            accept=self._switchboard.accept,
            failed=self._switchboard.observer.failed,
        )
        if isinstance(outcome, Rejection):
            self._refuse(outcome, response)
            return
        self._flush_due = True
        self._send_last(response)
        self._open(outcome)
        self.flush()
        if rest:
            self.data_received(rest)

    def _refuse(self, rejection: Rejection, response: bytes) -> None:
        self._switchboard.observer.refused(rejection)
        self._send_last(response)
        self._linger()

    def _open(self, terms: Accepted) -> None:
        self._phase = OPEN
        self._receiver = terms.receiver
        self._beat = terms.beat
        self.text = terms.text
        self._switchboard.entered(self)
        self._start_watch()
        try:
            terms.receiver.opened(self)
        except Exception as error:  # noqa: BLE001 - a bug above ends this socket, not the loop
            self._receiver_failed(error)

    # Closing

    def _look_for_close(self, data: bytes) -> None:
        """After our close frame only the peer's is of interest (RFC 6455, section 7.1.2)."""
        data = bytes(self._partial or b"") + data
        at, limit = 0, self._switchboard.limits.max_message
        while size := frame_size(data, at, limit):
            if data[at] == CLOSE or size < 6:  # or a broken frame, after which nothing can be found
                self._part([], *self._parting, agreed=data[at] == CLOSE)
                return
            if at + size > len(data):
                break
            at += size
        self._partial = bytearray(data[at:])

    def _fail(self, why: Cut, code: int, reason: str) -> None:
        """Fail the connection (RFC 6455, section 7.1.7)."""
        self._switchboard.observer.cut(why)
        self._part([close_frame(code, reason)], code, reason)

    def _receiver_failed(self, error: Exception) -> None:
        self._switchboard.observer.failed(error)
        if self._phase == OPEN:
            self._part([close_frame(INTERNAL_ERROR)], INTERNAL_ERROR, "")

    def _part(self, last: list[bytes], code: int, reason: str, *, agreed: bool = False) -> None:
        """Say the last, and be done with this peer; `agreed` if it has said its last too."""
        for data in last:
            self._send_last(data)
        self._linger(agreed)
        self._finish(code, reason)

    def _linger(self, agreed: bool = False) -> None:
        """Close the connection, but wait for a peer that may still be writing.

        To close at once would answer what it writes with a reset, and our last word could be lost.
        """
        self._phase = LINGERING
        self._partial = None
        self.flush()
        if agreed or self._transport.is_closing() or not self._transport.can_write_eof():
            self._transport.close()
        else:
            self._transport.write_eof()
        self._give_up_later()

    def _give_up_later(self) -> None:
        limits = self._switchboard.limits
        self._on_deadline = None
        self._bytes_left = 4.0 * limits.max_message
        self._arm(limits.close_timeout)

    def _finish(self, code: int, reason: str) -> None:
        """Tell the receiver, once, and let go of it."""
        receiver, self._receiver = self._receiver, _NOBODY
        if receiver is _NOBODY:
            return
        self._partial = self._referee = self._on_deadline = None
        self._switchboard.finished(code)
        try:
            receiver.closed(code, reason)
        except Exception as error:  # noqa: BLE001 - nothing is left to close
            self._switchboard.observer.failed(error)
