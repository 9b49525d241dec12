"""The catalogue: read once, looked up by key."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final

FIRST: Final = "en"
"""The language in which sentences are written first, and that is spoken when another is not known."""

Leaf = str | dict[str, str]
Tree = dict[str, "Tree | str"]

PLURALS: Final = frozenset({"one", "other"})
"""The plural forms of our languages (Unicode CLDR, plural rules, without the millions of Spanish)."""

_FOLDER: Final = Path(__file__).parent
_PART: Final = re.compile(r"\{(\w+)\}")
_WEIGHT: Final = re.compile(r"q=([01](?:\.\d{1,3})?)", re.ASCII)
_LANGUAGES_READ: Final = 20
"""So many of a browser's languages are looked at; nobody speaks more."""


@cache
def languages() -> tuple[str, ...]:
    """List the languages by their codes (ISO 639-1), the first one first."""
    found = sorted(file.stem for file in _FOLDER.glob("*.json"))
    return (FIRST, *(one for one in found if one != FIRST))


def nearest(language: str) -> str:
    """Give the language of ours that a tag such as `es-MX` means (RFC 5646); the first when it is none."""
    code = language.replace("_", "-").partition("-")[0].lower()
    return code if code in languages() else FIRST


def asked(header: str) -> str:
    """Give the language of ours that a browser likes best, else the first (RFC 9110, section 12.5.4)."""
    liked = sorted(map(_weighed, header.split(",")[:_LANGUAGES_READ]), key=lambda one: -one[1])
    codes = (tag.replace("_", "-").partition("-")[0].lower() for tag, weight in liked if weight > 0)
    return next((code for code in codes if code in languages()), FIRST)


def _weighed(item: str) -> tuple[str, float]:
    tag, _, weight = item.partition(";")
    found = _WEIGHT.search(weight)
    return tag.strip(), float(found[1]) if found else 1.0


def own_name(language: str) -> str:
    """Give a language's name as those who speak it write it."""
    return say(language, "language.name")


def say(language: str, key: str, **parts: str | int) -> str:
    """Give a sentence, its parts filled in; of its plural forms the one for the part `count`.

    Raises KeyError when there is no such key, or a part is missing: both are slips that a test finds.
    """
    found = leaves(nearest(language))[key]
    if isinstance(found, dict):
        found = found["one" if parts["count"] == 1 else "other"]
    return _PART.sub(lambda part: str(parts[part[1]]), found)


def parts_of(leaf: Leaf) -> set[str]:
    """Name the parts of a sentence, or of all its plural forms."""
    return set(_said_parts(leaf))


def parts_in_order(leaf: Leaf) -> list[str]:
    """Name the parts as they are said, and last the count that chooses a plural form without being said."""
    chosen_by = ["count"] if isinstance(leaf, dict) else []
    return list(dict.fromkeys([*_said_parts(leaf), *chosen_by]))


@cache
def leaves(language: str) -> dict[str, Leaf]:
    """Give all sentences of a language by their keys, `mail.invitation.subject`.

    What does not stand in the language's own file stands in its folder: there a file's path begins its keys,
    `en/web/visit.json` those of `web.visit.`
    """
    found = _leaves(_read(_FOLDER / f"{language}.json"), "")
    folder = _FOLDER / language
    for file in sorted(folder.rglob("*.json")):
        prefix = ".".join(file.relative_to(folder).with_suffix("").parts)
        found += _leaves(_read(file), f"{prefix}.")
    return dict(found)


def _read(file: Path) -> Tree:
    tree: Tree = json.loads(file.read_text("utf-8"))
    return tree


def _said_parts(leaf: Leaf) -> list[str]:
    texts = leaf.values() if isinstance(leaf, dict) else (leaf,)
    return [part for text in texts for part in _PART.findall(text)]


def _leaves(tree: Tree, prefix: str) -> list[tuple[str, Leaf]]:
    found: list[tuple[str, Leaf]] = []
    for name, branch in tree.items():
        if isinstance(branch, str):
            found.append((prefix + name, branch))
        elif branch.keys() <= PLURALS:
            found.append((prefix + name, {form: str(text) for form, text in branch.items()}))
        else:
            found += _leaves(branch, f"{prefix}{name}.")
    return found
