"""Where Prometheus finds the nodes of a cluster."""

from __future__ import annotations

from actors.slots import Slot
from gateway.cluster.operate import Seen
from gateway.cluster.showing import as_targets


def test_nodes_that_serve_are_named_and_no_others() -> None:
    """A series is named by its node, whatever port it has now; a demo's node has no door of its own."""
    seen = [
        Seen(Slot(1, "10.0.0.1"), True, {"operator": "10.0.0.1:8125", "address": "10.0.0.1:8120"}),
        Seen(Slot(2, "10.0.0.2"), True, None),
        Seen(Slot(3, "10.0.0.2"), True, {"operator": "", "address": "10.0.0.2:8140"}),
    ]
    assert [(one["targets"], one["labels"]) for one in as_targets(seen)] == [
        (["10.0.0.1:8125"], {"instance": "node-1", "machine": "10.0.0.1"}),
        (["10.0.0.2:8140"], {"instance": "node-3", "machine": "10.0.0.2"}),
    ]
