"""Runs the product's own Lua scripts, by the Lua that Redis has, on the data of a store that is no server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from lupa.lua51 import LuaRuntime  # type: ignore[import-untyped]

from actors.store.scripts import all_scripts
from tests.simulation.keys import Answer, Keys, Refusal

_LUA: Final = LuaRuntime(encoding=None, unpack_returned_tuples=False)
_table: Final = _LUA.table_from


@cache
def _compiled(source: bytes) -> Any:
    return _LUA.execute(b"return function(redis, KEYS, ARGV) " + source + b"\nend")


def sha_of(source: bytes) -> bytes:
    """Name a script as the server does."""
    return hashlib.sha1(source, usedforsecurity=False).hexdigest().encode()


@cache
def sources() -> dict[str, bytes]:
    """Give the product's scripts by their names."""
    from importlib.resources import files

    folder = files("actors") / "lua"
    return {
        one.name.removesuffix(".lua"): one.read_bytes()
        for one in folder.iterdir()
        if one.name.endswith(".lua")
    }


@cache
def named() -> dict[bytes, str]:
    """Give the name of each script by its hash."""
    assert len(all_scripts()) == len(sources())
    return {sha_of(source): name for name, source in sources().items()}


def runner(keys: Keys, changed: dict[str, bytes] | None = None) -> Callable[[bytes, list[bytes]], Answer]:
    """Make what runs a script by its hash. `changed`: other sources for some scripts, by name."""

    def call(*words: Any) -> Any:
        answer = keys.do([word if type(word) is bytes else _word(word) for word in words])
        return _to_lua(answer) if answer is None or type(answer) is list else answer

    redis = _table({b"call": call, b"pcall": call})
    changed = changed or {}
    by_hash = {sha: _compiled(changed.get(name, sources()[name])) for sha, name in named().items()}

    def run(sha: bytes, words: list[bytes]) -> Answer:
        script = by_hash.get(sha)
        if script is None:
            raise Refusal("NOSCRIPT No matching script.")
        count = int(words[0])
        return _from_lua(script(redis, _table(words[1 : 1 + count]), _table(words[1 + count :])))

    return run


def _word(value: float) -> bytes:
    """Write a number in redis.call as Lua would send it (%.17g, as Redis does)."""
    return b"%d" % value if value == int(value) else b"%.17g" % value


def _to_lua(answer: Answer) -> Any:
    if answer is None:
        return False
    return _table([_to_lua(one) for one in answer]) if type(answer) is list else answer


def _from_lua(value: Any) -> Answer:
    if value is None or value is False:
        return None
    if isinstance(value, bytes):
        return value
    if isinstance(value, int | float):
        return int(value)
    found: list[Answer] = []
    for at in range(1, len(value) + 1):
        if value[at] is None:
            break
        found.append(_from_lua(value[at]))
    return found
