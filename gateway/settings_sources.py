"""Where settings come from: a TOML file, the environment, the command line; merged value by value."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource

from gateway.settings import PREFIX, Problem, Settings, SettingsWrong

CONFIG_VARIABLE: Final = "VESTIBULE_CONFIG"
"""Names the TOML file when the command line does not."""
FROM_FILE: Final = "_file"

Origin = Literal["default", "file", "environment", "command line"]
Sections = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Read:
    """Settings, and where each value that is not a default comes from, by `section.name`."""

    settings: Settings
    origins: dict[str, Origin]

    def origin(self, key: str) -> Origin:
        """Say where a value comes from."""
        return self.origins.get(key, "default")


def read(config_file: Path | None, overrides: Mapping[str, Mapping[str, object]]) -> Read:
    """Read and merge all sources. Raises SettingsWrong, with every problem there is."""
    named = config_file or (Path(given) if (given := os.environ.get(CONFIG_VARIABLE)) else None)
    sources: tuple[tuple[Origin, Mapping[str, Any]], ...] = (
        ("file", _file(named) if named else {}),
        ("environment", _Environment(Settings)()),
        ("command line", overrides),
    )
    merged: Sections = {}
    origins: dict[str, Origin] = {}
    for origin, sections in sources:
        for section, values in sections.items():
            if not isinstance(values, Mapping):
                raise SettingsWrong([Problem(section, "this is a section: its values belong below it.")])
            merged.setdefault(section, {}).update(values)
            origins.update({f"{section}.{name}": origin for name in values})
    try:
        return Read(Settings.model_validate(merged), origins)
    except ValidationError as error:
        raise SettingsWrong([_problem(one, origins) for one in error.errors()]) from None


def fields(section: str) -> Mapping[str, object]:
    """Give the settings of a section by their names; none when there is no such section."""
    known = Settings.model_fields.get(section)
    model = known.annotation if known else None
    return model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsWrong([Problem(str(path), f"the file cannot be read: {error.strerror}.")]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsWrong([Problem(str(path), f"this is not TOML: {error}.")]) from error


class _Environment(EnvSettingsSource):
    """The environment, in which `NAME_FILE` stands for the text of a file."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return dict(_variables(os.environ))

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        # the library passes over sections that it does not know
        for name in self.env_vars:
            section = name.removeprefix(PREFIX.lower()).partition("__")[0]
            found.setdefault(section, {})
        return found


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        key = name.lower()
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE:
            continue
        section, _, field = key.removeprefix(PREFIX.lower()).partition("__")
        if field.endswith(FROM_FILE) and field not in fields(section):
            yield key.removesuffix(FROM_FILE), _text_of(value, f"{section}.{field}")
        else:
            yield key, value


def _text_of(path: str, key: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsWrong([Problem(key, f"the file {path} cannot be read: {error}.")]) from error


def _problem(error: ErrorDetails, origins: Mapping[str, Origin]) -> Problem:
    key = ".".join(str(part) for part in error["loc"][:2])
    if error["type"] == "extra_forbidden":
        said = "there is no such setting."
    else:
        said = error["msg"].removeprefix("Value error, ").rstrip(".") + "."
    origin = origins.get(key)
    return Problem(key, said[0].lower() + said[1:] + (f" (from the {origin})" if origin else ""))


def lines(found: Read) -> Iterator[str]:
    """Show every setting as TOML with where its value comes from; secrets are masked."""
    for section in Settings.model_fields:
        yield f"[{section}]"
        values = getattr(found.settings, section)
        for name in fields(section):
            yield f"{name} = {_shown(getattr(values, name))}  # {found.origin(f'{section}.{name}')}"
        yield ""


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return '"********"' if value.get_secret_value() else '""'
    if value is None:
        return '""'
    if isinstance(value, str) and "://" in value:
        return f'"{_without_password(value)}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return f'"{value}"' if isinstance(value, str | Path) else str(value)


def _without_password(url: str) -> str:
    head, at, rest = url.rpartition("@")
    if not at:
        return url
    scheme, _, credentials = head.partition("://")
    user, colon, _ = credentials.partition(":")
    return f"{scheme}://{user}{':********' if colon else ''}@{rest}"
