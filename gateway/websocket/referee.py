"""What the Sans-I/O layer of `websockets` says about the frames that are not a whole message.

Fragments, ping, close, and whatever breaks RFC 6455. A referee sees whole frames only (or the header
of one that its header condemns), so it is always at the boundary of a frame when it is dropped.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from websockets.frames import Close, Frame, Opcode
from websockets.protocol import Event, Protocol, Side, State

from gateway.websocket.frames import is_minimal
from gateway.websocket.opening import QUIET

PROTOCOL_ERROR: Final = 1002
NOT_MINIMAL: Final = "length not in its shortest form"

_DATA: Final = (Opcode.CONT, Opcode.TEXT, Opcode.BINARY)


class Ruling(NamedTuple):
    """What follows from a frame."""

    answers: list[bytes]
    """Frames to send: a pong, or our last, a close frame."""
    message: bytes | None = None
    """The whole message that the frame completed; if `text`, not yet known to be UTF-8."""
    text: bool = False
    farewell: Close | None = None
    """The connection ends with this; `fault` if the peer broke a rule, else the peer's own goodbye."""
    fault: bool = False
    unfinished: bool = False
    """A fragmented message has begun: ask the same referee about all frames until it is whole."""


class Referee:
    """Judges one odd frame, or all frames from the first fragment of a message to its last."""

    __slots__ = ("_library", "_payload", "_text")

    def __init__(self, limit: int) -> None:
        self._library = Protocol(Side.SERVER, state=State.OPEN, max_size=limit, logger=QUIET)
        self._payload = bytearray()
        self._text = False

    def take(self, odd: bytes) -> Ruling:
        """Judge a frame; after a farewell there must not be another."""
        library = self._library
        if is_minimal(odd):
            library.receive_data(odd)
        else:
            library.fail(PROTOCOL_ERROR, NOT_MINIMAL)  # the library does not mind; RFC 6455, section 5.2 does
        answers = [data for data in library.data_to_send() if data]
        if library.state is not State.OPEN:
            return self._farewell(answers)
        message = self._add(library.events_received())
        unfinished = library.current_size is not None
        if not unfinished:
            library.parser.close()  # else the library's object keeps itself alive until the next collection
        return Ruling(answers, message, self._text, unfinished=unfinished)

    def _farewell(self, answers: list[bytes]) -> Ruling:
        library = self._library
        library.parser.close()
        fault = library.close_rcvd is None or library.parser_exc is not None
        return Ruling(answers, farewell=library.close_sent, fault=fault)

    def _add(self, events: list[Event]) -> bytes | None:
        message = None
        for event in events:
            if isinstance(event, Frame) and event.opcode in _DATA:
                self._text = self._text or event.opcode is Opcode.TEXT
                self._payload += event.data
                message = bytes(self._payload) if event.fin else None
        return message
