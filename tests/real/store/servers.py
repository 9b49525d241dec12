"""The servers that the store's contract is kept on: the one a node brings along, Redis 7.0, and Redis 7.0
as a cluster.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import redis
import redis.asyncio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from actors.embedded import EmbeddedStore
from tests.simulation.store import StoreServer
from tests.support.between import Between

READY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its URL as we take it, its process, and where a plain client reaches it."""

    url: str
    pid: int
    plain_url: str

    async def ask(self, *words: str | int) -> Any:
        """Ask the server something with a plain client, behind the store's back."""
        async with redis.asyncio.Redis.from_url(self.plain_url, decode_responses=True) as client:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]

    def freeze(self) -> None:
        """Stop the process as a hung machine would; it may still be connected to."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on, with everything that was sent meanwhile."""
        os.kill(self.pid, signal.SIGCONT)


class Simulated:
    """The store of the simulation, at the real time: to be held to the contract of real ones."""

    url = "unix:///simulated"

    def __init__(self) -> None:
        self.store = StoreServer(lambda: time.time_ns() // 1_000_000)

    async def ask(self, *words: str | int) -> Any:
        """Ask it something behind the store's back."""
        asked = [str(word).encode() for word in words]
        return _decoded(asked[0].upper(), self.store.do(asked))


def _decoded(name: bytes, answer: Any) -> Any:
    """Give an answer as the plain client does: text, and an entry's fields by their names."""
    if isinstance(answer, bytes):
        return answer.decode()
    if not isinstance(answer, list):
        return answer
    if name in (b"HGETALL", b"FIELDS"):
        texts = [_decoded(b"", one) for one in answer]
        return dict(zip(texts[::2], texts[1::2], strict=True))
    if name == b"TIME":
        return tuple(map(int, answer))
    if name == b"XRANGE":
        return [(_decoded(b"", ident), _decoded(b"FIELDS", fields)) for ident, fields in answer]
    return [_decoded(b"", one) for one in answer]


@contextlib.asynccontextmanager
async def embedded(directory: Path) -> AsyncIterator[Server]:
    """The server that a node brings along."""
    async with EmbeddedStore(directory) as store:
        assert store.pid is not None
        yield Server(store.url, store.pid, store.url)


@contextlib.contextmanager
def debian_redis(directory: Path, *options: str) -> Iterator[Server]:
    """Debian's redis-server 7.0 on a unix socket."""
    path = directory / "redis.sock"
    with _running(directory, "--port", "0", "--unixsocket", str(path), *options) as pid:
        url = f"unix://{path}"
        _wait(url)
        yield Server(url, pid, url)


@contextlib.contextmanager
def redis_cluster(directory: Path) -> Iterator[Server]:
    """One Redis 7.0 in cluster mode that holds all slots."""
    port = free_port()
    bus = free_port()
    options = (
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--cluster-enabled",
        "yes",
        "--cluster-port",
        str(bus),
    )
    with _running(directory, *options) as pid:
        url = f"redis://127.0.0.1:{port}"
        with _wait(url) as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            _until(lambda: "cluster_state:ok" in str(client.execute_command("CLUSTER", "INFO")))
        yield Server(f"redis+cluster://127.0.0.1:{port}", pid, url)


@contextlib.contextmanager
def _running(directory: Path, *options: str) -> Iterator[int]:
    fixed = ("--appendonly", "yes", "--appendfsync", "always", "--save", "", "--dir", str(directory))
    process = subprocess.Popen(("redis-server", *fixed, *options), stdout=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def _wait(url: str) -> redis.Redis:
    client = redis.Redis.from_url(url, decode_responses=True)

    def answers() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    _until(answers)
    return client


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not true():
        assert time.monotonic() < deadline, "the server did not become ready"
        time.sleep(0.01)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def own_certificate(directory: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem, raw, plain = Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    paths = directory / "certificate.pem", directory / "key.pem"
    paths[0].write_bytes(builder.sign(key, SHA256()).public_bytes(pem))
    paths[1].write_bytes(key.private_bytes(pem, raw, plain))
    return paths


class Cutter(Between):
    """A socket before a server's: cuts answers as a dying server would, holds requests as a network may."""

    def __init__(self, server_socket: str, own: Path) -> None:
        super().__init__(server_socket, own)
        self.url = f"unix://{own}"
        self.answers_left: int | None = None
        """Bytes of answers that still pass; None for no limit."""
        self._gates: list[asyncio.Event] = []

    def hold(self) -> None:
        """Hold back what is sent from now on over the connections there are; new connections pass."""
        for gate in self._gates:
            gate.clear()

    def release(self) -> None:
        """Let what was held back arrive."""
        for gate in self._gates:
            gate.set()

    def connected(self) -> asyncio.Event:
        """Give the new connection's gate, which is open."""
        self._gates.append(asyncio.Event())
        self._gates[-1].set()
        return self._gates[-1]

    async def ask(self, chunk: bytes, mark: asyncio.Event) -> bytes:
        """Hold it back while the gate is closed."""
        await mark.wait()
        return chunk

    async def answer(self, chunk: bytes, mark: asyncio.Event) -> tuple[bytes, bool]:
        """Pass on what may still pass, and cut after that."""
        if self.answers_left is None:
            return chunk, False
        passed = chunk[: self.answers_left]
        self.answers_left -= len(passed)
        return passed, self.answers_left == 0
