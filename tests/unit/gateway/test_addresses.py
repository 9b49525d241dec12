"""Addresses are read as browsers and operators write them."""

from __future__ import annotations

import pytest

from gateway.addresses import is_loopback, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Visits.Example.org:443/x?y", "https://visits.example.org"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("ftp://a", None),
        ("https://", None),
        ("https://a:port", None),
    ],
)
def test_an_origin_is_scheme_host_and_unusual_port(url: str, origin: str | None) -> None:
    """As browsers send it."""
    assert origin_of(url) == origin


def test_only_this_machines_addresses_are_loopback() -> None:
    """A name that somebody else may resolve is not."""
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")] == [True] * 4
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "localhost.example")] == [False] * 4
