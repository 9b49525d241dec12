"""The golden vectors: bytes on which Python, the `msgpack` package and the browser's code agree."""

import json
from pathlib import Path
from typing import Any

import msgpack  # type: ignore[import-untyped]  # ships no types
import msgspec
import pytest

from signaling import messages as wire
from signaling.codec import CODECS, JSON, MSGPACK
from signaling.schema.describe import members

FOLDER = Path(__file__).parents[2] / "vectors"
Vector = dict[str, Any]


def read(name: str) -> list[Vector]:
    """Read one file of vectors."""
    found: list[Vector] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def named(vector: Vector) -> str:
    """Name a vector for the test report."""
    value = vector["value"]
    return f"{value[0]} {value[1]['t']}" if isinstance(value, list) else str(value["t"])


BARE = read("client") + read("server") + read("edges")
NUMBERED = read("numbered")


def test_every_message_has_a_vector() -> None:
    """Nobody adds a message without bytes that a client's tests can read."""
    tags = {vector["value"]["t"] for vector in read("client") + read("server")}
    known = (*members(wire.FromClient), *members(wire.FromServer))
    assert tags == {struct.__struct_config__.tag for struct in known}


def test_every_numbered_message_has_a_numbered_vector() -> None:
    """The pairs `[seq, message]` are covered as well."""
    tags = {vector["value"][1]["t"] for vector in NUMBERED}
    assert tags == {struct.__struct_config__.tag for struct in members(wire.Numbered)}


@pytest.mark.parametrize("vector", BARE, ids=named)
def test_our_spelling_is_the_golden_one(vector: Vector) -> None:
    """The same message is spelled with the same bytes as ever, both ways."""
    message = msgspec.convert(vector["value"], wire.FromClient | wire.FromServer)
    assert JSON.encode(message).decode() == vector["json"]
    assert MSGPACK.encode(message).hex() == vector["msgpack"]


@pytest.mark.parametrize("vector", BARE + NUMBERED, ids=named)
def test_libraries_that_are_not_ours_read_the_same_value(vector: Vector) -> None:
    """The standard library and the `msgpack` package find in both spellings what was meant."""
    assert json.loads(vector["json"]) == vector["value"]
    assert msgpack.unpackb(bytes.fromhex(vector["msgpack"])) == vector["value"]


@pytest.mark.parametrize("vector", NUMBERED, ids=named)
def test_a_number_in_front_of_a_message_makes_the_golden_pair(vector: Vector) -> None:
    """Splicing bytes gives what encoding the whole pair gives."""
    seq, value = vector["value"]
    message = msgspec.convert(value, wire.Numbered)
    assert JSON.pair(seq, JSON.encode(message)).decode() == vector["json"]
    assert MSGPACK.pair(seq, MSGPACK.encode(message)).hex() == vector["msgpack"]
    assert msgspec.json.encode([seq, message]).decode() == vector["json"]
    assert msgspec.msgpack.encode([seq, message]).hex() == vector["msgpack"]


@pytest.mark.parametrize("vector", read("client"), ids=named)
def test_the_server_understands_every_vector_of_a_client(vector: Vector) -> None:
    """Both codecs take it as the message that was meant, however another library spells it."""
    meant = msgspec.convert(vector["value"], wire.FromClient)
    assert CODECS["vestibule.v1.json"].decode(vector["json"].encode(), True) == meant
    assert CODECS["vestibule.v1.msgpack"].decode(bytes.fromhex(vector["msgpack"]), False) == meant
    assert CODECS["vestibule.v1.json"].decode(json.dumps(vector["value"], indent=1).encode(), True) == meant
    assert CODECS["vestibule.v1.msgpack"].decode(msgpack.packb(vector["value"]), False) == meant
