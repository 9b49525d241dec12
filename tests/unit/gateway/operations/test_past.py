"""What a node remembers of its last hour, and what is judged by it."""

from __future__ import annotations

import math

import pytest
from prometheus_client import CollectorRegistry

from gateway.metrics import Metrics
from gateway.operations.alerts import BURNS, FAST_BURN, FEW, SIGNS, Alert, firing, signs
from gateway.operations.columns import COLUMNS, MEASURED, OURS, SPREADS, Column, Spread
from gateway.operations.levels import LEVELS, MINUTE_MS, burn, counted, together
from gateway.operations.ring import Ring
from gateway.operations.sample import Reader, quantile
from gateway.operations.series import SERIES
from languages.catalogue import leaves
from tests.support.processes import REPO
from tools.watching import alerts as rules
from tools.watching import levels as ruled

EVERY_MS = 5_000
HOUR = 720


class Past:
    """A node's figures and its ring, with time that a test lets pass."""

    def __init__(self, most: int = HOUR) -> None:
        self.metrics = Metrics()
        self.metrics.store_available(True)
        self.reader = Reader(self.metrics.registry)
        self.ring = Ring(self.reader.layout, most)
        self.now = 1_700_000_000_000
        self.ghosts = 0

    def passes(self, samples: int = 1) -> None:
        """Let so many samples be taken."""
        for _ in range(samples):
            self.now += EVERY_MS
            measured = dict.fromkeys(MEASURED, 0.0) | {"ghosts": float(self.ghosts)}
            self.ring.add(self.reader.read(self.now, measured))

    def last(self, name: str) -> float:
        """The newest point of a line."""
        return self.ring.since(0)[-1][1][SERIES.index(name)]

    def alerts(self) -> dict[str, tuple[str, ...]]:
        """The names of what is wrong, each with its nodes."""
        counts = together([counted(self.ring)])
        return {alert.name: alert.nodes for alert in firing({"node-1": signs(self.ring)}, counts)}


def joins(past: Past, ok: int = 0, failed: int = 0, declined: int = 0) -> None:
    """Let so many people come."""
    for _ in range(ok):
        past.metrics.join("web", "guest", "ok", "", 0.01)
    for _ in range(failed):
        past.metrics.join("web", "guest", "refused", "try_later", 0.0)
    for _ in range(declined):
        past.metrics.join("web", "guest", "refused", "link_over", 0.0)


def test_every_figure_that_is_read_is_one_that_the_metrics_have() -> None:
    """A metric that is renamed, or that the registry does not know by its name, would else be 0 for ever."""
    registry = Metrics().registry
    everything: list[Column | Spread] = [*COLUMNS, *SPREADS]
    for read in everything:
        metrics = list(registry.restricted_registry([read.sample]).collect())
        assert len(metrics) == 1, read.name
        labels = [sample.labels for sample in metrics[0].samples]
        assert not labels or isinstance(read, Column) or any(read.chosen(one) for one in labels), read.name


def test_the_ring_is_bounded_and_tells_what_is_new() -> None:
    """The oldest samples go; asked again, only newer ones are told."""
    past = Past(most=10)
    past.passes(25)
    assert len(past.ring) == 10
    points = past.ring.since(0)
    assert [at for at, _ in points] == [past.now - EVERY_MS * back for back in range(9, -1, -1)]
    assert [at for at, _ in past.ring.since(past.now - EVERY_MS)] == [past.now]
    assert past.ring.since(past.now) == []


def test_points_speak_of_the_minute_before_them() -> None:
    """Joins a minute by what became of them; nothing where nothing was measured."""
    past = Past()
    past.passes(13)
    assert past.last("joined") == 0
    assert math.isnan(past.last("join_p99"))
    joins(past, ok=6, failed=2, declined=1)
    past.metrics.presence(0.004)
    past.passes()
    assert [past.last(name) for name in ("joined", "failed", "declined")] == [6, 2, 1]
    assert 0.0025 < past.last("presence_p99") <= 0.005
    past.passes(12)
    assert past.last("joined") == 0


def test_quantiles_are_those_of_prometheus() -> None:
    """Linear within a bucket; what is past the last edge is that edge; nothing of nothing."""
    edges = (0.1, 0.2, math.inf)
    assert quantile(0.5, edges, (0, 10, 10)) == pytest.approx(0.15)
    assert quantile(0.99, edges, (0, 0, 5)) == 0.2
    assert quantile(0.5, edges, (0, 0, 0)) is None


