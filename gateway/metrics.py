"""Every metric of a node, in one file: what actors and sockets tell, and what is counted at a scrape.

Seconds, bytes, counters end in `_total`; labels are bounded. No label ever holds a visit, a person, a number
or a PIN. The four that must stay 0 are `join_after_expiry_total`, `double_owner_total`, `ghosts` and
`purge_failures_total`.
"""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from actors.host import Host
from actors.ports import StoreDown
from actors.store.rewrite import RewriteState
from engine.events import Standing, Status
from engine.pin import guess_bound, strict_limit
from engine.presence import LinkState, Seat
from engine.refusals import SENTENCES
from gateway.websocket import Cut, Rejection, Totals

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
PREFIX: Final = "vestibule"

QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SLOW: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 8.0, 15.0, 30.0, 60.0)
SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)

JOIN_ROLES: Final = frozenset({"provider", "patient", "guest", "phone", "interpreter"})
GHOST_AFTER: Final = 15_000
"""Milliseconds that a seat may show a connection which is not there (B2)."""


class Metrics:
    """The node's metrics; tells nobody else's, for each has a registry of its own.

    It is the Observer of the actors; `sockets` is the one of the sockets. Nothing here waits or raises.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sockets = SocketMetrics(self.registry)
        self._joins = self._counter("joins", "Joins by result", "channel", "role", "result", "reason")
        self._join_seconds = self._histogram("join_seconds", "From hello to ready", QUICK, "channel", "stage")
        self._join_counters: dict[tuple[str, str, str, str], Counter] = {}
        self._join_seconds_of = {
            channel: self._join_seconds.labels(channel, "ready") for channel in ("web", "phone")
        }
        self._transitions = self._counter("visit_transitions", "Visits that came into a state", "to")
        self._admissions = self._counter("admissions", "Who was let in or not", "decision", "channel")
        self._invitations = self._counter("invitations", "Invitations made and revoked", "via", "result")
        self._pin_attempts = self._counter("pin_attempts", "PINs typed", "result")
        self._resumes = self._counter("resumes", "Seats resumed", "result")
        self._seat_moved = self._counter("seat_moved", "Seats moved to another device")
        self._presence = self._histogram(
            "presence_staleness_seconds", "From a change of presence to a dashboard's socket", QUICK
        )
        self._expiry_lag = self._histogram("expiry_lag_seconds", "From a deadline to its firing", QUICK)
        self._join_after_expiry = self._counter("join_after_expiry", "Seats made after expiry; must stay 0")
        self._save_seconds = self._histogram("save_seconds", "One group commit", QUICK)
        self._save_batch = self._histogram("save_batch", "Visits saved in one group commit", SIZES)
        self._stale_saves = self._counter("stale_saves", "Saves refused because another epoch owns the shard")
        self._saves = self._counter("saves", "Saves by result", "result")
        self._saves_ok = self._saves.labels("ok")
        self._lease_lost = self._counter("lease_lost", "Leases that lapsed")
        self._double_owner = self._counter("double_owner", "Shards found with two owners; must stay 0")
        self._clock_skew = self._gauge("clock_skew_seconds", "The last jump of the store's clock")
        self._store_available = self._gauge("store_available", "Whether the store answers")
        self._ghosts = self._gauge("ghosts", "Seats shown connected without a connection; must stay 0")
        self._purge_lag = self._histogram(
            "purge_lag_seconds", "From a visit's end to when its guest text has left the disk too", SLOW
        )
        self._purge_waiting = self._gauge("purge_waiting_seconds", "Age of the oldest text yet to be purged")
        self._rewrite_failed = False
        self._purge_failures = self._counter("purge_failures", "Purges that failed; must stay 0")
        self._sign_ins = self._counter("sign_ins", "Tries to sign in", "result")
        self._pin_spaces = _PinSpaces(self.registry)
        self._house: _House | None = None

    def watch(self, host: Host, totals: Callable[[], Totals], buffered: Callable[[], int]) -> None:
        """Count from now on, at each scrape, what is live in this host and on these sockets. Call it once."""
        self._house = _House(host)
        self.registry.register(self._house)
        self.registry.register(_Sockets(totals, buffered))

    async def page(self) -> bytes:
        """Make the page that Prometheus reads."""
        if self._house is not None:
            await self._pin_spaces.read(self._house.host)
            self.ghosts(self._house.ghosts())
        return generate_latest(self.registry)

    # ------------------------------------------------------------ what actors tell

    def join(self, channel: str, role: str, result: str, reason: str, seconds: float) -> None:
        """Somebody joined or was refused; a reason that is no code of ours would be a label without bound."""
        named = (channel, role, result, reason)
        counter = self._join_counters.get(named)
        if counter is None:
            counter = self._join_counter(named)
        counter.inc()
        if result == "ok":
            self._join_seconds_of[channel].observe(seconds)

    def _join_counter(self, named: tuple[str, str, str, str]) -> Counter:
        channel, role, result, reason = named
        role = role if role in JOIN_ROLES else "other"
        reason = reason if not reason or reason in SENTENCES else "other"
        counter = self._joins.labels(channel, role, result, reason)
        if (channel, role, result, reason) == named:  # so the cache is as bounded as the labels
            self._join_counters[named] = counter
        return counter

    def admission(self, decision: str, channel: str) -> None:
        """Somebody was let in, denied or removed."""
        self._admissions.labels(decision, channel).inc()

    def transition(self, to: str) -> None:
        """A visit came into another state."""
        self._transitions.labels(to).inc()

    def presence(self, seconds: float) -> None:
        """A change of presence was handed to a dashboard's socket."""
        self._presence.observe(seconds)

    def save(self, seconds: float, batch: int) -> None:
        """A group commit was done."""
        self._save_seconds.observe(seconds)
        self._save_batch.observe(batch)

    def save_result(self, result: str) -> None:
        """One save of a group was answered."""
        if result == "ok":
            self._saves_ok.inc()
            return
        self._saves.labels(result).inc()
        if result == "stale":
            self._stale_saves.inc()

    def expiry(self, lag_seconds: float) -> None:
        """A deadline was fired."""
        self._expiry_lag.observe(lag_seconds)

    def joined_after_expiry(self) -> None:
        """A new seat was made after expiry."""
        self._join_after_expiry.inc()

    def pin_attempt(self, result: str) -> None:
        """A PIN was typed."""
        self._pin_attempts.labels(result).inc()

    def resume(self, result: str) -> None:
        """Somebody came back to their seat."""
        self._resumes.labels(result).inc()

    def seat_moved(self) -> None:
        """A seat moved to another device."""
        self._seat_moved.inc()

    def lease_lost(self) -> None:
        """Our lease lapsed."""
        self._lease_lost.inc()

    def double_owner(self) -> None:
        """A shard was found with two owners."""
        self._double_owner.inc()

    def clock_skew(self, seconds: float) -> None:
        """The store's clock jumped."""
        self._clock_skew.set(seconds)

    def store_available(self, up: bool) -> None:
        """The store came or went."""
        self._store_available.set(up)

    def ghosts(self, count: int) -> None:
        """So many seats show a connection that is not there."""
        self._ghosts.set(count)

    def purge(self, lag_seconds: float, *, failed: bool) -> None:
        """Guest text of a visit that is over was purged, or not."""
        if failed:
            self._purge_failures.inc()
        else:
            self._purge_lag.observe(lag_seconds)

    def rewrite(self, state: RewriteState) -> None:
        """See how far the store's file is with forgetting what was purged (R15)."""
        self._purge_waiting.set(state.lag)
        if state.forgotten is not None:
            self.purge(state.forgotten, failed=False)
        if state.failed and not self._rewrite_failed:
            self.purge(state.lag, failed=True)
        self._rewrite_failed = state.failed

    # ------------------------------------------------------------ what the gateway tells

    def invitation(self, via: str, result: str) -> None:
        """An invitation was made or revoked, or refused."""
        self._invitations.labels(via, result).inc()

    def sign_in(self, result: str) -> None:
        """Somebody tried to sign in: ok, refused or slow."""
        self._sign_ins.labels(result).inc()

    # ------------------------------------------------------------ in itself

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", says, registry=self.registry)

    def _histogram(self, name: str, says: str, buckets: Iterable[float], *labels: str) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", says, labels, registry=self.registry, buckets=tuple(buckets))


