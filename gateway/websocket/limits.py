"""The bounds of one socket in one place: a test can shrink them, an operator can read them."""

from dataclasses import dataclass

from signaling import codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection may cost: sizes in bytes, times in seconds, rates per second.

    What clients rely on is said, and explained, in `signaling.codes`; what only we see stands here. A browser
    page cannot see pings, therefore `beat_after`: a page that heard nothing for `ping_after + cut_after` may
    take the server for gone.
    """

    max_head: int = 16 * 1024
    """The opening request, all headers included."""
    max_message: int = codes.MAX_MESSAGE
    """One message, whether whole or in fragments; more is answered 1009."""
    max_buffered: int = codes.MAX_BUFFERED
    messages_per_second: float = codes.MESSAGES_PER_SECOND
    """Frames of any kind, control frames and fragments included; above it the peer is cut with 1008."""
    message_burst: float = codes.MESSAGES_BURST
    bytes_per_second: float = codes.BYTES_PER_SECOND
    byte_burst: float = codes.BYTES_BURST

    open_timeout: float = 5.0
    """From the connection to the end of the opening request."""
    ping_after: float = codes.PING_AFTER
    cut_after: float = codes.PONG_WITHIN
    beat_after: float = codes.BEAT_AFTER
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
