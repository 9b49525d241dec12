"""Sockets between people and nodes: frames in order, each way in its own time, and every way to lose them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from gateway.websocket import Accepted, Handshake, Rejection
from signaling.codes import GIVE_UP_AFTER
from tests.simulation.loop import Line, ProcessLoop, Scheduler

LOST: Final = 1006
"""The close code of who was not told why (RFC 6455, section 7.4.1)."""
CONNECT_WITHIN: Final = 2.0
"""Seconds after which a client gives up an address that does not answer."""


class Receiver(Protocol):
    """The client's end: told what arrives, as soon as it does."""

    def opened(self) -> None:
        """The connection is there."""

    def frame(self, data: bytes) -> None:
        """One message came."""

    def closed(self, code: int, reason: str) -> None:
        """The connection is no more."""


class Server(Protocol):
    """What a connection needs to know of the process it goes to."""

    name: str
    loop: ProcessLoop
    wires: dict[Wire, None]

    def accept(self, handshake: Handshake) -> Accepted | Rejection:
        """Decide on an opening."""
        ...


class Wire:
    """One connection of a client to a node; also the socket that the node's conversation holds."""

    def __init__(
        self, client: ProcessLoop, server: Server, receiver: Receiver, delay: Callable[[], float]
    ) -> None:
        self._scheduler: Scheduler = client.scheduler
        self._client = client
        self._server = server
        self._receiver = receiver
        self._up = Line(self._scheduler, delay)
        self._down = Line(self._scheduler, delay)
        self._conversation: Accepted | None = None
        self._client_open = True
        self._server_open = False
        self._asked_for = 0
        server.wires[self] = None
        self._up.send(self._arrives)
        self._scheduler.after(CONNECT_WITHIN, self._give_up)
        self._there = False

    # ------------------------------------------------------------ the client's side

    def write(self, data: bytes) -> None:
        """Send a message to the node."""
        if self._client_open:
            self._up.send(partial(self._server.loop.call_soon, self._message, data))

    def hang_up(self, code: int = 1000) -> None:
        """Close from the client's side."""
        if self._client_open:
            self._client_gone(code)
            self._up.send(lambda: self._server.loop.call_soon(self._server_closed, code, ""))

    def _give_up(self) -> None:
        if not self._there and self._client_open:
            self.break_off()

    def _client_gone(self, code: int, reason: str = "") -> None:
        if self._client_open:
            self._client_open = False
            self._client.call_soon(self._receiver.closed, code, reason)

    # ------------------------------------------------------------ the node's side

    def _arrives(self) -> None:
        if self._server.loop.dead:
            self._down.send(lambda: self._client_gone(LOST))
        else:
            self._server.loop.call_soon(self._accept)

    def _accept(self) -> None:
        if not self._client_open:  # it gave up meanwhile
            self._server.wires.pop(self, None)
            return
        answer = self._server.accept(HANDSHAKE)
        if isinstance(answer, Rejection):
            self.close(LOST, answer.code)
            return
        self._conversation, self._server_open = answer, True
        answer.receiver.opened(self)  # type: ignore[arg-type]  # the part of a Socket that conversations use
        self._down.send(self._opened)

    def _opened(self) -> None:
        self._there = True
        if self._client_open:
            self._receiver.opened()

    def _message(self, data: bytes) -> None:
        if self._server_open and self._conversation is not None:
            self._conversation.receiver.message(data, False)

    def _server_closed(self, code: int, reason: str) -> None:
        self._server.wires.pop(self, None)
        if self._server_open and self._conversation is not None:
            self._server_open = False
            self._conversation.receiver.closed(code, reason)

    def send(self, payload: bytes) -> None:
        """Send a message to the client."""
        if self._server_open:
            self._down.send(partial(self._frame, payload))

    def _frame(self, payload: bytes) -> None:
        if self._client_open:
            self._receiver.frame(payload)

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Say goodbye from the node's side."""
        self._down.send(lambda: self._client_gone(int(code), reason))
        self._server.loop.call_soon(self._server_closed, int(code), reason)

    def deadline(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back once, unless the socket is closed before."""
        self._asked_for += 1
        asked = self._asked_for

        def due() -> None:
            if self._server_open and asked == self._asked_for:
                callback()

        self._server.loop.call_later(seconds, due)

    def clear_deadline(self) -> None:
        """Forget the deadline."""
        self._asked_for += 1

    # ------------------------------------------------------------ what happens on the way

    def break_off(self) -> None:
        """Both ends learn that the connection is gone."""
        self._client_gone(LOST)
        self._server.loop.call_soon(self._server_closed, LOST, "")

    def fall_silent(self) -> None:
        """Nothing gets through any more, and both ends find out by the silence."""
        self._up.hold()
        self._down.hold()
        self._scheduler.after(GIVE_UP_AFTER, self.break_off)

    def server_died(self, *, machine: bool) -> None:
        """The node's process is gone: its kernel says so, or nobody does."""
        self._server.wires.pop(self, None)
        self._server_open = False
        if machine:
            self._down.hold()
            self._scheduler.after(GIVE_UP_AFTER, lambda: self._client_gone(LOST))
        else:
            self._down.send(lambda: self._client_gone(LOST))

    def server_stands_still(self) -> None:
        """The node does nothing: its client gives it up if that lasts."""

        def look() -> None:
            if not self._server.loop.runs:
                self.hang_up(LOST)

        self._scheduler.after(GIVE_UP_AFTER, look)


HANDSHAKE: Final = Handshake(
    path="/ws",
    query="",
    origin=None,
    host="vestibule.test",
    secure=True,
    subprotocols=("vestibule.v1.msgpack",),
    headers={},
)
