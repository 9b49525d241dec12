"""docs/metrics.md: every metric, with its labels, as the code makes it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, cast

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from gateway.metrics import Metrics, Watched
from gateway.metrics.dialin import DialInMetrics
from gateway.websocket import Totals

if TYPE_CHECKING:
    from actors.host import Host

HEAD: Final = """# Metrics

Written from the code by `python -m tools.watching`; `make lint` fails when it is not as it would be written.
How to watch Vestibule with them: [operations.md](operations.md).

Seconds and bytes; counters end in `_total` on the page; histograms have `_bucket`, `_sum` and `_count`. No
label holds a visit, a clinic, a person, a number or a PIN. Every process counts for itself: what is gone with
a process is gone from its page, and Prometheus forgets its gauges when it finds nobody there. `process_*` are
Prometheus' usual ones of every process.
"""


def page() -> str:
    """Write the page."""
    node, dial_in = _of_a_node(), DialInMetrics().registry
    parts = [HEAD, "\n## A node\n", *_table(node), "\n## A dial-in process\n", *_table(dial_in)]
    return "\n".join(parts) + "\n"


def _of_a_node() -> CollectorRegistry:
    """Make a node's metrics with nothing behind them: only their names are asked for."""
    host = SimpleNamespace(
        member=SimpleNamespace(draining=False),
        held={},
        saves_waiting=0,
        members=tuple,
        lease_age=0,
        settings=SimpleNamespace(node="", version=""),
    )
    bridge = SimpleNamespace(pid=1, telephones=0, visits=0, cpu=0.0)
    metrics = Metrics()
    metrics.watch(Watched(cast("Host", host), Totals, lambda: 0, lambda: bridge, ""))
    return metrics.registry


def _table(registry: CollectorRegistry) -> Iterator[str]:
    yield "| name | kind | labels | what it says |"
    yield "|---|---|---|---|"
    labels = dict(_labels(registry))
    for metric in sorted(registry.collect(), key=lambda one: one.name):
        if not metric.name.startswith("process_"):
            yield _row(metric, labels.get(metric.name, ()))


def _labels(registry: CollectorRegistry) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Find what a metric is made with: one that nobody has moved yet shows none."""
    for collector in registry._collector_to_names:
        if isinstance(name := getattr(collector, "_name", None), str):
            yield name, tuple(getattr(collector, "_labelnames", ()))


def _row(metric: Metric, made_with: tuple[str, ...]) -> str:
    seen = {label for sample in metric.samples for label in sample.labels} - {"le"}
    labels = ", ".join(f"`{label}`" for label in made_with or sorted(seen) or _LATER.get(metric.name, ()))
    return f"| `{_full(metric)}` | {metric.type} | {labels} | {metric.documentation} |"


def _full(metric: Metric) -> str:
    return metric.name + {"counter": "_total", "info": "_info"}.get(metric.type, "")


_LATER: Final = {"vestibule_seats": ("standing", "channel")}
"""What is labelled only where there is somebody."""
