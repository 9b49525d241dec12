"""An operator's verbs: doctor, backup, restore, clinic, staff, key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli_settings import STOPPED, ConfigFile, DataDir, in_folder, load, told


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
    from gateway.settings import Settings
    from gateway.settings_sections import Log

    configure_logs(Log(level="error"))  # findings say it in sentences
    with told():
        settings = Settings.load(config_file, **in_folder(data_dir))
    findings = asyncio.run(examine(settings, url))
    well = not any(finding.wrong for finding in findings)
    if as_json:
        print(json.dumps({"well": well, "findings": [asdict(finding) for finding in findings]}))
    else:
        for finding in findings:
            print(finding)
    if not well:
        raise typer.Exit(STOPPED)


def backup(file: Path, config_file: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Write a consistent copy of the store to FILE, while the node runs or not; the pepper is not in it."""
    import asyncio

    from gateway.backup import write_backup
    from gateway.settings import Settings

    with told():
        size = asyncio.run(write_backup(Settings.load(config_file, **in_folder(data_dir)), file))
    print(f"{file}: {size} bytes. Keep the pepper elsewhere: without it nobody can read names or use links.")


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
            restore_backup(Settings.load(config_file, **in_folder(data_dir)), file, tombstones or [])
        )
    print(done)


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
