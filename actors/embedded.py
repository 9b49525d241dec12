"""The store a node brings along: one supervised Valkey server per data directory, reached by a unix socket.

    async with EmbeddedStore(data_dir, on_state=tell) as store:
        connect_to(store.url)

While the block lives the server is started again whenever it ends, for as long as it takes: after a crash at
once, on a full disk as soon as there is room. Nothing acknowledged is lost, because the server syncs its
append-only file before each answer. A server orphaned by a killed node is adopted, and from then on watched
like an own child. See reliability-security.md, facts 4 and 5, for what the settings were measured against.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self
from urllib.parse import quote

from actors.embedded_folder import (
    EmbeddedStoreError,
    StoreFolder,
    StoreInUse,
    StoreUnusable,
    default_data_dir,
    describe,
    hold_data_dir,
)
from actors.embedded_server import AppendFsync, ServerDied, StoreServer, start_or_adopt

__all__ = [
    "EmbeddedStore",
    "EmbeddedStoreError",
    "OnState",
    "StoreInUse",
    "StoreUnusable",
    "default_data_dir",
    "hold_data_dir",
]

OnState = Callable[[Literal["up", "down"], str], None]
"""Told each change of the server's state with one sentence of reason, in the node's event loop."""

SILENCE_SECONDS: Final = 30.0
STOP_SECONDS: Final = 5.0
FIRST_PAUSE_SECONDS: Final = 0.05
LONGEST_PAUSE_SECONDS: Final = 2.0
STEADY_SECONDS: Final = 10.0
"""A server that ran for this long starts the pauses from the beginning."""


class EmbeddedStore:
    """The node's own store on a data directory, as an async context manager.

    Entering raises StoreInUse if a live node uses the directory and StoreUnusable if the store cannot run
    there. Leaving ends the server in order; with `leave_running` it stays, for tests of what follows a kill.
    Times are in seconds: `silence` is how long a start may go without any answer from the server, `stop` how
    long the server may take to end in order, and `longest_pause` the longest wait between two starts.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        appendfsync: AppendFsync = "always",
        on_state: OnState | None = None,
        leave_running: bool = False,
        silence_seconds: float = SILENCE_SECONDS,
        stop_seconds: float = STOP_SECONDS,
        longest_pause_seconds: float = LONGEST_PAUSE_SECONDS,
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._folder = StoreFolder(data_dir)
        self._appendfsync: AppendFsync = appendfsync
        self._on_state = on_state or _tell_nobody
        self._leave_running = leave_running
        self._silence_seconds = silence_seconds
        self._stop_seconds = stop_seconds
        self._pauses = _Pauses(longest_pause_seconds)
        self._held = contextlib.ExitStack()
        self._server: StoreServer | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def socket(self) -> Path:
        """Path of the server's unix socket, short enough to connect to and the same over restarts."""
        return self._folder.socket()

    @property
    def url(self) -> str:
        """The store's address as a URL, e.g. `unix:///home/ana/.local/state/vestibule/store/valkey.sock`."""
        return f"unix://{quote(str(self.socket))}"

    @property
    def pid(self) -> int | None:
        """Process id of the running server, or None while there is none."""
        return self._server.pid if self._server is not None else None

    async def __aenter__(self) -> Self:
        with contextlib.ExitStack() as held:
            held.enter_context(hold_data_dir(self._data_dir))
            self._folder.prepare()
            await self._first_start()
            self._held = held.pop_all()
        self._watch = asyncio.create_task(self._keep_up(), name="embedded store")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop watching, end the server and let go of the directory; may be called again.

        Raises what made the watching fail, if a bug did.
        """
        watch, self._watch = self._watch, None
        try:
            if watch is not None:
                watch.cancel()
                await asyncio.wait({watch})
        finally:
            await self._end_server()
            self._held.close()
        if watch is not None and not watch.cancelled():
            watch.result()

    async def _first_start(self) -> None:
        try:
            if reason := await self._try_start():
                raise StoreUnusable(reason)
        except BaseException:
            await self._end_server()
            raise

    async def _end_server(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        if self._leave_running:
            server.let_go()
        else:
            await server.stop(self._stop_seconds)

    async def _try_start(self) -> str | None:
        """Start or adopt the server and tell that it is up; returns the reason if that failed."""
        try:
            self._server = await start_or_adopt(self._folder, self._appendfsync, self._silence_seconds)
        except ServerDied as died:
            return await self._why(str(died))
        except StoreUnusable as unusable:
            return str(unusable)
        except OSError as error:
            return describe(error, self._folder.path)
        except Exception as bug:  # noqa: BLE001 - a store that nobody starts again is down for good
            return f"the store could not be started: {bug!r}"
        verb = "adopted" if self._server.adopted else "started"
        self._pauses.server_is_up()
        self._on_state("up", f"{verb} server {self._server.pid}")
        return None

    async def _keep_up(self) -> None:
        """Wait for the server's end and bring up the next one, for as long as the node lives."""
        try:
            while self._server is not None:
                how = await self._server.ended()
                self._server.let_go()
                self._server = None
                await self._restart(how)
        except Exception as bug:  # a store that nobody watches must not look like one that is watched
            self._on_state("down", f"the store is no longer watched: {bug!r}")
            raise

    async def _restart(self, how: str) -> None:
        self._pauses.server_is_down()
        reason: str | None = await self._why(how)
        told = ""
        while reason:
            if reason != told:  # an hour of a full disk is one event, not thousands
                self._on_state("down", reason)
                told = reason
            await asyncio.sleep(self._pauses.next())
            reason = await self._obstacle() or await self._try_start()

    async def _obstacle(self) -> str | None:
        # A thread, because a disk in trouble may take seconds and people in a call go on meanwhile.
        return await asyncio.to_thread(self._folder.obstacle)

    async def _why(self, how: str) -> str:
        """Name the disk if it is to blame, else say how the server ended."""
        return await self._obstacle() or f"the store's server {how}"


class _Pauses:
    """How long to wait before the next start: not at all, then twice as long each time, up to a longest."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._next = 0.0
        self._up_since = time.monotonic()

    def server_is_up(self) -> None:
        self._up_since = time.monotonic()

    def server_is_down(self) -> None:
        if time.monotonic() - self._up_since >= STEADY_SECONDS:
            self._next = 0.0

    def next(self) -> float:
        pause = self._next
        self._next = min(max(2 * pause, FIRST_PAUSE_SECONDS), self._longest)
        return pause


def _tell_nobody(state: Literal["up", "down"], reason: str) -> None:
    """Stand in for a listener that was not given."""
