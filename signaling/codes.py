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
    FLOODED = 1008
    TOO_BIG = 1009
    FAILED = 1011
    RESTARTING = 1012
    SILENT = 4000
    REFUSED = 4001
    REPLACED = 4002
    REVOKED = 4004


class Next(StrEnum):
    """What a client does after a close."""

    STOP = "stop"
    """Nothing: it is over, or a person has to act first."""
    AGAIN = "again"
    """Connect again, with the usual growing delay, and resume."""
    LATER = "later"
    """The same, but not before 5 s: something is wrong with what the client sends."""
    HINT = "hint"
    """The same, but not before the seconds that the reason names (`retry=2.5`)."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a close code says to whoever gets it."""

    text: str
    then: Next


MEANINGS: Final[dict[Close, Meaning]] = {
    Close.DONE: Meaning("Done: `bye` or `moved` was said before, and says why.", Next.STOP),
    Close.GOING_AWAY: Meaning("The page or the server went away.", Next.AGAIN),
    Close.PROTOCOL_ERROR: Meaning("A WebSocket frame broke RFC 6455.", Next.LATER),
    Close.WRONG_FRAME: Meaning("A text frame on MessagePack, or a binary one on JSON.", Next.LATER),
    Close.NOT_UNDERSTOOD: Meaning(
        "A text frame that is not UTF-8; or three messages in a row were not understood, the last of them not"
        " even as JSON or MessagePack.",
        Next.LATER,
    ),
    Close.FLOODED: Meaning("Too many messages or bytes in too short a time.", Next.LATER),
    Close.TOO_BIG: Meaning("A message was larger than 64 KiB.", Next.LATER),
    Close.FAILED: Meaning("We made a mistake, and log it.", Next.AGAIN),
    Close.RESTARTING: Meaning(
        "The server restarts, or the visit moves to another node. The reason is `retry=<seconds>`.", Next.HINT
    ),
    Close.SILENT: Meaning("No hello came within 5 s.", Next.AGAIN),
    Close.REFUSED: Meaning(
        "Refused: the `error` before says why, and its code is the reason. Also when three messages in a row"
        " were not understood.",
        Next.STOP,
    ),
    Close.REPLACED: Meaning(
        "The seat moved to another device, or to a newer socket of this page.", Next.STOP
    ),
    Close.REVOKED: Meaning("The staff member signed out, or the API key was withdrawn.", Next.STOP),
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
GIVE_UP_AFTER: Final = PING_AFTER + PONG_WITHIN
"""Seconds in which a client heard nothing, after which it connects again."""

TOLD_PER_SECOND: Final = 100
"""Of `signal`, `media`, `quality` and `ice.report` together, from one connection, in the long run; what is
more is dropped unread.
"""
TOLD_BURST: Final = 1_000
"""How many it may send at once after a pause, as when many pairs connect."""
MESSAGES_PER_SECOND: Final = 200
"""WebSocket frames of any kind that a client may send, in the long run."""
MESSAGES_BURST: Final = 400
"""How many it may send at once after a pause."""
BYTES_PER_SECOND: Final = 524_288
"""Bytes that it may send, in the long run; and at once after a pause."""
BYTES_BURST: Final = 2_097_152

REPLAY_EVENTS: Final = 500
"""Messages of a stream that are kept for a resume."""
REPLAY_MS: Final = 120_000
"""Milliseconds for which they are kept."""

AFTER_BYE: Final[dict[str, Close]] = {
    "moved": Close.REPLACED,
    "signed_out": Close.REVOKED,
    "restarting": Close.RESTARTING,
}
"""The close code that follows `bye`, by its code; after every other `bye` it is `Close.DONE`."""
