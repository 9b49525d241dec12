"""A demo of many nodes on somebody's own machine: `vestibule dev --nodes 3`, `make run NODES=3`.

One address for people (`front_door`), and behind it nodes that may be killed one by one to see what happens.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from actors.slots import NODES_AT_MOST, PORTS_EACH
from gateway.cluster.folder import ClusterFolder
from gateway.cluster.front_door import FrontDoor
from gateway.cluster.up import Plan, Up
from gateway.demo import Login
from gateway.dev import command, welcome
from gateway.settings import PREFIX, Settings
from gateway.unable import Unable

HOST: Final = "127.0.0.1"
PORTS_FROM: Final = 8200
TRIES: Final = 200


class DemoCluster:
    """The demo's cluster, with a front door on the port that people know (`gateway.cluster.up.Part`)."""

    def __init__(self, port: int, data_dir: Path, nodes: int, *, empty: bool) -> None:
        """Raises Unable when there is no room for so many nodes."""
        if nodes > NODES_AT_MOST:
            raise Unable(f"A cluster has 1 to {NODES_AT_MOST} nodes.")
        self._port = port
        self._data_dir = data_dir
        self._nodes = nodes
        self._empty = empty

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Bring it up; gives what to print."""
        first_port = free_block(PORTS_FROM, self._nodes * PORTS_EACH + 1)
        slots_from = first_port + 1  # the one before them is the head's
        settings = Settings.load(
            server={
                "bind": HOST,
                "port": self._port,
                "public_url": f"http://{HOST}:{self._port}",
                "extra_origins": (f"http://localhost:{self._port}",),
                "admin_bind": "",
            },
            store={"data_dir": self._data_dir},
            cluster={"head": f"{HOST}:{first_port}", "first_port": slots_from},
            log={"format": "console", "level": "warning"},
        )
        up = Up(settings, Plan(self._nodes, demo=True, empty=self._empty, environment=_told(settings)))
        async with up.running():
            door = FrontDoor(ClusterFolder(settings).slots, slots_from)
            async with door.open(HOST, self._port):
                logins = [Login(**one) for one in up.begun["logins"]]
                yield _welcome(settings, logins)


def _told(settings: Settings) -> dict[str, str]:
    """Say to the nodes what is the demo's own; the rest they read as we did."""
    return {
        f"{PREFIX}SERVER__PUBLIC_URL": settings.public_url,
        f"{PREFIX}SERVER__EXTRA_ORIGINS": ",".join(settings.server.extra_origins),
        f"{PREFIX}LOG__FORMAT": settings.log.format,
        f"{PREFIX}LOG__LEVEL": settings.log.level,
    }


def _welcome(settings: Settings, logins: list[Login]) -> str:
    cluster = f"{command()} cluster status --data-dir {settings.data_dir}"
    lines = welcome(settings, logins).rstrip("\n").split("\n")
    lines = [line for line in lines if "/dev/phone" not in line]  # telephones are a process that is not here
    return "\n".join([*lines[:-1], f"  The nodes: {cluster}", lines[-1], ""])


def free_block(first: int, count: int) -> int:
    """Find so many ports in a row that nobody listens on. Raises Unable."""
    for _ in range(TRIES):
        taken = _taken(range(first, first + count))
        if taken is None:
            return first
        first = taken + 1
    raise Unable(f"There are no {count} free ports in a row for the nodes.")


def _taken(ports: range) -> int | None:
    """Give the last of these ports that somebody has; None when all are free."""
    with ExitStack() as held:
        for port in reversed(ports):
            trial = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
            except OSError:
                return port
    return None
