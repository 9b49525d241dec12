"""The two spellings: what we write can be read, and nothing that is read can hurt."""

import json
from typing import Any

import msgpack  # type: ignore[import-untyped]  # ships no types
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling import messages as wire
from signaling.codec import JSON, MSGPACK, Codec, Encoded, Malformed
from signaling.codes import MAX_MESSAGE, Close
from signaling.schema import examples
from tests.unit.signaling import strategies

BOTH = pytest.mark.parametrize("codec", [MSGPACK, JSON], ids=lambda codec: codec.subprotocol.name)
LEAVE = {"t": "leave", "id": 7}


def read(codec: Codec, data: bytes) -> Any:
    """Read with a library that is not ours."""
    return json.loads(data) if codec.text else msgpack.unpackb(data)


def spell(codec: Codec, value: object) -> bytes:
    """Spell any value, a message or not, with a library that is not ours."""
    return json.dumps(value).encode() if codec.text else msgpack.packb(value)


def understood(codec: Codec, data: bytes) -> wire.FromClient | Malformed:
    """Decode as it would arrive on this subprotocol."""
    return codec.decode(data, codec.text)


def closing(found: wire.FromClient | Malformed) -> Close:
    """Say with which code the connection would end; fail when the message was understood."""
    assert isinstance(found, Malformed), found
    assert found.reason.isascii()
    assert found.reason.isprintable()
    assert len(found.reason) <= 120
    return found.close


# ---------------------------------------------------------------- what we write can be read


@BOTH
@given(message=strategies.from_client)
def test_a_clients_message_arrives_as_it_was_said(codec: Codec, message: wire.FromClient) -> None:
    """Every message that a client can make is understood as what it was."""
    assert understood(codec, codec.encode(message)) == message


@BOTH
@given(message=strategies.from_server)
def test_every_message_of_ours_can_be_read_without_our_code(codec: Codec, message: wire.FromServer) -> None:
    """A library that is not ours reads the same value, and our types take it for the same message."""
    value = read(codec, codec.encode(message))
    assert value == msgspec.to_builtins(message)
    assert msgspec.convert(value, wire.FromServer) == message


@BOTH
@given(message=strategies.from_server, seq=st.integers(1, 2**53 - 1))
def test_a_numbered_message_is_a_pair(codec: Codec, message: wire.FromServer, seq: int) -> None:
    """The number is put in front of bytes that others get as well."""
    assert read(codec, codec.pair(seq, codec.body(Encoded(message)))) == [seq, msgspec.to_builtins(message)]


@BOTH
def test_a_shared_message_is_spelled_once(codec: Codec) -> None:
    """A hundred connections of one subprotocol cost one encoding."""
    shared = Encoded(wire.Beat())
    assert codec.body(shared) is codec.body(shared)
    assert codec.body(shared) == codec.beat


@BOTH
@given(message=strategies.from_server)
def test_a_shared_message_is_spelled_either_way_at_any_time(codec: Codec, message: wire.FromServer) -> None:
    """Kept as bytes in one spelling, it is spelled the other way as if it had just been made."""
    other = JSON if codec is MSGPACK else MSGPACK
    shared = Encoded(message)
    assert codec.body(shared) == codec.encode(message)
    assert other.body(shared) == other.encode(message)


@BOTH
def test_what_has_its_default_is_left_out(codec: Codec) -> None:
    """Nobody pays for empty fields, and no null ever travels."""
    value = read(codec, codec.encode(wire.RowChanged(visit=examples.FOR_GUESTS)))
    assert "seats" not in value
    assert not {"name", "room", "option", "locked"} & value["visit"].keys()


# ---------------------------------------------------------------- nothing that is read can hurt


@BOTH
@given(data=st.binary(max_size=300))
def test_no_bytes_raise(codec: Codec, data: bytes) -> None:
    """Whatever arrives is a message or Malformed, and an id can be looked for in it."""
    assert isinstance(understood(codec, data), wire.Message | Malformed)
    assert 0 <= codec.id_of(data) <= 2**32 - 1


@BOTH
@given(message=strategies.from_client, chance=st.data())
def test_no_damaged_message_raises(codec: Codec, message: wire.FromClient, chance: st.DataObject) -> None:
    """A message with bytes changed, lost or added is another message or Malformed."""
    data = bytearray(codec.encode(message))
    for _ in range(chance.draw(st.integers(1, 4))):
        at = chance.draw(st.integers(0, len(data)))
        data[at : at + chance.draw(st.integers(0, 3))] = chance.draw(st.binary(max_size=3))
    assert isinstance(understood(codec, bytes(data)), wire.Message | Malformed)
    assert 0 <= codec.id_of(bytes(data)) <= 2**32 - 1


