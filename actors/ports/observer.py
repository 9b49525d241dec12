"""Who counts: what actors tell the metrics."""

from collections.abc import Sequence
from typing import Protocol


class Observer(Protocol):
    """What actors tell the metrics. Implementations must be cheap and never raise (metrics.md)."""

    def join(self, channel: str, role: str, result: str, reason: str, seconds: float) -> None:
        """Count a join, and how long it took."""

    def admission(self, decision: str, channel: str) -> None:
        """Count who was let in or turned away, or gave up waiting."""

    def waited(self, seconds: float) -> None:
        """Note how long somebody waited who was let in."""

    def handled(self, seconds: float) -> None:
        """Note how long a visit took to decide about a command."""

    def transition(self, to: str) -> None:
        """Count a visit that came into a state."""

    def presence(self, seconds: float) -> None:
        """Staleness: from the event to the dashboard's socket."""

    def save(self, seconds: float, batch: int) -> None:
        """Note how long a pipeline of so many saves took."""

    def save_result(self, result: str) -> None:
        """Count how a save ended."""

    def expiry(self, lag_seconds: float) -> None:
        """Note how late a deadline fired."""

    def joined_after_expiry(self) -> None:
        """Count a seat given past the lapse: must stay 0."""

    def pin_attempt(self, result: str) -> None:
        """Count a PIN typed."""

    def letter(self, via: str, kind: str, result: str) -> None:
        """Count what became of an attempt to send a letter."""

    def reminder(self, lag_seconds: float) -> None:
        """Note how long after its time a reminder was first handed over."""

    def resume(self, result: str, away_seconds: float) -> None:
        """Count a seat resumed, and note how long its browser was away (0: it was not seen to be)."""

    def seat_moved(self) -> None:
        """Count a seat that moved to another device."""

    def lease_lost(self) -> None:
        """Count a lease that lapsed."""

    def double_owner(self) -> None:
        """Count a save refused as stale while our lease was sound: must stay 0."""

    def claim(self, reason: str) -> None:
        """Count a shard claimed, by why it could be (actors.outlook.Why)."""

    def takeover(self, seconds: float) -> None:
        """Note how long it took from noticing that shards had lost their owner to serving them."""

    def went_back(self, shards: int) -> None:
        """Count shards whose data in the store is older than what was acknowledged."""

    def refused(self, code: str) -> None:
        """Count an answer that was a refusal, by its code."""

    def reconnect(self, reason: str) -> None:
        """Count a browser that comes back to its seat, by what it was away for."""

    def replay_gap(self, reason: str) -> None:
        """Count a position that could not be replayed from: its browser got a whole state."""

    def admission_bypassed(self) -> None:
        """Count somebody in the call whom only a provider could let in, and did not: must stay 0."""

    def call_quality(self, lost: int, round_trip: int, jitter: int) -> None:
        """Note what a browser measured: packets lost of a thousand, and ms."""

    def call_links(self, setups: Sequence[int], failed: int) -> None:
        """Note how long (ms) connections to other browsers took, and count those that did not come about."""

    def letter_sent(self, via: str, seconds: float) -> None:
        """Note how long handing one letter over took, whatever became of it."""

    def store_available(self, up: bool) -> None:
        """Note whether the store is there."""
