"""Ray, in one file: it places the nodes on machines, starts them again, and carries calls between them.

A node is a named detached actor; what runs in it is an entry point given as a string, in the actor's own
loop. Ray decides nothing about visits: who owns a shard is the store's business (an actor may run twice,
reliability-security.md, fact 1). Only bytes and plain values cross it, never an exception of ours.

    os.environ.update(machines.environment(token))     # before this module is imported: Ray reads it once
    with connected(head, machine):
        nodes = Nodes()
        await nodes.place(slot, "gateway.clustered:Serve", assignment)
        await nodes.do("node-1", "state")
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol, TypeVar

import ray
from ray._private import services
from ray.actor import ActorHandle
from ray.exceptions import ActorDiedError, RayError

from actors.machines import Head, Unsafe, insist_on_private, machine_of, ray_address, resource_of
from actors.neighbours import Neighbours
from actors.ports import Member, PeerDown
from actors.slots import Slot

NAMESPACE: Final = "vestibule"
CALL_WITHIN: Final = 2.0
"""Seconds for a call that is answered at once."""
FORWARD_WITHIN: Final = 15.0
"""Seconds for a request that is carried out at another node, a slow store included."""
PAUSE: Final = 1.0
"""Seconds before a node that could not run ends its process, so that Ray does not start it in a whirl."""
BROKEN: Final = 70
"""Exit status of a node that a bug ended (sysexits.h, EX_SOFTWARE)."""


class ClusterNode(Protocol):
    """What an entry point makes: one node, for as long as its process lives."""

    async def run(self) -> None:
        """Serve until told to stop. An exception ends the process, and Ray starts it again."""
        ...

    async def claim(self, shards: Sequence[int]) -> None:
        """Claim shards that another node has just released for this one."""
        ...

    async def forward(self, request: bytes) -> bytes:
        """Carry out a request that came to another node, and give the answer."""
        ...

    async def do(self, word: str) -> bytes:
        """Do what the command line says in one word; b"" when it cannot be done."""
        ...


Entry = Callable[[bytes, "RayPeers"], ClusterNode]
Answer = bool | bytes
T = TypeVar("T")


class NodeProcess:
    """The actor: holds one node, and ends its process when the node ends by a bug."""

    async def __init__(self, entry: str, assignment: bytes) -> None:  # type: ignore[misc]  # Ray awaits it
        """Start the node. Never raises: an actor whose making failed is not started again."""
        self._node: ClusterNode | None = None
        self._serving = asyncio.get_running_loop().create_task(self._serve(entry, assignment))

    async def _serve(self, entry: str, assignment: bytes) -> None:
        peers = RayPeers()
        try:
            module, _, name = entry.partition(":")
            make: Entry = getattr(importlib.import_module(module), name)
            self._node = make(assignment, peers)
            await self._node.run()
        except BaseException as error:  # noqa: BLE001 - a node that does not serve must not look alive
            print(f"the node ended: {type(error).__name__}", file=sys.stderr, flush=True)  # noqa: T201
            await asyncio.sleep(PAUSE)
            os._exit(BROKEN)
        finally:
            await peers.close()

    async def claim(self, shards: list[int]) -> bool:
        """Pass a hand-over on; False when it could not be taken."""
        node = self._node
        return node is not None and await _quiet(_done(node.claim(shards)), False)

    async def forward(self, request: bytes) -> bytes:
        """Pass a request on; b"" when there is no answer."""
        return await _quiet(self._node.forward(request), b"") if self._node else b""

    async def do(self, word: str) -> bytes:
        """Pass a word of the command line on; b"" when there is no answer."""
        return await _quiet(self._node.do(word), b"") if self._node else b""


async def _done(work: Awaitable[None]) -> bool:
    await work
    return True


async def _quiet(work: Awaitable[T], otherwise: T) -> T:
    """Keep an exception on this side: Ray would carry its text, and pickle what it holds."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - the answer says that there is none
        print(f"a call ended: {type(error).__name__}", file=sys.stderr, flush=True)  # noqa: T201
        return otherwise


Handle = ActorHandle[NodeProcess]


