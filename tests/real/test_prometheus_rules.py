"""Rules and alerts as Prometheus' own tool judges them, and a runbook for each alert (B9)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tools.watching.pace import Pace
from tools.watching.rules import groups

DASHBOARDS = Path(__file__).parents[2] / "dashboards"
HEADINGS = ("## What it means", "## How to look", "## What to do")
ALERTS = sorted({rule.name for group in groups(Pace()) for rule in group.rules if rule.kind == "alert"})


@pytest.mark.parametrize(
    "asked",
    ["check rules rules.yml", "check config prometheus.yml", "test rules rules_test.yml"],
)
def test_prometheus_own_tool_finds_nothing_wrong(asked: str) -> None:
    """They load; and each kind of alert fires when it should, and keeps quiet when it should."""
    done = subprocess.run(
        ["promtool", *asked.split()],
        cwd=DASHBOARDS / "prometheus",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_has_a_runbook_and_each_runbook_an_alert() -> None:
    """Who is woken reads what it means, how to look, and what to do."""
    books = {path.stem: path.read_text() for path in (DASHBOARDS / "runbooks").glob("*.md")}
    assert sorted(books) == ALERTS
    for name, text in books.items():
        assert text.startswith(f"# {name}\n")
        assert [line for line in text.splitlines() if line.startswith("#")][1:] == list(HEADINGS)


def test_runbooks_lead_only_to_what_there_is() -> None:
    """Every other runbook, metric and verb that one names exists."""
    metrics = (DASHBOARDS.parent / "docs" / "metrics.md").read_text()
    families = set(re.findall(r"`(vestibule_\w+)`", metrics))
    for path in (DASHBOARDS / "runbooks").glob("*.md"):
        text = path.read_text()
        for link in re.findall(r"\]\(([\w.]+\.md)\)", text):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
        for name in re.findall(r"\bvestibule_\w+", text):
            assert re.sub(r"_(bucket|count|sum)$", "", name) in families, f"{path.name}: {name}"
