"""Rules, alerts and dashboards are sound as data; what Prometheus makes of them is tried in tests/real."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from prometheus_client import generate_latest

from gateway.metrics import Metrics
from tools.watching.alerts import ALERTS
from tools.watching.boards import BOARDS, Board
from tools.watching.grafana import as_json
from tools.watching.levels import LEVELS
from tools.watching.pace import Pace
from tools.watching.rules import as_yaml, groups


def test_a_pace_shortens_spans_and_bounds_and_nothing_else() -> None:
    """With 60 an hour is a minute; a count of events is what it was."""
    assert Pace().span("1h") == "1h"
    assert Pace(60).span("1h") == "60000ms"
    old = next(alert for alert in ALERTS if alert.name == "VestibuleOutboxOld")
    assert old.at(Pace()).endswith("> 600")
    assert old.at(Pace(60)).endswith("> 10")
    flood = next(alert for alert in ALERTS if alert.name == "VestibulePinFlood")
    assert flood.at(Pace(60)).endswith("[5000ms])) > 50")


def test_each_level_pages_twice_and_makes_two_tickets() -> None:
    """Fast over an hour and over six, slowly over a day and over three (B9)."""
    alerts = [rule for group in groups(Pace()) for rule in group.rules if rule.kind == "alert"]
    for level in LEVELS:
        severities = Counter(rule.labels["severity"] for rule in alerts if rule.name == level.runbook)
        assert severities == {"page": 2, "ticket": 2}


def test_each_bound_of_a_level_is_the_bound_of_a_bucket() -> None:
    """A bound between two buckets would count what it does not mean."""
    page = generate_latest(Metrics().registry).decode()
    for level in LEVELS:
        for metric, labels in re.findall(r"(vestibule_\w+_bucket)\{([^}]*)\}", level.bad):
            bound = re.search(r'le="([\d.]+)"', labels)
            assert bound is not None
            assert re.search(rf'^{metric}{{.*le="{re.escape(bound[1])}".*}}', page, re.MULTILINE), level.name


def test_every_rule_has_what_its_kind_needs() -> None:
    """An alert says how bad it is, what it is, and where to read on; names of recorded ones are ours."""
    for group in groups(Pace(), "https://runbooks.example.org"):
        for rule in group.rules:
            if rule.kind == "record":
                assert rule.name.startswith("vestibule:")
                assert set(rule.labels) == {"slo"}
            else:
                assert rule.labels["severity"] in {"page", "ticket", "none"}
                assert rule.notes["summary"]
                assert rule.notes["runbook_url"] == f"https://runbooks.example.org/{rule.name}.md"


def test_the_rules_file_is_read_by_any_yaml_reader() -> None:
    """Nothing in it needs more quoting than it has: each text is JSON's, each query a block of its own."""
    text = as_yaml(groups(Pace()))
    assert "\t" not in text
    for line in text.splitlines():
        key, colon, value = line.strip().partition(": ")
        if colon and value.startswith('"'):
            json.loads(value)
        assert key


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_a_dashboard_has_its_panels_in_place(board: Board) -> None:
    """None lies over another, each asks something, and only the board of one node asks which."""
    shown = json.loads(as_json(board))
    places = [
        (one["gridPos"]["x"] + column, one["gridPos"]["y"])
        for one in shown["panels"]
        for column in range(one["gridPos"]["w"])
    ]
    assert len(places) == len(set(places))
    assert max(column for column, _ in places) < 24
    asking = [one for one in shown["panels"] if one["type"] != "row"]
    assert len(asking) == len(list(board.panels()))
    for panel in asking:
        assert [one["refId"] for one in panel["targets"]] == list("ABCDEF"[: len(panel["targets"])])
        assert all(one["expr"] for one in panel["targets"])
    assert ("$instance" in json.dumps(shown)) is board.one_node
