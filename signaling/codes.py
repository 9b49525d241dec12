"""Close codes, limits and times of the socket, each with its meaning; docs/protocol.md prints this table.

1000 to 1015 mean what RFC 6455, section 7.4.1, says; 4000 to 4999 are ours. Clients read these numbers: one
never changes its meaning.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Subprotocol(StrEnum):
    """The two spellings of the same messages; a client offers one, or both in its order of preference."""

    MSGPACK = "vestibule.v1.msgpack"
    JSON = "vestibule.v1.json"


class Close(IntEnum):
    """Why a socket was closed."""

    DONE = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    WRONG_FRAME = 1003
    NOT_UNDERSTOOD = 1007
    TOO_BIG = 1009
    FAILED = 1011
    RESTARTING = 1012
    SILENT = 4000
    REFUSED = 4001
    REPLACED = 4002
    FLOODED = 4003
    REVOKED = 4004
    OWNER_LOST = 4005


class Next(StrEnum):
    """What a client does after a close."""

    STOP = "stop"
    """Nothing: it is over, or a person has to act first."""
    AGAIN = "again"
    """Connect again, with the usual growing delay, and resume."""
    HINT = "hint"
    """Connect again after the seconds that the reason names (`retry=2.5`), and resume."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a close code says to whoever gets it."""

    text: str
    then: Next


MEANINGS: Final[dict[Close, Meaning]] = {
    Close.DONE: Meaning("Done. `bye` or `moved` was said before, and says why.", Next.STOP),
    Close.GOING_AWAY: Meaning("The page or the server went away.", Next.AGAIN),
    Close.PROTOCOL_ERROR: Meaning("A WebSocket frame broke RFC 6455.", Next.STOP),
    Close.WRONG_FRAME: Meaning("A text frame on MessagePack, or a binary one on JSON.", Next.STOP),
    Close.NOT_UNDERSTOOD: Meaning(
        "Text that is not UTF-8, or the third frame in a row that is neither JSON nor MessagePack.", Next.STOP
    ),
    Close.TOO_BIG: Meaning("A message was larger than 64 KiB.", Next.STOP),
    Close.FAILED: Meaning("We made a mistake, and log it.", Next.AGAIN),
    Close.RESTARTING: Meaning("The server restarts. The reason is `retry=<seconds>`.", Next.HINT),
    Close.SILENT: Meaning("No hello came within 5 s.", Next.AGAIN),
    Close.REFUSED: Meaning(
        "Refused; the `error` before says why. Also after three messages in a row that were not understood.",
        Next.STOP,
    ),
    Close.REPLACED: Meaning(
        "The seat moved to another device, or to another socket of this page.", Next.STOP
    ),
    Close.FLOODED: Meaning("Too many messages in too short a time.", Next.AGAIN),
    Close.REVOKED: Meaning("The staff member signed out, or the API key was withdrawn.", Next.STOP),
    Close.OWNER_LOST: Meaning("Another node took the visit over, or is about to.", Next.AGAIN),
}
"""The meaning of every close code that we send, and what a client does next."""

MAX_MESSAGE: Final = 65_536
"""Bytes in one message, either way in; `signal.data` is at most 60,000 characters of it."""
MAX_BUFFERED: Final = 262_144
"""Bytes that may wait for a client that reads too slowly; beyond that it is cut without a close frame."""
MAX_OUTSTANDING: Final = 64
"""Requests of one connection that may be unanswered; the next one is refused with `busy`."""
MAX_MALFORMED: Final = 3
"""Messages in a row that were not understood, after which the connection is closed."""

HELLO_WITHIN: Final = 5.0
"""Seconds from the opening of the socket to the first message."""
PING_AFTER: Final = 3.0
"""Seconds of silence from the client after which we ping it."""
PONG_WITHIN: Final = 4.0
"""Seconds after our ping in which anything must come from the client; then it is cut."""
BEAT_AFTER: Final = 3.0
"""Seconds in which we had nothing to say, after which we say `beat`."""
GIVE_UP_AFTER: Final = 7.0
"""Seconds in which a client heard nothing, after which it connects again."""

REPLAY_EVENTS: Final = 500
"""Messages of a stream that are kept for a resume."""
REPLAY_MS: Final = 120_000
"""Milliseconds for which they are kept."""
