"""The golden vectors in tests/vectors: every message as a value, as JSON and as MessagePack.

They are read by tests in Python and in the browser's code, so that both agree on bytes and not only with
themselves. A change of these files is a change of the wire.
"""

import json
from collections.abc import Iterable

import msgspec

from signaling import messages as wire
from signaling.codec import JSON, MSGPACK
from signaling.schema import examples


def from_client() -> str:
    """Write one vector for every message of a client."""
    return _file(_vector(message) for message in examples.CLIENT)


def from_server() -> str:
    """Write one vector for every message of ours."""
    return _file(_vector(message) for message in examples.SERVER)


def numbered() -> str:
    """Write one vector for every numbered message and for every length of a number."""
    every = [message for message in examples.SERVER if isinstance(message, wire.Numbered)]
    pairs = [(at + 1, message) for at, message in enumerate(every)]
    return _file(
        _pair(seq, message) for seq, message in pairs + [(seq, every[1]) for seq in examples.SEQUENCE]
    )


def edges() -> str:
    """Write vectors of messages at which the spelling of a value changes."""
    return _file(_vector(message) for message in examples.EDGES)


def _vector(message: wire.Message) -> dict[str, object]:
    return _spelled(message, JSON.encode(message), MSGPACK.encode(message))


def _pair(seq: int, message: wire.Message) -> dict[str, object]:
    return _spelled(
        [seq, message], JSON.pair(seq, JSON.encode(message)), MSGPACK.pair(seq, MSGPACK.encode(message))
    )


def _spelled(value: object, text: bytes, packed: bytes) -> dict[str, object]:
    return {"value": msgspec.to_builtins(value), "json": text.decode(), "msgpack": packed.hex()}


def _file(vectors: Iterable[dict[str, object]]) -> str:
    return json.dumps(list(vectors), ensure_ascii=True, indent=1) + "\n"
