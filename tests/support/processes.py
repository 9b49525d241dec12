"""The product and its helpers as processes of their own, as people run them; each is ended by its own id."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.support.node import free_port

REPO: Final = Path(__file__).parents[2]
VESTIBULE: Final = str(Path(sys.executable).parent / "vestibule")
START_WITHIN: Final = 30.0
TURN_SECRET: Final = "a secret for tests"


@dataclass(slots=True)
class Server:
    """`vestibule dev`: start, kill and start it again on the same folder and port."""

    data_dir: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    phones: bool = False
    """Whether it answers telephones, in a process of its own."""
    _process: asyncio.subprocess.Process | None = None
    _reader: asyncio.Task[None] | None = None
    _up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Start, and wait until it says that it serves."""
        self._up.clear()
        self._process = await asyncio.create_subprocess_exec(
            VESTIBULE,
            "dev",
            "--empty",
            "--phones" if self.phones else "--no-phones",
            "--port",
            str(self.port),
            "--data-dir",
            str(self.data_dir),
            cwd=REPO,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read(self._process))
        async with asyncio.timeout(START_WITHIN):
            await self._up.wait()
        if self._process.returncode is not None:
            raise RuntimeError("the server did not start:\n" + "".join(self.lines[-30:]))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for raw in process.stdout:
            line = raw.decode(errors="replace")
            self.lines.append(line)
            if "Ctrl+C" in line:
                self._up.set()
        await process.wait()
        self._up.set()

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end, give the exit status."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        status = await self._process.wait()
        if self._reader is not None:
            await self._reader
        return status

    def password(self, role: str) -> tuple[str, str]:
        """The e-mail address and password that the last start printed for a role: the first of several."""
        begun = max((at for at, line in enumerate(self.lines) if "Sign in as" in line), default=0)
        for line in self.lines[begun:]:
            found = re.match(rf"\s+{role}\s+(\S+@\S+)\s+(\S+)\s*$", line)
            if found:
                return found[1], found[2]
        raise LookupError(f"no password was printed for {role}")

    async def demo_visit(self, minutes: int = 15) -> dict[str, Any]:
        """What `vestibule demo visit --json` prints."""
        process = await asyncio.create_subprocess_exec(
            VESTIBULE,
            "demo",
            "visit",
            "--minutes",
            str(minutes),
            "--json",
            "--url",
            self.url,
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
        found: dict[str, Any] = json.loads(printed)
        return found


@asynccontextmanager
async def server(
    data_dir: Path, environment: Mapping[str, str] | None = None, *, phones: bool = False
) -> AsyncIterator[Server]:
    """Run `vestibule dev` until the end of the `with`."""
    running = Server(data_dir, free_port(), environment or {}, phones=phones)
    await running.start()
    try:
        yield running
    finally:
        await running.end()


@asynccontextmanager
async def turn(relay: str = "127.0.0.1") -> AsyncIterator[dict[str, str]]:
    """Run Debian's coturn on loopback, relaying at this address; gives the environment that makes the product
    use it.
    """
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "turnserver",
        "-n",
        "--listening-ip=127.0.0.1",
        f"--listening-port={port}",
        f"--relay-ip={relay}",
        "--use-auth-secret",
        f"--static-auth-secret={TURN_SECRET}",
        "--realm=vestibule.test",
        "--allow-loopback-peers",
        "--no-cli",
        "--no-tls",
        "--no-dtls",
        "--log-file=stdout",
        "--simple-log",
        "--pidfile=/dev/null",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    drained = asyncio.create_task(_until_listening(process))
    try:
        async with asyncio.timeout(START_WITHIN):
            await _answers(port)
        yield {
            "VESTIBULE_MEDIA__TURN_URLS": f"turn:127.0.0.1:{port}?transport=udp",
            "VESTIBULE_MEDIA__TURN_SECRET": TURN_SECRET,
        }
    finally:
        process.terminate()
        await process.wait()
        await drained


async def _until_listening(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    async for _ in process.stdout:
        pass


async def _answers(port: int) -> None:
    """Ask by STUN until the relay answers (RFC 8489, section 6): a datagram is the only way to know."""
    loop = asyncio.get_running_loop()
    answered = loop.create_future()

    class Binding(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            if not answered.done():
                answered.set_result(None)

        def error_received(self, exc: Exception) -> None:
            """Nobody listens yet."""

    transport, _ = await loop.create_datagram_endpoint(Binding, remote_addr=("127.0.0.1", port))
    try:
        while not answered.done():
            transport.sendto(b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12))
            await asyncio.wait([answered], timeout=0.1)
    finally:
        transport.close()
