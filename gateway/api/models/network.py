"""How the nodes of a deployment do; nothing of any clinic, visit or person."""

from __future__ import annotations

from pydantic import Field

from gateway.api.models.base import Instant, Model


class NodeState(Model):
    """One node. Of one that does not answer only what its lease says is known."""

    node: str
    answers: bool
    """Whether it answered just now."""
    version: str
    draining: bool
    ws_url: str
    shards: int = 0
    """How many of the 1,024 it owns."""
    visits: dict[str, int] = Field(default_factory=dict)
    """Live visits by status."""
    seats: int = 0
    """People who are in, or waiting."""
    sockets: int = 0
    letters: int = 0
    """Messages yet to be sent."""
    lease_age_ms: int | None = None
    """Since when its lease was not renewed."""


class Network(Model):
    """All living nodes, by name."""

    now: Instant
    nodes: list[NodeState]
