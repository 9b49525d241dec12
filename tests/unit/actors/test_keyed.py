"""Our HMAC is the standard's, and says which field ends where."""

from __future__ import annotations

import hmac

from hypothesis import given
from hypothesis import strategies as st

from actors.keyed import Keyed

FIELDS = st.lists(st.text(max_size=300), max_size=5)


@given(st.binary(max_size=200), FIELDS)
def test_it_is_hmac_sha256(key: bytes, fields: list[str]) -> None:
    """Whatever other implementation reads our data makes the same codes (RFC 2104)."""
    message = b"".join(len(one.encode()).to_bytes(4, "big") + one.encode() for one in fields)
    assert Keyed(key).mac(*fields) == hmac.digest(key, message, "sha256")


@given(FIELDS, FIELDS)
def test_no_two_lists_of_fields_have_one_code(these: list[str], those: list[str]) -> None:
    """Letters that move from one field to the next make another message."""
    key = Keyed(b"k" * 32)
    assert (key.mac(*these) == key.mac(*those)) == (these == those)
