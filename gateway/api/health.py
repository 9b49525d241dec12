"""What load balancers and operators ask: alive, ready, metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.api.plain import Answer, as_json
from gateway.metrics import CONTENT_TYPE, Metrics

if TYPE_CHECKING:
    from gateway.node import Node


def alive() -> Answer:
    """Say that the process lives and its loop turns; nothing about whether it can serve."""
    return as_json({"status": "ok"})


def readiness(node: Node, *, details: bool) -> Answer:
    """Say whether new people should be sent here: 503 while draining, or while nothing can be saved."""
    draining, store = not node.conversations.open or node.host.member.draining, node.host.ready
    ready = store and not draining
    body: dict[str, object] = {"status": "ready" if ready else "not_ready"}
    if details:
        figures = node.host.figures()
        body |= {
            "draining": draining,
            "store": "up" if store else "down",
            "shards": figures.shards,
            "visits": figures.visits.total(),
            "sockets": len(node.endpoint),
        }
    return as_json(body, 200 if ready else 503)


async def metrics(counted: Metrics) -> Answer:
    """Give the page that Prometheus reads."""
    return Answer(200, await counted.page(), CONTENT_TYPE)
