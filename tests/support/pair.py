"""Two nodes on one store, in the test's own event loop, and a clinic at each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx

from actors.embedded import EmbeddedStore
from engine.asking import ByStaff
from engine.clinic import StaffRole
from engine.ids import ClinicId, UserId, shard_of_clinic
from gateway.api import create_api
from gateway.node import Node, Seams, running
from gateway.serving import serve_node
from tests.support.node import House, SteeredClock, free_port, node_settings
from tests.support.peers import LoopbackPeers, back_door
from tests.support.placed import is_spread, new_clinic

SETTLED_WITHIN: Final = 30.0
_numbers = count(1)


@dataclass(slots=True)
class Machine:
    """One node of a cluster: what serves, and how it calls the others."""

    node: Node
    port: int
    clock: SteeredClock
    bugs: list[BaseException]
    peers: LoopbackPeers

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.settings.server.node

    @property
    def ws_url(self) -> str:
        """Where its sockets are."""
        return f"ws://127.0.0.1:{self.port}/ws"


@dataclass(slots=True)
class Cluster:
    """Some nodes."""

    machines: list[Machine]

    async def settled(self) -> None:
        """Wait until every shard is where it belongs, and every node knows that."""
        hosts = {machine.name: machine.node.host for machine in self.machines}
        async with asyncio.timeout(SETTLED_WITHIN):
            while not is_spread(hosts):  # noqa: ASYNC110 - nobody tells when all nodes agree
                await asyncio.sleep(0.02)

    async def warm(self) -> None:
        """Have REST put together, which keeps the processor busy for seconds."""
        for machine in self.machines:
            async with httpx.AsyncClient(trust_env=False, timeout=SETTLED_WITHIN) as client:
                await client.get(f"http://127.0.0.1:{machine.port}/openapi.json")

    async def sound(self) -> None:
        """Wait until every node can save: the loop may have stood still, and their leases with it."""
        for machine in self.machines:
            await machine.node.host.lease.sound_again()

    def machine(self, name: str) -> Machine:
        """Give a node by its name."""
        return next(one for one in self.machines if one.name == name)

    def owner_of(self, clinic: ClinicId) -> Machine:
        """The node that has a clinic."""
        owner = self.machines[0].node.host.owner(shard_of_clinic(clinic))
        assert owner is not None
        return self.machine(owner.node)

    async def clinic_at(self, machine: Machine, **settings: Any) -> House:
        """Open a clinic that this node has."""
        one = next(_numbers)
        clinic = new_clinic(lambda shard: machine.node.host.shard(shard) is not None)
        doctor = ByStaff(UserId(f"u-at-{one}"), StaffRole.PROVIDER, "Dr. Rivera")
        house = House(
            machine.node, machine.port, machine.clock, machine.bugs, clinic, f"+1666{one:07}", doctor
        )
        await house.settle(**settings)
        return house


def through(house: House, machine: Machine) -> House:
    """The same clinic, for clients that connect to another node than its own."""
    return House(
        house.node,
        machine.port,
        house.clock,
        house.bugs,
        house.clinic,
        house.number,
        house.doctor,
        house.clients,
        house.callers,
        house.dialin_key,
    )


@asynccontextmanager
async def cluster(
    folder: Path, *, nodes: int = 2, demo: bool = False, **sections: Mapping[str, Any]
) -> AsyncIterator[Cluster]:
    """Run nodes on one store until the end of the `with`, where no node may have had a bug."""
    async with AsyncExitStack() as stack:
        store = EmbeddedStore(folder / "store")
        await stack.enter_async_context(store)
        ports = [free_port() for _ in range(nodes)]
        common: dict[str, Any] = {
            "store": {"url": store.url},
            "secrets": {"folder": folder / "secrets"},
            **sections,
        }
        machines: list[Machine] = []
        for number, port in enumerate(ports, 1):
            server = {
                "node": f"node-{number}",
                "public_url": f"http://127.0.0.1:{ports[0]}",
                "ws_url": f"ws://127.0.0.1:{port}/ws",
            }
            machine = _machine(folder, number, port, demo=demo, **common, server=server)
            machines.append(await stack.enter_async_context(machine))
        found = Cluster(machines)
        await found.warm()
        await found.settled()
        await found.sound()
        yield found
        assert not [bug for machine in machines for bug in machine.bugs]


@asynccontextmanager
async def _machine(
    folder: Path, number: int, port: int, *, demo: bool, **sections: Mapping[str, Any]
) -> AsyncIterator[Machine]:
    clock, peers = SteeredClock(), LoopbackPeers(folder / "doors")
    bugs: list[BaseException] = []
    seams = Seams(
        clock=clock,
        report=bugs.append,
        peers=peers,
        silent=not demo and not sections.keys() & {"mail", "texts"},
    )
    stop, up = asyncio.Event(), asyncio.Event()

    async def started(_: Node) -> None:
        up.set()

    settings = node_settings(folder / f"node-{number}", port, **sections)
    async with running(settings, seams, demo=demo) as node:
        app = create_api(node, demo=demo)
        async with back_door(node, app, folder / "doors"):
            serving = asyncio.create_task(serve_node(node, app, admin=None, started=started, stop=stop))
            try:
                await up.wait()
                yield Machine(node, port, clock, bugs, peers)
            finally:
                stop.set()
                await serving
