"""Who may call, and how often: the trunks and the caps. Sans-I/O.

What is not let through gets no answer at all, so that a scan learns nothing.
"""

import ipaddress
from collections import Counter
from dataclasses import dataclass
from typing import Final

_SOURCES: Final = 4_096
"""Addresses whose rate is remembered."""


@dataclass(frozen=True, slots=True)
class Caps:
    """How many calls are taken. `burst` is how many may come at once beyond the rate."""

    total: int
    per_source: int
    per_second: float
    burst: int


class Gate:
    """Lets calls through, or not."""

    def __init__(self, allowed: tuple[str, ...], caps: Caps) -> None:
        """`allowed`: networks, each a trunk, or `name=network` where a trunk has several."""
        trunks = [(ipaddress.ip_network(one.rpartition("=")[2]), one.partition("=")[0]) for one in allowed]
        self._trunks = sorted(trunks, key=lambda one: one[0].prefixlen, reverse=True)
        self._caps = caps
        self._live: Counter[str] = Counter()
        self._buckets: dict[str, tuple[float, float]] = {}

    @property
    def live(self) -> int:
        """How many calls were let through and have not ended."""
        return self._live.total()

    def trunk(self, source: str) -> str | None:
        """Name the trunk of an address, the narrowest of several; None for who may not speak to us at all."""
        try:
            address = ipaddress.ip_address(source)
        except ValueError:
            return None
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return next((name for network, name in self._trunks if address in network), None)

    def enter(self, source: str, now: float) -> bool:
        """Let one more call through, if the caps allow; `leave` it when it has ended. `now` in seconds."""
        if self._live[source] >= self._caps.per_source or self.live >= self._caps.total:
            return False
        budget, at = self._buckets.pop(source, (float(self._caps.burst), now))
        budget = min(self._caps.burst, budget + (now - at) * self._caps.per_second)
        self._buckets[source] = (budget - 1 if budget >= 1 else budget, now)
        if len(self._buckets) > _SOURCES:
            del self._buckets[next(iter(self._buckets))]
        if budget < 1:
            return False
        self._live[source] += 1
        return True

    def leave(self, source: str) -> None:
        """One call of this source has ended."""
        self._live[source] -= 1
        if self._live[source] <= 0:
            del self._live[source]
