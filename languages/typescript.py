"""The types by which the web app reads its sentences (`en/web/*.json`)."""

from __future__ import annotations

import json
from typing import Final

from languages.catalogue import FIRST, Leaf, leaves, parts_in_order

_HEAD: Final = """\
// Written by `python -m signaling.schema` from languages/en/web; do not edit.
//
// A sentence with parts is a function: its parts in the order in which English says them, and last, where
// English does not say it, the count that chooses the plural form.

/** What fills in a part; several are listed as people do: "Ana, Ben, and Cleo". */
export type Part = string | number | readonly string[];
"""
_WEB: Final = "web."
_Branch = dict[str, "_Branch | str"]


def typescript() -> str:
    """Write the module `catalogue.ts`: an interface a file."""
    files: _Branch = {}
    for key, leaf in leaves(FIRST).items():
        if key.startswith(_WEB):
            _put(files, key.removeprefix(_WEB).split("."), _kind(leaf))
    written = (f"export interface {name.title()}Words {_type(file)}\n" for name, file in files.items())
    return "\n".join([_HEAD, *written])


def _put(branch: _Branch, path: list[str], kind: str) -> None:
    name, *rest = path
    deeper = branch.setdefault(name, {}) if rest else kind
    branch[name] = deeper
    if isinstance(deeper, dict):
        _put(deeper, rest, kind)


def _type(branch: _Branch | str, indent: str = "") -> str:
    if isinstance(branch, str):
        return branch
    deeper = indent + "  "
    lines = [f"{deeper}readonly {_name(name)}: {_type(one, deeper)};" for name, one in branch.items()]
    return "\n".join(["{", *lines, indent + "}"])


def _kind(leaf: Leaf) -> str:
    given = [f"{part}: {'number' if part == 'count' else 'Part'}" for part in parts_in_order(leaf)]
    return f"({', '.join(given)}) => string" if given else "string"


def _name(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)
