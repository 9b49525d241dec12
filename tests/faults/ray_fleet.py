"""Nodes that Ray keeps: `vestibule cluster up`, over the same wires for people, and one wire to the store.

Who serves in a slot, and where, is read in the store's leases, as the nodes themselves do. A node is killed
and hung by its process id; what ends in order is a rolling restart of it. Ray starts nodes again by itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
from redis.exceptions import RedisError

from gateway.cluster.demo import free_block
from gateway.cluster.folder import ClusterFolder
from gateway.cluster.kept import since
from gateway.settings import Settings
from tests.faults.fleet import BUG, LOCAL, REPO, START_WITHIN, Fleet, FleetNode, found
from tests.faults.history import Bug, now
from tests.faults.proxy import FaultProxy
from tests.faults.town import PUBLIC_URL, Practice
from tests.prove.peek import peek

CLUSTER: Final = (sys.executable, "-m", "gateway", "cluster")
UP_WITHIN: Final = 240.0
"""Seconds: Ray is slow to start on a busy machine."""
LOOKS_EVERY: Final = 0.1
PORTS_FROM: Final = 18_200
END_WITHIN: Final = 60.0


class RayNode(FleetNode):
    """One slot's node, whichever process that is now."""

    def __init__(self, folder: Path, slot: int, environment: Mapping[str, str]) -> None:
        super().__init__(folder, slot, folder / "nowhere.sock", clock=False)
        self._environment = environment
        self._pid = 0
        self._since = ""
        self._incarnation = ""
        self._met = asyncio.Event()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._pid

    @property
    def up(self) -> bool:
        """Whether the process is there; it may be stopped."""
        return bool(self._pid) and since(self._pid) == self._since

    def meet(self, incarnation: str, address: str) -> None:
        """Take note of who has the slot's lease."""
        if not address or incarnation == self._incarnation:
            return
        host, _, port = address.rpartition(":")
        pid = _listener(int(port))
        if pid:
            self._incarnation, self._pid, self._since = incarnation, pid, since(pid)
            self.front.target = (host, int(port))
            self.door.starts += 1
            self._met.set()

    async def start(self) -> None:
        """Wait until Ray has it. Raises TimeoutError."""
        async with asyncio.timeout(START_WITHIN):
            while not self.up:
                self._met.clear()
                await self._met.wait()

    async def kill(self) -> None:
        """End it as `kill -9` does."""
        self.go_on()
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        while self.up:  # noqa: ASYNC110 - it is no child of ours
            await asyncio.sleep(LOOKS_EVERY)

    async def stop(self) -> int:
        """Restart it in order, by the command line; gives its exit status."""
        process = await asyncio.create_subprocess_exec(
            *(*CLUSTER, "rolling-restart", self.name), cwd=REPO, env=dict(self._environment)
        )
        return await process.wait()

    async def metrics(self) -> dict[str, float]:
        """Read nothing: who runs them alone asks for metrics."""
        return {}

    def bugs(self) -> list[Bug]:
        """Say nothing: their logs are Ray's (`RayFleet.bugs`)."""
        return []


