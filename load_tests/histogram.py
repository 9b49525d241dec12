"""Many durations in little room: counts in buckets that are at most one 128th wide, as HdrHistogram has them.

Histograms of several processes add up without loss, which percentiles do not.
"""

from collections.abc import Mapping
from typing import Final, Self

UNIT: Final = 1e-6
"""Seconds of the finest bucket."""
_BITS: Final = 7
_EXACT: Final = 2 << _BITS
"""Below so many units every value has a bucket of its own."""


class Histogram:
    """Durations in seconds, counted in buckets whose width is less than 1 % of what is in them."""

    __slots__ = ("_counts", "total")

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self._counts = dict(counts or {})
        self.total = sum(self._counts.values())

    def __bool__(self) -> bool:
        return self.total > 0

    def record(self, seconds: float, times: int = 1) -> None:
        """Count a duration; one below zero, which a clock's grain can make, counts as zero."""
        bucket = _bucket(max(round(seconds / UNIT), 0))
        self._counts[bucket] = self._counts.get(bucket, 0) + times
        self.total += times

    def add(self, other: Self) -> None:
        """Take in what another one counted."""
        for bucket, times in other._counts.items():
            self._counts[bucket] = self._counts.get(bucket, 0) + times
        self.total += other.total

    def percentile(self, percent: float) -> float:
        """Give what so many percent of the durations do not exceed: the upper end of its bucket, in seconds.

        Raises ValueError when nothing was counted.
        """
        if not self.total:
            raise ValueError("nothing was counted")
        wanted = max(1.0, self.total * percent / 100 - 1e-9)
        seen = 0
        for bucket in sorted(self._counts):
            seen += self._counts[bucket]
            if seen >= wanted:
                break
        return _highest(bucket) * UNIT

    @property
    def longest(self) -> float:
        """The longest of all, in seconds."""
        return self.percentile(100)

    def as_counts(self) -> dict[int, int]:
        """Give the buckets, to be sent to another process."""
        return dict(self._counts)


def _bucket(units: int) -> int:
    shift = max(units.bit_length() - _BITS - 1, 0)
    return (shift << _BITS) + (units >> shift)


def _highest(bucket: int) -> int:
    """Give the largest value of a bucket, in units."""
    if bucket < _EXACT:
        return bucket
    shift = (bucket >> _BITS) - 1
    return ((bucket - (shift << _BITS) + 1) << shift) - 1
