"""What an operator does with a running cluster: place, show, scale, drain, restart one after the other."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from actors.machines import Head, environment
from actors.slots import NODES_AT_MOST, Slot, spread
from gateway.addresses import host_and_port
from gateway.cluster.assignment import ENTRY, Assignment
from gateway.cluster.folder import ClusterFolder, Facts
from gateway.cluster.listening import listening, listens
from gateway.settings import Settings
from gateway.unable import Unable

if TYPE_CHECKING:
    from actors.cluster import Nodes

ASK_EVERY: Final = 0.2
"""Seconds between two questions to a node that is waited for."""

State = dict[str, Any]
"""What a node says of itself; see `gateway.clustered`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A slot, and what its node says: None when it does not answer. `there`: whether its machine is."""

    slot: Slot
    there: bool
    state: State | None

    @property
    def word(self) -> str:
        """How it is, in a word."""
        if self.state is None:
            return "starting" if self.there else "no machine"
        if self.state["draining"]:
            return "draining"
        return "ready" if self.state["ready"] else "not ready"


@asynccontextmanager
async def operating(
    settings: Settings, told: Callable[[str], None], *, patience: float
) -> AsyncIterator[Operator]:
    """Be a client of the cluster's Ray, waiting so many seconds for it to answer. Raises Unable when there is
    no cluster, or no Ray on this machine.
    """
    folder = ClusterFolder(settings)
    facts = folder.facts()
    head = Head(*host_and_port(facts.head))
    if folder.holder() is None and not await listens(head):  # a killed `up` leaves a head that goes on
        raise Unable("The cluster is not up: `vestibule cluster up` starts it.")
    os.environ.update(environment(folder.token))  # Ray reads it when it is loaded
    try:
        from actors.cluster import Nodes, connected
    except ModuleNotFoundError as missing:
        raise Unable(
            "A cluster needs Ray: `pip install --require-hashes -r requirements/cluster.txt`."
        ) from missing
    until = time.monotonic() + patience
    with ExitStack() as stack:
        while True:
            await listening(head, "Ray's head", patience)
            try:
                stack.enter_context(connected(head, facts.machine))
                break
            except ConnectionError:
                if time.monotonic() > until:
                    raise Unable(f"Ray's head on {head} does not answer.") from None
        yield Operator(settings, folder, facts, Nodes(), told)


class Operator:
    """Operates one cluster; `told` is given a line for each step."""

    def __init__(
        self,
        settings: Settings,
        folder: ClusterFolder,
        facts: Facts,
        nodes: Nodes,
        told: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._facts = facts
        self._nodes = nodes
        self._told = told

    # ------------------------------------------------------------ looking

    async def look(self) -> list[Seen]:
        """Ask every node how it is."""
        slots = self._folder.slots()
        machines = await self._nodes.machines()
        states = await asyncio.gather(*(self.state(slot.node) for slot in slots))
        return [
            Seen(slot, slot.machine in machines, state) for slot, state in zip(slots, states, strict=True)
        ]

    async def state(self, node: str) -> State | None:
        """Ask one node how it is; None when it does not answer."""
        said = await self._nodes.do(node, "state")
        found: State | None = json.loads(said) if said else None
        return found

    async def ready(self, nodes: Sequence[str], *, but: str = "") -> None:
        """Wait until nodes are ready, in another life than the incarnation `but`. Raises Unable."""
        try:
            async with asyncio.timeout(self._settings.cluster.ready_seconds):
                for node in nodes:
                    while not _ready(await self.state(node), but):  # noqa: ASYNC110 - it is asked over Ray
                        await asyncio.sleep(ASK_EVERY)
        except TimeoutError:
            raise Unable(
                f"{node} is not ready after {self._settings.cluster.ready_seconds:g} s:"
                f" look into the logs in {self._folder.ray_folder()}/session_latest/logs."
            ) from None

    # ------------------------------------------------------------ changing

    async def scale(self, wanted: int) -> tuple[Slot, ...]:
        """Have so many nodes: new ones are placed, those that are too many hand over and end.

        Raises Unable.
        """
        if not 0 < wanted <= NODES_AT_MOST:
            raise Unable(f"A cluster has 1 to {NODES_AT_MOST} nodes.")
        machines = await self._nodes.machines()
        with self._folder.changing():
            before = self._folder.slots()
            after = spread(before, machines, wanted)
            if len(after) < wanted:
                raise Unable("No machine has joined the cluster.")
            self._folder.remember(after)
        for slot in after:
            assignment = Assignment(slot.number, slot.machine, demo=self._facts.demo)
            await self._nodes.place(slot, ENTRY, assignment.packed())
        for slot in before:
            if slot not in after:
                await self._take_out(slot.node)
        return after

    async def scale_and_wait(self, wanted: int) -> None:
        """Have so many nodes, and wait until those that can be there are ready. Raises Unable."""
        machines = await self._nodes.machines()
        after = await self.scale(wanted)
        await self.ready([slot.node for slot in after if slot.machine in machines])

    async def arrived(self) -> None:
        """Wait until Ray knows this machine; whoever called us sets a bound."""
        while self._facts.machine not in await self._nodes.machines():  # noqa: ASYNC110 - it is asked over Ray
            await asyncio.sleep(ASK_EVERY)

    async def begin(self, wanted: int | None, *, empty: bool) -> dict[str, object]:
        """Place what shall be there, wait until it is ready, seed a demo. Raises Unable."""
        await self.arrived()
        await self.scale_and_wait(wanted or len(self._folder.slots()) or 1)
        said: dict[str, object] = {"slots": [asdict(slot) for slot in self._folder.slots()]}
        if self._facts.demo:
            said["logins"] = await self._seeded("seed" if empty else "seed a day")
        return said

    async def _seeded(self, word: str) -> object:
        """Have the owner of the demo's clinic make it."""
        while True:
            for slot in self._folder.slots():
                said = await self._nodes.do(slot.node, word, self._settings.cluster.ready_seconds)
                if said and (logins := json.loads(said)) is not None:
                    return logins
            await asyncio.sleep(ASK_EVERY)

    async def _take_out(self, node: str) -> None:
        if await self.state(node) is not None:
            await self._drained(node)
        await self._stopped(node)
        await self._nodes.remove(node)
        self._told(f"{node}: gone")

    async def drain(self, node: str) -> None:
        """Have a node hand everything over and take nothing until it is restarted. Raises Unable."""
        self._known(node)
        await self._drained(node)
        self._told(f"{node}: drained")

    async def _drained(self, node: str) -> None:
        """Have a node hand its shards over; it goes on serving what nobody takes. Raises Unable."""
        self._told(f"{node}: handing over")
        await self._nodes.do(node, "drain", self._settings.cluster.drain_seconds)
        state = await self.state(node)
        if state is None or state["shards"]:
            raise Unable(f"{node} could not hand its visits over: see `vestibule cluster status`.")

    async def _stopped(self, node: str) -> None:
        """Have a node save, release and close; its process stays."""
        await self._nodes.do(node, "stop", self._settings.server.stop_seconds)

    async def rolling_restart(self, only: Sequence[str] = ()) -> None:
        """Restart the nodes, or some of them, one after the other, each when the one before is ready. Raises
        Unable, and leaves the others alone, when one is not.
        """
        for node in only:
            self._known(node)
        seen = await self.look()
        for one in seen:
            if only and one.slot.node not in only:
                continue
            if one.there:
                await self._restart(one, alone=len(seen) == 1)
            else:
                self._told(f"{one.slot.node}: its machine is not there; it begins anew when that is back")

    async def _restart(self, one: Seen, *, alone: bool) -> None:
        node = one.slot.node
        if one.state is not None and not alone:
            await self._drained(node)
        self._told(f"{node}: restarting")
        await self._stopped(node)
        await self._nodes.replace(node)
        await self.ready([node], but=one.state["incarnation"] if one.state else "")
        self._told(f"{node}: ready")

    async def stop_here(self) -> None:
        """Stop this machine's nodes in order; they start again when the machine is back."""
        found = [(node, await self.state(node)) for node in await self._nodes.placed()]
        ours = [node for node, state in found if state and state["machine"] == self._facts.machine]
        await asyncio.gather(*map(self._stopped, ours))

    async def take_down(self) -> None:
        """End all nodes for good."""
        nodes = [slot.node for slot in self._folder.slots()]
        await asyncio.gather(*map(self._stopped, nodes))
        await asyncio.gather(*map(self._nodes.remove, nodes))
        self._folder.remember(())

    def _known(self, node: str) -> None:
        if node not in {slot.node for slot in self._folder.slots()}:
            raise Unable(f"There is no {node}: `vestibule cluster status` lists them.")


def _ready(state: State | None, but: str) -> bool:
    return state is not None and state["ready"] and state["incarnation"] != but
