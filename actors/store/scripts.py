"""The store's scripts as values, and the commands made from them.

A script is run by its hash. When the server does not know it (it was restarted, or its scripts were flushed)
all are loaded and the command is sent again, which is safe: a NOSCRIPT answer proves that nothing was run.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from actors.store.replies import pack

Word = bytes | str | int


class Call:
    """One command, as it goes over the wire, and the keys it touches: all of one hash tag, so that one server
    of a cluster does it. Nobody changes it once it is made; what is asked again and again is made once.
    """

    __slots__ = ("keys", "packed", "words")

    def __init__(self, words: tuple[Word, ...], keys: tuple[bytes, ...]) -> None:
        self.words: Final = words
        self.keys: Final = keys
        self.packed: Final = pack(*words)


def command(name: bytes, key: bytes, *arguments: Word) -> Call:
    """Make a plain command on one key."""
    return Call((name, key, *arguments), (key,))


class Script:
    """A Lua script of actors/lua, by its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._sha: Final = hashlib.sha1(_source(name), usedforsecurity=False).hexdigest().encode()

    def call(self, keys: tuple[bytes, ...], *arguments: Word) -> Call:
        """Make the command that runs this script on these keys."""
        return Call((b"EVALSHA", self._sha, len(keys), *keys, *arguments), keys)


@cache
def _source(name: str) -> bytes:
    return (files("actors") / "lua" / f"{name}.lua").read_bytes()


@cache
def all_scripts() -> tuple[Call, ...]:
    """Give the commands that load every script there is."""
    names = sorted(
        one.name.removesuffix(".lua")
        for one in (files("actors") / "lua").iterdir()
        if one.name.endswith(".lua")
    )
    return tuple(Call((b"SCRIPT", b"LOAD", _source(name)), ()) for name in names)
