"""What is counted at a scrape: visits, seats and sockets of the moment, and how far guessing has come."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from actors.host import Host
from actors.ports import StoreDown
from engine.events import Standing, Status
from engine.pin import guess_bound, strict_limit
from engine.presence import LinkState, Seat
from gateway.metrics.names import PREFIX
from gateway.websocket import Totals

GHOST_AFTER: Final = 15_000
"""Milliseconds that a seat may show a connection which is not there (B2)."""


@dataclass(frozen=True, slots=True)
class House(Collector):
    """Visits and seats of a moment."""

    host: Host

    def collect(self) -> Iterator[Metric]:
        """Count now."""
        visits: Counts[str] = Counts({status.value: 0 for status in Status})
        seats: Counts[tuple[str, str]] = Counts()
        restoring = waiting = live = 0
        for seat in self._seats():
            seats[seat.standing.value, _channel(seat)] += 1
            waiting += seat.standing is Standing.WAITING
            restoring += seat.link is LinkState.RESTORING
        figures = self.host.figures()
        visits.update(figures.visits)
        live = figures.visits.total()
        yield _family("visits", "Visits by state", ("state",), {(state,): n for state, n in visits.items()})
        yield _family("seats", "Seats that are held", ("standing", "channel"), seats)
        yield _value("waiting", "People who wait to be let in", waiting)
        yield _value("restoring", "Seats whose people are awaited back after a takeover", restoring)
        yield _value("visits_live", "Visits in memory", live)
        yield _value("letters_pending", "Letters that have yet to be sent", figures.letters)
        yield _value("shards_owned", "Shards that this node owns", figures.shards)
        yield _value("queue_depth", "Saves that wait for the store", figures.queue)

    def describe(self) -> Iterator[Metric]:
        """Name them without counting; the registry asks when it is given this."""
        yield from (_value(name, "", 0) for name in ("visits", "seats", "waiting", "restoring"))

    def ghosts(self) -> int:
        """Count connections that a visit believes in and that are not there, after some time."""
        now = self.host.now()
        return sum(
            connection.id not in live.outlets and now - connection.since > GHOST_AFTER
            for shard in self.host.shards()
            for live in shard.visits.values()
            for connection in live.visit.live.values()
        )

    def _seats(self) -> Iterator[Seat]:
        for shard in self.host.shards():
            for live in shard.visits.values():
                yield from (seat for seat in live.visit.seats.values() if seat.present)


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
        messages = CounterMetricFamily(f"{PREFIX}_messages", "Frames", labels=("kind",))
        messages.add_metric(("in",), totals.frames_in)
        messages.add_metric(("out",), totals.frames_out)
        yield messages

    def describe(self) -> Iterator[Metric]:
        """Name them without counting."""
        yield _value("sockets", "", 0)


class PinSpaces:
    """How near today's guessing has come to its bound, over all dial-in numbers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._strict = Gauge(
            f"{PREFIX}_pin_strict_spaces", "Dial-in numbers whose callers all wait today", registry=registry
        )
        self._bound = Gauge(
            f"{PREFIX}_pin_guess_bound_per_day",
            "The chance, at most, that today's guesses at one number got anybody in directly",
            registry=registry,
        )

    async def read(self, host: Host) -> None:
        """Read the counters of each number; when the store is away, the last values stay."""
        strict, bound, digits = 0, 0.0, host.secrets.pin_digits
        try:
            for number in _numbers(host):
                _, guesses = await host.pins.look(number, "", "", "")
                strict += guesses.space >= strict_limit(guesses.known, digits)
                bound = max(bound, guess_bound(guesses.space, guesses.known, digits))
        except StoreDown:
            return
        self._strict.set(strict)
        self._bound.set(bound)


def _numbers(host: Host) -> set[str]:
    return {
        number for shard in host.shards() for clinic in shard.clinics.values() for number in clinic.dial_in
    }


def _channel(seat: Seat) -> str:
    if seat.web and seat.phone:
        return "both"
    return "phone" if seat.phone else "web"


def _value(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", says, value=value)


def _family(
    name: str,
    says: str,
    labels: tuple[str, ...],
    values: dict[tuple[str, ...], int] | Counts[tuple[str, str]],
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", says, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family
