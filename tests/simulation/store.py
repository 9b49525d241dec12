"""The store's server, and the connections of nodes to it, with everything that may go wrong in between.

A node speaks to it by its own `Servers` and `Line`: what is in our hands here is the connection below them
(`actors.store.line.Connection`) and everything beyond. What was sent is carried out when it arrives: maybe
after its sender hung up, died, or was fenced off by `CLIENT KILL`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Protocol

import hiredis

from actors.store.replies import Reply, fault_of
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from tests.simulation.keys import COMMANDS, Answer, Keys, Refusal
from tests.simulation.loop import Line, ProcessLoop, Scheduler, settle
from tests.simulation.scripts import named, runner

WRITES: Final = frozenset({b"SET", b"DEL", b"SADD", b"SREM", b"GETDEL", b"EVALSHA"})
"""Commands that a server whose disk is full refuses."""

Saw = Callable[[str, str, Sequence[bytes], Answer], None]
"""Told of each script that was run: its name, by which process, its keys and arguments, its answer."""


class StoreServer:
    """One server: its data, its clock, and how it does."""

    def __init__(self, now: Callable[[], int], changed: dict[str, bytes] | None = None) -> None:
        self._clock = now
        self.ahead = 0
        """Milliseconds by which its clock was set ahead."""
        self.keys = Keys(lambda: self._clock() + self.ahead)
        self._run = runner(self.keys, changed)
        self.run_id = 1
        self.up = True
        self.stopped = False
        self.full = False
        self._waiting: deque[Callable[[], None]] = deque()
        self._ids = 0
        self._ends: dict[int, _ServerEnd] = {}
        self.before_save: Callable[[str, Sequence[bytes]], object] = lambda _, __: None
        self.saw: Saw = lambda _, __, ___, ____: None

    # ------------------------------------------------------------ what happens to it

    def go_down(self) -> None:
        """The server dies; what it answered is on its disk."""
        self.up = False
        self._waiting.clear()
        for end in list(self._ends.values()):
            end.reset()

    def come_up(self) -> None:
        """It is started again on the same data."""
        self.up = True
        self.run_id += 1

    def stop(self) -> None:
        """It hangs (SIGSTOP): connections stay, nothing is answered."""
        self.stopped = True

    def go_on(self) -> None:
        """It goes on, with everything that was sent meanwhile."""
        self.stopped = False
        while self._waiting and not self.stopped:
            self._waiting.popleft()()

    # ------------------------------------------------------------ connections

    def accept(
        self, process: str, answer: Callable[[list[Any]], object], cut: Callable[[], object]
    ) -> _ServerEnd:
        """Take a connection of a process."""
        self._ids += 1
        end = self._ends[self._ids] = _ServerEnd(self, self._ids, process, answer, cut)
        return end

    def forget(self, ident: int) -> bool:
        """A connection is gone."""
        return self._ends.pop(ident, None) is not None

    def soon(self, work: Callable[[], None]) -> None:
        """Do something when the server runs."""
        if self.stopped:
            self._waiting.append(work)
        else:
            work()

    # ------------------------------------------------------------ commands

    def do(self, words: list[bytes], process: str = "", ident: int = 0) -> Any:
        """Carry out one command; an error is an answer."""
        try:
            return self._do(words, process, ident)
        except Refusal as refusal:
            return fault_of(str(refusal))

    def _do(self, words: list[bytes], process: str, ident: int) -> Answer:
        name = words[0].upper()
        if self.full and name in WRITES:
            raise Refusal("MISCONF Errors writing to the AOF file")
        if name == b"EVALSHA":
            return self._script(words, process)
        command = COMMANDS.get(name)
        if command is not None:
            return command(self.keys, words[1:])
        if name == b"CLIENT":
            return self._client(words, ident)
        if name == b"INFO":
            return b"# Server\r\nrun_id:%040d\r\n" % self.run_id
        if name == b"SCRIPT":
            return b"loaded"
        return self.keys.do(words)

    def _script(self, words: list[bytes], process: str) -> Answer:
        name = named().get(words[1], "")
        if name == "save":
            self.before_save(process, words[3:])
        answer = self._run(words[1], words[2:])
        self.saw(name, process, words[3:], answer)
        return answer

    def _client(self, words: list[bytes], ident: int) -> Answer:
        if words[1].upper() == b"ID":
            return ident
        end = self._ends.get(int(words[3])) if words[1].upper() == b"KILL" else None
        if end is None:
            return 0
        end.reset()
        return 1


class _ServerEnd:
    """The server's end of one connection."""

    def __init__(
        self,
        server: StoreServer,
        ident: int,
        process: str,
        answer: Callable[[list[Any]], object],
        cut: Callable[[], object],
    ) -> None:
        self._server = server
        self.ident = ident
        self._process = process
        self._answer = answer
        self._cut = cut

    def receive(self, commands: list[list[bytes]], *, cut_after: bool = False) -> None:
        """Commands arrive; with `cut_after` their sender never hears what became of them."""
        self._server.soon(partial(self._carry_out, commands, cut_after))

    def _carry_out(self, commands: list[list[bytes]], cut_after: bool) -> None:
        if self.ident not in self._server._ends:
            return  # killed, or the server died, before it came to them
        do, process, ident = self._server.do, self._process, self.ident
        answers = [do(words, process, ident) for words in commands]
        if cut_after:
            self.reset()
        else:
            self._answer(answers)

    def reset(self) -> None:
        """End the connection; its client notices."""
        if self._server.forget(self.ident):
            self._cut()

    def hung_up(self) -> None:
        """The client is gone."""
        self._server.forget(self.ident)


