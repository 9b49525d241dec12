"""Rules for Prometheus: how much of each level was bad, and the alerts; as YAML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tools.watching.alerts import ALERTS, Alert
from tools.watching.levels import BURNS, LEVELS, MONTH, Burn, Level
from tools.watching.pace import Pace

RUNBOOKS: Final = "dashboards/runbooks"
"""Where runbooks are when nobody says where they are published."""

_EVERY: Final = {
    "5m": "30s",
    "30m": "30s",
    "1h": "30s",
    "2h": "2m",
    "6h": "2m",
    "1d": "10m",
    "3d": "10m",
    "30d": "10m",
}
"""How often what is counted over a window is counted anew."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; a `record` or an `alert`."""

    kind: str
    name: str
    expr: str
    lasts: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated together, one after the other."""

    name: str
    every: str
    rules: tuple[Rule, ...]


def ratio(level: Level, window: str) -> str:
    """Name what share of a level was bad in a window, for alerts and dashboards."""
    return f'vestibule:bad:ratio{window}{{slo="{level.name}"}}'


def groups(pace: Pace, runbooks: str = RUNBOOKS) -> tuple[Group, ...]:
    """Make all rules at a pace."""
    windows: dict[str, list[str]] = {}
    for window, every in _EVERY.items():
        windows.setdefault(every, []).append(window)
    recorded = tuple(
        Group(
            f"vestibule-levels-{'-'.join(some)}",
            _interval(pace, every),
            tuple(rule for window in some for level in LEVELS for rule in _recorded(level, window, pace)),
        )
        for every, some in windows.items()
    )
    every = _interval(pace, "30s")
    burning = tuple(_burning(level, burn, runbooks) for level in LEVELS for burn in BURNS)
    others = tuple(_alert(alert, pace, runbooks) for alert in ALERTS)
    targets = tuple(
        Rule("record", "vestibule:objective:ratio", f"vector({level.target:g})", labels={"slo": level.name})
        for level in LEVELS
    )
    return (
        Group("vestibule-objectives", every, targets),
        *recorded,
        Group("vestibule-burning", every, burning),
        Group("vestibule-alerts", every, others),
    )


def _interval(pace: Pace, span: str) -> str:
    return span if pace.times == 1 else "500ms"


def _recorded(level: Level, window: str, pace: Pace) -> Iterable[Rule]:
    """Count bad and all events of a window; without any there is no ratio."""
    span, labels = pace.span(window), {"slo": level.name}
    for what, query in (("bad", level.bad), ("all", level.all)):
        yield Rule("record", f"vestibule:{what}:increase{window}", query.replace("{w}", span), labels=labels)
    bad, every = (f'vestibule:{what}:increase{window}{{slo="{level.name}"}}' for what in ("bad", "all"))
    share = f"{bad} / ({every} > 0)"
    yield Rule("record", f"vestibule:bad:ratio{window}", share, labels=labels)


def _burning(level: Level, burn: Burn, runbooks: str) -> Rule:
    bound = f"{burn.factor:g} * {level.budget:g}"
    expr = (
        f"{ratio(level, burn.long)} > {bound}\n"
        f"and {ratio(level, burn.short)} > {bound}\n"
        f'and vestibule:bad:increase{burn.long}{{slo="{level.name}"}} >= {burn.few}'
    )
    return Rule(
        "alert",
        level.runbook,
        expr,
        labels={"severity": burn.severity, "window": burn.long},
        notes={
            "summary": f"The budget of `{level.name}` burns {burn.factor:g} times too fast.",
            "description": f"Promised: {level.promise}, {level.percent} of the time in {MONTH[:-1]} days."
            f" In the last {burn.long} it was not so for {{{{ $value | humanizePercentage }}}}.",
            "runbook_url": f"{runbooks}/{level.runbook}.md",
        },
    )


def _alert(alert: Alert, pace: Pace, runbooks: str) -> Rule:
    return Rule(
        "alert",
        alert.name,
        alert.at(pace),
        pace.span(alert.lasts) if alert.lasts else "",
        {"severity": alert.severity},
        {"summary": alert.says, "runbook_url": f"{runbooks}/{alert.name}.md"},
    )


# ---------------------------------------------------------------- as YAML


def as_yaml(all_groups: Iterable[Group]) -> str:
    """Spell groups as Prometheus reads them; every text is quoted as JSON quotes it, which YAML reads too."""
    lines = ["groups:"]
    for group in all_groups:
        lines += [f"  - name: {group.name}", f"    interval: {group.every}", "    rules:"]
        for rule in group.rules:
            lines += _lines(rule)
    return "\n".join(lines) + "\n"


def _lines(rule: Rule) -> list[str]:
    lines = [f"      - {rule.kind}: {rule.name}"]
    lines += ["        expr: |-", *(f"          {line}" for line in rule.expr.splitlines())]
    if rule.lasts:
        lines.append(f"        for: {rule.lasts}")
    for name, pairs in (("labels", rule.labels), ("annotations", rule.notes)):
        if pairs:
            lines.append(f"        {name}:")
            lines += [f"          {key}: {json.dumps(value)}" for key, value in pairs.items()]
    return lines
