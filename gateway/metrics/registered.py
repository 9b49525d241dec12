"""A registry and what is made in it: the base of everything that counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from gateway.metrics.names import PREFIX
from gateway.metrics.tallied import Tallied, TalliedHistogram

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each was made: a third of the page, and nobody asks


class Registered:
    """Makes metrics in a registry of its own, for several nodes may share a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", says, registry=self.registry)

    def _tallied(
        self, name: str, says: str, buckets: Iterable[float], label: str = "", words: Sequence[str] = ("",)
    ) -> dict[str, Tallied]:
        """Make a histogram of what happens at each join or command: one series for each word of its label."""
        return TalliedHistogram(
            f"{PREFIX}_{name}", says, buckets, registry=self.registry, label=label, words=words
        ).of

    def _histogram(self, name: str, says: str, buckets: Iterable[float], *labels: str) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", says, labels, registry=self.registry, buckets=tuple(buckets))
