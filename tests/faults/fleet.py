"""Nodes as people run them, `vestibule start`, over one store; each behind wires that can be bad.

Clients reach node K through `nodes[K].front`, node K reaches the store through `nodes[K].back`. Nodes probe
each other directly, as on one machine. Each process is stopped, killed and continued by its own id.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx

from actors.accounts import User
from engine.clinic import Admission, Clinic, StaffRole
from engine.ids import ClinicId, UserId
from gateway.auth import CLINIC_SCOPES, DIALIN
from gateway.node import Node, Seams, running
from gateway.settings import Settings
from tests.faults.history import Bug, now
from tests.faults.network import SWITCH, Machine, Network
from tests.faults.proxy import Address, FaultProxy
from tests.faults.town import PUBLIC_URL, Door, Practice
from tests.prove.clocks import SetClock
from tests.support.node import free_port

REPO: Final = Path(__file__).parents[2]
START: Final = ("-c", "from gateway.cli import main; main()", "start")
START_WITHIN: Final = 60.0
PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None)
BUG: Final = b'"bug"'
LOCAL: Final = "127.0.0.1"


class FleetNode:
    """One node: its process, its wires, its clock."""

    def __init__(
        self, folder: Path, slot: int, store: Path, *, clock: bool, machine: Machine | None = None
    ) -> None:
        self.name = f"node-{slot}"
        self.folder = folder
        self.machine = machine
        """Where it runs, if not on the machine of everybody else."""
        self.address = machine.address if machine else LOCAL
        self.port = free_port()
        self.admin_port = free_port()
        self.front = FaultProxy((self.address, self.port))
        self.back = FaultProxy(store, (SWITCH, 0) if machine else folder / f"{self.name}.sock")
        self.door = Door("127.0.0.1", 0, self.name)
        self.clock = SetClock(folder / f"{self.name}.clock") if clock else None
        self.log = folder / f"{self.name}.log"
        self.stopped = False
        self.store_url = ""
        """A store of many servers, which is reached directly; else there is one, over `back`."""
        self._process: asyncio.subprocess.Process | None = None
        self._read_to = 0

    @property
    def pid(self) -> int:
        """Its process id."""
        if self._process is None:
            raise RuntimeError(f"{self.name} does not run")
        return self._process.pid

    @property
    def up(self) -> bool:
        """Whether the process is there; it may be stopped."""
        return self._process is not None and self._process.returncode is None

    def environment(self) -> dict[str, str]:
        """Give its settings."""
        mine = {
            "SERVER__NODE": self.name,
            "SERVER__BIND": self.address,
            "SERVER__PORT": str(self.port),
            "SERVER__ADMIN_BIND": f"{self.address}:{self.admin_port}",
            "SERVER__PUBLIC_URL": PUBLIC_URL,
            "SERVER__WS_URL": f"ws://127.0.0.1:{self.door.port}/ws",
            "STORE__URL": self.store_url or _url(self.back.address),
            "STORE__DATA_DIR": str(self.folder / self.name),
            "SECRETS__FOLDER": str(self.folder / "secrets"),
            "BRIDGE__BIND": "",  # no sound is carried here
            "LOG__LEVEL": "warning",
            "LOG__FORMAT": "json",
        }
        known = {name: value for name, value in mine.items() if _is_a_setting(name)}
        clock = self.clock.environment if self.clock else {}
        return {**{f"VESTIBULE_{name}": value for name, value in known.items()}, **clock}

    # ------------------------------------------------------------ the process

    async def start(self) -> None:
        """Start it, and wait until it serves. Raises RuntimeError when it ends instead."""
        command = (sys.executable, *START)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(self.machine.command(*command) if self.machine else command),
                cwd=REPO,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(REPO), **self.environment()},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                preexec_fn=ends_with_us,
            )
        assert self._process.stdout is not None
        self.door.starts += 1
        async with asyncio.timeout(START_WITHIN):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended: {self.log.read_text(errors='replace')[-1500:]}")

    async def keep_up(self) -> None:
        """Start it as a supervisor does, again and again until it serves."""
        while True:
            try:
                await self.start()
                return
            except (RuntimeError, TimeoutError):
                await self.kill()
                await asyncio.sleep(0.3)

    async def kill(self) -> None:
        """End it as `kill -9` does."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """End it in order; gives its exit status."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        self.go_on()
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        return await process.wait()

    def hang(self) -> None:
        """Stop it as it stands; it keeps its port and its sockets."""
        os.kill(self.pid, signal.SIGSTOP)
        self.stopped = True

    def go_on(self) -> None:
        """Let it go on."""
        if self.stopped and self.up:
            os.kill(self.pid, signal.SIGCONT)
        self.stopped = False

    # ------------------------------------------------------------ what it says of itself

    async def metrics(self) -> dict[str, float]:
        """Read its metrics at the operator's door; nothing when it does not answer."""
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=5.0) as client:
                text = (await client.get(f"http://{self.address}:{self.admin_port}/metrics")).text
        except httpx.HTTPError:
            return {}
        pairs = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    def bugs(self) -> list[Bug]:
        """Give what its log says of bugs since the last look."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as file:
            file.seek(self._read_to)
            lines = file.read().splitlines(keepends=True)
        self._read_to += sum(map(len, lines))
        told = [
            line.decode(errors="replace").strip() for line in lines if BUG in line or b"Traceback" in line
        ]
        return [Bug(at=now(), node=self.door.label, what=line[:400]) for line in told]


class Fleet:
    """Some nodes over one store; enter it to have their wires, `begin` to start them."""

    def __init__(self, folder: Path, nodes: int, *, clocks: bool, network: Network | None = None) -> None:
        """`network`: each node gets a machine of its own in it."""
        self.folder = folder
        store = folder / "nowhere.sock"
        machines = [network.machine() if network else None for _ in range(nodes)]
        self.nodes = [
            FleetNode(folder, slot, store, clock=clocks, machine=machine)
            for slot, machine in enumerate(machines, 1)
        ]
        self._stack = AsyncExitStack()

    @property
    def doors(self) -> list[Door]:
        """Where clients reach the nodes."""
        return [node.door for node in self.nodes]

    def store_is(self, socket: Path) -> None:
        """Point every node's wire at the store's server, as a failover moves its address."""
        for node in self.nodes:
            node.back.target = socket
            node.back.cut()

    async def __aenter__(self) -> Fleet:
        for node in self.nodes:
            await self._stack.enter_async_context(node.front.serving())
            await self._stack.enter_async_context(node.back.serving())
            node.door.port = node.front.port
            self._stack.push_async_callback(node.kill)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def begin(self, clinics: int, store_url: str, *, directly: bool = False) -> list[Practice]:
        """Found the clinics, and start the nodes on them; `directly`: on a store of many servers."""
        for node in self.nodes:
            node.store_url = store_url if directly else ""
        practices = await found(self.folder, clinics, store_url)
        await asyncio.gather(*(node.start() for node in self.nodes))
        return practices

    async def end(self) -> list[Bug]:
        """Stop the nodes in order; give those that did not end well."""
        ended = [(node, await node.stop()) for node in self.nodes]
        what = "ended with status {} at the end"
        return [Bug(at=now(), node=node.name, what=what.format(status)) for node, status in ended if status]

    def bugs(self) -> list[Bug]:
        """Give what the logs of all nodes say of bugs."""
        return [bug for node in self.nodes for bug in node.bugs()]

    def strand(self, which: Callable[[], bool], nodes: Sequence[FleetNode]) -> int:
        """Leave some clients' connections half-open for good."""
        return sum(node.front.strand(which) for node in nodes)


