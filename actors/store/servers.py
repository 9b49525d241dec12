"""Where a command goes: the one server, or the one of a cluster that holds its keys.

Of a command that was certainly not carried out (its script was unknown, its keys had moved) the reason is
mended and it is sent again, a few times at most. Whatever may have been carried out is never sent twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal
from urllib.parse import urlsplit, urlunsplit

from redis.crc import key_slot

from actors.ports import StoreDown
from actors.store.line import Line
from actors.store.replies import Fault, Reply, pack
from actors.store.scripts import Call, all_scripts
from actors.store.settings import StoreSettings
from actors.store.wire import Wire

ROUNDS: Final = 4
"""How often a command is sent at most: as it is, and after a move, an unknown script and one more move."""
_ASKING: Final = pack(b"ASKING")
_MENDABLE: Final = frozenset({"noscript", "moved", "ask"})

Lane = Literal["save", "ask"]
"""Saves, and reads of what a save left, have a connection of their own, so that nothing large delays them."""

Told = Callable[[Lane, float, str], None]
"""Told by the way it went how long a round trip took, in seconds, and a fault's kind or ""."""


class Servers:
    """The store's servers behind one interface. Safe to use from any task of one event loop."""

    def __init__(self, settings: StoreSettings, took: Told = lambda _op, _seconds, _fault: None) -> None:
        self._settings = settings
        self.replaced: Callable[[], None] = lambda: None
        """Told when another server holds some keys, or another run of one: it may hold what is older."""
        self.clustered, addresses = _addresses(settings.url)
        self._seeds = [_Server(url, settings, self._told, took) for url in addresses]
        self._servers = {server.name: server for server in self._seeds}
        self._slots: list[_Server] = []
        self._mapped = False

    async def open(self) -> None:
        """Reach the store and load the scripts. Raises StoreDown."""
        if self.clustered:
            await self._map_slots()
        for server in self.masters():
            _checked(await server.load_scripts())

    async def close(self) -> None:
        """Disconnect; may be called again."""
        for server in self._servers.values():
            await server.close()

    def _told(self) -> None:
        self.replaced()

    def masters(self) -> Sequence[_Server]:
        """Give every server that holds keys."""
        return list(dict.fromkeys(self._slots)) if self.clustered else self._seeds

    async def ask(self, call: Call, lane: Lane = "ask") -> Reply:
        """Carry out one command. Raises StoreDown when the store is away or does not do it."""
        return _checked(await self.run((call,), lane))[0]

    async def ask_all(self, calls: Sequence[Call], lane: Lane = "ask") -> list[Reply]:
        """Carry out commands in one pipeline. Raises StoreDown if any of them was not answered well."""
        return _checked(await self.run(calls, lane))

    async def run(self, calls: Sequence[Call], lane: Lane) -> list[Reply]:
        """Carry out commands in one pipeline a server; a Fault stands for each that has no reply."""
        if not calls:
            return []
        replies = await self._round(calls, lane)
        for _ in range(ROUNDS - 1):
            faults = [
                (at, fault)
                for at, fault in enumerate(replies)
                if type(fault) is Fault and fault.kind in _MENDABLE
            ]
            if not faults:
                break
            for (at, _), reply in zip(faults, await self._mended(calls, faults, lane), strict=True):
                replies[at] = reply
        return replies

    async def everywhere(self, call: Call) -> list[Reply]:
        """Carry out one command on every server that holds keys."""
        return [(await server.run((call,), "ask"))[0] for server in self.masters()]

    async def _round(self, calls: Sequence[Call], lane: Lane) -> list[Reply]:
        if not self.clustered:
            return await self._seeds[0].run(calls, lane)
        if not self._mapped:
            await self._map_slots(quietly=True)
        if not self._slots:
            return [Fault("away", "no server of the cluster answers")] * len(calls)
        by_server: dict[_Server, list[int]] = {}
        for at, call in enumerate(calls):
            by_server.setdefault(self._server_of(call), []).append(at)
        replies: list[Reply] = [None] * len(calls)
        shares = [server.run([calls[at] for at in places], lane) for server, places in by_server.items()]
        for places, share in zip(by_server.values(), await asyncio.gather(*shares), strict=True):
            for at, reply in zip(places, share, strict=True):
                replies[at] = reply
        if any(fault.kind in ("away", "lost") for fault in faults_in(replies)):
            self._mapped = False  # somebody else may hold those keys by now
        return replies

    async def _mended(
        self, calls: Sequence[Call], faults: list[tuple[int, Fault]], lane: Lane
    ) -> list[Reply]:
        """Send again what was not carried out, after mending why."""
        kinds = {fault.kind for _, fault in faults}
        if "moved" in kinds:
            await self._map_slots(quietly=True)
        if "noscript" in kinds:
            missing = [self._server_of(calls[at]) for at, fault in faults if fault.kind == "noscript"]
            for server in dict.fromkeys(missing):
                await server.load_scripts()
        replies: list[Reply] = []
        again = [calls[at] for at, fault in faults if fault.kind != "ask"]
        answered = iter(await self._round(again, lane) if again else [])
        for at, fault in faults:
            replies.append(
                await self._asked(calls[at], fault, lane) if fault.kind == "ask" else next(answered)
            )
        return replies

    async def _asked(self, call: Call, fault: Fault, lane: Lane) -> Reply:
        """Follow one key to where its slot is being moved (Redis Cluster specification, ASK redirection)."""
        server = self._server_at(fault.detail.partition(" ")[2])
        return (await server.exchange(_ASKING + call.packed, 2, lane))[1]

    def _server_of(self, call: Call) -> _Server:
        if not self.clustered:
            return self._seeds[0]
        return self._slots[key_slot(call.keys[0])]

    def _server_at(self, address: str) -> _Server:
        host, _, port = address.rpartition(":")
        name = f"{host}:{port}"
        if name not in self._servers:
            self._servers[name] = self._seeds[0].sibling(host, int(port))
        return self._servers[name]

    async def _map_slots(self, *, quietly: bool = False) -> None:
        """Learn who holds which slots from the first server that says so; StoreDown unless `quietly`."""
        for server in [*self._servers.values()]:
            reply = (await server.exchange(pack(b"CLUSTER", b"SLOTS"), 1, "ask"))[0]
            if isinstance(reply, list) and self._read_slots(reply, server):
                return
        if not quietly:
            raise StoreDown("no server of the cluster can say who holds its keys")

    def _read_slots(self, ranges: list[Reply], told_by: _Server) -> bool:
        slots: list[_Server | None] = [None] * 16384
        for one in ranges:
            match one:
                case [int(first), int(last), [host, int(port), *_], *_]:
                    name = host.decode() if isinstance(host, bytes) and host else told_by.host
                    slots[first : last + 1] = [self._server_at(f"{name}:{port}")] * (last + 1 - first)
                case _:
                    return False
        covered = [server for server in slots if server is not None]
        if len(covered) != len(slots):
            return False
        before, self._slots = self._slots, covered
        self._mapped = True
        if before and before != covered:
            self.replaced()
        return True


