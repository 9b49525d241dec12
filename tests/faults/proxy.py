"""A wire that can be bad: everything between two parts goes through it; it delays, throttles, holds or cuts.

    async with FaultProxy(target=("127.0.0.1", 8080)).serving() as wire:
        ...connect to wire.address...
        wire.delay = 0.2                      # seconds, each way
        wire.rate = 20_000                    # bytes a second, each way, for each connection
        wire.cut_after = lambda: 4_711        # each new connection ends after so many bytes
        wire.hold()                           # half-open: nothing passes, and nobody is told ...
        wire.release()                        # ... until it does again
        wire.cut()                            # every connection there is ends now, with a reset
        wire.refusing = True                  # and new ones at once

What passes keeps its order; what had been read when a wire is cut is lost. TCP and unix sockets, both sides.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final, cast

Address = tuple[str, int] | Path
"""Host and port, or the path of a unix socket."""

CONNECT_SECONDS: Final = 5.0
PIECE: Final = 1 << 16
_RESET: Final = struct.pack("ii", 1, 0)


class Pair:
    """One connection through the wire: its two sides."""

    def __init__(self, wire: FaultProxy, near: _Side) -> None:
        self.wire = wire
        self.near = near
        self.far = _Side(self)
        self.budget = wire.cut_after() if wire.cut_after is not None else None
        """Bytes, both ways together, after which it is cut."""
        self.held = False

    def other(self, side: _Side) -> _Side:
        """Give the side that what is read here is written to."""
        return self.far if side is self.near else self.near

    def cut(self) -> None:
        """End it on both sides with a reset."""
        self.wire.pairs.discard(self)
        self.near.reset()
        self.far.reset()

    def hold(self) -> None:
        """Let nothing pass from now on, and tell nobody."""
        self.held = True

    def release(self) -> None:
        """Let everything pass that was held back."""
        self.held = False
        for side in (self.near, self.far):
            side.go_on()

    def spent(self, size: int) -> int:
        """Take bytes out of the budget; gives how many of them still pass."""
        if self.budget is None:
            return size
        passing = min(size, self.budget)
        self.budget -= passing
        return passing


class _Side(asyncio.Protocol):
    """One end of a pair: what is read here goes to the other one, late if it has to."""

    def __init__(self, pair: Pair | None) -> None:
        self.pair = pair
        self.transport: asyncio.Transport | None = None
        self._waiting: deque[tuple[float, bytes]] = deque()
        """Read here, not yet written over there, and when it may be; nothing for the end."""
        self._ended = False
        self._timer: asyncio.TimerHandle | None = None
        self._free_at = 0.0

    # ------------------------------------------------------------ what arrives

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        pair = self.pair
        if pair is None:
            return
        wire = pair.wire
        if not self._waiting and not pair.held and pair.budget is None and not (wire.delay or wire.rate):
            far = pair.other(self).transport
            if far is not None:
                far.write(data)
                return
        self._plan(data)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self._ended = True
        self.transport = None
        self._plan(b"")

    def pause_writing(self) -> None:
        """What is written here goes out too slowly: read no more over there."""
        self._reading_there(go_on=False)

    def resume_writing(self) -> None:
        self._reading_there(go_on=True)

    def _reading_there(self, *, go_on: bool) -> None:
        there = self.pair.other(self).transport if self.pair is not None else None
        if there is not None and not there.is_closing():
            (there.resume_reading if go_on else there.pause_reading)()

    # ------------------------------------------------------------ what goes on

    def _plan(self, data: bytes) -> None:
        """Let something wait for as long as the wire's delay and rate demand, and for what came before it."""
        if self.pair is None:
            return
        wire = self.pair.wire
        due = max(asyncio.get_running_loop().time() + wire.delay, self._free_at)
        if wire.rate:
            due += len(data) / wire.rate
        self._free_at = due
        self._waiting.append((due, data))
        self.go_on()

    def go_on(self) -> None:
        """Pass on what has waited long enough, unless the wire holds it back."""
        pair = self.pair
        if pair is None or pair.held or not self._waiting:
            return
        far = pair.other(self).transport
        if far is None and not pair.other(self).gone:
            return  # still connecting; it asks again
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0][0] <= loop.time():
            _, data = self._waiting.popleft()
            if not data:
                self._end(pair, far)
                return
            passing = pair.spent(len(data))
            if far is not None and passing:
                far.write(data[:passing])
            if pair.budget == 0:
                loop.call_soon(pair.cut)
                return
        if self._waiting and self._timer is None:
            self._timer = loop.call_at(self._waiting[0][0], self._due)

    def _due(self) -> None:
        self._timer = None
        self.go_on()

    @staticmethod
    def _end(pair: Pair, far: asyncio.Transport | None) -> None:
        """This side has ended, and all that it said is passed on: end the other one."""
        pair.wire.pairs.discard(pair)
        if far is not None:
            far.close()

    @property
    def peer_port(self) -> int:
        """The port of who is connected here; 0 when there is none, or no port."""
        peer = self.transport.get_extra_info("peername") if self.transport is not None else None
        return peer[1] if isinstance(peer, tuple) else 0

    @property
    def gone(self) -> bool:
        """Whether this side has ended."""
        return self._ended

    def reset(self) -> None:
        """End this side at once."""
        if self._timer is not None:
            self._timer.cancel()
        transport, self.pair = self.transport, None
        if transport is not None:
            _reset(transport)


