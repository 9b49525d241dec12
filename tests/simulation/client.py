"""Clients of the simulation: each follows docs/protocol.md through whatever happens, and writes it down.

They live in a process of their own that nothing happens to. What they do, and when, is drawn from the seed.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from random import Random
from typing import Final, Protocol

import msgspec

from signaling.codes import Close
from tests.faults.history import OK, UNKNOWN, Answered, Asked, Closed, Entry, Gone, Opened
from tests.simulation.loop import ProcessLoop, settle
from tests.simulation.net import Wire
from tests.simulation.node import NodeProcess
from tests.support.views import Told

PASSING: Final = frozenset({"try_later", "busy"})
PATIENCE: Final = 25.0
"""Seconds for which somebody asks again before they take the outcome to be unknown."""
MOVES: Final = 5
ANSWER_WITHIN: Final = 10.0
IMPATIENT: Final = 0.4
"""Seconds that anybody waits at most before they try elsewhere."""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder().decode


class World(Protocol):
    """What people share."""

    people: ProcessLoop
    chance: Random
    calm: bool
    """Nothing is broken any more, and nobody begins anything new."""

    def note(self, entry: Entry) -> None:
        """Write down what happened."""

    def number(self) -> int:
        """Give a number that was never given."""
        ...

    def door(self, moved_to: str = "", last: NodeProcess | None = None) -> NodeProcess | None:
        """Choose a process, as a load balancer does, but the last one; or find the one that was named."""
        ...

    def ticket(self, user: str, visit: str | None) -> str:
        """Give a staff member a one-use ticket."""
        ...

    def wire_delay(self) -> float:
        """Draw how long a frame takes."""
        ...


class Line:
    """One connection of somebody: asks, is answered, is told."""

    def __init__(self, world: World, client: Client, process: NodeProcess) -> None:
        self.number = world.number()
        self.over = False
        self._world = world
        self._client = client
        self._loop = world.people
        self._answers: dict[int, asyncio.Future[Told | None]] = {}
        self._ids = 0
        self.there: asyncio.Future[bool] = self._loop.create_future()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        world.note(Opened(at=self._loop.time(), line=self.number, who=client.who, node=process.name))
        self._wire = Wire(world.people, process, self, world.wire_delay)

    def opened(self) -> None:
        """The connection is there."""
        settle(self.there, True)

    def frame(self, data: bytes) -> None:
        """One message came."""
        if self.over:
            return
        read = _decode(data)
        if isinstance(read, list):
            self._client.told(self, read[1], read[0], zlib.crc32(data))
            return
        waiting = self._answers.pop(read.get("id", 0), None)
        if waiting is None or waiting.done():
            self._client.told(self, read, 0, 0)
        else:
            self._client.answered(self, read)
            waiting.set_result(read)

    def closed(self, code: int, reason: str) -> None:
        """The connection is no more."""
        if self.over:
            return
        self.over = True
        self._world.note(Closed(at=self._loop.time(), line=self.number, code=code))
        settle(self.there, False)
        settle(self.ended, None)
        for answer in self._answers.values():
            settle(answer, None)
        self._client.lost(self, code, reason)

    def tell(self, t: str, fields: Mapping[str, object]) -> None:
        """Say something that is not answered."""
        self._wire.write(_encode({"t": t, **fields}))

    async def ask(self, t: str, fields: Mapping[str, object]) -> Told | None:
        """Say something and wait for its answer; None when none will come."""
        if self.over:
            return None
        self._ids += 1
        answer: asyncio.Future[Told | None] = self._loop.create_future()
        ident = self._ids
        self._answers[ident] = answer
        self.tell(t, {"id": ident, **fields})
        give_up = self._loop.call_later(ANSWER_WITHIN, settle, answer, None)
        try:
            return await answer
        finally:
            give_up.cancel()
            self._answers.pop(ident, None)

    def hang_up(self, code: int = 1000) -> None:
        """Close it."""
        self._wire.hang_up(code)

    def break_off(self) -> None:
        """Lose it, and both ends know at once."""
        self._wire.break_off()

    def fall_silent(self) -> None:
        """Lose it, and nobody knows."""
        self._wire.fall_silent()


class Client:
    """Somebody who stays connected: connects, is moved, waits and comes back."""

    def __init__(self, world: World, who: str) -> None:
        self.world = world
        self.who = who
        self.line: Line | None = None
        self.done = False
        self._hint = 0.0
        self._moved = ""
        self._renewed = ""
        """The ticket that came with it."""
        self._last: NodeProcess | None = None

    @property
    def chance(self) -> Random:
        """What they do is drawn from this."""
        return self.world.chance

    def now(self) -> float:
        """Seconds since the beginning."""
        return self.world.people.time()

    def note(self, entry: Entry) -> None:
        """Write down what they saw."""
        self.world.note(entry)

    # ------------------------------------------------------------ being there

    async def live(self) -> None:
        """Be there until done."""
        moves = 0
        while not self.done:
            moved_to, self._moved = self._moved, ""
            moves = moves + 1 if moved_to else 0
            if moves > MOVES:
                moves, moved_to = 0, ""
                await asyncio.sleep(1.0)
            process = self._last = self.world.door(moved_to, self._last)
            if process is not None:
                line = Line(self.world, self, process)
                if await line.there and await self._greet(line):
                    self.line = line
                    await line.ended
                    self.line = None
                line.hang_up()
            if not self._moved:
                await asyncio.sleep(self._hint + self.chance.uniform(0.05, 0.6))
            self._hint = 0.0

    async def act(self) -> None:
        """Do now and then what people do."""

    async def _greet(self, line: Line) -> bool:
        """Say hello; whether that made the line one of theirs."""
        t, fields = self.hello()
        self.hello_sent = self.now()
        self._hello = fields
        answer = await line.ask(t, fields)
        if answer is None or answer["t"] in ("bye", "beat"):
            return False
        if answer["t"] == "error":
            self._hint = min(IMPATIENT, answer.get("retry_after_ms", 0) / 1000)
            if answer["code"] not in PASSING:
                self.refused(answer["code"])
            return False
        return not line.over and await self.arrived(line)

    def hello(self) -> tuple[str, dict[str, object]]:
        """Say who is coming."""
        raise NotImplementedError

    def ticket(self, visit: str | None) -> str:
        """Give the ticket that came with `moved`, or a new one."""
        renewed, self._renewed = self._renewed, ""
        return renewed or self.world.ticket(self.who, visit)

    def refused(self, code: str) -> None:
        """They were refused for good."""
        self.finish(f"refused {code}")

    async def arrived(self, line: Line) -> bool:
        """Do what comes after hello."""
        return True

    def answered(self, line: Line, answer: Told) -> None:
        """Take an answer, before anything that came after it."""

    def told(self, line: Line, message: Told, seq: int, words: int) -> None:
        """Take what is told."""
        if message["t"] == "moved":
            self._moved, self._renewed = message["ws_url"], message.get("ticket", "")

    def lost(self, line: Line, code: int, reason: str) -> None:
        """A line is no more."""
        if line is self.line:
            self.line = None
            if code == Close.RESTARTING:
                self._hint = float(reason.removeprefix("retry=") or 0)

    def finish(self, why: str) -> None:
        """Be done for good."""
        if not self.done:
            self.done = True
            self.note(Gone(at=self.now(), who=self.who, why=why))
            if self.line is not None:
                self.line.hang_up()

    # ------------------------------------------------------------ asking

    async def ask(self, what: str, t: str, visit: str, about: str, fields: Mapping[str, object]) -> Answered:
        """Ask for something once, however often it has to be said, until it is clear what became of it."""
        op = f"{self.who} {self.world.number()}"
        self.note(Asked(at=self.now(), op=op, who=self.who, what=what, visit=visit, about=about))
        answered = await self._clear(op, t, dict(fields) if t == "leave" else {**fields, "op": op})
        self.note(answered)
        return answered

    async def _clear(self, op: str, t: str, fields: Mapping[str, object]) -> Answered:
        until = self.now() + PATIENCE
        while self.now() < until and not self.done:
            line = self.line
            if line is None:
                await asyncio.sleep(0.2)
                continue
            sent = self.now()
            answer = await line.ask(t, fields)
            if answer is None:
                continue
            code = answer.get("code", "") if answer["t"] == "error" else OK
            if code not in PASSING:
                made, at = answer.get("invitation", ""), self.now()
                return Answered(at=at, op=op, code=code, made=made, line=line.number, sent=sent)
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
        return Answered(at=self.now(), op=op, code=UNKNOWN)