@BOTH
@pytest.mark.parametrize("message", examples.CLIENT, ids=lambda message: type(message).__name__)
def test_a_message_cut_short_anywhere_is_malformed(codec: Codec, message: wire.FromClient) -> None:
    """No part of a message is taken for a whole one, and nothing may follow it."""
    data = codec.encode(message)
    for end in range(len(data)):
        assert closing(understood(codec, data[:end])) in (Close.NOT_UNDERSTOOD, Close.REFUSED)
    assert closing(understood(codec, data + b"\x01")) is Close.NOT_UNDERSTOOD


@BOTH
@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        7,
        "leave",
        [1, LEAVE],
        {"id": 7},
        {"t": "nonsense", "id": 7},
        {"t": "ready", "id": 7},
        {"t": None, "id": 7},
        {"t": ["leave"], "id": 7},
        {"t": "leave"},
        {"t": "leave", "id": "7"},
        {"t": "leave", "id": 7.0},
        {"t": "leave", "id": True},
        {"t": "leave", "id": None},
        {"t": "leave", "id": 0},
        {"t": "leave", "id": -1},
        {"t": "leave", "id": 2**32},
        {"t": "leave", "id": 2**64 - 1},
        {"t": "leave", "id": [[[7]]]},
        {"t": "lock", "id": 7, "op": "a", "on": 1},
        {"t": "lock", "id": 7, "op": "", "on": True},
        {"t": "lock", "id": 7, "op": "x" * 41, "on": True},
        {"t": "rename", "id": 7, "op": "a", "seat": "b", "name": "x" * 4097},
        {"t": "signal", "to": "a", "data": {"type": "offer"}},
        {"t": "signal", "to": "a", "data": "x" * 60_001},
        {"t": "hello.seat", "id": 1, "visit": "", "seat": "", "secret": "s", "page": "", "seq": 2**53},
        {"t": "hello.seat", "id": 1, "visit": "", "seat": "", "secret": "s", "page": "", "seq": -1},
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_what_is_no_message_of_a_client_is_refused(codec: Codec, value: object) -> None:
    """Wrong shapes, types and bounds are the client's mistake, and end in 4001 if repeated."""
    assert closing(understood(codec, spell(codec, value))) is Close.REFUSED


@BOTH
def test_the_longest_signal_passes(codec: Codec) -> None:
    """60,000 letters and their frame fit below the size limit, even as JSON with a few escapes."""
    message = wire.Signal(to="a" * 64, data='"' * 500 + "x" * 59_500)
    assert understood(codec, codec.encode(message)) == message


@BOTH
def test_a_message_of_more_than_64_kib_is_not_even_read(codec: Codec) -> None:
    """It ends the connection at once with 1009."""
    at_limit = spell(codec, LEAVE | {"pad": "x" * (MAX_MESSAGE - len(spell(codec, LEAVE | {"pad": ""})) - 2)})
    assert understood(codec, at_limit) == wire.Leave(id=7)
    found = understood(codec, at_limit + b" " * MAX_MESSAGE)
    assert closing(found) is Close.TOO_BIG
    assert isinstance(found, Malformed)
    assert found.at_once


@BOTH
def test_the_wrong_kind_of_frame_ends_the_connection(codec: Codec) -> None:
    """Text on MessagePack and binary on JSON are 1003, whatever they hold."""
    found = codec.decode(spell(codec, LEAVE), not codec.text)
    assert closing(found) is Close.WRONG_FRAME
    assert isinstance(found, Malformed)
    assert found.at_once


@BOTH
def test_deep_nesting_is_refused_before_it_can_hurt(codec: Codec) -> None:
    """Tens of thousands of brackets, closed or not, wherever they stand, are Malformed."""
    opened, shut = (b"[", b"]") if codec.text else (b"\x91", b"\xc0")
    depth = 30_000
    head = b'{"t":"leave","id":7,"x":' if codec.text else bytes.fromhex("83a174a56c65617665a2696407a178")
    tail = b"}" if codec.text else b""
    closed = shut * depth if codec.text else shut
    for data in (
        opened * depth,
        opened * depth + closed,
        head + opened * depth,
        head + opened * depth + closed + tail,
    ):
        closing(understood(codec, data))
        assert codec.id_of(data) in (0, 7)


