"""Passwords are checked in threads, a few at a time, and alike for known and unknown accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from gateway import passwords
from gateway.passwords import LIGHT, Cost, Passwords


@pytest.fixture
def checker() -> Iterator[Passwords]:
    """Give one that costs little."""
    one = Passwords(at_once=1, cost=LIGHT)
    yield one
    one.close()


async def test_only_the_right_password_is_right(checker: Passwords) -> None:
    """Its hash says nothing of it, and two hashes of it differ."""
    one, two = await checker.hash("open sesame"), await checker.hash("open sesame")
    assert one != two
    assert "sesame" not in one
    assert await checker.right("open sesame", one) is True
    assert await checker.right("Open sesame", one) is False


@pytest.mark.parametrize("hashed", ["", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$broken"])
async def test_a_broken_hash_is_no_password(checker: Passwords, hashed: str) -> None:
    """Nobody gets in by what the store has lost."""
    assert await checker.right("", hashed) is False


async def test_an_unknown_account_costs_a_whole_check(checker: Passwords) -> None:
    """Even who types the very text that is hashed for nobody is refused."""
    assert await checker.right(passwords.NOBODYS, None) is False


async def test_only_so_many_wait(checker: Passwords) -> None:
    """Whoever comes when all places are taken hears so at once, and later ones are served again."""
    hashed = await checker.hash("x")
    most = passwords.WAITING_AT_MOST
    answers = await asyncio.gather(*[checker.right("x", hashed) for _ in range(most + 5)])
    assert answers == [True] * most + [None] * 5
    assert await checker.right("x", hashed) is True


def test_a_hash_costs_what_is_advised() -> None:
    """At least the second choice of RFC 9106, section 4; in one lane, for the others are the visits'."""
    cost = Cost()
    assert cost.memory >= 64 * 1024
    assert cost.passes >= 3
    assert cost.lanes == 1
