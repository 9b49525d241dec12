"""What stays in the foreground on a cluster's machines: starts what the nodes need, and watches it.

It never loads Ray itself, because a client of Ray ends with its raylet: what needs Ray is done by short
children, `vestibule cluster place` and `vestibule cluster leave`. If it is killed, everything it started goes
on, and the next `up` adopts it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from actors import machines
from actors.embedded import EmbeddedStore
from actors.machines import Head
from actors.pepper import read_pepper
from gateway.addresses import host_and_port
from gateway.cluster.folder import ClusterFolder, Facts
from gateway.cluster.kept import Kept, What, end_remembered
from gateway.cluster.listening import listening
from gateway.settings import PREFIX, Settings
from gateway.unable import Unable

ANSWER_WITHIN: Final = 60.0
"""Seconds that Ray's head and its store get until they listen, and a child until it is done."""
STARTING: Final = 150.0
"""Seconds that Ray's processes may take to begin, on a machine that is busy."""
LEAVE_WITHIN: Final = 20.0
"""Seconds that this machine's nodes get to stop in order."""
END_WITHIN: Final = 5.0
LOOK_EVERY: Final = 0.05

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What shall be up: how many nodes (None: as many as there were), for a demo (`empty`: without a clinic's
    day) or in earnest, and what the nodes must find in their environment.
    """

    nodes: int | None
    demo: bool = False
    empty: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


class Machine:
    """This machine's part of a cluster: processes that are kept, within a stack that ends them."""

    def __init__(self, settings: Settings, more: Mapping[str, str], *, demo: bool = False) -> None:
        self.settings = settings
        self.folder = ClusterFolder(settings)
        self.head = Head(*host_and_port(settings.cluster.head))
        self._more = more
        self._demo = demo
        self._environment: dict[str, str] = {}

    def prepare(self) -> None:
        """Refuse what is not safe, before anything listens. Raises Unsafe, Unable."""
        machines.insist_on_private(self.head.host)
        machines.insist_on_private(self.settings.machine)
        if not self.settings.cluster.firewalled:
            machines.insist_on_firewall(self.settings.machine, machines.own_addresses())
        self.folder.prepare()
        first_port = self.settings.cluster.first_port
        self.folder.state(Facts(str(self.head), self.settings.machine, first_port, demo=self._demo))

    def breathe(self, **settings: str) -> None:
        """Set what nodes and children find in their environment. Raises Unsafe."""
        given = self.settings
        ours = {
            "STORE__DATA_DIR": str(given.data_dir),
            "CLUSTER__HEAD": str(self.head),
            "CLUSTER__MACHINE": given.machine,
            "CLUSTER__FIRST_PORT": str(given.cluster.first_port),
            "CLUSTER__TOKEN_FILE": str(given.cluster_token),
            **settings,
        }
        self._environment = {
            **os.environ,
            **self._more,
            **{f"{PREFIX}{name}": value for name, value in ours.items()},
            **machines.environment(given.cluster_token),
        }

    async def keep(
        self,
        stack: AsyncExitStack,
        name: str,
        command: Callable[[], list[str]],
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Run and watch a process until the stack ends it."""
        environment = {**self._environment, **(more or {})}
        what = What(name, command, environment, self.folder.path / f"{name}.log")
        kept = Kept(what, self.folder.processes)
        kept.start()
        stack.push_async_callback(kept.end, END_WITHIN)
        watching = asyncio.create_task(kept.keep(), name=name)
        stack.callback(watching.cancel)

    async def host_nodes(self, stack: AsyncExitStack) -> None:
        """Run this machine's raylet; before it ends, its nodes are stopped in order."""
        await listening(self.head, "Ray's head", ANSWER_WITHIN)
        await self.keep(stack, "machine", partial(machines.machine_command, self.head, self.settings.machine))
        stack.push_async_callback(self._leave)

    async def child(self, *words: str, within: float) -> bytes:
        """Run one of our own commands; what it says of its progress is said by us. Raises Unable."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "gateway",
            "cluster",
            *words,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(within):
                said, wrong = await process.communicate()
        except BaseException:
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            raise Unable(wrong.decode(errors="replace").strip())
        return said

    async def _leave(self) -> None:
        """Stop this machine's nodes in order; what does not come to an end is ended with the raylet."""
        try:
            await self.child("leave", within=LEAVE_WITHIN)
        except (Unable, TimeoutError):
            return


class Part(Protocol):
    """What can be run until somebody says stop."""

    def running(self) -> AbstractAsyncContextManager[str]:
        """Bring it up; gives what to tell."""
        ...


class Up:
    """The machine where a cluster comes up: store, Ray's head, a raylet, and the nodes."""

    def __init__(self, settings: Settings, plan: Plan) -> None:
        self._machine = Machine(settings, plan.environment, demo=plan.demo)
        self._plan = plan
        self.begun: dict[str, Any] = {}
        """What `place` said: the slots, and a demo's logins."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Bring everything up; what was started ends with the block.

        Raises Unable, Unsafe, and what a store or a pepper that cannot be used raises.
        """
        here = self._machine
        here.prepare()
        with here.folder.held():
            async with AsyncExitStack() as stack:
                here.breathe(STORE__URL=here.settings.store.url or await self._embedded(stack))
                await self._head(stack)
                await here.host_nodes(stack)
                wanted = ["--nodes", str(self._plan.nodes)] if self._plan.nodes is not None else []
                wanted += ["--empty"] if self._plan.empty else []
                within = STARTING + here.settings.cluster.ready_seconds
                self.begun = json.loads(await here.child("place", *wanted, within=within))
                yield f"Vestibule serves with {len(self.begun['slots'])} nodes. Stop with Ctrl+C."

    async def _embedded(self, stack: AsyncExitStack) -> str:
        settings = self._machine.settings
        store = EmbeddedStore(settings.data_dir, appendfsync=settings.store.appendfsync)
        await stack.enter_async_context(store)
        return store.url

    async def _head(self, stack: AsyncExitStack) -> None:
        """Run Ray's head."""
        here = self._machine
        read_pepper(here.settings.secrets_folder)  # made once, before several nodes look for it
        command = partial(machines.head_command, here.head, here.folder.ray_folder())
        await here.keep(stack, "head", command, machines.head_memory(here.folder.path / "ray"))


class Joined:
    """A further machine: its raylet, under which the cluster's nodes run."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._machine = Machine(settings, environment)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Join; leave with the block. Raises Unable, Unsafe."""
        here = self._machine
        machines.insist_on_token(here.settings.cluster_token)
        here.prepare()
        with here.folder.held():
            async with AsyncExitStack() as stack:
                here.breathe()
                await here.host_nodes(stack)
                await here.child("arrive", within=STARTING)
                yield f"{here.settings.machine} has joined {here.head}. Leave with Ctrl+C."


async def until_told(part: Part, told: Told) -> None:
    """Run a part until SIGTERM or SIGINT, also while it begins."""
    running = asyncio.create_task(_run(part, told))
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def stop() -> None:
        if not stopping.is_set():  # who presses Ctrl+C again waits for the order of things all the same
            stopping.set()
            running.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await running
    except asyncio.CancelledError:
        if not stopping.is_set():
            raise


async def _run(part: Part, told: Told) -> None:
    async with part.running() as said:
        told(said)
        await asyncio.Event().wait()


async def end_all(settings: Settings) -> None:
    """End what `up` started on this machine, whether it still watches or was killed."""
    folder = ClusterFolder(settings)
    holder = folder.holder()
    if holder is not None:
        os.kill(holder, signal.SIGTERM)
        while folder.holder() is not None:  # noqa: ASYNC110 - a lock's end is no event
            await asyncio.sleep(LOOK_EVERY)
        return
    with folder.held():
        await end_remembered(folder.processes, END_WITHIN)
        if settings.store.url is None:
            async with EmbeddedStore(settings.data_dir):
                """Adopt the store that a killed `up` left behind: it ends with the block."""
