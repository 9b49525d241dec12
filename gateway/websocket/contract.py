"""What the socket asks of those above it: who takes the messages, who decides on an opening, who counts.

Nothing here knows what a message means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from gateway.websocket.connection import Socket


class Receiver(Protocol):
    """Takes what arrives on one socket; every call is made in the event loop and must not block.

    The order is `opened`, any number of `message`, `closed`; each once except `message`. A receiver
    that raises closes its socket with 1011, and the error goes to `Observer.failed`.
    """

    def opened(self, socket: Socket) -> None:
        """The handshake is done; `socket.send` may be called from here on."""

    def message(self, data: bytes, text: bool) -> None:
        """A whole message arrived; `text` says that it came as UTF-8 text (already checked)."""

    def closed(self, code: int, reason: str) -> None:
        """The conversation is over; nothing sent from here on arrives.

        The code is that of the side that began the close (RFC 6455, section 7.4), 1005 if the peer
        gave none, 1006 if the connection was lost or cut; of a cut, the reason is the name of `Cut`.
        Never called from inside `send`, `close` or `abort`, so a loop over sockets is safe.
        """


@dataclass(frozen=True, slots=True)
class Handshake:
    """A valid request to open a WebSocket, as the peer made it; nothing in it is to be trusted."""

    path: str
    """As on the wire, without the query; percent signs are not decoded."""
    query: str
    origin: str | None
    host: str
    secure: bool
    subprotocols: tuple[str, ...]
    headers: Mapping[str, str] = field(repr=False)
    """Names in any case; raises `LookupError` for a header given twice."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The opening is granted.

    `beat` is a frame made by `frames.frame`, sent when nothing else was sent for a while. With
    `text`, `Socket.send` sends text frames, else binary ones.
    """

    receiver: Receiver
    subprotocol: str | None = None
    text: bool = False
    beat: bytes = b""


@dataclass(frozen=True, slots=True)
class Rejection:
    """The opening is refused, with an HTTP status and a JSON body `{"code", "message"}`."""

    status: int
    code: str
    message: str
    headers: tuple[tuple[str, str], ...] = ()


Accept = Callable[[Handshake], Accepted | Rejection]
"""Decides on an opening, at once: it is called in the event loop and must not block."""


class Cut(StrEnum):
    """Why a connection was ended by us against the peer's will."""

    SLOW = "slow"
    RATE = "rate"
    SILENT = "silent"
    ORIGIN = "origin"
    MALFORMED = "malformed"
    HELLO = "hello"


class Observer(Protocol):
    """Counts what happens to sockets; called for rare events only. Frames and bytes are in `Totals`."""

    def opened(self) -> None:
        """A handshake was done."""

    def closed(self, code: int) -> None:
        """An open socket ended; the peer chooses the code, so it is no label as it is."""

    def cut(self, why: Cut) -> None:
        """A connection was cut, or refused because of its origin."""

    def silent(self, seconds: float) -> None:
        """A connection is cut for its silence, so long after its peer was last heard."""

    def refused(self, rejection: Rejection) -> None:
        """A handshake was refused."""

    def failed(self, error: Exception) -> None:
        """A receiver or an accept function raised: a bug, to be logged."""


class Unobserved:
    """The observer that looks away; a base for those that care for one event only."""

    def opened(self) -> None:
        """Look away."""

    def closed(self, code: int) -> None:
        """Look away."""

    def cut(self, why: Cut) -> None:
        """Look away."""

    def silent(self, seconds: float) -> None:
        """Look away."""

    def refused(self, rejection: Rejection) -> None:
        """Look away."""

    def failed(self, error: Exception) -> None:
        """Look away."""