@BOTH
def test_fields_that_we_do_not_know_are_ignored(codec: Codec) -> None:
    """A client of a later version is understood, whatever its new fields hold."""
    news = LEAVE | {"new": {"a": [1, {"b": None}], "c": 1.5}}
    assert understood(codec, spell(codec, news)) == wire.Leave(id=7)


@BOTH
def test_the_id_of_a_malformed_request_is_found(codec: Codec) -> None:
    """So its sender gets an answer; what is no id counts as none."""
    assert codec.id_of(spell(codec, {"t": "nonsense", "id": 7})) == 7
    for ident in (0, -1, 2**32, 1.5, "7", None, [7]):
        assert codec.id_of(spell(codec, {"t": "nonsense", "id": ident})) == 0


@pytest.mark.parametrize(
    "data",
    [
        b'{"t":"leave","id":NaN}',
        b'{"t":"leave","id":7,"x":Infinity}',
        b'{"t":"leave","id":07}',
        b"{'t':'leave','id':7}",
        b'{"t":"leave","id":7,}',
        b'\xef\xbb\xbf{"t":"leave","id":7}',
        b'{"t":"leave","id":7}{"t":"leave","id":8}',
        b'{"t":"signal","to":"\xff","data":""}',
        b'{"t":"signal","to":"\xed\xa0\x80","data":""}',
        b'{"t":"signal","to":"\\ud800","data":""}',
        b'{"t":"signal","to":"\\ud800\\u0041","data":""}',
        b'{"t":"signal","to":"a\x00b","data":""}',
    ],
    ids=repr,
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    """NaN, bad UTF-8, halves of surrogate pairs, trailing text and the like are Malformed."""
    assert closing(JSON.decode(data, True)) is Close.NOT_UNDERSTOOD


@pytest.mark.parametrize("digits", [b"9" * 20, b"9" * 5000, b"-" + b"9" * 5000, b"1e400", b"1e5", b"7.5"])
def test_numbers_beyond_all_bounds_are_refused(digits: bytes) -> None:
    """A number of thousands of digits costs nothing and is no id."""
    assert closing(JSON.decode(b'{"t":"leave","id":' + digits + b"}", True)) is Close.REFUSED


@pytest.mark.parametrize(
    "packed",
    [
        "82a174a56c65617665a26964c1",  # the byte that MessagePack never uses
        "82a174a56c65617665a26964cb7ff8000000000000",  # NaN
        "82a174a56c65617665a26964d40507",  # an extension type
        "82a174a56c65617665a26964d6ff5f5e1000",  # a timestamp
        "82a174c4056c65617665a2696407",  # binary in place of text
        "82c40174a56c65617665a2696407",  # binary in place of a key
        "8201a56c65617665a2696407",  # a number in place of a key
        "83a174a67369676e616ca2746fa1ffa464617461a0",  # bad UTF-8
        "dfffffffff",  # a map that claims to be huge
        "ddffffffff",
        "dbffffffff",
        "82a174a56c65617665a2696407c0",  # something after the message
    ],
)
def test_hostile_messagepack_is_refused(packed: str) -> None:
    """Extension types, binaries, NaN, bad UTF-8 and lengths that lie are Malformed, and cost no memory."""
    closing(MSGPACK.decode(bytes.fromhex(packed), False))


@BOTH
def test_a_name_that_contradicts_itself_is_refused(codec: Codec) -> None:
    """Of a field given twice the last counts, but a message has only one name."""
    twice, contrary = (
        (b'{"t":"leave","id":1,"id":2}', b'{"t":"leave","id":1,"t":"get.ice"}')
        if codec.text
        else (
            bytes.fromhex("83a174a56c65617665a2696401a2696402"),
            bytes.fromhex("83a174a56c65617665a2696401a174a76765742e696365"),
        )
    )
    assert understood(codec, twice) == wire.Leave(id=2)
    assert closing(understood(codec, contrary)) is Close.REFUSED


@BOTH
def test_the_reason_quotes_a_client_only_in_printable_ascii(codec: Codec) -> None:
    """It can stand in a log line and in a close frame, however the client named its message."""
    found = understood(codec, spell(codec, {"t": "\x1b[31m\u202e" + "x" * 5000}))
    assert closing(found) is Close.REFUSED
