"""What actors and the gateway tell as it happens, under the names that Prometheus reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from actors.host import Host
from actors.store.rewrite import RewriteState
from engine.refusals import SENTENCES
from gateway.metrics.names import HUMAN, PREFIX, QUICK, SIZES, SLOW, STEPS
from gateway.metrics.scraped import House, PinSpaces, Sockets
from gateway.metrics.sockets import SocketMetrics
from gateway.websocket import Totals

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

JOIN_ROLES: Final = frozenset({"provider", "patient", "guest", "phone"})


class Metrics:
    """The node's metrics; tells nobody else's, for each has a registry of its own.

    It is the Observer of the actors; `sockets` is the one of the sockets. Nothing here waits or raises.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sockets = SocketMetrics(self.registry)
        self._joins = self._counter("joins", "Joins by result", "channel", "role", "result", "reason")
        self._join_seconds = self._histogram(
            "join_seconds", "From a credential that holds to the seat, saved", QUICK, "channel"
        )
        self._join_counters: dict[tuple[str, str, str, str], Counter] = {}
        self._join_seconds_of = {channel: self._join_seconds.labels(channel) for channel in ("web", "phone")}
        self._transitions = self._counter("visit_transitions", "Visits that came into a state", "to")
        self._admissions = self._counter("admissions", "Who was let in or not", "decision", "channel")
        self._admission_wait = self._histogram(
            "admission_wait_seconds", "How long people waited who were let in", HUMAN
        )
        self._invitations = self._counter("invitations", "Invitations made and revoked", "via", "result")
        self._pin_attempts = self._counter("pin_attempts", "PINs typed", "result")
        self._letters = self._counter("letters", "Attempts to send letters", "via", "kind", "result")
        self._reminder_lag = self._histogram(
            "reminder_lag_seconds", "From a reminder's time to its being handed over", SLOW
        )
        self._resumes = self._counter("resumes", "Seats resumed", "result")
        self._resume_seconds = self._histogram(
            "resume_seconds", "From a browser's loss to its seat's return", SLOW
        )
        self._handle_seconds = self._histogram("handle_seconds", "One command, decided in memory", STEPS)
        self._seat_moved = self._counter("seat_moved", "Seats moved to another device")
        self._presence = self._histogram(
            "presence_staleness_seconds", "From a change to the sockets of all who see it", QUICK
        )
        self._expiry_lag = self._histogram("expiry_lag_seconds", "From a deadline to its firing", QUICK)
        self._join_after_expiry = self._counter("join_after_expiry", "Seats made after expiry; must stay 0")
        self._save_seconds = self._histogram("save_seconds", "One group commit", QUICK)
        self._save_batch = self._histogram("save_batch", "Visits saved in one group commit", SIZES)
        self._stale_saves = self._counter("stale_saves", "Saves refused because another epoch owns the shard")
        self._saves = self._counter("saves", "Saves by result", "result")
        self._saves_ok = self._saves.labels("ok")
        self._lease_lost = self._counter("lease_lost", "Leases that lapsed")
        self._claims = self._counter("claims", "Shards claimed, by why they could be", "reason")
        self._takeover = self._histogram(
            "takeover_seconds", "From noticing that a node is gone to serving its shards", SLOW
        )
        self._went_back = self._counter(
            "store_went_back", "Shards whose data in the store was older than what was acknowledged"
        )
        self._double_owner = self._counter("double_owner", "Shards found with two owners; must stay 0")
        self._clock_skew = self._gauge("clock_skew_seconds", "The last jump of the store's clock")
        self._store_available = self._gauge("store_available", "Whether the store answers")
        self._ghosts = self._gauge("ghosts", "Seats shown connected without a connection; must stay 0")
        self._purge_lag = self._histogram(
            "purge_lag_seconds", "From a visit's end to when its guest text has left the disk too", HUMAN
        )
        self._purge_waiting = self._gauge("purge_waiting_seconds", "Age of the oldest text yet to be purged")
        self._rewrite_failed = False
        self._purge_failures = self._counter("purge_failures", "Purges that failed; must stay 0")
        self._forwarded = self._counter("forwarded", "Requests that were another node's, by result", "result")
        for result in ("answered", "later"):
            self._forwarded.labels(result)
        self._put_off = self._counter("hellos_put_off", "Hellos that were asked to come again later")
        self._sign_ins = self._counter("sign_ins", "Tries to sign in", "result")
        self._pin_spaces = PinSpaces(self.registry)
        self._house: House | None = None

    def watch(self, host: Host, totals: Callable[[], Totals], buffered: Callable[[], int]) -> None:
        """Count from now on, at each scrape, what is live in this host and on these sockets. Call it once."""
        self._house = House(host)
        self.registry.register(self._house)
        self.registry.register(Sockets(totals, buffered))

    async def page(self) -> bytes:
        """Make the page that Prometheus reads."""
        if self._house is not None:
            await self._pin_spaces.read(self._house.host)
            self._ghosts.set(self._house.ghosts())
        return generate_latest(self.registry)

    # ------------------------------------------------------------ what the edge tells

    def forwarded(self, result: str) -> None:
        """A request went to the node that has its clinic, or was to be tried later."""
        self._forwarded.labels(result).inc()

    def put_off(self) -> None:
        """Somebody was asked to come again, because very many come."""
        self._put_off.inc()

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
        """Somebody who waited was let in or denied, or gave up."""
        self._admissions.labels(decision, channel).inc()

    def waited(self, seconds: float) -> None:
        """Somebody who was let in had waited so long."""
        self._admission_wait.observe(seconds)

    def handled(self, seconds: float) -> None:
        """A visit decided about a command."""
        self._handle_seconds.observe(seconds)

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

    def letter(self, via: str, kind: str, result: str) -> None:
        """An attempt to send a letter came to something."""
        self._letters.labels(via, kind, result).inc()

    def reminder(self, lag_seconds: float) -> None:
        """A reminder was handed over so long after its time."""
        self._reminder_lag.observe(lag_seconds)

    def resume(self, result: str, away_seconds: float) -> None:
        """Somebody came back to their seat, 0 s after they were seen to be away if they never were."""
        self._resumes.labels(result).inc()
        if result != "refused" and away_seconds:
            self._resume_seconds.observe(away_seconds)

    def seat_moved(self) -> None:
        """A seat moved to another device."""
        self._seat_moved.inc()

    def lease_lost(self) -> None:
        """Our lease lapsed."""
        self._lease_lost.inc()

    def double_owner(self) -> None:
        """A shard was found with two owners."""
        self._double_owner.inc()

    def claim(self, reason: str) -> None:
        """A shard was claimed."""
        self._claims.labels(reason).inc()

    def takeover(self, seconds: float) -> None:
        """Shards of a node that is gone are served here."""
        self._takeover.observe(seconds)

    def went_back(self, shards: int) -> None:
        """The store forgot what it had acknowledged."""
        self._went_back.inc(shards)

    def clock_skew(self, seconds: float) -> None:
        """The store's clock jumped."""
        self._clock_skew.set(seconds)

    def store_available(self, up: bool) -> None:
        """The store came or went."""
        self._store_available.set(up)

    def rewrite(self, state: RewriteState) -> None:
        """See how far the store's file is with forgetting what was purged (R15)."""
        self._purge_waiting.set(state.lag)
        if state.forgotten is not None:
            self._purge_lag.observe(state.forgotten)
        if state.failed and not self._rewrite_failed:
            self._purge_failures.inc()
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
