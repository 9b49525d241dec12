"""Both servers are asked the same, each in its own spelling."""

import json

import msgpack  # type: ignore[import-untyped]  # ships no types
import pytest

from load_tests.dialects import ROOMS, VESTIBULE, Dialect
from signaling.codec import MSGPACK
from signaling.messages import Relayed


def test_our_relays_are_known_by_their_beginning() -> None:
    """A relay of ours begins as the client expects, so that it need not be read; nothing else does."""
    spelled = MSGPACK.encode(Relayed(seat="g4m8x2kq", data="candidate"))
    assert spelled.startswith(VESTIBULE.relayed)
    assert not msgpack.packb({"t": "ready"}).startswith(VESTIBULE.relayed)


def test_the_plain_servers_relays_are_known_by_their_beginning() -> None:
    """So does a relay of the plain server, as Python's own json spells it."""
    assert json.dumps({"t": "relayed", "seat": "a", "data": "b"}).encode().startswith(ROOMS.relayed)


@pytest.mark.parametrize("dialect", [VESTIBULE, ROOMS], ids=lambda dialect: dialect.name)
def test_numbered_messages_are_read_with_their_number(dialect: Dialect) -> None:
    """A message of a stream has one in front, a bare one has none."""
    said = {"t": "board.seat", "visit": "v"}
    assert dialect.read(dialect.spell(said)) == (0, said)
    pair = dialect.spell([7, said])  # type: ignore[arg-type]  # our server spells pairs too
    assert dialect.read(pair) == (7, said)
