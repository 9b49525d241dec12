"""What the process that answers telephones counts; a registry of its own, for it is a process of its own."""

from __future__ import annotations

from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from gateway.dialin.acts import Clip
from gateway.dialin.leg import HangUp
from gateway.dialin.stages import Stage
from gateway.metrics.names import JITTER, LOSS, PREFIX, QUICK

PIN: Final = (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 45.0, 60.0)
"""Seconds that people take to type ten digits."""


class DialInMetrics:
    """The tally of calls, as Prometheus reads it. No label ever holds a number, a PIN or a visit."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._live = Gauge(f"{PREFIX}_legs", "Live legs by stage", ["stage"], registry=self.registry)
        self._began = self._counter("calls", "Calls that were taken", "origin")
        self._refused = self._counter("calls_refused", "One too many", "origin")
        self._turned_away = self._counter(
            "telephony_turned_away", "Requests of cloud telephony that were not taken", "why"
        )
        self._set_up = self._histogram(
            "leg_setup_seconds", "From a leg's coming in to the visits' first answer", QUICK
        )
        self._pin = self._histogram("pin_entry_seconds", "From the question for the PIN to its yes", PIN)
        self._hang_ups = self._counter("hang_ups", "Legs that ended", "reason")
        self._prompts = self._counter("prompts_played", "Prompts begun, by their first clip", "prompt")
        self._packets = self._counter("rtp_packets", "RTP packets of calls that have ended", "fate")
        self._lost = self._histogram("rtp_lost_ratio", "A call's packets lost, at its end", LOSS)
        self._jitter = self._histogram("rtp_jitter_seconds", "A call's jitter at its end (RFC 3550)", JITTER)
        ProcessCollector(registry=self.registry)
        for origin in ("sip", "telephony"):
            self._began.labels(origin)
            self._refused.labels(origin)
        for stage in Stage:
            self._live.labels(stage.value)
        for reason in HangUp:
            self._hang_ups.labels(reason.value)

    def page(self) -> bytes:
        """Make the page that Prometheus reads."""
        return generate_latest(self.registry)

    def began(self, origin: str) -> None:
        """A leg came in."""
        self._began.labels(origin).inc()

    def stage(self, before: Stage | None, after: Stage | None) -> None:
        """A live leg came to another stage; None is before its first and after its last."""
        if before is not None:
            self._live.labels(before.value).dec()
        if after is not None:
            self._live.labels(after.value).inc()

    def refused(self, origin: str) -> None:
        """A call was not taken, for there were too many."""
        self._refused.labels(origin).inc()

    def turned_away(self, why: str) -> None:
        """A request of cloud telephony was not taken."""
        self._turned_away.labels(why).inc()

    def set_up(self, seconds: float) -> None:
        """From a leg's coming in to the visits' first answer."""
        self._set_up.observe(seconds)

    def pin(self, seconds: float) -> None:
        """From the first question for the PIN to the visits' yes."""
        self._pin.observe(seconds)

    def prompt(self, name: str) -> None:
        """A prompt was begun; the name of its first clip."""
        self._prompts.labels(name if name in _PROMPTS else "ask_pin").inc()

    def ended(self, reason: HangUp) -> None:
        """A leg is over."""
        self._hang_ups.labels(reason.value).inc()

    def rtp(self, received: int, lost: int, jitter: float) -> None:
        """A call by SIP is over: packets that came, those that never did, and their jitter in seconds."""
        self._packets.labels("received").inc(received)
        self._packets.labels("lost").inc(lost)
        if received + lost:
            self._lost.observe(lost / (received + lost))
        self._jitter.observe(jitter)

    def _counter(self, name: str, says: str, label: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", says, [label], registry=self.registry)

    def _histogram(self, name: str, says: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", says, registry=self.registry, buckets=buckets)


_PROMPTS: Final = frozenset(clip.value for clip in Clip)