@dataclass(eq=False)
class _Server:
    """One server: its address and its connections."""

    url: str
    settings: StoreSettings
    replaced: Callable[[], None]
    took: Told

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self.host = parts.hostname or ""
        self.name = f"{self.host}:{parts.port or 6379}"
        connect = partial(Wire, self.url)
        self._lines: dict[Lane, Line] = {
            "save": Line(connect, self.settings, self.replaced, partial(self.took, "save")),
            "ask": Line(connect, self.settings, self.replaced, partial(self.took, "ask")),
        }

    async def run(self, calls: Sequence[Call], lane: Lane) -> list[Reply]:
        return await self.exchange(b"".join([call.packed for call in calls]), len(calls), lane)

    async def exchange(self, packed: bytes, count: int, lane: Lane) -> list[Reply]:
        return await self._lines[lane].exchange(packed, count)

    async def load_scripts(self) -> list[Reply]:
        return await self.run(all_scripts(), "ask")

    def sibling(self, host: str, port: int) -> _Server:
        """Another server of the same cluster, reached with the same credentials."""
        parts = urlsplit(self.url)
        credentials, at, _ = parts.netloc.rpartition("@")
        where = f"[{host}]" if ":" in host else host
        url = urlunsplit(parts._replace(netloc=f"{credentials}{at}{where}:{port}"))
        return _Server(url, self.settings, self.replaced, self.took)

    async def close(self) -> None:
        for line in self._lines.values():
            await line.close()


def _addresses(url: str) -> tuple[bool, list[str]]:
    """Read a store's URL: whether it is a cluster, and a URL for each server it names."""
    scheme, _, rest = url.partition("://")
    kind, _, cluster = scheme.partition("+")
    if not cluster:
        return False, [url]
    if cluster != "cluster" or kind not in ("redis", "rediss"):
        raise ValueError(
            f"a store's URL begins with unix://, redis://, rediss:// or redis+cluster://, not {scheme}://"
        )
    where, mark, query = rest.partition("?")
    credentials, at, hosts = where.rstrip("/").rpartition("@")
    return True, [f"{kind}://{credentials}{at}{host}{mark}{query}" for host in hosts.split(",")]


def _checked(replies: list[Reply]) -> list[Reply]:
    for fault in faults_in(replies):
        raise StoreDown(f"{fault.kind}: {fault.detail}".rstrip(": "))
    return replies


def faults_in(replies: Iterable[Reply]) -> list[Fault]:
    """Give the faults among replies."""
    return [reply for reply in replies if type(reply) is Fault]