class RayPeers(Neighbours):
    """What a node asks of others (`actors.ports.Peers`): a look over the network, or one Ray call.

    Handles are looked up beforehand and kept, because looking one up needs Ray's head; calls do not.
    """

    def __init__(self) -> None:
        super().__init__()
        self._handles: dict[str, Handle] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}

    async def claim(self, member: Member, shards: Sequence[int]) -> None:
        """Have it claim shards that were released for it. Raises PeerDown."""
        if not await self._call(member, "claim", list(shards), CALL_WITHIN):
            raise PeerDown(member.node)

    async def forward(self, member: Member, request: bytes) -> bytes:
        """Have it carry out a request, and give its answer. Raises PeerDown."""
        answer = await self._call(member, "forward", request, FORWARD_WITHIN)
        if not isinstance(answer, bytes) or not answer:
            raise PeerDown(member.node)
        return answer

    def acquaint(self, nodes: Iterable[str]) -> None:
        """Look up who is not known yet, aside; asked once a second."""
        for node in nodes:
            if node not in self._handles and node not in self._looking:
                self._looking[node] = asyncio.create_task(self._look(node))

    async def close(self) -> None:
        """Stop looking."""
        for task in tuple(self._looking.values()):
            task.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def _look(self, node: str) -> None:
        """Get a node's handle, and call it once, which learns the way to its process."""
        try:
            handle = await asyncio.to_thread(_handle, node)
            await _called(handle, "do", "hello", CALL_WITHIN)
            self._handles[node] = handle
        except (ValueError, RayError, TimeoutError):
            pass  # not placed yet, or no head to ask: next second
        finally:
            del self._looking[node]

    async def _call(self, member: Member, method: str, argument: object, within: float) -> Answer:
        handle = self._handles.get(member.node)
        if handle is None:
            self.acquaint([member.node])
            raise PeerDown(member.node)
        try:
            return await _called(handle, method, argument, within)
        except (RayError, TimeoutError) as error:
            if isinstance(error, ActorDiedError):  # placed anew under the same name, perhaps
                del self._handles[member.node]
            raise PeerDown(member.node) from None


def main() -> None:
    """Be Ray's own command line, `ray start` among others (`actors.machines` builds it)."""
    _stay_where_told()
    from ray.scripts import scripts

    scripts.cli()


def _stay_where_told() -> None:
    """Have Ray take 127.0.0.1 for what it is: it would go to an address that others reach instead."""
    services.resolve_ip_for_localhost = lambda host: host


@contextmanager
def connected(head: Head, machine: str) -> Iterator[None]:
    """Be a client of the cluster's Ray, for whoever operates it. Raises Unsafe, and ConnectionError."""
    insist_on_private(head.host)
    if os.environ.get("RAY_AUTH_MODE") != "token":
        raise Unsafe("Ray must ask for a token (RAY_AUTH_MODE=token); set it before Ray is loaded.")
    _stay_where_told()
    ray.init(
        address=str(head),
        namespace=NAMESPACE,
        log_to_driver=False,
        logging_level=logging.ERROR,
        _node_ip_address=ray_address(machine),
    )
    try:
        yield
    finally:
        ray.shutdown()


class Nodes:
    """The cluster's nodes, within `connected`. What needs Ray's head raises Headless when it is away."""

    def __init__(self) -> None:
        self._handles: dict[str, Handle] = {}

    async def machines(self) -> frozenset[str]:
        """The machines that are there, by their addresses."""
        found = await _asked(ray.nodes)
        return frozenset(
            machine
            for one in found
            if one["Alive"]
            for resource in one["Resources"]
            if (machine := machine_of(resource)) is not None
        )

    async def placed(self) -> frozenset[str]:
        """The names of the nodes that Ray keeps, whether they live or wait."""
        return frozenset(await _asked(ray.util.list_named_actors))

    async def place(self, slot: Slot, entry: str, assignment: bytes) -> None:
        """Have Ray keep a node in a slot from now on; nothing changes when it does already."""
        placing = ray.remote(NodeProcess).options(
            name=slot.node,
            namespace=NAMESPACE,
            lifetime="detached",
            get_if_exists=True,
            max_restarts=-1,
            max_task_retries=0,
            num_cpus=0,
            resources={resource_of(slot.machine): 1},
        )
        await _asked(lambda: placing.remote(entry, assignment))

    async def do(self, node: str, word: str, within: float = CALL_WITHIN) -> bytes:
        """Give a node a word of the command line; b"" when it does not answer in time."""
        try:
            if node not in self._handles:
                self._handles[node] = await _asked(lambda: _handle(node))
            answer = await _called(self._handles[node], "do", word, within)
        except (ValueError, RayError, TimeoutError):
            self._handles.pop(node, None)
            return b""
        return answer if isinstance(answer, bytes) else b""

    async def replace(self, node: str) -> None:
        """End a node's process, and have Ray start another, with the program as it is now on the disk."""
        await self._kill(node, no_restart=False)

    async def remove(self, node: str) -> None:
        """End a node's process for good."""
        await self._kill(node, no_restart=True)

    async def _kill(self, node: str, *, no_restart: bool) -> None:
        try:
            handle = await _asked(lambda: _handle(node))
        except ValueError:
            return  # there is none
        await _asked(lambda: ray.kill(handle, no_restart=no_restart))
        if no_restart:
            self._handles.pop(node, None)


async def _called(handle: Handle, method: str, argument: object, within: float) -> Answer:
    """Call a node's process. Raises RayError, TimeoutError."""
    answer: Answer = await asyncio.wait_for(getattr(handle, method).remote(argument), within)
    return answer


def _handle(node: str) -> Handle:
    return ray.get_actor(node, namespace=NAMESPACE)


async def _asked(what: Callable[[], T]) -> T:
    """Ask Ray's head in a thread: it may be away, and the loop must turn."""
    return await asyncio.to_thread(what)


if __name__ == "__main__":
    main()
