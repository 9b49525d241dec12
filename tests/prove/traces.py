"""Where texts may leave traces, and in what forms: a search of everything that a node leaves behind."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, quote_plus

import redis.asyncio as redis
from redis.exceptions import ResponseError

from tests.prove.peek import peek

LOGS_OF_COMMANDS: Final = (
    ("SLOWLOG", "GET", "-1"),
    ("COMMANDLOG", "GET", "-1", "slow"),
    ("COMMANDLOG", "GET", "-1", "large-request"),
    ("COMMANDLOG", "GET", "-1", "large-reply"),
)

GUESSABLE: Final = ("md5", "sha1", "sha256")
"""Hashes without a key: whoever tries all telephone numbers has the one that was hashed."""


def forms(text: str) -> set[bytes]:
    """Give every way in which a text might have been written down without being sealed."""
    raw = text.encode()
    written = {raw, text.encode("utf-16-le"), raw.hex().encode(), raw.hex().upper().encode()}
    written |= {quote(text).encode(), quote_plus(text).encode(), json.dumps(text)[1:-1].encode()}
    for shift in range(3):  # base64 shows a text in one of three ways, by what stands before it
        whole = base64.b64encode(bytes(shift) + raw)
        middle = whole[4 if shift else 0 : -4]
        written |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    written |= {text.upper().encode(), text.lower().encode()}
    written |= {hashlib.new(name, raw).hexdigest().encode() for name in GUESSABLE}
    digits = text.lstrip("+")
    if digits.isdigit():
        written |= {digits.encode(), digits[-10:].encode()}
        written |= {mark.join((digits[:3], digits[3:6], digits[6:])).encode() for mark in (" ", "-")}
    return {form for form in written if len(form) >= 6}


class Search:
    """Texts to look for, each under the name by which a finding speaks of it."""

    def __init__(self) -> None:
        self._texts: dict[str, set[bytes]] = {}

    def for_text(self, name: str, text: str) -> str:
        """Look for this text in all its forms from now on; gives the text."""
        self._texts[f"{name} {len(self._texts)}"] = forms(text)
        return text

    def within(self, place: str, data: bytes) -> Iterator[str]:
        """Find the texts in some bytes, whatever their case."""
        lower = data.lower()
        for name, written in self._texts.items():
            if any(form in data or form.lower() in lower for form in written):
                yield f"{name} in {place}"

    def within_all(self, places: Iterable[tuple[str, bytes]]) -> list[str]:
        """Find the texts in many places."""
        return [found for place, data in places for found in self.within(place, data)]

    @property
    def size(self) -> int:
        """How many texts are looked for."""
        return len(self._texts)


def files(folder: Path, *, but: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Give every file of a folder, except those in some of its folders; one that goes meanwhile is gone."""
    spared = {folder / name for name in but}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not spared.intersection(path.parents):
            try:
                yield path.name, path.read_bytes()
            except FileNotFoundError:  # a rewrite changed the files
                continue


async def held(url: str) -> list[tuple[str, bytes]]:
    """Give what a store tells: keys and values, and what it wrote down about commands."""
    async with peek(url) as store:
        keys: list[bytes] = [key async for key in store.scan_iter()]
        places = [(f"the key {key!r}", key + b" " + _flat(await _value(store, key))) for key in keys]
        for words in LOGS_OF_COMMANDS:
            try:
                places.append((" ".join(words[:2]), _flat(await store.execute_command(*words))))  # type: ignore[no-untyped-call]
            except ResponseError:  # another server's
                continue
        places.append(("INFO", _flat(await store.info("everything"))))
    return places


async def _value(store: redis.Redis, key: bytes) -> object:
    readers: Mapping[bytes, Any] = {
        b"string": lambda: store.get(key),
        b"hash": lambda: store.hgetall(key),
        b"set": lambda: store.smembers(key),
        b"zset": lambda: store.zrange(key, 0, -1, withscores=True),
        b"stream": lambda: store.xrange(key),
        b"list": lambda: store.lrange(key, 0, -1),
    }
    kind: Any = await store.type(key)
    value: object = await readers[kind]() if kind in readers else b""
    return value


def _flat(value: object) -> bytes:
    """Write any answer as bytes in which its texts stand as they are."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        return b" ".join(_flat(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple | set):
        return b" ".join(map(_flat, value))
    return str(value).encode()
