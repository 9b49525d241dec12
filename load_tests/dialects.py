"""How the servers spell the same conversation.

Message names and fields are those of docs/protocol.md for both; ours travels as MessagePack, as the web app
speaks it, the baselines' as JSON.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from load_tests.frames import BINARY, TEXT, masked_frame

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One spelling: what a client has to know to talk to one of the servers."""

    name: str
    path: str
    subprotocol: str
    opcode: int
    spell: Callable[[Fields], bytes]
    parse: Callable[[bytes], Any]
    relayed: bytes
    """How a `relayed` begins, so that a client need not read it."""

    def frame(self, t: str, **fields: object) -> bytes:
        """Make the frame of one message, ready to be written."""
        return masked_frame(self.opcode, self.spell({"t": t, **fields}))

    def read(self, payload: bytes) -> tuple[int, Fields]:
        """Read one message and the number in front of it, which is 0 for a bare one."""
        message = self.parse(payload)
        return (message[0], message[1]) if isinstance(message, list) else (0, message)


VESTIBULE: Final = Dialect(
    name="vestibule",
    path="/ws",
    subprotocol="vestibule.v1.msgpack",
    opcode=BINARY,
    spell=msgspec.msgpack.encode,
    parse=msgspec.msgpack.decode,
    relayed=b"\x83\xa1t\xa7relayed",
)
ROOMS: Final = Dialect(
    name="rooms",
    path="/",
    subprotocol="",
    opcode=TEXT,
    spell=msgspec.json.encode,
    parse=msgspec.json.decode,
    relayed=b'{"t": "relayed"',  # as Python's json spells it
)
NODE_ROOMS: Final = replace(ROOMS, name="node-rooms", relayed=b'{"t":"relayed"')  # as JSON.stringify does