async def found(folder: Path, clinics: int, store_url: str) -> list[Practice]:
    """Found clinics with a provider, a session and keys each, as an operator does before anything runs."""
    settings = Settings.load(
        None,
        server={"port": free_port(), "admin_bind": "", "node": "founder"},
        store={"url": store_url, "data_dir": folder / "founder"},
        secrets={"folder": folder / "secrets"},
        log={"level": "warning"},
    )
    async with running(settings, Seams(silent=True)) as node:
        return [await _founded(node, number) for number in range(clinics)]


async def _founded(node: Node, number: int) -> Practice:
    clinic, lets_in = ClinicId(f"clinic-{number:02}"), number % 2 == 1
    dial_in = f"+1555{number:07}"
    admission = Admission.PROVIDER_ADMITS if lets_in else Admission.DIRECT
    refused = await node.desk.save_clinic(
        Clinic(
            id=clinic,
            name=f"Clinic {number}",
            zone="America/Los_Angeles",
            phone="555-0123",
            dial_in=(dial_in,),
            admission=admission,
        )
    )
    if refused is not None:
        raise RuntimeError(f"a clinic could not be saved: {refused.code}")
    doctor = User(
        id=UserId(f"provider-{number:02}"),
        email=f"provider-{number:02}@example.test",
        name="Dr. Amara Osei",
        role=StaffRole.PROVIDER,
        clinic=clinic,
        password="",
    )
    await node.auth.accounts.add_user(doctor)
    signed_in = await node.auth.open_session(doctor)
    if signed_in is None:
        raise RuntimeError("a provider could not be signed in")
    _, api = await node.auth.add_key(clinic, "A program", CLINIC_SCOPES)
    _, dialin = await node.auth.add_key(clinic, "Dial-in", frozenset({DIALIN}))
    return Practice(clinic, dial_in, api, signed_in.token, dialin, lets_in)


def _url(store: Address) -> str:
    """Write a store's address as settings do."""
    if isinstance(store, Path):
        return f"unix://{quote(str(store))}"
    return f"redis://{store[0]}:{store[1]}"


def ends_with_us() -> None:
    """End this process when the one that started it ends, however that came about (prctl(2))."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _is_a_setting(name: str) -> bool:
    """Whether this release knows a setting; an older one has no `server.ws_url`."""
    section, _, field = name.lower().partition("__")
    model = Settings.model_fields[section].annotation
    return model is not None and field in getattr(model, "model_fields", {})