class SocketMetrics:
    """The observer of the sockets; frames and bytes are counted by the endpoint itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._cut = Counter(f"{PREFIX}_cut", "Connections that we ended", ["reason"], registry=registry)
        self._refused = Counter(
            f"{PREFIX}_handshakes_refused", "Openings refused", ["status"], registry=registry
        )
        self._failed = Counter(f"{PREFIX}_socket_failures", "Bugs met on a socket", registry=registry)
        self._report: Callable[[Exception], None] = lambda _: None

    def on_failure(self, report: Callable[[Exception], None]) -> None:
        """Say who logs bugs."""
        self._report = report

    def opened(self) -> None:
        """Look away: the endpoint counts them."""

    def closed(self, code: int) -> None:
        """Look away: the peer chooses the code."""

    def cut(self, why: Cut) -> None:
        """A connection was cut."""
        self._cut.labels(why.value).inc()

    def refused(self, rejection: Rejection) -> None:
        """An opening was refused."""
        self._refused.labels(str(rejection.status)).inc()

    def failed(self, error: Exception) -> None:
        """A bug ended a socket."""
        self._failed.inc()
        self._report(error)


@dataclass(frozen=True, slots=True)
class _House(Collector):
    """Visits and seats of a moment."""

    host: Host

    def collect(self) -> Iterator[Metric]:
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


class _Sockets(Collector):
    """Sockets of a moment."""

    def __init__(self, totals: Callable[[], Totals], buffered: Callable[[], int]) -> None:
        self._totals = totals
        self._buffered = buffered

    def collect(self) -> Iterator[Metric]:
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


class _PinSpaces:
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