class Way(Protocol):
    """How a process reaches the store."""

    process: str
    scheduler: Scheduler
    loop: ProcessLoop
    server: StoreServer
    lines: list[Line]
    cut: bool

    def delay(self) -> float:
        """Draw how long the next piece takes, in seconds."""
        ...

    def mishap(self) -> str:
        """Draw what happens to what is sent now: "" nothing, `lost` before it arrives, `unheard` after."""
        ...


class Connection:
    """A connection as `actors.store.line` uses them."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._reader = hiredis.Reader()
        self._answers: list[Reply] = []
        self._wanted: asyncio.Future[None] | None = None
        self._end: _ServerEnd | None = None
        self._broken = False
        self._up = Line(way.scheduler, way.delay)
        self._down = Line(way.scheduler, way.delay)

    async def connect(self) -> None:
        """Reach the server. Raises when there is none; hangs while the network is cut."""
        way = self._way
        opened: asyncio.Future[bool] = way.loop.create_future()

        def there() -> None:
            if way.server.up:
                self._end = way.server.accept(way.process, self._answered, self._reset)
            self._down.send(partial(settle, opened, way.server.up))

        for line in (self._up, self._down):
            way.lines.append(line)
            if way.cut:
                line.hold()
        self._up.send(there)
        if not await opened:
            raise ConnectionRefusedError

    @property
    def stale(self) -> bool:
        """Whether the connection ended meanwhile."""
        return self._broken

    def send(self, packed: Sequence[bytes]) -> None:
        """Send commands."""
        if self._broken or self._end is None:
            raise ConnectionResetError
        self._reader.feed(b"".join(packed))
        commands: list[list[bytes]] = []
        while (words := self._reader.gets()) is not False:
            commands.append(words)
        end, mishap = self._end, self._way.mishap()
        if mishap == "lost":
            self._up.send(end.reset)
        else:
            self._up.send(partial(end.receive, commands, cut_after=mishap == "unheard"))

    async def hear(self, count: int) -> None:
        """Wait for so many answers."""
        while len(self._answers) < count:
            if self._broken:
                raise ConnectionResetError
            self._wanted = self._way.loop.create_future()
            await self._wanted

    def take(self, count: int) -> list[Reply]:
        """Give so many answers, or what there is of them."""
        taken, self._answers = self._answers[:count], self._answers[count:]
        return taken

    def disconnect(self) -> None:
        """Hang up; what was sent is still on its way."""
        self._broken = True
        end = self._end
        if end is not None:
            self._up.send(end.hung_up)

    def _answered(self, answers: list[Any]) -> None:
        self._down.send(partial(self._hear, answers))

    def _hear(self, answers: list[Any]) -> None:
        """Answers lie in the process's socket from now on; it reads them when it runs."""
        self._answers.extend(answers)
        self._wake()

    def _reset(self) -> None:
        self._down.send(partial(self._way.loop.call_soon, self._break))

    def _break(self) -> None:
        """The process notices that the connection is over."""
        self._broken = True
        self._wake()

    def _wake(self) -> None:
        if self._wanted is not None:
            settle(self._wanted, None)


def servers(connect: Callable[[], Any], settings: StoreSettings | None = None) -> Servers:
    """Make a node's servers, all of them reached by such connections."""
    made = Servers(settings or StoreSettings(url="unix:///store"))
    for server in made._servers.values():
        for line in server._lines.values():
            line._connect = connect
    return made


class Direct:
    """A connection without a network: what is asked is carried out at once."""

    def __init__(self, server: StoreServer) -> None:
        self._server = server
        self._reader = hiredis.Reader()
        self._answers: list[Reply] = []

    async def connect(self) -> None:
        """It is there."""

    @property
    def stale(self) -> bool:
        """It never ends."""
        return False

    def send(self, packed: Sequence[bytes]) -> None:
        """Carry out commands."""
        self._reader.feed(b"".join(packed))
        while (words := self._reader.gets()) is not False:
            self._answers.append(self._server.do(words))

    async def hear(self, count: int) -> None:
        """They are there already."""

    def take(self, count: int) -> list[Reply]:
        """Give so many answers."""
        taken, self._answers = self._answers[:count], self._answers[count:]
        return taken

    def disconnect(self) -> None:
        """Hang up."""
