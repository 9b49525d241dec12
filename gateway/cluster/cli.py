"""The command line of a cluster: up, join, status, targets, scale, drain, rolling-restart, haproxy, down.

All but `join` are for the machine where the cluster came up: its folder has the token and the slots.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from gateway.cli_settings import ConfigFile, told

if TYPE_CHECKING:
    from gateway.cluster.operate import Operator
    from gateway.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Many nodes as one, placed and kept by Ray (docs/cluster.md).")

DataDir = Annotated[Path | None, typer.Option(help="The cluster's folder; default: store.data_dir.")]
Address = Annotated[
    str | None, typer.Option(help="Where Ray's head listens, HOST:PORT; HOST is loopback or private.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

T = TypeVar("T")
STARTING: Final = 120.0
"""Seconds that Ray's processes may take to begin, on a machine that is busy."""


@app.command()
def up(
    nodes: Annotated[
        int | None, typer.Option(min=1, help="How many; default: as many as there were.")
    ] = None,
    config_file: ConfigFile = None,
    data_dir: DataDir = None,
    address: Address = None,
    store: Annotated[str | None, typer.Option(help="The store's URL; default: one of its own.")] = None,
) -> None:
    """Bring a cluster up on this machine, and watch it until Ctrl+C or `vestibule cluster down`."""
    from gateway.cluster.up import Plan, Up, until_told

    settings = _settings(config_file, data_dir, address, store)
    with told():
        asyncio.run(until_told(Up(settings, Plan(nodes, environment=_named(config_file))), print))


@app.command()
def join(
    machine: Annotated[str, typer.Option(help="This machine's own private address.")],
    address: Annotated[str, typer.Option(help="Where Ray's head is, HOST:PORT.")],
    config_file: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Let this machine join a cluster, and watch its part until Ctrl+C; `scale` then places nodes on it."""
    from gateway.cluster.up import Joined, until_told

    settings = _settings(config_file, data_dir, address, None, machine=machine)
    with told():
        asyncio.run(until_told(Joined(settings, _named(config_file)), print))


@app.command()
def status(config_file: ConfigFile = None, data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Show the nodes: machine, state, shards, visits, sockets, age of the lease."""
    from gateway.cluster.showing import as_object, as_table

    seen = _operate(config_file, data_dir, lambda operator: operator.look())
    print(json.dumps(as_object(seen)) if as_json else as_table(seen))


@app.command()
def targets(config_file: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Print where each node's /metrics is, as Prometheus reads it from a file (file_sd_configs)."""
    from gateway.cluster.showing import as_targets

    print(json.dumps(as_targets(_operate(config_file, data_dir, lambda operator: operator.look())), indent=1))


@app.command()
def scale(nodes: int, config_file: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Have so many nodes, spread over the machines that have joined."""
    _operate(config_file, data_dir, lambda operator: operator.scale_and_wait(nodes))


@app.command()
def drain(node: str, config_file: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Have a node hand all its visits over and take none, until `rolling-restart NODE`."""
    _operate(config_file, data_dir, lambda operator: operator.drain(node))


@app.command()
def rolling_restart(
    nodes: Annotated[list[str] | None, typer.Argument(help="Only these, like node-2.")] = None,
    config_file: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Restart the nodes one after the other with the program and the settings as they are now; no visit is
    dropped.
    """
    _operate(config_file, data_dir, lambda operator: operator.rolling_restart(nodes or ()))


@app.command()
def haproxy(
    config_file: ConfigFile = None,
    data_dir: DataDir = None,
    bind: Annotated[str, typer.Option(help="Where HAProxy listens.")] = "127.0.0.1:8080",
    certificate: Annotated[
        Path | None, typer.Option(help="Certificate and key in one file, to speak TLS.")
    ] = None,
) -> None:
    """Print a configuration of HAProxy for the cluster as it is."""
    from gateway.cluster.folder import ClusterFolder
    from gateway.cluster.haproxy import Edge, configuration

    with told():
        folder = ClusterFolder(_settings(config_file, data_dir))
        print(configuration(folder.slots(), folder.facts().first_port, Edge(bind, certificate)), end="")


@app.command()
def down(config_file: ConfigFile = None, data_dir: DataDir = None) -> None:
    """End all nodes on all machines, then what `up` started here; what is saved stays."""
    from gateway.cluster.up import end_all

    settings = _settings(config_file, data_dir)
    _operate(config_file, data_dir, lambda operator: operator.take_down())
    with told():
        asyncio.run(end_all(settings))


# ---------------------------------------------------------------- what `up` and `join` have done by a child


@app.command(hidden=True)
def place(
    nodes: Annotated[int | None, typer.Option()] = None,
    *,
    empty: Annotated[bool, typer.Option("--empty")] = False,
) -> None:
    """Place the nodes, wait until they are ready, seed a demo; prints JSON."""
    begun = _operate(None, None, lambda operator: operator.begin(nodes, empty=empty), patience=STARTING)
    print(json.dumps(begun))


@app.command(hidden=True)
def arrive() -> None:
    """Wait until this machine is one of the cluster's."""
    _operate(None, None, lambda operator: operator.arrived(), patience=STARTING)


@app.command(hidden=True)
def leave() -> None:
    """Stop this machine's nodes in order."""
    _operate(None, None, lambda operator: operator.stop_here())


# ---------------------------------------------------------------- common


def _settings(
    config_file: Path | None,
    data_dir: Path | None,
    address: str | None = None,
    store: str | None = None,
    machine: str | None = None,
) -> Settings:
    """Read the settings, with what the command line says."""
    from gateway.settings import Settings

    given: dict[str, dict[str, object]] = {
        "store": _without_none(data_dir=data_dir, url=store),
        "cluster": _without_none(head=address, machine=machine),
    }
    with told():
        return Settings.load(config_file, **given)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _without_none(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _named(config_file: Path | None) -> dict[str, str]:
    from gateway.settings_sources import CONFIG_VARIABLE

    return {CONFIG_VARIABLE: str(config_file.absolute())} if config_file else {}


def _operate(
    config_file: Path | None,
    data_dir: Path | None,
    work: Callable[[Operator], Awaitable[T]],
    *,
    patience: float = 10.0,
) -> T:
    """Be a client of the cluster's Ray for a moment."""
    from gateway.cluster.operate import operating

    settings = _settings(config_file, data_dir)

    async def done() -> T:
        async with operating(settings, _say, patience=patience) as operator:
            return await work(operator)

    with told(), redirect_stdout(sys.stderr):  # Ray tells of what happened; only our answer is for programs
        return asyncio.run(done())
