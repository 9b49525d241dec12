"""What actors tell of the node itself: decisions, saves, the store, the lease, who owns what, purges."""

from __future__ import annotations

from actors.store.rewrite import RewriteState
from gateway.metrics.names import HUMAN, QUICK, SIZES, SLOW, STEPS
from gateway.metrics.registered import Registered


class Shards(Registered):
    """The part of the actors' Observer that is about shards and the store."""

    def __init__(self) -> None:
        super().__init__()
        self._handle_seconds = self._tallied("handle_seconds", "One command, decided in memory", STEPS)[""]
        self._save_seconds = self._tallied("save_seconds", "One group commit", QUICK)[""]
        self._save_batch = self._tallied("save_batch", "Visits saved in one group commit", SIZES)[""]
        self._saves = self._counter("saves", "Saves by result", "result")
        self._saves_ok = self._saves.labels("ok")
        self._stale_saves = self._counter("stale_saves", "Saves refused because another epoch owns the shard")
        says = "One round trip to the store, by its way"
        self._trips = self._tallied("store_seconds", says, QUICK, "op", ("save", "ask"))
        self._store_errors = self._counter("store_errors", "Round trips to the store that failed", "kind")
        for kind in ("away", "lost", "refused"):
            self._store_errors.labels(kind)
        self._store_available = self._gauge("store_available", "Whether new facts can be saved")
        self._owning()
        self._purging()

    def _owning(self) -> None:
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

    def _purging(self) -> None:
        self._purge_lag = self._histogram(
            "purge_lag_seconds", "From a visit's end to when its guest text has left the disk too", HUMAN
        )
        self._purge_waiting = self._gauge("purge_waiting_seconds", "Age of the oldest text yet to be purged")
        self._purge_failures = self._counter("purge_failures", "Purges that failed; must stay 0")
        self._rewrite_failed = False

    def handled(self, seconds: float) -> None:
        """A visit decided about a command."""
        self._handle_seconds.observe(seconds)

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

    def store(self, op: str, seconds: float, fault: str) -> None:
        """A round trip to the store took so long, or failed."""
        if fault:
            self._store_errors.labels(fault).inc()
        else:
            self._trips[op].observe(seconds)

    def store_available(self, up: bool) -> None:
        """The store came or went."""
        self._store_available.set(up)

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

    def rewrite(self, state: RewriteState) -> None:
        """See how far the store's file is with forgetting what was purged (R15)."""
        self._purge_waiting.set(state.lag)
        if state.forgotten is not None:
            self._purge_lag.observe(state.forgotten)
        if state.failed and not self._rewrite_failed:
            self._purge_failures.inc()
        self._rewrite_failed = state.failed
