"""The command line: start, dev, demo visit, config, doctor, backup, restore, clinic, staff, key.

Each verb imports what it needs when it runs, so that `dev` is up quickly and a slip is answered at once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cluster.cli import app as cluster

if TYPE_CHECKING:
    from gateway.node import Node
    from gateway.serving import Started
    from gateway.settings import Problem, Settings

app = typer.Typer(
    name="vestibule",
    help="Real-time call orchestration for telehealth visits.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print the values of variables
    rich_markup_mode=None,
)
config = typer.Typer(no_args_is_help=True, help="Check and show the settings.")
demo = typer.Typer(no_args_is_help=True, help="Try things out on a running demo server.")
app.add_typer(config, name="config")
app.add_typer(demo, name="demo")
app.add_typer(cluster, name="cluster")

ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", help="TOML file with settings; also VESTIBULE_CONFIG.")
]
DataDir = Annotated[
    Path | None, typer.Option(help="The node's folder; default: store.data_dir of the settings.")
]

STOPPED, WRONG_SETTINGS = 1, 2
"""Exit codes: what was asked could not be done; the settings must be mended first."""


def main() -> None:
    """Run the command line."""
    app()


# ---------------------------------------------------------------- serving


@app.command()
def start(config_file: ConfigFile = None) -> None:
    """Start a node with its settings. Seeds nothing."""
    gc.disable()  # a start makes nothing but what stays; gateway.app turns it on again
    from gateway.settings_check import advice

    settings = load(config_file)
    for one in advice(settings):
        print(f"Note: {one}", file=sys.stderr)

    async def started(_: Node) -> None:
        print(f"Vestibule serves {settings.public_url}", flush=True)

    serve(settings, demo=False, started=started)


@app.command()
def dev(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where to listen.")] = 8080,
    data_dir: DataDir = None,
    *,
    https: Annotated[
        bool,
        typer.Option("--https", help="Serve the LAN with a certificate of our own, for telephones' cameras."),
    ] = False,
    empty: Annotated[bool, typer.Option("--empty", help="Plan no visits for the clinic's day.")] = False,
    phones: Annotated[bool, typer.Option(help="Answer telephones too: see /dev/phone.")] = True,
    nodes: Annotated[int, typer.Option(min=1, help="How many nodes; more than one needs Ray.")] = 1,
) -> None:
    """Start a demo clinic, for this machine only unless --https is given."""
    from gateway.dev import demo_folder, settings_of, welcome

    if nodes > 1:
        _many(port, demo_folder(data_dir), nodes, https=https, empty=empty)
        return

    gc.disable()  # as above
    with told():
        settings = settings_of(port, data_dir, https=https)
    check(settings)

    async def started(node: Node) -> None:
        from gateway.demo import DIAL_IN, dialin_key, seed
        from gateway.demo_day import fill
        from gateway.phones import sip_place

        sip = ""
        logins = await seed(node)
        if not empty:
            await fill(node)
        if phones and node.phones is not None:
            sip = sip_place(settings)
            node.host.tasks.start(node.phones.keep(settings, await dialin_key(node), sip, DIAL_IN))
        print(welcome(settings, logins, sip), flush=True)

    serve(settings, demo=True, started=started)


@app.command()
def dialin(
    config_file: ConfigFile = None,
    *,
    attached: Annotated[
        bool, typer.Option("--attached", hidden=True, help="Stop when standard input ends.")
    ] = False,
) -> None:
    """Answer telephones: a process of its own, beside the nodes; any number of them may run."""
    from gateway.dialin.process import run, say_ready
    from gateway.dialin.settings_check import problems
    from gateway.logs import configure_logs

    settings = read(config_file)
    complain(problems(settings))
    configure_logs(settings.log)
    with told():
        run(settings, say_ready, attached=attached)


def _many(port: int, data_dir: Path, nodes: int, *, https: bool, empty: bool) -> None:
    """Start the demo of a cluster."""
    import asyncio

    from gateway.cluster.demo import DemoCluster
    from gateway.cluster.up import until_told
    from gateway.unable import Unable

    with told():
        if https:
            raise Unable("A demo of many nodes is for this machine only: leave --https out, or --nodes.")
        free("127.0.0.1", port)
        asyncio.run(until_told(DemoCluster(port, data_dir, nodes, empty=empty), print))


def serve(settings: Settings, *, demo: bool, started: Started) -> None:
    """Serve until SIGTERM or SIGINT, or say why that cannot be."""
    from gateway.logs import configure_logs

    configure_logs(settings.log)
    with told():
        free(settings.server.bind, settings.server.port)
        from gateway.app import run

        run(settings, demo=demo, started=started)


def free(host: str, port: int) -> None:
    """Make sure that nobody listens there. Raises Unable."""
    import socket

    from gateway.unable import Unable

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise Unable(
                f"Port {port} of {host} cannot be used ({error.strerror}): choose another, or free it."
            ) from error


# ---------------------------------------------------------------- settings


@config.command("check")
def config_check(config_file: ConfigFile = None) -> None:
    """Say whether the node would start with these settings, and what to think about."""
    from gateway.settings_check import advice

    settings = load(config_file)
    if settings.dialin.key.get_secret_value():
        from gateway.dialin.settings_check import problems

        complain(problems(settings))
    for one in advice(settings):
        print(f"Note: {one}")
    print("The settings are fine.")


@config.command("show")
def config_show(config_file: ConfigFile = None) -> None:
    """Show every setting, where its value comes from, and no secret."""
    from gateway import settings_sources as sources

    with told():
        for line in sources.lines(sources.read(config_file, {})):
            print(line)


def read(config_file: Path | None) -> Settings:
    """Read the settings, or say why that cannot be and exit."""
    from gateway.settings import Settings

    with told():
        return Settings.load(config_file)


def load(config_file: Path | None) -> Settings:
    """Read and check the settings, or say what is wrong with them and exit."""
    settings = read(config_file)
    check(settings)
    return settings


def check(settings: Settings) -> None:
    """Exit if these settings do not fit together."""
    from gateway.settings_check import problems

    complain(problems(settings))


def complain(found: list[Problem]) -> None:
    """Say what is wrong with the settings and exit, if anything is."""
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        raise typer.Exit(WRONG_SETTINGS)


# ---------------------------------------------------------------- a demo


@demo.command("visit")
def demo_visit(
    minutes: Annotated[int, typer.Option(min=1, max=240, help="How long the visit takes.")] = 15,
    url: Annotated[str, typer.Option(help="The demo server.")] = "http://127.0.0.1:8080",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Open a visit on a running demo server: it starts now, and the provider is already in."""
    import json

    from gateway.dev import ask_for_visit

    with told():
        visit = ask_for_visit(url, minutes)
    if as_json:
        print(json.dumps(visit))
        return
    for name, value in visit.items():
        print(f"{name.replace('_', ' '):15} {value}")


