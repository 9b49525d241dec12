"""The bounds of one socket in one place: a test can shrink them, an operator can read them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection may cost: sizes in bytes, times in seconds, rates per second.

    The defaults are those of ARCHITECTURE, "The socket". A browser page cannot see pings, therefore
    `beat_after`: a page that heard nothing for `ping_after + cut_after` may take the server for gone.
    """

    max_head: int = 16 * 1024
    """The opening request, all headers included."""
    max_message: int = 64 * 1024
    """One message, whether whole or in fragments; more is answered 1009."""
    max_buffered: int = 256 * 1024
    """What may wait for a peer that reads slowly; above it the peer is cut."""
    messages_per_second: float = 200.0
    """Frames of any kind, control frames and fragments included; above it the peer is cut with 1008."""
    message_burst: float = 400.0
    bytes_per_second: float = 512.0 * 1024
    byte_burst: float = 2.0 * 1024 * 1024

    open_timeout: float = 5.0
    """From the connection to the end of the opening request."""
    ping_after: float = 3.0
    """Silence of the peer after which it is pinged."""
    cut_after: float = 4.0
    """Silence after that ping after which the peer is cut."""
    beat_after: float = 3.0
    """Silence of ours after which the beat is sent."""
    message_timeout: float = 10.0
    """From the first byte of a message to its last."""
    close_timeout: float = 2.0
    """What the peer gets to answer a close frame, and then to close its side of the connection."""

    @property
    def tick(self) -> float:
        """The grain of all these times: how often the timer wheel turns."""
        return self.ping_after / 60

    @property
    def high_water(self) -> int:
        """Where the transport begins to say that its buffer is full."""
        return self.max_buffered // 8