def test_levels_count_what_is_ours_and_over_all_nodes() -> None:
    """A link that is over is an answer, not a failure; what several nodes counted is added up."""
    past = Past()
    past.passes()
    joins(past, ok=97, failed=3, declined=50)
    for seconds in (0.01, 1.9, 2.1):
        past.metrics.greeted("link", seconds)
    past.passes()
    here = counted(past.ring)
    assert here["joins", 5] == here["joins", 60] == (97, 100)
    assert here["join_web", 60] == (2, 3)
    both = together([here, here, {("of another release", 5): (1, 1)}])
    assert both["joins", 60] == (194, 200)
    level = next(one for one in LEVELS if one.name == "joins")
    assert burn(level, both["joins", 60]) == pytest.approx(30)
    assert burn(level, (0, 0)) == 0


def test_a_quiet_hour_fires_nothing() -> None:
    """Nor do people's own slips."""
    past = Past()
    past.passes()
    joins(past, ok=500, declined=100)
    for _ in range(20):
        past.metrics.pin_attempt("wrong")
    past.passes(60)
    assert past.alerts() == {}


def test_a_fast_burn_fires_and_ends_when_it_ends() -> None:
    """Both windows must burn: five minutes after it ended the alert is over. A single failure is none."""
    past = Past()
    past.passes()
    joins(past, ok=1, failed=1)
    past.passes()
    assert past.alerts() == {}
    joins(past, ok=50, failed=5)
    past.passes()
    assert past.alerts() == {"VestibuleJoinsFail": ()}
    past.passes(5 * MINUTE_MS // EVERY_MS + 1)
    assert past.alerts() == {}


def test_what_must_never_happen_fires_for_an_hour() -> None:
    """Once is enough."""
    past = Past()
    past.passes()
    past.metrics.joined_after_expiry()
    past.metrics.double_owner()
    past.passes()
    assert past.alerts() == {"VestibuleJoinAfterExpiry": ("node-1",), "VestibuleTwoOwners": ("node-1",)}
    past.passes(HOUR)
    assert past.alerts() == {}


def test_ghosts_that_stay_and_floods_fire() -> None:
    """For two minutes: a moment's ghost is somebody who was just lost. More PINs than people type."""
    past = Past()
    past.passes()
    past.ghosts = 2
    past.passes(12)
    assert past.alerts() == {}
    past.passes(24)
    assert past.alerts() == {"VestibuleGhosts": ("node-1",)}
    past.ghosts = 0
    past.passes()
    for _ in range(51):
        past.metrics.pin_attempt("wrong")
    past.passes(3)
    assert past.alerts() == {"VestibulePinFlood": ("node-1",)}


def test_a_store_that_is_away_fires_at_once() -> None:
    """And no longer when it is back."""
    past = Past()
    past.passes()
    past.metrics.store_available(False)
    past.passes()
    assert past.alerts() == {"VestibuleStoreAway": ("node-1",)}
    past.metrics.store_available(True)
    past.passes()
    assert past.alerts() == {}


def test_each_alert_has_words_and_each_level_an_alert() -> None:
    """In the page's catalogue, under its own name."""
    said = leaves("en")
    for name in [*BURNS.values(), *SIGNS]:
        assert f"web.operations.alerts.of.{name}" in said
    for level in LEVELS:
        assert level.name in BURNS
        assert f"web.operations.levels.of.{level.name}" in said


def test_alerts_are_those_of_the_rules_for_prometheus() -> None:
    """As loud, with the same runbooks, targets, and causes that are ours."""
    theirs = {alert.name: alert.severity for alert in rules.ALERTS}
    assert {name: theirs[name] for name in SIGNS} == SIGNS
    targets = {level.runbook: level.target for level in ruled.LEVELS}
    assert {BURNS[level.name]: level.target for level in LEVELS} == targets
    fast = ruled.BURNS[0]
    assert (fast.factor, fast.few) == (FAST_BURN, FEW)
    assert set(ruled.OURS.split("|")) == OURS
    for name in [*BURNS.values(), *SIGNS]:
        assert (REPO / Alert(name, "page", (), 1).runbook).is_file()


def test_an_empty_registry_can_be_read() -> None:
    """What is not counted is 0, whatever else there is."""
    reader = Reader(CollectorRegistry())
    sample = reader.read(1, dict.fromkeys(MEASURED, 0.0))
    assert set(sample.values) == {0.0}
