"""What is read at a scrape: visits, seats, sockets, the bridge, how far guessing came."""

from __future__ import annotations

import asyncio
from collections import Counter as Counts
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from actors.host import Host
from actors.ports import StoreDown
from engine.pin import guess_bound, strict_limit
from gateway.metrics.census import Census
from gateway.metrics.names import PREFIX
from gateway.websocket import Totals

STORE_SECONDS: Final = 0.25
"""How long a scrape waits for the store: that it is away is among what is to be read here."""

GHOSTS: Final = "Seats shown connected without a connection; must stay 0"


class _Bridge(Protocol):
    """How the bridge of telephones does; no `pid` while none runs."""

    @property
    def visits(self) -> int: ...
    @property
    def telephones(self) -> int: ...
    @property
    def cpu(self) -> float: ...
    @property
    def pid(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Watched:
    """What a node's metrics read at each scrape."""

    host: Host
    totals: Callable[[], Totals]
    buffered: Callable[[], int]
    bridge: Callable[[], _Bridge]
    version: str


class House(Collector):
    """Visits and seats as the last census found them, and the node itself as it is."""

    def __init__(self, host: Host, version: str) -> None:
        self._host = host
        self._version = version
        self.census = Census()

    def collect(self) -> Iterator[Metric]:
        """Give them."""
        found = self.census
        yield _family("visits", "Visits by state", ("state",), {(one,): n for one, n in found.visits.items()})
        yield _family("seats", "Seats that are held", ("standing", "channel"), found.seats)
        yield _value("waiting", "People who wait to be let in", found.waiting)
        yield _value("restoring", "Seats whose people are awaited back after a takeover", found.restoring)
        yield _value("ghosts", GHOSTS, found.ghosts)
        yield _value("visits_live", "Visits in memory", found.live)
        yield _value("letters_pending", "Letters that have yet to be sent", found.letters)
        oldest = found.overdue / 1000
        yield _value("outbox_age_seconds", "For how long the letter is overdue that waited longest", oldest)
        yield _value(
            "guest_fields_live", "Names, labels and addresses of guests in memory", found.guest_fields
        )
        yield from self._node()

    def _node(self) -> Iterator[Metric]:
        host = self._host
        draining = host.member.draining
        yield _value("shards_owned", "Shards that this node owns", len(host.held))
        yield _value("queue_depth", "Saves that wait for the store", host.saves_waiting)
        yield _value("nodes", "Nodes whose leases stand, as this one knows", len(host.members()))
        yield _value("lease_age_seconds", "Since the lease was last renewed", host.lease_age / 1000)
        yield _value("draining", "Whether this node gives its shards away", draining)
        yield _value(
            "drain_remaining", "Shards that it has yet to give away", len(host.held) if draining else 0
        )
        about = {"node": host.settings.node, "version": self._version}
        yield InfoMetricFamily(f"{PREFIX}_node", "Which node this is, and its release", value=about)

    def describe(self) -> Iterator[Metric]:
        """Name them without counting; the registry asks when it is given this."""
        yield from (_value(name, "", 0) for name in ("visits", "seats", "waiting", "ghosts"))


class Sockets(Collector):
    """Sockets of a moment."""

    def __init__(self, totals: Callable[[], Totals], buffered: Callable[[], int]) -> None:
        self._totals = totals
        self._buffered = buffered

    def collect(self) -> Iterator[Metric]:
        """Count now."""
        totals = self._totals()
        yield _value("sockets", "Sockets that are open", totals.open)
        yield _value("buffered_bytes", "Bytes that wait for slow clients", self._buffered())
        yield CounterMetricFamily(f"{PREFIX}_sockets_opened", "Sockets that were opened", value=totals.opened)
        yield _ways("messages", "Frames", (totals.frames_in, totals.frames_out))
        yield _ways("socket_bytes", "Bytes of sockets", (totals.bytes_in, totals.bytes_out))

    def describe(self) -> Iterator[Metric]:
        """Name them without counting."""
        yield _value("sockets", "", 0)


class Bridged(Collector):
    """The bridge's process; of one that is gone nothing is said."""

    def __init__(self, bridge: Callable[[], _Bridge]) -> None:
        self._bridge = bridge

    def collect(self) -> Iterator[Metric]:
        """Say how it does."""
        bridge = self._bridge()
        yield _value(
            "bridge_up", "Whether the bridge of telephones runs; it does when one calls", bridge.pid > 0
        )
        if bridge.pid:
            yield _value("bridge_telephones", "Telephones on the bridge", bridge.telephones)
            yield _value("bridge_visits", "Visits on the bridge", bridge.visits)
            says = "Processor time of the bridge's process"
            yield CounterMetricFamily(f"{PREFIX}_bridge_cpu_seconds", says, value=bridge.cpu)

    def describe(self) -> Iterator[Metric]:
        """Name it without looking."""
        yield _value("bridge_up", "", 0)


class PinSpaces:
    """How near today's guessing has come to its bound, over all dial-in numbers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._strict = Gauge(
            f"{PREFIX}_pin_strict_spaces", "Dial-in numbers whose callers all wait today", registry=registry
        )
        self._callers = Gauge(
            f"{PREFIX}_pin_strict_callers", "Callers who wait today for their own guesses", registry=registry
        )
        self._bound = Gauge(
            f"{PREFIX}_pin_guess_bound_per_day",
            "The chance, at most, that today's guesses at one number got anybody in directly",
            registry=registry,
        )

    async def read(self, host: Host) -> None:
        """Read the counters of each number; when the store does not answer at once, the last values stay."""
        with suppress(StoreDown, TimeoutError):
            async with asyncio.timeout(STORE_SECONDS):
                await self._read(host)

    async def _read(self, host: Host) -> None:
        strict, callers, bound, digits = 0, 0, 0.0, host.secrets.pin_digits
        for number in _numbers(host):
            _, guesses = await host.pins.look(number, "", "", "")
            if guesses.space:
                callers += await host.pins.strict_callers(number)
            strict += guesses.space >= strict_limit(guesses.known, digits)
            bound = max(bound, guess_bound(guesses.space, guesses.known, digits))
        self._strict.set(strict)
        self._callers.set(callers)
        self._bound.set(bound)


def _numbers(host: Host) -> set[str]:
    return {
        number for shard in host.shards() for clinic in shard.clinics.values() for number in clinic.dial_in
    }


def _value(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", says, value=value)


def _ways(name: str, says: str, counts: Iterable[int]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"{PREFIX}_{name}", says, labels=("kind",))
    for kind, count in zip(("in", "out"), counts, strict=True):
        family.add_metric((kind,), count)
    return family


def _family(
    name: str,
    says: str,
    labels: tuple[str, ...],
    values: Mapping[tuple[str, ...], int] | Counts[tuple[str, str]],
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", says, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
