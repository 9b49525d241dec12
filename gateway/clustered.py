"""A node of a cluster: what Ray runs in an actor (`actors.cluster` is given `gateway.clustered:Serve`).

It is the very node that `vestibule start` runs, in the actor's own loop, on a free port of its slot.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from actors.slots import node_name, ports_of
from gateway.api.carried import run_forwarded
from gateway.app import serve
from gateway.cluster.assignment import Assignment
from gateway.cluster.listening import free
from gateway.demo import CLINIC, seed
from gateway.demo_day import fill
from gateway.logs import configure_logs, where
from gateway.node import Node, Seams
from gateway.release import release
from gateway.settings import Settings, SettingsWrong
from gateway.settings_check import problems
from gateway.unable import Unable, sentence

if TYPE_CHECKING:
    from actors.cluster import RayPeers
    from gateway.api import Asgi

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at who else is there."""

log = structlog.get_logger("cluster")


def settings_of(given: Assignment) -> Settings:
    """Read this machine's settings and make them this node's. Raises SettingsWrong, Unable."""
    base = Settings.load()
    node = node_name(given.number)
    people, operator = ports_of(given.number, base.cluster.first_port)
    ours = base.tombstones_file
    settings = Settings.load(
        server={
            "node": node,
            "bind": given.machine,
            "port": free_port(given.machine, people),
            "admin_bind": "" if given.demo else f"{given.machine}:{free_port(given.machine, operator)}",
            "ws_url": f"ws{base.public_url.removeprefix('http')}/n/{node}/ws",
        },
        privacy={"tombstones_file": ours.with_name(f"{ours.name}.{node}")},
    )
    if found := problems(settings):
        raise SettingsWrong(found)
    return settings


def free_port(host: str, ports: Iterable[int]) -> int:
    """Give the first port that nobody listens on. Raises Unable."""
    for port in ports:
        with suppress(Unable):
            free(host, port)
            return port
    raise Unable(f"no port of {ports} is free on {host}.")


class Serve:
    """One node of a cluster (`actors.cluster.ClusterNode`)."""

    def __init__(self, assignment: bytes, peers: RayPeers) -> None:
        self._given = Assignment.unpacked(assignment)
        self._peers = peers
        self._stop = asyncio.Event()
        self._over = asyncio.Event()
        self._began = time.time()
        self._node: Node | None = None
        self._app: Asgi | None = None
        self._words: Mapping[str, Callable[[Node], Awaitable[object]]] = {
            "hello": self._hello,
            "state": self._state,
            "drain": self._drain,
            "seed": self._seed,
            "seed a day": partial(self._seed, day=True),
            "stop": self._end,
        }

    async def run(self) -> None:
        """Serve until stopped. Raises what keeps a node from serving."""
        knowing = asyncio.create_task(self._know(), name="know the others")
        try:
            await self._serve(settings_of(self._given))
        except BaseException as error:
            told = str(error) if isinstance(error, SettingsWrong) else _sentence(error)
            log.error("node_ended", error=type(error).__name__, said=told, where=where(error))
            raise
        finally:
            knowing.cancel()
            self._node = None
            self._over.set()

    async def _serve(self, settings: Settings) -> None:
        configure_logs(settings.log)
        await serve(
            settings,
            demo=self._given.demo,
            started=self._started,
            stop=self._stop,
            seams=Seams(peers=self._peers),
            made=self._made,
        )
        if not self._stop.is_set():
            raise RuntimeError("the node ended by itself")

    def _made(self, app: Asgi) -> None:
        self._app = app

    async def _started(self, node: Node) -> None:
        self._node = node

    async def _know(self) -> None:
        """Get to know the others while Ray's head can be asked."""
        while True:
            if self._node is not None:
                self._peers.acquaint(one.node for one in self._node.host.members())
            await asyncio.sleep(LOOK_EVERY)

    # ------------------------------------------------------------ what others ask

    async def claim(self, shards: Sequence[int]) -> None:
        """Take shards that were released for us. Raises Unable while the node does not serve."""
        if self._node is None:
            raise Unable("the node does not serve")
        await self._node.host.take(shards)

    async def forward(self, request: bytes) -> bytes:
        """Carry out a request that came to another node; b"" while the node does not serve."""
        if self._node is None or self._app is None:
            return b""
        return await run_forwarded(self._app, request)

    async def do(self, word: str) -> bytes:
        """Do what the command line says; the answer is JSON, b"" while the node does not serve."""
        if self._node is None:
            return b""
        return json.dumps(await self._words[word](self._node)).encode()

    # ------------------------------------------------------------ words

    async def _hello(self, _: Node) -> None:
        """Be greeted."""

    async def _state(self, node: Node) -> dict[str, object]:
        """Say how the node is; times in milliseconds, `began` in seconds since 1970."""
        host, server = node.host, node.settings.server
        figures = host.figures()
        return {
            "node": server.node,
            "machine": self._given.machine,
            "address": host.member.address,
            "operator": server.admin_bind,
            "ws_url": host.member.ws_url,
            "incarnation": host.incarnation,
            "version": release(),
            "pid": os.getpid(),
            "began": round(self._began),
            "ready": host.ready,
            "draining": host.member.draining,
            "shards": figures.shards,
            "visits": figures.visits.total(),
            "seats": figures.seats.total(),
            "sockets": len(node.endpoint),
            "lease_age": host.lease_age,
        }

    async def _drain(self, node: Node) -> None:
        await node.host.drain()

    async def _end(self, _: Node) -> None:
        """Save what is in flight, release the shards, close the sockets with 1012, and stop serving."""
        self._stop.set()
        await self._over.wait()

    async def _seed(self, node: Node, *, day: bool = False) -> list[dict[str, str]] | None:
        """Make the demo's clinic, and its day, if its shard is here."""
        if not self._given.demo or node.host.shard_of(CLINIC) is None:
            return None
        logins = await seed(node)
        if day:
            await fill(node)
        return [asdict(one) for one in logins]


def _sentence(error: BaseException) -> str | None:
    return sentence(error) if isinstance(error, Exception) else None
