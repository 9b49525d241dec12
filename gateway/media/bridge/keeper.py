"""Keeps the bridge's process: starts it for the first telephone, and again when it dies; ends it after the
last.
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
import structlog

from gateway.media.bridge.orders import LOOPBACK, JanusOrders, Orders
from gateway.settings import Settings

IDLE: Final = 300.0
"""Seconds without a telephone after which the process is ended."""
_LOOKS_EVERY: Final = 5.0
_RESTARTS_AFTER: Final = 0.1
_LONGEST_WAIT: Final = 5.0
_STOPS_WITHIN: Final = 3.0

log = structlog.get_logger("vestibule")


class Doing(msgspec.Struct, frozen=True):
    """How a bridge does, as it said last."""

    visits: int = 0
    telephones: int = 0
    browsers: int = 0
    cpu: float = 0.0
    """Seconds of processor time that this worker has used, and its helper."""
    pid: int = 0
    helper: int = 0
    """The process id of a program that mixes for it, if one does that it has started; else 0."""


class Keeper:
    """One bridge process."""

    def __init__(self, orders: Orders, url: str, said: Callable[[Doing], None]) -> None:
        self._orders, self._said = orders, said
        self.url = url
        """Where telephones bring their sound."""
        self._task: asyncio.Task[None] | None = None
        self._wanted_at = 0.0
        self.doing = Doing()

    def wanted(self) -> None:
        """A telephone calls: the bridge will be needed soon, or is."""
        self._wanted_at = asyncio.get_running_loop().time()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep())
            self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """End the process, and wait for that."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    # ------------------------------------------------------------ in itself

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("bridge", state="not kept", error=type(error).__name__)

    async def _keep(self) -> None:
        wait = _RESTARTS_AFTER
        while True:
            began = asyncio.get_running_loop().time()
            if await self._run():
                return
            log.warning("bridge", state="died", result="restarting")
            long = asyncio.get_running_loop().time() - began > _LONGEST_WAIT
            wait = _RESTARTS_AFTER if long else min(2 * wait, _LONGEST_WAIT)
            await asyncio.sleep(wait)

    async def _run(self) -> bool:
        """Run the process to its end; True when it was ended because nobody needs it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "gateway.media.bridge",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=(self._orders.listening,),
            start_new_session=True,  # Ctrl+C at a terminal is for us; we end it
        )
        listening = asyncio.create_task(self._listen(process))
        try:
            if process.stdin is not None:
                process.stdin.write(msgspec.json.encode(self._orders) + b"\n")
                await process.stdin.drain()
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), _LOOKS_EVERY)
                    return False
                if asyncio.get_running_loop().time() - self._wanted_at > IDLE:
                    return True
        except (BrokenPipeError, ConnectionResetError):
            return False
        finally:
            await _stop(process)
            listening.cancel()
            self._take(Doing())

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Read how the bridge does; a telephone there is a reason to keep it."""
        while process.stdout is not None and (line := await process.stdout.readline()):
            with suppress(ValueError):
                self._take(msgspec.convert(json.loads(line), Doing))

    def _take(self, doing: Doing) -> None:
        self.doing = doing
        if doing.telephones:
            self._wanted_at = asyncio.get_running_loop().time()
        self._said(doing)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _STOPS_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


class NoKeeper:
    """Stands where this node runs no bridge; `url` is another one's, or "" for none."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.doing = Doing()

    def wanted(self) -> None:
        """Somebody else sees to it."""


@asynccontextmanager
async def kept(
    settings: Settings, key: str, said: Callable[[Doing], None] = lambda _: None
) -> AsyncIterator[Keeper | NoKeeper]:
    """Keep a bridge to the end of the block: it is started when it is `wanted`. Raises OSError when its port
    is not ours.
    """
    bridge = settings.bridge
    if not bridge.bind:
        yield NoKeeper(bridge.url)
        return
    family = socket.AF_INET6 if ":" in bridge.bind else socket.AF_INET
    with ExitStack() as stack:
        listener = stack.enter_context(
            socket.create_server((bridge.bind, bridge.port), family=family, backlog=64)
        )
        ours = bridge.backend == "janus" and not bridge.janus_url
        folder = stack.enter_context(TemporaryDirectory(prefix="vestibule-bridge-")) if ours else ""
        host = f"[{bridge.bind}]" if ":" in bridge.bind else bridge.bind
        keeper = Keeper(
            _orders(settings, key, listener.fileno(), folder),
            bridge.url or f"ws://{host}:{listener.getsockname()[1]}/leg",
            said,
        )
        try:
            yield keeper
        finally:
            await keeper.close()


def _orders(settings: Settings, key: str, listening: int, folder: str) -> Orders:
    """Say what the bridge has to know. It speaks to this node, by TLS where the node speaks nothing else."""
    server = settings.server
    host = "127.0.0.1" if server.bind in ("0.0.0.0", "localhost") else server.bind
    url = f"ws://{f'[{host}]' if ':' in host else host}:{server.port}"
    if server.tls_cert is not None:
        url = f"ws{settings.public_url.removeprefix('http')}"
    own = server.tls_cert is not None and not settings.server.public_url
    return Orders(
        server=f"{url}/ws",
        key=key,
        listening=listening,
        ca_file=str(server.tls_cert) if own else "",
        janus=_janus(settings, folder) if settings.bridge.backend == "janus" else None,
    )


def _janus(settings: Settings, folder: str) -> JanusOrders:
    bridge = settings.bridge
    return JanusOrders(
        url=bridge.janus_url,
        secret=bridge.janus_secret.get_secret_value(),
        admin_key=bridge.janus_admin_key.get_secret_value(),
        rtp_address=bridge.janus_rtp_address if bridge.janus_url else LOOPBACK,
        rooms=f"vestibule {settings.server.node}",
        folder=folder,
    )
