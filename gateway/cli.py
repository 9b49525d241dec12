"""The command line: start, dev, dialin, config, demo visit; and every other verb by its name.

Each verb imports what it needs when it runs, so that `dev` is up quickly and a slip is answered at once.

    cli_settings   what all verbs share        cli_operating   an operator's verbs
    cluster/cli    `vestibule cluster ...`
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli_operating import backup, clinic, doctor, key, restore, staff
from gateway.cli_settings import ConfigFile, DataDir, check, complain, load, read, told
from gateway.cluster.cli import app as cluster

if TYPE_CHECKING:
    from gateway.node import Node
    from gateway.serving import Started
    from gateway.settings import Settings

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
    from gateway.cluster.listening import free
    from gateway.cluster.up import until_told
    from gateway.unable import Unable

    with told():
        if https:
            raise Unable("A demo of many nodes is for this machine only: leave --https out, or --nodes.")
        free("127.0.0.1", port)
        asyncio.run(until_told(DemoCluster(port, data_dir, nodes, empty=empty), print))


def serve(settings: Settings, *, demo: bool, started: Started) -> None:
    """Serve until SIGTERM or SIGINT, or say why that cannot be."""
    from gateway.cluster.listening import free
    from gateway.logs import configure_logs

    configure_logs(settings.log)
    with told():
        free(settings.server.bind, settings.server.port)
        from gateway.app import run

        run(settings, demo=demo, started=started)


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


for verb in (doctor, backup, restore, clinic, staff, key):
    app.command()(verb)
