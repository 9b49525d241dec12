"""A look at the store that changes nothing: how each server does, which nodes live, what is overdue."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import Final

from actors.ports import Member, StoreDown
from actors.store import leases
from actors.store.reading import items, text
from actors.store.replies import Fault, Reply
from actors.store.scripts import Call, command
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from actors.store.shards import RedisShards
from engine.ids import SHARDS, Instant

PINGS: Final = 5
_INFO: Final = Call((b"INFO",), ())
_FSYNC: Final = Call((b"CONFIG", b"GET", b"appendfsync"), ())
_TIME: Final = Call((b"TIME",), ())
_PING: Final = Call((b"PING",), ())


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What one server says of itself; `fsync` is "" when it does not tell."""

    version: str
    master: bool
    kept: bool
    """Whether it keeps an append-only file."""
    written: bool
    """Whether its last write to that file went well."""
    fsync: str
    file_bytes: int
    memory_bytes: int
    memory_most: int
    """0 when there is no bound."""
    policy: str
    evicted: int


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What is known of the store at a moment."""

    servers: tuple[ServerFacts, ...]
    data_version: int
    """Of what is stored; 0 when nothing is yet."""
    answers_in: float
    """Seconds, in the middle of some tries."""
    ahead: float
    """Seconds that the store's clock is ahead of this machine's."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """Who lives, and what is whose. `dead`: names of nodes that once lived and have no lease."""

    members: tuple[Member, ...]
    dead: tuple[str, ...]
    owned: dict[str, int]
    """How many shards each living node has."""
    unowned: int
    """Shards that were owned once, and now are by nobody who lives."""
    overdue: float
    """Seconds since the oldest deadline that nobody has fired."""


class Look:
    """Asks a store; use it in an `async with`. Everything raises StoreDown, within the settings' times."""

    def __init__(self, url: str) -> None:
        settings = StoreSettings(url=url)
        self._servers = Servers(settings)
        self._shards = RedisShards(self._servers, settings)

    async def __aenter__(self) -> Look:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._servers.close()

    async def store(self) -> StoreFacts:
        """Ask every server how it does, and how long it takes to answer."""
        await self._servers.open()
        about = [_told(reply) for reply in await self._servers.everywhere(_INFO)]
        synced = [_fsync(reply) for reply in await self._servers.everywhere(_FSYNC)]
        took: list[float] = []
        for _ in range(PINGS):
            began = time.perf_counter()
            for reply in await self._servers.everywhere(_PING):
                _checked(reply)
            took.append(time.perf_counter() - began)
        facts = tuple(_server(facts, fsync) for facts, fsync in zip(about, synced, strict=True))
        return StoreFacts(facts, await self._shards.data_version(), median(took), await self._ahead())

    async def nodes(self) -> NodeFacts:
        """Ask which nodes live, what they own, and whether deadlines are fired."""
        names = sorted(text(one) for one in items(await self._servers.ask(leases.names())))
        values = await self._servers.ask_all([leases.lease_of(name) for name in names])
        alive = leases.standing(names, values)
        survey = await self._shards.survey(range(SHARDS))
        owned = dict.fromkeys(alive, 0)
        unowned = 0
        for owner in survey.owners:
            member = alive.get(owner.node)
            if member is not None and member.incarnation == owner.incarnation:
                owned[owner.node] += 1
            elif owner.epoch:
                unowned += 1
        now = (await self._time()) / 1000
        oldest = await self._oldest_deadline()
        return NodeFacts(
            members=tuple(alive.values()),
            dead=tuple(name for name in names if name not in alive),
            owned=owned,
            unowned=unowned,
            overdue=max(0.0, now - oldest / 1000) if oldest is not None else 0.0,
        )

    async def _ahead(self) -> float:
        before = time.time()
        told = await self._time() / 1000
        return told - (before + time.time()) / 2

    async def _time(self) -> Instant:
        told = items(_checked((await self._servers.everywhere(_TIME))[0]))
        seconds, micros = (int(text(one)) for one in told)
        return seconds * 1000 + micros // 1000

    async def _oldest_deadline(self) -> Instant | None:
        heads = await self._servers.ask_all(
            [command(b"ZRANGE", b"{s%04d}:due" % shard, 0, 0, b"WITHSCORES") for shard in range(SHARDS)]
        )
        due = [float(text(found[1])) for reply in heads if (found := items(reply))]
        return round(oldest) if (oldest := min(due, default=inf)) < inf else None


def _checked(reply: Reply) -> Reply:
    if isinstance(reply, Fault):
        raise StoreDown(f"{reply.kind}: {reply.detail}".rstrip(": "))
    return reply


def _told(reply: Reply) -> dict[str, str]:
    lines = text(_checked(reply)).splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def _fsync(reply: Reply) -> str:
    """Read CONFIG GET's answer; who may not ask hears nothing."""
    return text(reply[1]) if isinstance(reply, list) and len(reply) > 1 else ""


def _server(facts: dict[str, str], fsync: str) -> ServerFacts:
    return ServerFacts(
        version=facts.get("valkey_version") or facts.get("redis_version", ""),
        master=facts.get("role") == "master",
        kept=facts.get("aof_enabled") == "1",
        written=facts.get("aof_last_write_status", "ok") == "ok",
        fsync=fsync,
        file_bytes=int(facts.get("aof_current_size", "0")),
        memory_bytes=int(facts.get("used_memory", "0")),
        memory_most=int(facts.get("maxmemory", "0")),
        policy=facts.get("maxmemory_policy", ""),
        evicted=int(facts.get("evicted_keys", "0")),
    )
