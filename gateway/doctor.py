"""The doctor: looks at everything a node needs, and says what to do about what is missing."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import stat
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Literal

from actors.embedded import EmbeddedStore, EmbeddedStoreError, StoreInUse
from actors.pepper import PepperUnusable, read_pepper
from actors.ports import Member, StoreDown
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from actors.store.shards import RedisShards
from gateway.api.pages import Pages
from gateway.api.static import STATIC
from gateway.settings import Settings
from gateway.settings_check import advice, problems

CLOCK_SECONDS: Final = 2.0
"""How far this machine's clock may be from the store's."""
TURN_SECONDS: Final = 2.0
ROOM_BYTES: Final = 1 << 30
STUN_MAGIC: Final = b"\x21\x12\xa4\x42"

Verdict = Literal["ok", "note", "WRONG"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do about it."""

    verdict: Verdict
    what: str
    text: str

    @property
    def wrong(self) -> bool:
        """Whether the node cannot serve like this."""
        return self.verdict == "WRONG"

    def __str__(self) -> str:
        return f"{self.verdict:5}  {self.what:14} {self.text}"


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything; changes nothing that a start would not change."""
    findings = [*_settings(settings), *_folders(settings), *_pepper(settings), _pages(), _zones()]
    findings += [one async for one in _store(settings)]
    findings.append(_port(settings))
    findings += await asyncio.gather(*[_turn(url) for url in settings.media.turn_urls])
    return findings


def _settings(settings: Settings) -> Iterator[Finding]:
    for problem in problems(settings):
        yield Finding("WRONG", "settings", str(problem))
    for note in advice(settings):
        yield Finding("note", "settings", str(note))
    if not problems(settings):
        yield Finding("ok", "settings", f"people open {settings.public_url}")


def _folders(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    if not folder.exists():
        yield Finding("note", "data directory", f"{folder} is not there yet; the first start makes it.")
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        yield Finding("note", "data directory", f"others can read {folder} (mode {mode:o}): chmod 700 it.")
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("WRONG", "data directory", f"{folder} cannot be written by this user.")
        return
    free = shutil.disk_usage(folder).free
    if free < ROOM_BYTES:
        yield Finding("note", "disk", f"only {free >> 20} MiB are free where {folder} is: make room.")
    yield Finding("ok", "data directory", str(folder))


def _pepper(settings: Settings) -> Iterator[Finding]:
    folder = settings.secrets_folder
    if not (folder / "pepper").exists():
        yield Finding(
            "note", "pepper", f"there is none in {folder} yet; the first start makes it. Back it up."
        )
        return
    try:
        keys = read_pepper(folder)
    except PepperUnusable as error:
        yield Finding("WRONG", "pepper", str(error))
        return
    yield Finding("ok", "pepper", f"{folder / 'pepper'}, {len(keys)} key(s)")


def _pages() -> Finding:
    if Pages(STATIC).built():
        return Finding("ok", "pages", "built")
    return Finding("WRONG", "pages", "not built: run `make web` in the checkout.")


def _zones() -> Finding:
    from zoneinfo import available_timezones

    if available_timezones():
        return Finding("ok", "time zones", "known")
    return Finding("WRONG", "time zones", "this machine knows none: install tzdata.")


async def _store(settings: Settings) -> AsyncIterator[Finding]:
    async with AsyncExitStack() as stack:
        url = settings.store.url
        if url is None:
            store = EmbeddedStore(settings.data_dir, appendfsync=settings.store.appendfsync)
            url = store.url
            try:
                await stack.enter_async_context(store)
            except StoreInUse as used:
                yield Finding(
                    "ok", "node", f"running on {settings.data_dir} (process {used.pid or 'unknown'})"
                )
            except EmbeddedStoreError as error:
                yield Finding("WRONG", "store", str(error))
                return
        yield await _reached(url)


async def _reached(url: str) -> Finding:
    """Ask the store as a node would, under a name that owns nothing, and compare clocks."""
    reached = StoreSettings(url=url)
    servers = Servers(reached)
    shards = RedisShards(servers, reached)
    name = f"doctor-{secrets.token_hex(4)}"
    try:
        await shards.open()
        before = time.time()
        renewal = await shards.renew(Member(node=name, incarnation=name), 1_000)
        after = time.time()
        await shards.release(name, name)
    except (StoreDown, ValueError) as error:
        return Finding("WRONG", "store", f"it does not answer: {error}.")
    finally:
        await servers.close()
    apart = renewal.now / 1000 - (before + after) / 2
    if abs(apart) > CLOCK_SECONDS:
        return Finding(
            "note", "clock", f"this machine's clock is {abs(apart):.0f} s off the store's: let NTP set both."
        )
    return Finding("ok", "store", f"answers in {(after - before) * 1000:.1f} ms, and its clock agrees")


def _port(settings: Settings) -> Finding:
    server = settings.server
    where = f"port {server.port} of {server.bind}"
    family = socket.AF_INET6 if ":" in server.bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((server.bind, server.port))
        except OSError as error:
            return Finding(
                "note", "port", f"{where} is taken ({error.strerror}); fine if it is this node's own."
            )
    return Finding("ok", "port", f"{where} is free")


async def _turn(url: str) -> Finding:
    """Ask a TURN server for our address (STUN binding, RFC 8489); one that answers is there."""
    scheme, _, rest = url.partition(":")
    address, _, query = rest.partition("?")
    host, _, port = address.rpartition(":")
    where = (host or address, int(port) if port.isdigit() else 5349 if scheme == "turns" else 3478)
    try:
        async with asyncio.timeout(TURN_SECONDS):
            if scheme == "turns" or "transport=tcp" in query:
                _, writer = await asyncio.open_connection(*where)
                writer.close()
            else:
                await _bind(where)
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        why = "no answer" if isinstance(error, TimeoutError) else str(error)
        return Finding(
            "WRONG", "TURN", f"{url} cannot be reached ({why}): is coturn running, is the way open?"
        )
    return Finding("ok", "TURN", f"{url} answers")


class _Answered(asyncio.DatagramProtocol):
    """Waits for the answer with our transaction."""

    def __init__(self, transaction: bytes) -> None:
        self._transaction = transaction
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        if data[4:20] == STUN_MAGIC + self._transaction and not self.done.done():
            self.done.set_result(None)

    def error_received(self, exc: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(exc)


async def _bind(where: tuple[str, int]) -> None:
    transaction = secrets.token_bytes(12)
    loop = asyncio.get_running_loop()
    transport, answered = await loop.create_datagram_endpoint(
        lambda: _Answered(transaction), remote_addr=where
    )
    try:
        transport.sendto(b"\x00\x01\x00\x00" + STUN_MAGIC + transaction)
        await answered.done
    finally:
        transport.close()
