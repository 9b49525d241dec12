"""Dashboards as Grafana reads them, made with Grafana's own library."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase
from typing import Final

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
    VariableRefresh,
)
from grafana_foundation_sdk.models.dashboard import Threshold as Step

from tools.watching.boards import Board, Panel

SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${source}")
"""The Prometheus that is chosen at the top of a board."""

HEIGHT: Final = {"number": 4, "share": 4, "state": 4}
_STANDS: Final = {"0": ("no", "orange"), "1": ("yes", "green")}


def as_json(board: Board) -> str:
    """Spell one dashboard."""
    made = (
        dashboard.Dashboard(board.title)
        .uid(f"vestibule-{board.name}")
        .description(board.says)
        .tags(["vestibule"])
        .editable()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .with_variable(dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus"))
    )
    if board.one_node:
        made = made.with_variable(
            dashboard.QueryVariable("instance")
            .label("Node")
            .datasource(SOURCE)
            .query("label_values(vestibule_node_info, instance)")
            .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        )
    for title, panels in board.rows:
        made = made.with_row(dashboard.Row(title))
        for panel in panels:
            made = made.with_panel(_picture(panel))
    return JSONEncoder(sort_keys=True, indent=1).encode(made.build()) + "\n"


def _picture(panel: Panel) -> timeseries.Panel | stat.Panel:
    return _lines(panel) if panel.kind in ("lines", "stack") else _number(panel)


def _lines(panel: Panel) -> timeseries.Panel:
    made = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.says)
        .datasource(SOURCE)
        .unit(panel.unit)
        .min(0)
        .span(panel.wide)
        .height(8)
        .line_width(1)
        .fill_opacity(40 if panel.kind == "stack" else 8)
        .show_points(shapes.VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(shapes.LegendDisplayMode.LIST)
            .placement(shapes.LegendPlacement.BOTTOM)
        )
    )
    if panel.kind == "stack":
        made = made.stacking(common.StackingConfig().mode(shapes.StackingMode.NORMAL))
    for query in _queries(panel):
        made = made.with_target(query)
    return made


def _number(panel: Panel) -> stat.Panel:
    made = (
        stat.Panel()
        .title(panel.title)
        .description(panel.says)
        .datasource(SOURCE)
        .unit(panel.unit)
        .span(panel.wide)
        .height(HEIGHT[panel.kind])
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )
    if panel.kind == "share":
        made = made.thresholds(_steps((None, "red"), (0.0, "orange"), (0.5, "green")))
    if panel.kind == "state":
        words = {
            value: ValueMappingResult(text=word, color=color) for value, (word, color) in _STANDS.items()
        }
        made = made.mappings([ValueMap(options=words)])
    for query in _queries(panel):
        made = made.with_target(query)
    return made


def _queries(panel: Panel) -> Iterator[prometheus.Dataquery]:
    for letter, (query, called) in zip(ascii_uppercase, panel.queries, strict=False):
        yield prometheus.Dataquery().ref_id(letter).expr(query).legend_format(called or panel.title)


def _steps(*steps: tuple[float | None, str]) -> dashboard.ThresholdsConfig:
    return (
        dashboard.ThresholdsConfig()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([Step(value=value, color=color) for value, color in steps])
    )
