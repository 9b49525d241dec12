"""What the page draws: a point for each sample, over the minute before it."""

from __future__ import annotations

import math
from array import array
from typing import Final

from gateway.operations.sample import Layout, Sample, quantile

PER_MINUTE: Final = ("joined", "declined", "failed", "resumed", "wrong_pins")
NOW: Final = ("visits", "connected", "waiting", "sockets", "memory_bytes")
QUANTILES: Final = {
    "presence_p50": ("presence", 0.5),
    "presence_p99": ("presence", 0.99),
    "join_p99": ("join_web", 0.99),
    "save_p99": ("save", 0.99),
    "late": ("loop_lag", 0.99),
}
SERIES: Final = (*PER_MINUTE, *NOW, "messages", "cpu", *QUANTILES)
"""Joins and the like a minute; counts of the moment; messages a second; cores in use; what is 50 or 99 of
100 times not exceeded, in seconds (`late`: how late the event loop is). NaN where there was nothing.
"""

WINDOW_MS: Final = 60_000
MINUTE: Final = 60.0


def point(layout: Layout, now: Sample, before: Sample) -> array[float]:
    """Make the point of a sample, `before` being the one of a minute ago, or the first."""
    seconds = max(now.at - before.at, 1) / 1000
    drawn = [layout.gained(name, now, before) / seconds * MINUTE for name in PER_MINUTE]
    drawn += [layout.one(now, name) for name in NOW]
    drawn.append(layout.gained("messages", now, before) / seconds)
    drawn.append(layout.gained("cpu_seconds", now, before) / seconds)
    for spread, share in QUANTILES.values():
        found = quantile(share, layout.edges[spread], layout.buckets(spread, now, before))
        drawn.append(math.nan if found is None else found)
    return array("d", drawn)