class RayFleet(Fleet):
    """A cluster on Ray, on this machine."""

    def __init__(self, folder: Path, nodes: int) -> None:
        super().__init__(folder, 0, clocks=False)
        first_port = free_block(PORTS_FROM, 10 * nodes + 1)
        self._data_dir = folder / "cluster"
        self._wire = FaultProxy(folder / "nowhere.sock", folder / "store.sock")
        self._socket = folder / "nowhere.sock"
        self._up: asyncio.subprocess.Process | None = None
        settings = {
            "SERVER__PUBLIC_URL": PUBLIC_URL,
            "STORE__URL": f"unix://{quote(str(folder / 'store.sock'))}",
            "STORE__DATA_DIR": str(self._data_dir),
            "SECRETS__FOLDER": str(folder / "secrets"),
            "CLUSTER__HEAD": f"{LOCAL}:{first_port}",
            "CLUSTER__FIRST_PORT": str(first_port + 1),
            "BRIDGE__BIND": "",  # no sound is carried here
            "LOG__LEVEL": "warning",
            "LOG__FORMAT": "json",
        }
        ours = {f"VESTIBULE_{name}": value for name, value in settings.items()}
        self._environment = {**os.environ, **ours, "PYTHONPATH": str(REPO), "PYTHONUNBUFFERED": "1"}
        self._ray = [RayNode(folder, slot, self._environment) for slot in range(1, nodes + 1)]
        self.nodes += self._ray

    @property
    def head(self) -> int:
        """The process id of Ray's head; 0 while it is between two lives."""
        processes = json.loads((self._data_dir / "cluster" / "processes.json").read_text())
        found = processes.get("head")
        return int(found["pid"]) if found and since(int(found["pid"])) == found["since"] else 0

    async def is_whole(self) -> None:
        """Wait until the command line shows every node ready. Raises TimeoutError."""
        async with asyncio.timeout(UP_WITHIN):
            while not await self._shown_ready():  # noqa: ASYNC110 - it is no child of ours
                await asyncio.sleep(LOOKS_EVERY)

    async def _shown_ready(self) -> bool:
        process = await asyncio.create_subprocess_exec(
            *(*CLUSTER, "status", "--json"),
            cwd=REPO,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        said, _ = await process.communicate()
        if process.returncode:
            return False
        nodes = json.loads(said)["nodes"]
        return len(nodes) == len(self._ray) and all(one["state"] == "ready" for one in nodes)

    def store_is(self, socket: Path) -> None:
        """Point the nodes' wire at the store's server, as a failover moves its address."""
        self._socket = self._wire.target = socket
        self._wire.cut()

    async def __aenter__(self) -> RayFleet:
        await self._stack.enter_async_context(self._wire.serving())
        for node in self._ray:
            await self._stack.enter_async_context(node.front.serving())
            node.door.port = node.front.port
        return self

    async def begin(self, clinics: int, store_url: str, *, directly: bool = False) -> list[Practice]:
        """Found the clinics, and bring the cluster up."""
        practices = await found(self.folder, clinics, store_url)
        log = self.folder / "up.log"
        with log.open("wb") as said:
            self._up = await asyncio.create_subprocess_exec(
                *(*CLUSTER, "up", "--nodes", str(len(self._ray))),
                cwd=REPO,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self._stack.push_async_callback(self.end)
        async with asyncio.timeout(UP_WITHIN):
            while b"Stop with" not in log.read_bytes():
                if self._up.returncode is not None:
                    raise RuntimeError(f"the cluster did not come up: {log.read_text()[-1500:]}")
                await asyncio.sleep(LOOKS_EVERY)
        watching = asyncio.create_task(self._watch())
        self._stack.callback(watching.cancel)
        await asyncio.gather(*(node.start() for node in self._ray))
        return practices

    async def _watch(self) -> None:
        """Read in the store who has the slots, for ever."""
        while True:
            with suppress(RedisError, OSError, TimeoutError):
                async with peek(f"unix://{quote(str(self._socket))}") as store, asyncio.timeout(1.0):
                    for node in self._ray:
                        lease = await store.get(f"{{n:{node.name}}}:lease")
                        incarnation, _, facts = (
                            lease.partition(b" ") if isinstance(lease, bytes) else (b"",) * 3
                        )
                        if facts:
                            node.meet(incarnation.decode(), msgspec.json.decode(facts)["address"])
            await asyncio.sleep(LOOKS_EVERY)

    async def end(self) -> list[Bug]:
        """End the cluster in order."""
        up, self._up = self._up, None
        if up is None or up.returncode is not None:
            return []
        up.terminate()
        async with asyncio.timeout(END_WITHIN):
            status = await up.wait()
        what = f"ended with status {status} at the end"
        return [Bug(at=now(), node="cluster up", what=what)] if status else []

    def bugs(self) -> list[Bug]:
        """Give what the nodes' logs say of bugs; Ray keeps them."""
        folder = ClusterFolder(Settings.load(store={"data_dir": self._data_dir})).ray_folder()
        logs = (log.read_bytes() for log in sorted(folder.glob("session_latest/logs/worker-*")))
        lines = [line.decode(errors="replace") for log in logs for line in log.splitlines() if BUG in line]
        return [Bug(at=now(), node="cluster", what=line[:400]) for line in lines]


def _listener(port: int) -> int:
    """Find the process that listens on a port of this machine; 0 when there is none (Linux: /proc)."""
    rows = (row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:])
    sockets = {f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and int(row[1][-4:], 16) == port}
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and sockets & set(_open_files(process)):
            return int(process.name)
    return 0


def _open_files(process: Path) -> list[str]:
    with suppress(OSError):
        return [os.readlink(one) for one in (process / "fd").iterdir()]
    return []
