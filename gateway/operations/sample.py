"""One moment of a node: every figure that the operations page needs, as plain numbers in a row."""

from __future__ import annotations

import resource
import time
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry

from gateway.operations.columns import COLUMNS, MEASURED, SPREADS, Spread

_STATM: Final = Path("/proc/self/statm")
_PAGE: Final = resource.getpagesize()


@dataclass(frozen=True, slots=True)
class Sample:
    """What was counted at `at`, milliseconds since 1970. Counters count from the node's start."""

    at: int
    values: array[float]


class Layout:
    """Where in a row each figure stands; the histograms' edges are those of the metrics."""

    def __init__(self, edges: Mapping[str, Sequence[float]]) -> None:
        singles = [*(column.name for column in COLUMNS), *MEASURED]
        self.places = {name: place for place, name in enumerate(singles)}
        self.edges = {spread.name: tuple(edges[spread.name]) for spread in SPREADS}
        sizes = [len(edges) for edges in self.edges.values()]
        starts = list(accumulate(sizes, initial=len(singles)))
        self.spans = dict(zip(self.edges, pairwise(starts), strict=True))
        self.size = starts[-1]

    def one(self, sample: Sample, name: str) -> float:
        """Give a single figure."""
        return sample.values[self.places[name]]

    def gained(self, name: str, now: Sample, before: Sample) -> float:
        """Say how much a counter grew between two samples."""
        place = self.places[name]
        return now.values[place] - before.values[place]

    def buckets(self, name: str, now: Sample, before: Sample) -> list[float]:
        """Say how many fell into each bucket or a lower one between two samples; the last counts all."""
        first, end = self.spans[name]
        return [now.values[place] - before.values[place] for place in range(first, end)]

    def within(self, name: str, limit: float, now: Sample, before: Sample) -> tuple[int, int]:
        """Say how many took at most `limit` seconds, by the highest edge that is no longer, and how many
        there were.
        """
        buckets = self.buckets(name, now, before)
        quick = [count for edge, count in zip(self.edges[name], buckets, strict=True) if edge <= limit]
        return round(quick[-1] if quick else 0), round(buckets[-1])


class Reader:
    """Reads a registry into rows, all of one layout."""

    def __init__(self, registry: CollectorRegistry) -> None:
        names = {column.sample for column in COLUMNS} | {spread.sample for spread in SPREADS}
        self._registry = registry.restricted_registry(sorted(names))
        found = self._collect()
        self.layout = Layout({spread.name: _edges(spread, found) for spread in SPREADS})

    def read(self, at: int, measured: Mapping[str, float]) -> Sample:
        """Take a sample; `measured` holds what MEASURED names."""
        found = self._collect()
        values = array("d", bytes(8 * self.layout.size))
        for place, column in enumerate(COLUMNS):
            values[place] = sum(
                value for labels, value in found.get(column.sample, ()) if column.chosen(labels)
            )
        for name in MEASURED:
            values[self.layout.places[name]] = measured[name]
        for spread in SPREADS:
            first, _ = self.layout.spans[spread.name]
            places = {edge: first + at for at, edge in enumerate(self.layout.edges[spread.name])}
            for labels, value in found.get(spread.sample, ()):
                if spread.chosen(labels):
                    values[places[float(labels["le"])]] += value
        return Sample(at, values)

    def _collect(self) -> dict[str, list[tuple[dict[str, str], float]]]:
        found: dict[str, list[tuple[dict[str, str], float]]] = {}
        for metric in self._registry.collect():
            for sample in metric.samples:
                found.setdefault(sample.name, []).append((sample.labels, sample.value))
        return found


def _edges(spread: Spread, found: Mapping[str, list[tuple[dict[str, str], float]]]) -> list[float]:
    told = {float(labels["le"]) for labels, _ in found.get(spread.sample, ()) if spread.chosen(labels)}
    return sorted(told | {float("inf")})


def quantile(share: float, edges: Sequence[float], buckets: Sequence[float]) -> float | None:
    """Estimate a quantile in seconds as Prometheus does, linear within its bucket; None of nothing. What is
    past the last edge is given as that edge.
    """
    total = buckets[-1]
    if total <= 0:
        return None
    rank, low, below = share * total, 0.0, 0.0
    for edge, count in zip(edges, buckets, strict=True):
        if count >= rank:
            if edge == float("inf"):
                return low
            return low + (edge - low) * (rank - below) / (count - below) if count > below else edge
        low, below = edge, count
    return low


def process_figures() -> dict[str, float]:
    """Measure this process: seconds of CPU since its start, bytes of memory that it holds now."""
    try:
        resident = int(_STATM.read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):  # not Linux: the most that it ever held
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"cpu_seconds": time.process_time(), "memory_bytes": float(resident)}
