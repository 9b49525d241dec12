"""Which figures of `/metrics` a sample holds: single ones, and histograms with all their buckets.

They are read under the names that Prometheus reads, so the page and the alerts of dashboards/ speak of the
same things.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.metrics.names import PREFIX

Labels = Mapping[str, str]

OURS: Final = frozenset({"try_later", "busy", "other"})
"""Why a join failed that should not have: no fault of who came. All other reasons are an answer, not a
failure: a link that is over, a wrong PIN, a visit that is full.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One figure: the sum of those samples of a metric whose labels are chosen."""

    name: str
    sample: str
    chosen: Callable[[Labels], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Spread:
    """A histogram: how many were at most as long as each of its edges."""

    name: str
    metric: str
    chosen: Callable[[Labels], bool] = lambda _: True

    @property
    def sample(self) -> str:
        """The metric's samples that hold the buckets."""
        return f"{PREFIX}_{self.metric}_bucket"


def _is(label: str, *values: str) -> Callable[[Labels], bool]:
    return lambda labels: labels.get(label) in values


def _refused(*, ours: bool) -> Callable[[Labels], bool]:
    return lambda labels: labels["result"] == "refused" and (labels["reason"] in OURS) is ours


COLUMNS: Final = (
    Column("joined", f"{PREFIX}_joins_total", _is("result", "ok")),
    Column("declined", f"{PREFIX}_joins_total", _refused(ours=False)),
    Column("failed", f"{PREFIX}_joins_total", _refused(ours=True)),
    Column("resumed", f"{PREFIX}_resumes_total", _is("result", "replay", "state")),
    Column("wrong_pins", f"{PREFIX}_pin_attempts_total", _is("result", "wrong", "bad_check_digit")),
    Column("guesses", f"{PREFIX}_pin_attempts_total", _is("result", "wrong")),
    Column("lease_lost", f"{PREFIX}_lease_lost_total"),
    Column("store_available", f"{PREFIX}_store_available"),
    Column("join_after_expiry", f"{PREFIX}_join_after_expiry_total"),
    Column("double_owner", f"{PREFIX}_double_owner_total"),
    Column("purge_failures", f"{PREFIX}_purge_failures_total"),
    Column("admission_bypass", f"{PREFIX}_admission_bypass_total"),
    Column("store_went_back", f"{PREFIX}_store_went_back_total"),
)

SPREADS: Final = (
    Spread("join_web", "hello_seconds", _is("kind", "link", "staff")),
    Spread("join_phone", "join_seconds", _is("channel", "phone")),
    Spread("presence", "presence_staleness_seconds"),
    Spread("save", "save_seconds"),
    Spread("expiry", "expiry_lag_seconds"),
    Spread("loss", "loss_noticed_seconds"),
    Spread("resume", "resume_seconds"),
    Spread("takeover", "takeover_seconds"),
    Spread("loop_lag", "loop_lag_seconds"),
)

MEASURED: Final = (
    "visits",
    "connected",
    "waiting",
    "ghosts",
    "sockets",
    "messages",
    "cpu_seconds",
    "memory_bytes",
)
"""What is measured for a sample alone, besides what `/metrics` counts."""