# ---------------------------------------------------------------- operating


@app.command()
def doctor(
    config_file: ConfigFile = None,
    data_dir: DataDir = None,
    *,
    url: Annotated[str, typer.Option(help="Where the node serves, if not where the settings say.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look at everything the node needs, running or not, and say what to do about what is wrong."""
    import asyncio
    import json
    from dataclasses import asdict

    from gateway.doctor import examine
    from gateway.logs import configure_logs
    from gateway.settings import Log, Settings

    configure_logs(Log(level="error"))  # findings say it in sentences
    with told():
        settings = Settings.load(config_file, **_in(data_dir))
    findings = asyncio.run(examine(settings, url))
    well = not any(finding.wrong for finding in findings)
    if as_json:
        print(json.dumps({"well": well, "findings": [asdict(finding) for finding in findings]}))
    else:
        for finding in findings:
            print(finding)
    if not well:
        raise typer.Exit(STOPPED)


@app.command()
def backup(file: Path, config_file: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Write a consistent copy of the store to FILE, while the node runs or not; the pepper is not in it."""
    import asyncio

    from gateway.backup import write_backup
    from gateway.settings import Settings

    with told():
        size = asyncio.run(write_backup(Settings.load(config_file, **_in(data_dir)), file))
    print(f"{file}: {size} bytes. Keep the pepper elsewhere: without it nobody can read names or use links.")


@app.command()
def restore(
    file: Path,
    config_file: ConfigFile = None,
    data_dir: DataDir = None,
    tombstones: Annotated[
        list[Path] | None, typer.Option(help="Further files of ended visits, from the node that was lost.")
    ] = None,
) -> None:
    """Put a backup into an empty data directory; visits that have ended since it are purged at once."""
    import asyncio

    from gateway.backup import restore_backup
    from gateway.settings import Settings

    with told():
        done = asyncio.run(
            restore_backup(Settings.load(config_file, **_in(data_dir)), file, tombstones or [])
        )
    print(done)


@app.command()
def clinic(
    name: str,
    config_file: ConfigFile = None,
    *,
    identifier: Annotated[str, typer.Option("--id", help="A short name in lower case, for ever.")],
    zone: Annotated[str, typer.Option(help="Like America/Los_Angeles.")],
    admin: Annotated[str, typer.Option(help="E-mail address of its first administrator.")],
    phone: Annotated[str, typer.Option(help="Its telephone number, as people read it.")] = "",
    dial_in: Annotated[list[str] | None, typer.Option(help="A dial-in number, like +15550100123.")] = None,
) -> None:
    """Found a clinic, or change its name, zone and numbers. The node must be stopped."""
    import asyncio

    from gateway.operator import found_clinic

    settings = load(config_file)
    with told():
        found = found_clinic(
            settings, identifier=identifier, name=name, zone=zone, admin=admin, phone=phone, dial_in=dial_in
        )
        print(asyncio.run(found))


@app.command()
def staff(
    email: str,
    config_file: ConfigFile = None,
    *,
    clinic_id: Annotated[str, typer.Option("--clinic")],
    name: Annotated[str, typer.Option(help="As patients see it, like Dr. Ana Rivera.")],
    role: Annotated[str, typer.Option(help="provider, coordinator, admin or sre.")],
) -> None:
    """Add a member of staff, or give them a new password."""
    import asyncio

    from gateway.operator import employ

    settings = load(config_file)
    with told():
        print(asyncio.run(employ(settings, clinic=clinic_id, email=email, name=name, role=role)))


@app.command()
def key(
    name: str,
    config_file: ConfigFile = None,
    *,
    clinic_id: Annotated[str, typer.Option("--clinic")],
    scope: Annotated[list[str], typer.Option(help="visits:read, visits:write, clinic:admin, dialin or sre.")],
) -> None:
    """Make an API key; the scopes `dialin` and `sre` are given here only."""
    import asyncio

    from gateway.operator import make_key

    settings = load(config_file)
    with told():
        print(asyncio.run(make_key(settings, clinic=clinic_id, name=name, scopes=scope)))


@contextmanager
def told() -> Iterator[None]:
    """Say in one sentence why something cannot be done, and exit."""
    from gateway.settings import SettingsWrong

    try:
        yield
    except SettingsWrong as wrong:
        print(wrong, file=sys.stderr)
        raise typer.Exit(WRONG_SETTINGS) from None
    except Exception as error:
        from gateway.unable import sentence

        said = sentence(error)
        if said is None:
            raise
        print(said, file=sys.stderr)
        raise typer.Exit(STOPPED) from None


def _in(data_dir: Path | None) -> dict[str, dict[str, object]]:
    return {"store": {"data_dir": data_dir}} if data_dir else {}
