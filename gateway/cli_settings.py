"""What the verbs of the command line have in common: their settings, and how they say that they cannot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from gateway.settings import Problem, Settings

ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", help="TOML file with settings; also VESTIBULE_CONFIG.")
]
DataDir = Annotated[
    Path | None, typer.Option(help="The node's folder; default: store.data_dir of the settings.")
]

STOPPED, WRONG_SETTINGS = 1, 2
"""Exit codes: what was asked could not be done; the settings must be mended first."""


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


def in_folder(data_dir: Path | None) -> dict[str, dict[str, object]]:
    """Say as settings which folder the command line names."""
    return {"store": {"data_dir": data_dir}} if data_dir else {}
