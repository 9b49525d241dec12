"""A socket, as actors see it."""

from typing import Protocol

from engine.ids import ConnectionId
from signaling.codec import Encoded
from signaling.messages import Bye, Message


class Outlet(Protocol):
    """One connection, as actors see it: a FIFO to a socket. Nothing here waits or raises."""

    @property
    def id(self) -> ConnectionId:
        """Name the connection."""

    @property
    def credential(self) -> str:
        """The hash of the session or API key that the connection stands on; "" for guests."""
        ...

    def stand_on(self, credential: str) -> bool:
        """Tie the connection to a session or key, with which it ends; False when it is gone already."""
        ...

    def answer(self, message: Message) -> None:
        """Send a bare message: an answer, `relayed`, `beat`. A refused hello closes the connection."""

    def event(self, seq: int, encoded: Encoded) -> None:
        """Send a numbered message of this connection's stream."""

    def bare(self, encoded: Encoded) -> None:
        """Send a bare message that others get as well, encoded once."""

    def bye(self, bye: Bye) -> None:
        """Say goodbye and close, with the close code that belongs to it."""