def _reset(transport: asyncio.Transport) -> None:
    with contextlib.suppress(OSError, AttributeError):
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()


class FaultProxy:
    """A listener that joins each connection to `target`; see above for what it can do to them."""

    def __init__(self, target: Address, listen: Address = ("127.0.0.1", 0)) -> None:
        self.target = target
        """May be changed while it runs: new connections go there."""
        self.delay = 0.0
        self.rate = 0.0
        self.cut_after: Callable[[], int | None] | None = None
        self.refusing = False
        self.holding = False
        self.pairs: set[Pair] = set()
        self.cuts = 0
        """Connections that were cut so far."""
        self._listen = listen
        self._server: asyncio.Server | None = None
        self._stranded: set[Pair] = set()
        self._joining: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> Address:
        """Where it listens."""
        if isinstance(self._listen, Path):
            return self._listen
        if self._server is None:
            raise RuntimeError("it does not listen yet")
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    @property
    def port(self) -> int:
        """The port on which it listens."""
        address = self.address
        if isinstance(address, Path):
            raise TypeError("a unix socket has no port")
        return address[1]

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[FaultProxy]:
        """Listen for as long as the block lives."""
        loop = asyncio.get_running_loop()
        if isinstance(self._listen, Path):
            self._server = await loop.create_unix_server(self._accepted, str(self._listen))
        else:
            self._server = await loop.create_server(self._accepted, *self._listen, backlog=4096)
        try:
            yield self
        finally:
            self._server.close()
            for task in tuple(self._joining):
                task.cancel()
            self.cut()
            for pair in self._stranded:
                pair.cut()

    # ------------------------------------------------------------ faults

    def cut(self, which: Callable[[], bool] = lambda: True) -> int:
        """Cut the connections there are, or those that are chosen; gives how many."""
        chosen = [pair for pair in tuple(self.pairs) if which()]
        for pair in chosen:
            pair.cut()
        self.cuts += len(chosen)
        return len(chosen)

    def cut_soon(self, port: int, after: int) -> bool:
        """Cut the connection of the client at this port after so many more bytes; False if there is none."""
        for pair in self.pairs:
            if pair.near.peer_port == port:
                pair.budget = after
                self.cuts += 1
                return True
        return False

    def hold(self) -> None:
        """Let nothing pass, on new connections neither."""
        self.holding = True
        for pair in self.pairs:
            pair.hold()

    def strand(self, which: Callable[[], bool]) -> int:
        """Hold some of the connections there are for good: both ends have to find out by themselves."""
        chosen = [pair for pair in tuple(self.pairs) if which()]
        for pair in chosen:
            pair.hold()
            self.pairs.discard(pair)
            self._stranded.add(pair)
        return len(chosen)

    def release(self) -> None:
        """Let everything pass again."""
        self.holding = False
        for pair in tuple(self.pairs):
            pair.release()

    def heal(self) -> None:
        """Be a good wire again."""
        self.delay = self.rate = 0.0
        self.cut_after = None
        self.refusing = False
        self.release()

    # ------------------------------------------------------------ connections

    def _accepted(self) -> _Side:
        return _Near(self)

    def join(self, near: _Side) -> None:
        """Connect one more client to the target."""
        if self.refusing:
            near.reset()
            return
        pair = Pair(self, near)
        near.pair = pair
        self.pairs.add(pair)
        if self.holding:
            pair.hold()
        task = asyncio.get_running_loop().create_task(self._reach(pair))
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

    async def _reach(self, pair: Pair) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                if isinstance(self.target, Path):
                    await loop.create_unix_connection(lambda: pair.far, str(self.target))
                else:
                    await loop.create_connection(lambda: pair.far, *self.target)
        except (OSError, TimeoutError):
            pair.cut()
            return
        pair.near.go_on()


class _Near(_Side):
    """The side of who connected to us."""

    def __init__(self, wire: FaultProxy) -> None:
        super().__init__(None)
        self._wire = wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._wire.join(self)
