"""The two spellings of the wire: MessagePack in binary frames, JSON in text frames.

Whatever a client sends, `decode` answers with a message or with `Malformed`, never with an exception. Client
messages are flat, so nothing nested is ever built: nested values can only stand in unknown fields, which are
skipped, and skipping stops at Python's own recursion limit. Of a field given twice the last one counts
(RFC 8259, section 4), except `t`, which must not contradict itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec import Struct, ValidationError

from engine.ids import Instant
from signaling.codes import MAX_MESSAGE, Close, Subprotocol
from signaling.messages import Beat, FromClient, FromServer, Message


@dataclass(frozen=True, slots=True)
class Malformed:
    """What came is no message of ours; `reason` is for a developer and quotes at most the client's own words.

    `close` is the code with which the connection ends: `at_once`, or after some more of the kind.
    """

    reason: str
    close: Close
    at_once: bool = False


TOO_BIG: Final = Malformed(f"more than {MAX_MESSAGE} bytes", Close.TOO_BIG, at_once=True)
WRONG_FRAME: Final = Malformed("wrong frame for this subprotocol", Close.WRONG_FRAME, at_once=True)


class Encoded(Struct, gc=False):
    """A message for many connections: spelled at most once each way, and only when somebody needs it.

    Once it is spelled the message itself is let go: streams keep many of these, and few are read both ways.
    """

    _message: Message | None
    said_at: Instant = 0
    """When it was put into streams."""
    _msgpack: bytes = b""
    _json: bytes = b""

    def msgpack(self) -> bytes:
        """Give the message as MessagePack."""
        body = self._msgpack
        if not body:
            body = self._msgpack = _pack(self._message or _read_json(self._json))
            self._message = None
        return body

    def json(self) -> bytes:
        """Give the message as JSON."""
        body = self._json
        if not body:
            body = self._json = _write(self._message or _read_msgpack(self._msgpack))
            self._message = None
        return body


@dataclass(frozen=True, slots=True, eq=False)
class Codec:
    """One spelling. There are two of them, `MSGPACK` and `JSON`; they keep no state."""

    subprotocol: Subprotocol
    text: bool
    """Whether it travels in text frames."""
    encode: Callable[[Message], bytes]
    """Spell one message."""
    body: Callable[[Encoded], bytes]
    """Spell a shared message, or take the spelling that another connection caused."""
    pair: Callable[[int, bytes], bytes]
    """Put a sequence number in front of a spelled message: `[seq, message]`."""
    read: Callable[[bytes], FromClient]
    look: Callable[[bytes], "_Request"]
    beat: bytes
    """`beat`, spelled."""

    def decode(self, data: bytes, text: bool) -> FromClient | Malformed:
        """Read one message of a client; `text` says that it came in a text frame."""
        if len(data) > MAX_MESSAGE:
            return TOO_BIG
        if text is not self.text:
            return WRONG_FRAME
        try:
            return self.read(data)
        except ValidationError as error:
            return Malformed(_brief(error), Close.REFUSED)
        except (ValueError, RecursionError) as error:  # broken syntax, bad UTF-8, deep nesting
            return Malformed(_brief(error), Close.NOT_UNDERSTOOD)

    def id_of(self, data: bytes) -> int:
        """Find the request id in a malformed message, so that it can be answered; 0 when there is none."""
        try:
            found = self.look(data).id
        except (ValueError, RecursionError):
            return 0
        return found if 1 <= found <= 0xFFFF_FFFF else 0


class _Request(Struct, gc=False):
    """What every request has, whatever else is wrong with it."""

    id: int


_pack: Final = msgspec.msgpack.Encoder().encode
_write: Final = msgspec.json.Encoder().encode
_read_msgpack: Final = msgspec.msgpack.Decoder(FromServer).decode
_read_json: Final = msgspec.json.Decoder(FromServer).decode


def _brief(error: Exception) -> str:
    """Say what was wrong, in printable ASCII that fits into a close frame (RFC 6455, section 5.5)."""
    return "".join(letter if " " <= letter <= "~" else "?" for letter in str(error)[:120])


def _pack_pair(seq: int, body: bytes) -> bytes:
    return b"\x92" + _pack(seq) + body


def _write_pair(seq: int, body: bytes) -> bytes:
    return b"[%d,%b]" % (seq, body)


MSGPACK: Final = Codec(
    subprotocol=Subprotocol.MSGPACK,
    text=False,
    encode=_pack,
    body=Encoded.msgpack,
    pair=_pack_pair,
    read=msgspec.msgpack.Decoder(FromClient).decode,
    look=msgspec.msgpack.Decoder(_Request).decode,
    beat=_pack(Beat()),
)
JSON: Final = Codec(
    subprotocol=Subprotocol.JSON,
    text=True,
    encode=_write,
    body=Encoded.json,
    pair=_write_pair,
    read=msgspec.json.Decoder(FromClient).decode,
    look=msgspec.json.Decoder(_Request).decode,
    beat=_write(Beat()),
)
CODECS: Final[dict[str, Codec]] = {codec.subprotocol.value: codec for codec in (MSGPACK, JSON)}
"""The codec of each subprotocol."""
