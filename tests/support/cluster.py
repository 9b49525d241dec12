"""Several real nodes over one real store, in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from actors.embedded import EmbeddedStore
from actors.host import Host
from actors.neighbours import Neighbours
from actors.ports import Member, PeerDown
from engine.ids import ClinicId, shard_of_clinic
from tests.support.client import PATIENCE
from tests.support.node import House, house
from tests.support.placed import is_spread, new_clinic


class InProcess(Neighbours):
    """Peers that call each other's hosts directly, as Ray's actors would."""

    def __init__(self, hosts: dict[str, Host]) -> None:
        super().__init__()
        self._hosts = hosts

    async def claim(self, member: Member, shards: Sequence[int]) -> None:
        """Have it claim what was let go of for it."""
        host = self._hosts.get(member.incarnation)
        if host is None:
            raise PeerDown(member.node)
        await host.take(shards)


@dataclass(slots=True)
class Cluster:
    """Nodes by name, over the store at `url`."""

    url: str
    folder: Path
    store_pid: int
    calling: bool = True
    """Whether nodes can call each other; else they find by themselves what was let go of for them."""
    houses: dict[str, House] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    _stacks: dict[str, AsyncExitStack] = field(default_factory=dict)

    async def start(self, name: str, url: str = "") -> House:
        """Start a node, and wait until it serves. `url`: its own way to the store."""
        stack = AsyncExitStack()
        here = await stack.enter_async_context(
            house(
                self.folder / name,
                settles=False,
                peers=InProcess(self.hosts) if self.calling else None,
                server={"node": name},
                store={"url": url or self.url},
                secrets={"folder": self.folder / "secrets"},
            )
        )
        self.houses[name], self._stacks[name] = here, stack
        self.hosts[here.node.host.incarnation] = here.node.host
        return here

    async def stop(self, name: str) -> None:
        """Stop a node in order, as SIGTERM does."""
        here = self.houses.pop(name)
        await self._stacks.pop(name).aclose()
        self.hosts.pop(here.node.host.incarnation)

    # ------------------------------------------------------------ who has what

    def shares(self) -> dict[str, int]:
        """How many shards each node has."""
        return {name: len(here.node.host.shards()) for name, here in self.houses.items()}

    async def until(self, true: Callable[[], bool], within: float = PATIENCE) -> None:
        """Wait until something about the nodes is so."""
        try:
            async with asyncio.timeout(within):
                while not true():  # noqa: ASYNC110 - many things in several nodes
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"it did not come to it: {self.shares()}") from None

    async def spread(self) -> None:
        """Wait until every shard is at the node to which it belongs, and all agree on that."""
        hosts = {name: here.node.host for name, here in self.houses.items()}
        await self.until(lambda: is_spread(hosts), within=4 * PATIENCE)

    def owner(self, clinic: ClinicId) -> House:
        """The node that has a clinic."""
        shard = shard_of_clinic(clinic)
        return next(one for one in self.houses.values() if one.node.host.shard(shard) is not None)

    def clinic_at(self, name: str) -> ClinicId:
        """A clinic's name whose shard this node has."""
        host = self.houses[name].node.host
        return new_clinic(lambda shard: host.shard(shard) is not None)


@asynccontextmanager
async def cluster(folder: Path, *names: str, calling: bool = True) -> AsyncIterator[Cluster]:
    """Run nodes of these names until the end of the `with`; those that are still there are stopped then."""
    async with EmbeddedStore(folder / "store") as store:
        assert store.pid is not None
        nodes = Cluster(store.url, folder, store.pid, calling)
        try:
            for name in names:
                await nodes.start(name)
            yield nodes
        finally:
            for name in list(nodes.houses):
                await nodes.stop(name)
