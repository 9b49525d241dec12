"""The last hour of all nodes, for who runs them; nothing of any clinic, visit or person."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.api.models.base import Instant, Model


class Counted(Model):
    """Of how many how many were good, in the last so many minutes."""

    level: str
    minutes: int
    good: int
    total: int


class NodePast(Model):
    """One node: how it does now, and what it remembers. Of one that does not answer only its name."""

    node: str
    answers: bool
    version: str = ""
    draining: bool = False
    lease_age_ms: int | None = None
    shards: int = 0
    visits: dict[str, int] = Field(default_factory=dict)
    """By status."""
    seats: int = 0
    letters: int = 0
    """Messages yet to be sent."""
    at: list[Instant] = Field(default_factory=list)
    """When the samples after `since` were taken."""
    series: dict[str, list[float | None]] = Field(default_factory=dict)
    """A figure for each sample; nothing where there was nothing to measure."""
    counted: list[Counted] = Field(default_factory=list)
    signs: dict[str, float] = Field(default_factory=dict)
    """What it shows that is wrong, by alert."""


class ServiceLevel(Model):
    """One service level, over all nodes, in the last hour."""

    name: str
    target: float
    good: int
    total: int
    burn_hour: float
    """How many times faster than planned what may go wrong was used up."""
    burn_recent: float
    """The same, in the last 5 minutes."""


class FiringAlert(Model):
    """Something that is wrong now."""

    name: str
    severity: Literal["page", "ticket"]
    nodes: list[str]
    """Where; empty when it is about all nodes together."""
    value: float
    runbook: str
    """The file of the source that says what to do."""


class Operations(Model):
    """All nodes, by name."""

    now: Instant
    every_ms: int
    """How far samples are apart."""
    nodes: list[NodePast]
    levels: list[ServiceLevel]
    alerts: list[FiringAlert]
