"""How much of a CPU an echo costs with our socket, and with the asyncio server of `websockets`.

150-byte messages, strict ping-pong on many connections, the two servers in turns, each in a process
of its own. The unit is messages per second of the server's CPU time (user and system), which a busy
machine disturbs little; what counts is the ratio.
"""

import asyncio
import os
import secrets
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import cast

import uvloop

CONNECTIONS = 200
IDLE_CONNECTIONS = 2000
PAYLOAD = 150
_REQUEST = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
_GOODBYE = bytes((0x88, 0x82)) + bytes(4) + (1000).to_bytes(2, "big")
_PING = b"\x89"
_ANSWER_SIZE = 4 + PAYLOAD
_CONNECTS_AT_ONCE = 50
_OPEN_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class EchoResult:
    """Messages and openings per CPU-second of each server, and what an idle connection adds in memory."""

    echo_ratio: float
    connect_ratio: float
    echoes_per_cpu_second: float
    websockets_echoes_per_cpu_second: float
    bytes_per_connection: float
    websockets_bytes_per_connection: float


@dataclass(frozen=True, slots=True)
class _Server:
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self) -> int:
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class _Opening:
    per_cpu_second: float
    bytes_each: float


class _PingPong(asyncio.Protocol):
    """A client that answers each echo with the next message, as long as `running`."""

    running = False
    echoes = 0

    def __init__(self) -> None:
        self.ready = asyncio.get_running_loop().create_future()
        self.gone = asyncio.get_running_loop().create_future()
        self._head = b""
        self._received = 0
        mask = secrets.token_bytes(4)
        self._message = bytes((0x82, 254)) + PAYLOAD.to_bytes(2, "big") + mask + secrets.token_bytes(PAYLOAD)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(_REQUEST)

    def data_received(self, data: bytes) -> None:
        if not self.ready.done():
            self._head += data
            if self._head.endswith(b"\r\n\r\n"):
                self.ready.set_result(None)
            return
        while data[:1] == _PING:
            data = self._answer_ping(data)
        self._received += len(data)
        if self._received >= _ANSWER_SIZE:
            self._received -= _ANSWER_SIZE
            _PingPong.echoes += 1
            if _PingPong.running:
                self.transport.write(self._message)

    def _answer_ping(self, data: bytes) -> bytes:
        end = 2 + data[1]
        self.transport.write(bytes((0x8A, 128 | data[1])) + bytes(4) + data[2:end])
        return data[end:]

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set_result(None)

    def ask(self) -> None:
        self.transport.write(self._message)


def run(rounds: int = 3, seconds: float = 1.5) -> EchoResult:
    """Measure in alternating rounds of so many seconds for each server; about 15 s by default."""
    with _served("vestibule") as ours, _served("websockets") as theirs:
        our_opening, their_opening = (uvloop.run(_open_many(server)) for server in (ours, theirs))
        echoes: dict[int, list[float]] = {ours.pid: [], theirs.pid: []}
        for _ in range(rounds):
            for server in (ours, theirs):
                echoes[server.pid].append(uvloop.run(_echoes_per_cpu_second(server, seconds)))
    our_echoes, their_echoes = (statistics.median(each) for each in echoes.values())
    return EchoResult(
        echo_ratio=our_echoes / their_echoes,
        connect_ratio=our_opening.per_cpu_second / their_opening.per_cpu_second,
        echoes_per_cpu_second=our_echoes,
        websockets_echoes_per_cpu_second=their_echoes,
        bytes_per_connection=our_opening.bytes_each,
        websockets_bytes_per_connection=their_opening.bytes_each,
    )


async def _echoes_per_cpu_second(server: _Server, seconds: float) -> float:
    async with _clients(server, CONNECTIONS) as clients:
        _PingPong.running = True
        for client in clients:
            client.ask()
        await asyncio.sleep(seconds / 10)  # warm up
        cpu, echoes = server.cpu_seconds(), _PingPong.echoes
        await asyncio.sleep(seconds)
        cpu, echoes = server.cpu_seconds() - cpu, _PingPong.echoes - echoes
        _PingPong.running = False
    return echoes / cpu


async def _open_many(server: _Server) -> _Opening:
    """Open many connections and leave them silent; some come before, so that the server is warm."""
    async with _clients(server, CONNECTIONS):
        memory, cpu = server.resident_bytes(), server.cpu_seconds()
        async with _clients(server, IDLE_CONNECTIONS):
            cpu = server.cpu_seconds() - cpu
            memory = server.resident_bytes() - memory
    return _Opening(IDLE_CONNECTIONS / cpu, memory / IDLE_CONNECTIONS)


@asynccontextmanager
async def _clients(server: _Server, count: int) -> AsyncIterator[list[_PingPong]]:
    loop = asyncio.get_running_loop()
    clients: list[_PingPong] = []
    try:
        while len(clients) < count:
            for _ in range(min(_CONNECTS_AT_ONCE, count - len(clients))):
                _, client = await loop.create_connection(_PingPong, "127.0.0.1", server.port)
                clients.append(client)
            async with asyncio.timeout(_OPEN_TIMEOUT):
                await asyncio.gather(*(client.ready for client in clients[-_CONNECTS_AT_ONCE:]))
        yield clients
        for client in clients:
            client.transport.write(_GOODBYE)
        async with asyncio.timeout(_OPEN_TIMEOUT):
            await asyncio.gather(*(client.gone for client in clients))
    finally:
        for client in clients:
            client.transport.abort()


@contextmanager
def _served(kind: str) -> Iterator[_Server]:
    with subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "load_tests.echo", kind], stdout=subprocess.PIPE, bufsize=0
    ) as process:
        try:
            port = os.read(process.stdout.fileno(), 16) if process.stdout else b""
            yield _Server(int(port), process.pid)
        finally:
            process.kill()


if __name__ == "__main__":
    print(run())
