"""Histograms for what happens at each join: told in one step, put together when Prometheus asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

_ENDLESS: Final = "+Inf"


class Tallied:
    """One series: how many values fell into each bucket, and their sum. Belongs to one thread.

    prometheus-client's own takes a lock twice and looks through the buckets for each value, because it may
    be told by many threads.
    """

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Take note of a value; a bucket holds what is not above its bound."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def read(self) -> tuple[list[tuple[str, float]], float]:
        """Give the buckets as Prometheus wants them, each with all that is below its bound, and the sum."""
        buckets, below = [], 0
        for bound, count in zip((*map(str, map(float, self._bounds)), _ENDLESS), self._counts, strict=True):
            below += count
            buckets.append((bound, float(below)))
        return buckets, self._sum


class TalliedHistogram(Collector):
    """A histogram with one label at most, whose words are known from the start."""

    def __init__(
        self,
        name: str,
        says: str,
        bounds: Iterable[float],
        *,
        registry: CollectorRegistry,
        label: str = "",
        words: Sequence[str] = ("",),
    ) -> None:
        self._name, self._says, self._label = name, says, label
        bounds = tuple(bounds)
        self.of: Final = {word: Tallied(bounds) for word in words}
        """The series of each word; without a label, that of ""."""
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Put it together; called at each scrape."""
        family = HistogramMetricFamily(self._name, self._says, labels=[self._label] if self._label else [])
        for word, series in self.of.items():
            buckets, total = series.read()
            family.add_metric([word] if self._label else [], buckets, total)
        yield family

    def describe(self) -> Iterator[Metric]:
        """Name it; the registry asks when it is given this, and finds it by its name from then on."""
        yield HistogramMetricFamily(self._name, self._says)
