"""How often one address may ask: a bucket each, over a bounded number of addresses."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

ADDRESSES: Final = 10_000
"""Addresses that are remembered; beyond that the one that asked longest ago is forgotten."""

REMEMBERED: Final = 10_000
"""Signatures that are remembered, so that none counts twice."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Rate:
    """Lets `per_minute` requests of an address through, all at once if need be. `monotonic` in seconds."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        """Whether this address may ask once more now."""
        now = self._monotonic()
        left, at = self._buckets.pop(address, (self._most, now))
        left = min(self._most, left + (now - at) * self._most / 60)
        granted = left >= 1
        self._buckets[address] = (left - 1 if granted else left, now)
        if len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        return granted


class Seen:
    """Signatures that have counted already; the oldest are forgotten."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, signed: str) -> bool:
        return signed in self._seen

    def add(self, signed: str) -> None:
        """Remember one."""
        self._seen[signed] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Read networks as settings name them."""
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def address_of(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """Say whom a request comes from: the peer, or what the outermost proxy that we trust says of it.

    `forwarded` are the X-Forwarded-For headers in order. Whatever stands left of the first address that is
    not a trusted proxy was written by the client and is not believed. An IPv6 client is its /64.
    """
    hops = [hop.strip() for header in forwarded for hop in header.split(",")]
    while hops and _within(peer, trusted):
        peer = hops.pop()
    return _client(peer)


def is_loopback(peer: str) -> bool:
    """Whether a peer's address is of this very machine."""
    parsed = _parsed(peer)
    return parsed is not None and parsed.is_loopback


def _within(address: str, trusted: Sequence[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _client(address: str) -> str:
    parsed = _parsed(address)
    if parsed is None:
        return "unknown"
    return str(ipaddress.ip_network((parsed, 64), strict=False) if parsed.version == 6 else parsed)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address; one of IPv4 in the clothes of IPv6 is one of IPv4."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return mapped or parsed
