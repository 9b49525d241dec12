"""Whoever stays connected through whatever happens, by docs/protocol.md, and writes down what they see.

`live` brings them in, and back in, until they are done; `ask` asks for something once, however often it has
to be said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from tests.faults.history import OK, UNKNOWN, Answered, Asked, Closed, Gone, Opened, now
from tests.faults.line import Line, LineLost, Listener, Told
from tests.faults.town import ASK_WITHIN, Door, Town

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 15.0
LASTED: Final = 10.0
"""Seconds after which a connection has lasted, so that the next wait is a short one again."""
MOVES: Final = 5
PASSING: Final = frozenset({"try_later", "busy"})
RESTARTS: Final = 1012

Hello = dict[str, object]


class Refusal(Exception):
    """A hello was refused for good."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Client(Listener):
    """Somebody who stays connected: connects, is moved, waits and comes back. What hello says is theirs."""

    def __init__(self, town: Town, who: str, clinic: str) -> None:
        self.town = town
        self.who = who
        self.clinic = clinic
        self.line: Line | None = None
        self.door: Door | None = None
        self.done = asyncio.Event()
        self.why = ""
        """Why they are done."""
        self._wait = FIRST_WAIT
        self._hint = 0.0
        self._here = asyncio.Event()
        self._lost = asyncio.Event()
        self._off_until = 0.0
        self._moved_to: Door | None = None
        """Where to go on, as the last line said when it was closed."""
        self._failed: Door | None = None
        """Where nobody answered the last time."""

    # ------------------------------------------------------------ being there

    async def live(self) -> None:
        """Be there until done."""
        while not self.done.is_set():
            try:
                await self._come()
                began = now()
                await self._lost.wait()
                if now() - began > LASTED:
                    self._wait = FIRST_WAIT
            except LineLost as lost:
                self._hint = max(self._hint, lost.after)
            except Refusal as refusal:
                self.finish(f"refused {refusal.code}")
            if not self.done.is_set():
                await self._pause()

    async def _pause(self) -> None:
        wait = max(self.town.chance.uniform(0, self._wait) + self._hint, self._off_until - now())
        self._wait, self._hint = min(2 * self._wait, LONGEST_WAIT), 0.0
        try:
            async with asyncio.timeout(wait):
                await self.done.wait()
        except TimeoutError:
            return

    async def _come(self) -> None:
        """Connect and say hello, here or where that is answered to be. Raises LineLost and Refusal."""
        door, hello = self._moved_to or self.town.door(but=self._failed), await self.hello()
        avoided, self._moved_to, self._failed = self._failed, None, door
        for _ in range(MOVES):
            line = await self._open(door)
            sent = now()
            answer = await _asked(line, *_said(hello), at_once=partial(self._greeted, line, hello, sent))
            if answer["t"] == "moved":
                line.drop()
                hello = hello | ({"ticket": answer["ticket"]} if answer.get("ticket") else {})
                door = self._failed = self.town.behind(answer["ws_url"])
                continue
            if answer["t"] == "error":
                line.drop()
                self._hint = answer.get("retry_after_ms", 0) / 1000
                if answer["code"] in PASSING:
                    self._failed = avoided  # this one lives
                    raise LineLost(answer["code"])
                raise Refusal(answer["code"])
            self._failed = None
            await self.arrived()
            return
        raise LineLost("moved too often")

    async def _open(self, door: Door) -> Line:
        number = next(self.town.numbers)
        self._lost.clear()
        self.town.note(Opened(at=now(), line=number, who=self.who, node=door.label))
        self.line, self.door = None, door
        try:
            line = await Line.connect(number, self, door.host, door.port)
        except LineLost:
            self.town.note(Closed(at=now(), line=number, code=1006))
            raise
        self.line = line
        self.town.lines.add(line)
        return line

    def _greeted(self, line: Line, hello: Hello, sent: float, answer: Told) -> None:
        """Take the answer to hello before anything that follows it."""
        if answer["t"] in ("moved", "error"):
            return
        if "now" in answer:
            self.town.heard_clock(answer["now"], sent, now())
        if self.door is not None and self.clinic:
            self.town.homes[self.clinic] = self.door
        self._moved_to = None
        self.greeted(line, hello, answer, sent)
        self._here.set()

    def line_lost(self, line: Line) -> None:
        """Note it, and come back."""
        self.town.lines.discard(line)
        self.town.note(Closed(at=now(), line=line.number, code=line.code))
        if line is not self.line:
            return
        self._here.clear()
        self._failed = self.door
        if line.code == RESTARTS:
            self._hint = _seconds(line.reason)
        if line.moved is not None:
            self._moved_to = self.town.behind(line.moved["ws_url"])
            self._wait = FIRST_WAIT
        self._lost.set()

    def finish(self, why: str) -> None:
        """Be done for good."""
        if self.done.is_set():
            return
        self.why = why
        self.town.note(Gone(at=now(), who=self.who, why=why))
        self.done.set()
        self._lost.set()
        if self.line is not None and why.startswith("refused"):
            self.line.drop()

    async def here(self, until: float) -> Line | None:
        """Wait until there is a line that was greeted; None when there is none in time, or never again."""
        while not self.done.is_set():
            if self._here.is_set() and self.line is not None and not self.line.over:
                return self.line
            try:
                async with asyncio.timeout(min(1.0, until - now())):
                    await self._here.wait()
            except TimeoutError:
                if now() >= until:
                    return None
        return None

    async def ask(self, what: str, t: str, about: str = "", **fields: object) -> Answered:
        """Ask for something until it is clear what became of it; `op` goes along if there is one."""
        op = self.town.op(self.who)
        visit = self.visit_asked(fields)
        self.town.note(Asked(at=now(), op=op, who=self.who, what=what, visit=visit, about=about))
        if t != "leave":
            fields = fields | {"op": op}
        answered = await self._until_clear(op, t, fields)
        self.town.note(answered)
        return answered

    async def _until_clear(self, op: str, t: str, fields: dict[str, object]) -> Answered:
        until = now() + ASK_WITHIN
        while (line := await self.here(until)) is not None:
            sent = now()
            self.town.about_to_ask(line.port)
            try:
                answer = await line.ask(t, fields)
            except LineLost:
                continue
            if answer["t"] != "error":
                made = str(answer.get("invitation", ""))
                return Answered(at=now(), op=op, code=OK, made=made, line=line.number, sent=sent)
            if answer["code"] not in PASSING:
                return Answered(at=now(), op=op, code=answer["code"], line=line.number, sent=sent)
            await asyncio.sleep(self.town.chance.uniform(0.1, 0.5) + answer.get("retry_after_ms", 0) / 1000)
        return Answered(at=now(), op=op, code=UNKNOWN)

    # ------------------------------------------------------------ for each kind of client to say

    async def hello(self) -> Hello:
        """Say who is coming."""
        raise NotImplementedError

    def greeted(self, line: Line, hello: Hello, answer: Told, sent: float) -> None:
        """Take the answer to hello; what is told next follows it."""
        raise NotImplementedError

    async def arrived(self) -> None:
        """Do what comes after hello, before anything else is asked."""

    def visit_asked(self, fields: dict[str, object]) -> str:
        """Say which visit a request is about."""
        return str(fields.get("visit", ""))


async def _asked(line: Line, t: str, fields: Hello, at_once: Callable[[Told], None]) -> Told:
    """Ask what may be answered with `moved`. Raises LineLost."""
    try:
        return await line.ask(t, fields, at_once)
    except LineLost:
        if line.moved is None:
            raise
        return line.moved


def _said(hello: Hello) -> tuple[str, Hello]:
    return str(hello["t"]), {key: value for key, value in hello.items() if key != "t"}


def _seconds(reason: str) -> float:
    try:
        return float(reason.removeprefix("retry="))
    except ValueError:
        return 0.0
