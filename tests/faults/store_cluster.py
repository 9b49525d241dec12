"""A store of three primaries and a replica on loopback, whose slots move and whose primaries fail over."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import redis.asyncio as redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from tests.faults.stores import Owners, owners_at
from tests.prove.peek import peek
from tests.support.node import free_port

PRIMARIES: Final = 3
SLOTS: Final = 16_384
READY_WITHIN: Final = 30.0
KEYS_AT_ONCE: Final = 100


class _Member:
    """One server of the cluster."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.bus = free_port()
        self.id = ""
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        options = {
            "port": self.port,
            "cluster-port": self.bus,
            "bind": "127.0.0.1",
            "cluster-enabled": "yes",
            "cluster-node-timeout": 2_000,
            "cluster-config-file": "nodes.conf",
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "dir": self.folder,
            "logfile": self.folder / "server.log",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = await asyncio.create_subprocess_exec("redis-server", *words)
        async with asyncio.timeout(READY_WITHIN):
            while not self.id:
                try:
                    self.id = _text(await self.ask("CLUSTER", "MYID"))
                except (RedisError, OSError):
                    await asyncio.sleep(0.02)

    async def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            await process.wait()

    @property
    def up(self) -> bool:
        return self._process is not None

    async def ask(self, *words: object) -> Any:
        async with peek(self.url) as client:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]


class StoreCluster:
    """Enter it to start it; every slot is served then, and one primary has a replica."""

    def __init__(self, folder: Path) -> None:
        self._members = [_Member(folder / f"member-{at}") for at in range(PRIMARIES + 1)]
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        """The store's address, as nodes take it: those servers that have been primaries from the start."""
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in self._members)
        return f"redis+cluster://{hosts}"

    async def __aenter__(self) -> StoreCluster:
        for member in self._members:
            self._stack.push_async_callback(member.kill)
            await member.start()
        first = self._members[0]
        for other in self._members[1:]:
            await first.ask("CLUSTER", "MEET", "127.0.0.1", other.port, other.bus)
        share = SLOTS // PRIMARIES + 1
        for at, member in enumerate(self._members[:PRIMARIES]):
            last = min(SLOTS, (at + 1) * share) - 1
            await member.ask("CLUSTER", "ADDSLOTSRANGE", at * share, last)
        await self._until(self._knows_all)
        await self._members[PRIMARIES].ask("CLUSTER", "REPLICATE", first.id)
        await self._until(self._is_whole)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def primaries(self) -> list[str]:
        """Give the URL of every server that takes writes now."""
        return [one.url for one in self._members if one.up and await self._role(one) == "master"]

    async def owners(self, shards: Iterable[int]) -> Owners:
        """Read who owns shards, each at the server that holds it."""
        found: Owners = {}
        by_server: dict[str, list[int]] = {}
        for shard in shards:
            member = await self._holder(key_slot(b"{s%04d}" % shard))
            by_server.setdefault(member.url, []).append(shard)
        for url, of_server in by_server.items():
            found |= await owners_at(url, of_server)
        return found

    # ------------------------------------------------------------ faults

    async def migrate(self, shard: int) -> None:
        """Move a shard's slot to another primary, key by key, while it is in use."""
        slot = key_slot(b"{s%04d}" % shard)
        source = await self._holder(slot)
        urls = set(await self.primaries()) - {source.url}
        target = next(member for member in self._members if member.url in urls)
        await target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
        await source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)
        while keys := await source.ask("CLUSTER", "GETKEYSINSLOT", slot, KEYS_AT_ONCE):
            for key in keys:  # one by one, so that some keys are here and some are there for a while
                await source.ask("MIGRATE", "127.0.0.1", target.port, key, 0, 5_000)
                await asyncio.sleep(0.01)
        for member in (target, source, *self._members):
            if member.up and await self._role(member) == "master":
                await member.ask("CLUSTER", "SETSLOT", slot, "NODE", target.id)

    async def fail_over(self) -> bool:
        """Let the replica take over from its primary, which is killed once it is a replica itself."""
        replicas = [one for one in self._members if one.up and await self._role(one) == "slave"]
        if not replicas:
            return False
        replica = replicas[0]
        link = await self._replication(replica)
        former = next(one for one in self._members if one.port == int(link["master_port"]))
        await replica.ask("CLUSTER", "FAILOVER")

        async def taken_over() -> bool:
            return await self._role(replica) == "master" and await self._role(former) != "master"

        await self._until(taken_over)
        await former.kill()
        return True

    async def restored(self) -> None:
        """Start whatever was killed, and wait until the cluster is whole."""
        for member in self._members:
            if not member.up:
                member.id = ""
                await member.start()
        await self._until(self._is_whole)

    # ------------------------------------------------------------ in itself

    async def _holder(self, slot: int) -> _Member:
        for member in self._members:
            if not member.up:
                continue
            for first, last, (_, port, *_rest), *_ in await self._slots(member):
                if first <= slot <= last:
                    return next(one for one in self._members if one.port == port)
        raise RuntimeError(f"nobody holds slot {slot}")

    async def _slots(self, member: _Member) -> list[Any]:
        client = redis.Redis.from_url(member.url)
        client.response_callbacks.pop("CLUSTER SLOTS", None)  # as it is on the wire
        async with client:
            return list(await client.execute_command("CLUSTER SLOTS"))  # type: ignore[no-untyped-call]

    async def _replication(self, member: _Member) -> dict[str, Any]:
        async with peek(member.url) as client:
            return dict(await client.info("replication"))

    async def _role(self, member: _Member) -> str:
        try:
            return str((await self._replication(member))["role"])
        except (RedisError, OSError):
            return ""

    async def _knows_all(self) -> bool:
        known = [_text(await member.ask("CLUSTER", "INFO")) for member in self._members]
        return all(f"cluster_known_nodes:{PRIMARIES + 1}" in one for one in known)

    async def _is_whole(self) -> bool:
        for member in self._members:
            told = _text(await member.ask("CLUSTER", "INFO"))
            if "cluster_state:ok" not in told or f"cluster_slots_ok:{SLOTS}" not in told:
                return False
        replication = [await self._replication(member) for member in self._members]
        return any(one["role"] == "slave" and one["master_link_status"] == "up" for one in replication)

    async def _until(self, true: Any) -> None:
        async with asyncio.timeout(READY_WITHIN):
            while True:
                try:
                    if await true():
                        return
                except (RedisError, OSError):
                    pass
                await asyncio.sleep(0.05)


def _text(answer: Any) -> str:
    return answer.decode() if isinstance(answer, bytes) else str(answer)
