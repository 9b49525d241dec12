"""HAProxy with the configuration that `vestibule cluster haproxy` prints: paths, dead and drained nodes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from actors.slots import PORTS_EACH, Slot, ports_of
from gateway.cluster.demo import free_block
from gateway.cluster.haproxy import Edge, configuration
from tests.support.node import free_port

SLOTS = (Slot(1, "127.0.0.1"), Slot(2, "127.0.0.1"))
PATIENCE = 20.0


@dataclass
class Door:
    """A stand-in for a node's port: says who it is, and whether it is ready; keeps what it was sent."""

    name: str
    ready: bool = True
    heard: list[bytes] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        request = await reader.readuntil(b"\r\n\r\n")
        path = request.split()[1]
        status = b"503 Not Ready" if path == b"/readyz" and not self.ready else b"200 OK"
        if path not in (b"/readyz", b"/healthz"):
            self.heard.append(request)
        body = self.name.encode()
        writer.write(
            b"HTTP/1.1 %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (status, len(body), body)
        )
        await writer.drain()
        writer.close()


@dataclass
class Front:
    """HAProxy, and what stands behind it."""

    port: int
    doors: dict[str, Door]
    servers: dict[str, asyncio.Server]

    async def ask(self, path: str) -> str:
        """Ask for a path; gives who answered, or the status of a refusal."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = (f"GET {path} HTTP/1.1", "Host: x", "X-Forwarded-For: 1.2.3.4", "Connection: close", "", "")
        writer.write("\r\n".join(lines).encode())
        answer = await reader.read()
        writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        return body.decode() if b" 200 " in head.split(b"\r\n")[0] else head.split()[1].decode()

    async def until(self, path: str, *names: str) -> None:
        """Wait until all of these answer for a path, and nobody else, twenty times in a row."""
        wanted = set(names)
        async with asyncio.timeout(PATIENCE):
            while {await self.ask(path) for _ in range(20)} != wanted:  # noqa: ASYNC110 - HAProxy tells nobody
                await asyncio.sleep(0.05)

    async def dies(self, name: str) -> None:
        """Nobody listens on a node's port any more."""
        self.servers[name].close()
        await self.servers[name].wait_closed()


@asynccontextmanager
async def haproxy(folder: Path) -> AsyncIterator[Front]:
    """Run Debian's HAProxy before two nodes; node-2 found its first port taken."""
    first_port, port = free_block(24_000, len(SLOTS) * PORTS_EACH), free_port()
    doors, servers = {}, {}
    for slot in SLOTS:
        door = doors[slot.node] = Door(slot.node)
        at = ports_of(slot.number, first_port)[0][slot.number - 1]
        servers[slot.node] = await asyncio.start_server(door.answer, "127.0.0.1", at)
    file = folder / "haproxy.cfg"
    file.write_text(configuration(SLOTS, first_port, Edge(f"127.0.0.1:{port}")))
    process = await asyncio.create_subprocess_exec("haproxy", "-db", "-q", "-f", str(file))
    front = Front(port, doors, servers)
    try:
        async with asyncio.timeout(PATIENCE):
            while not await _listens(port):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        yield front
    finally:
        for server in servers.values():
            server.close()
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    """HAProxy before two nodes that are ready."""
    async with haproxy(tmp_path) as running:
        await running.until("/", "node-1", "node-2")
        yield running


async def test_a_slots_path_goes_to_its_node_and_everything_else_to_any(front: Front) -> None:
    """`/n/node-2/ws` reaches node-2 on whichever port of its range; who comes cannot name themselves."""
    await front.until("/n/node-2/ws", "node-2")
    await front.until("/n/node-1/ws", "node-1")
    await front.until("/api/v1/me", "node-1", "node-2")
    assert all(b"1.2.3.4" not in request for door in front.doors.values() for request in door.heard)


async def test_the_path_of_a_dead_node_goes_to_another(front: Front) -> None:
    """Nobody is refused: the first connection that is refused goes to the next node at once."""
    await front.dies("node-2")
    assert [await front.ask("/n/node-2/ws") for _ in range(5)] == ["node-1"] * 5
    assert await front.ask("/") == "node-1"


async def test_a_node_that_drains_gets_nothing_new(front: Front) -> None:
    """It answers /readyz with 503, and people are sent to the others, its own path included."""
    front.doors["node-1"].ready = False
    await front.until("/", "node-2")
    await front.until("/n/node-1/ws", "node-2")
    front.doors["node-1"].ready = True
    await front.until("/n/node-1/ws", "node-1")


async def test_when_nobody_is_ready_whoever_lives_answers(front: Front) -> None:
    """The store is away: a node's own clear refusal is better than the load balancer's."""
    for door in front.doors.values():
        door.ready = False
    async with asyncio.timeout(PATIENCE):
        while {await front.ask("/") for _ in range(10)} - {"503"} != {"node-1", "node-2"}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await front.until("/n/node-1/ws", "node-1", "node-2")
