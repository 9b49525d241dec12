"""What is wrong now, judged by the last hour of all nodes; each alert has a runbook in dashboards/runbooks.

The same conditions stand in dashboards/prometheus, which also sees slow burns over days. Here there is an
hour: what must never happen and did, what burns fast, and who does not answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gateway.operations.levels import LEVELS, MINUTE_MS, Counts, burn
from gateway.operations.ring import Ring

Severity = Literal["page", "ticket"]

FAST_BURN: Final = 14.4
"""So fast, 2 % of what may go wrong in 30 days is gone in an hour (metrics.md)."""
FEW: Final = 5
"""So many must have gone wrong in the hour: one person's bad luck wakes nobody."""
FLOOD: Final = 50
"""Wrong PINs in five minutes, at all numbers of a node, that people do not type."""
FLOOD_MS: Final = 5 * MINUTE_MS
LASTS_MS: Final = 2 * MINUTE_MS
"""How long ghosts must stay: a moment's is somebody who was just lost."""
LEASES: Final = 3
"""More leases lost in half an hour are no slip."""
LEASES_MS: Final = 30 * MINUTE_MS
HOUR_MS: Final = 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to look at. `name` is its runbook's too; `nodes` is empty when it is about all together."""

    name: str
    severity: Severity
    nodes: tuple[str, ...]
    value: float
    """How often, how many, or the burn rate over an hour."""

    @property
    def runbook(self) -> str:
        """Where it is written what to do."""
        return f"dashboards/runbooks/{self.name}.md"


BURNS: Final = {
    "joins": "VestibuleJoinsFail",
    "join_web": "VestibuleJoinsSlow",
    "join_phone": "VestibuleJoinsSlow",
    "presence": "VestibulePresenceLate",
    "losses": "VestibuleLossesLate",
    "expiry": "VestibuleExpiryLate",
    "returns": "VestibuleReturnsLate",
    "takeovers": "VestibuleTakeoversSlow",
}
"""The alert of each service level."""

NEVER: Final = {
    "VestibuleJoinAfterExpiry": "join_after_expiry",
    "VestibuleAdmissionBypassed": "admission_bypass",
    "VestibuleTwoOwners": "double_owner",
    "VestibulePurgeFailed": "purge_failures",
    "VestibuleStoreWentBack": "store_went_back",
}
"""What must stay 0, by alert."""

SILENT: Final = "VestibuleNodeDown"

SIGNS: Final[Mapping[str, Severity]] = {
    **dict.fromkeys(NEVER, "page"),
    "VestibuleGhosts": "page",
    "VestibulePinFlood": "page",
    "VestibuleStoreAway": "page",
    SILENT: "ticket",
    "VestibuleLeasesLost": "ticket",
}
"""What a node shows by itself, and how loud it is."""


def signs(ring: Ring) -> dict[str, float]:
    """Say what a node shows now: each sign with how often or how many."""
    now = ring.newest
    if now is None:
        return {}

    def gained(name: str, ms: int) -> float:
        return ring.layout.gained(name, now, ring.ago(ms) or now)

    found = {alert: gained(name, HOUR_MS) for alert, name in NEVER.items()}
    found["VestibuleGhosts"] = _lasting(ring, "ghosts")
    found["VestibulePinFlood"] = _above(gained("guesses", FLOOD_MS), FLOOD)
    found["VestibuleStoreAway"] = 1.0 - ring.layout.one(now, "store_available")
    found["VestibuleLeasesLost"] = _above(gained("lease_lost", LEASES_MS), LEASES)
    return {name: value for name, value in found.items() if value > 0}


def _above(value: float, bound: float) -> float:
    return value if value > bound else 0.0


def _lasting(ring: Ring, name: str) -> float:
    """Give the least of a figure in the last two minutes; nothing when the ring is younger than that."""
    seen = [(sample.at, ring.layout.one(sample, name)) for sample in ring.last(LASTS_MS)]
    spans = len(seen) > 1 and seen[0][0] - seen[-1][0] >= LASTS_MS * 0.9
    return min(value for _, value in seen) if spans else 0.0


def firing(shown: Mapping[str, Mapping[str, float]], counts: Counts) -> list[Alert]:
    """List what is wrong, the loudest first: `shown` has each node's signs, `counts` all nodes' levels."""
    found = [*_burning(counts), *_shown(shown)]
    return sorted(found, key=lambda alert: (alert.severity != "page", alert.name))


def _burning(counts: Counts) -> list[Alert]:
    worst: dict[str, float] = {}
    for level in LEVELS:
        hour, recent = counts[level.name, 60], counts[level.name, 5]
        if hour[1] - hour[0] >= FEW and min(burn(level, hour), burn(level, recent)) >= FAST_BURN:
            name = BURNS[level.name]
            worst[name] = max(worst.get(name, 0.0), burn(level, hour))
    return [Alert(name, "page", (), round(value, 1)) for name, value in worst.items()]


def _shown(shown: Mapping[str, Mapping[str, float]]) -> list[Alert]:
    alerts: list[Alert] = []
    for name, severity in SIGNS.items():
        at = {node: signs[name] for node, signs in sorted(shown.items()) if signs.get(name)}
        if at:
            alerts.append(Alert(name, severity, tuple(at), round(sum(at.values()), 1)))
    return alerts
