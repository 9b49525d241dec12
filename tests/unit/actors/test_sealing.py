"""Guest text sealed: opened only here, only whole, only in its own place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.sealing import SealBroken, Sealer
from actors.secrets import PEPPER_BYTES, Secrets
from engine.ids import VisitId

VISIT = VisitId("0417-7h3kq2m9xw4c")
OTHER = VisitId("0417-aaaaaaaaaaaa")
OLD = {1: b"\x01" * PEPPER_BYTES}
ROTATED = OLD | {2: b"\x02" * PEPPER_BYTES}
TEXTS = {"name": "Ana López", "contact": "+14155550100"}


class Random:
    """Random bytes that a test can foresee: each draw another."""

    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self, count: int) -> bytes:
        """Draw bytes."""
        self.drawn += 1
        return self.drawn.to_bytes(count, "big")


def sealer(peppers: dict[int, bytes] | None = None) -> Sealer:
    """A sealer with these keys."""
    return Sealer(Secrets(peppers or OLD), Random())


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=70), max_size=8))
def test_what_was_sealed_opens_as_it_was(texts: dict[str, str]) -> None:
    """Whatever people are called."""
    one = sealer()
    assert one.open(one.seal(texts, VISIT, "guest"), VISIT, "guest") == texts


def test_a_seal_shows_nothing_and_never_looks_the_same() -> None:
    """Not a byte of a name, and no telling that two names are one."""
    one = sealer()
    first, second = one.seal(TEXTS, VISIT, "guest"), one.seal(TEXTS, VISIT, "guest")
    assert first != second
    for word in ("Ana", "López", "name", "4155550100"):
        assert word.encode() not in first


def test_a_seal_opens_only_in_its_own_place() -> None:
    """Moved to another visit or another part of its own, it is broken."""
    one = sealer()
    sealed = one.seal(TEXTS, VISIT, "guest")
    for visit, part in ((OTHER, "guest"), (VISIT, "clinic")):
        with pytest.raises(SealBroken):
            one.open(sealed, visit, part)


def test_a_seal_with_any_bit_changed_is_broken() -> None:
    """Every byte counts, also those of the head; and so does the length."""
    one = sealer()
    sealed = one.seal({"name": "A"}, VISIT, "guest")
    for at in range(len(sealed)):
        for bit in (1, 128):
            damaged = bytes((*sealed[:at], sealed[at] ^ bit, *sealed[at + 1 :]))
            with pytest.raises(SealBroken):
                one.open(damaged, VISIT, "guest")
        with pytest.raises(SealBroken):
            one.open(sealed[:at], VISIT, "guest")


def test_older_keys_open_and_the_newest_seals() -> None:
    """After a rotation what was sealed before opens, and what is sealed now needs the new key."""
    sealed = sealer(OLD).seal(TEXTS, VISIT, "guest")
    assert sealer(ROTATED).open(sealed, VISIT, "guest") == TEXTS
    newer = sealer(ROTATED).seal(TEXTS, VISIT, "guest")
    with pytest.raises(SealBroken, match="does not have"):
        sealer(OLD).open(newer, VISIT, "guest")


def test_another_pepper_opens_nothing_and_says_nothing() -> None:
    """A stolen store without its pepper shows no name, not even in a traceback."""
    sealed = sealer(OLD).seal(TEXTS, VISIT, "guest")
    with pytest.raises(SealBroken) as broken:
        sealer({1: b"\x09" * PEPPER_BYTES}).open(sealed, VISIT, "guest")
    assert broken.value.__cause__ is None
    assert "Ana" not in str(broken.value)
