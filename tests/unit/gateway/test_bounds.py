"""Who asks, as far as it can be believed, and how often they may."""

from __future__ import annotations

import pytest

from gateway.api.bounds import ADDRESSES, Rate, address_of, networks

PROXIES = networks(["10.0.0.0/8", "::1"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
        ("::1", ["2001:db8:1:2:3::4"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["not an address"], "unknown"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("", [], "unknown"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: list[str], address: str) -> None:
    """What a client writes in front of them is not, and a whole IPv6 network is one client."""
    assert address_of(peer, forwarded, PROXIES) == address


def test_each_address_has_its_own_bucket() -> None:
    """So many at once, then as many a minute; another address is not slowed."""
    clock = [0.0]
    rate = Rate(6, lambda: clock[0])
    assert [rate.take("a") for _ in range(7)] == [True] * 6 + [False]
    assert rate.take("b")
    clock[0] = 10.0
    assert [rate.take("a") for _ in range(2)] == [True, False]


def test_addresses_are_forgotten_in_order() -> None:
    """A flood from many addresses costs bounded memory, and does not free the one that floods."""
    rate = Rate(1, lambda: 0.0)
    for number in range(ADDRESSES):
        assert rate.take("flooder") is (number == 0)
        rate.take(str(number))
    assert not rate.take("flooder")
    assert not rate.take(str(ADDRESSES - 1))
    assert rate.take("0")
