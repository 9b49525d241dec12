"""People of the simulation: each follows docs/protocol.md through whatever happens, and writes it down.

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
from tests.faults.history import (
    OK,
    UNKNOWN,
    Answered,
    Asked,
    Awake,
    Away,
    Closed,
    Entry,
    Gone,
    Numbered,
    Opened,
    Seated,
    Shown,
    View,
    Watching,
)
from tests.simulation.loop import ProcessLoop, settle
from tests.simulation.net import LOST, Wire
from tests.simulation.node import NodeProcess
from tests.support.views import BoardView, SeatView, Told

PASSING: Final = frozenset({"try_later", "busy"})
FINAL_BYES: Final = frozenset({"completed", "cancelled", "ended", "left", "removed", "denied", "moved"})
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


class Guest(Client):
    """Somebody with a seat by a link: a guest by the shared one or their own, or the patient."""

    def __init__(self, world: World, who: str, visit: str, token: str, name: str) -> None:
        super().__init__(world, who)
        self.visit = visit
        self.name = name
        self.view = SeatView()
        self.seat = ""
        self._token = token
        self._secret = ""
        self._joining = ""
        self._came = 0.0
        """When they first asked for their seat: a lost answer may have given it."""
        self._stream, self._seq = "", 0

    def hello(self) -> tuple[str, dict[str, object]]:
        """Come by the link until it gave a seat, then resume that."""
        if self._secret:
            seat = {"visit": self.visit, "seat": self.seat, "secret": self._secret}
            return "hello.seat", {**seat, "page": self.who, "stream": self._stream, "seq": self._seq}
        self._begin()
        return "hello.link", {"token": self._token, "name": self.name, "page": self.who, "op": self._joining}

    def _begin(self) -> None:
        if not self._joining:
            self._joining = f"{self.who} {self.world.number()}"
            self._came = self.now()
            about = self.name
            self.note(
                Asked(
                    at=self.now(), op=self._joining, who=self.who, what="join", visit=self.visit, about=about
                )
            )

    def answered(self, line: Line, answer: Told) -> None:
        """Take a seat, or have it again."""
        if answer["t"] != "ready":
            return
        first, at = not self._secret, self.now()
        asked = (str(self._hello.get("stream", "")), int(str(self._hello.get("seq", 0))))
        self.seat, self._secret = answer["seat"], answer["secret"]
        self._stream, self._seq = answer["stream"], answer.get("seq", 0)
        self.note(
            Seated(
                at=at,
                line=line.number,
                who=self.who,
                visit=self.visit,
                seat=self.seat,
                standing=answer["standing"],
                stream=self._stream,
                seq=self._seq,
                resumed=answer["resumed"],
                sent=self.hello_sent,
                now=answer["now"],
                asked=asked,
            )
        )
        if first:
            self.note(
                Answered(at=at, op=self._joining, code=OK, made=self.seat, line=line.number, sent=self._came)
            )
        self.view.apply(answer)
        self._talking = line

    def told(self, line: Line, message: Told, seq: int, words: int) -> None:
        """Follow what is told."""
        super().told(line, message, seq, words)
        if message["t"] == "bye" and message["code"] in FINAL_BYES:
            self.finish(message["code"])
        elif seq and line is getattr(self, "_talking", None):
            self.note(Numbered(at=self.now(), line=line.number, seq=seq, words=words))
            self._seq = seq
            self.view.apply(message)
            if message["t"] == "ended":
                self.finish("ended")

    def finish(self, why: str) -> None:
        """Be done; a join that never got a seat has its last word now."""
        if not self.done and self._joining and not self._secret:
            code = why.removeprefix("refused ") if why.startswith("refused ") else UNKNOWN
            self.note(Answered(at=self.now(), op=self._joining, code=code))
        super().finish(why)

    def waiting(self) -> list[str]:
        """Give the seats that wait, as this page shows them."""
        return [seat for seat, one in self.view.seats.items() if one["standing"] == "waiting"]

    def note_view(self) -> None:
        """Write down what the page shows."""
        if self.view.standing == "in" and not self.done and self.line is not None:
            seats = {key: f"{one['standing']} {one['link']}" for key, one in self.view.seats.items()}
            self.note(View(at=self.now(), who=self.who, visit=self.visit, seats=seats))

    async def act(self) -> None:
        """Do now and then what people do to their connection."""
        while not self.done:
            await asyncio.sleep(self.chance.expovariate(1 / 6))
            line, drawn = self.line, self.chance.random()
            if line is None or self.world.calm:
                continue
            if drawn < 0.45:
                line.break_off()
            elif drawn < 0.6:
                self.note(Away(at=self.now(), who=self.who))
                line.fall_silent()
            elif drawn < 0.75:
                line.tell("media", {"mic": self.chance.random() < 0.5, "cam": True})
            elif drawn < 0.8:
                await self.ask("leave", "leave", self.visit, self.seat, {})


class Provider(Guest):
    """A provider: admits, invites, extends, locks, and at last completes the visit.

    `extends`: the visit's time is not over soon, so that an extension counts from its end.
    """

    def __init__(self, world: World, who: str, visit: str, *, extends: bool) -> None:
        super().__init__(world, who, visit, "", who)
        self._extends = extends

    def hello(self) -> tuple[str, dict[str, object]]:
        """Enter with a ticket, then resume."""
        if self._secret:
            return super().hello()
        self._begin()
        return "hello.staff", {"ticket": self.ticket(self.visit), "page": self.who}

    async def act(self) -> None:
        """Run the visit."""
        invited = 0
        while not self.done:
            await asyncio.sleep(self.chance.expovariate(1 / 1.5))
            if self.line is None or self.world.calm:
                continue
            drawn = self.chance.random()
            waiting = self.waiting()
            if waiting and drawn < 0.6:
                seat = self.chance.choice(waiting)
                await self.ask("admit", "admit", self.visit, seat, {"seat": seat})
            elif drawn < 0.25:
                invited += 1
                label = f"{self.who} friend {invited}"
                await self.ask("invite", "invite", self.visit, label, {"label": label})
            elif drawn < 0.35 and self._extends:
                await self.ask("extend", "extend", self.visit, "5", {"minutes": 5})
            elif drawn < 0.42:
                await self.ask("lock", "lock", self.visit, "on", {"on": True})
            elif drawn < 0.49:
                await self.ask("lock", "lock", self.visit, "off", {"on": False})
            elif drawn < 0.6 and self.line is not None:
                self.line.break_off()
            elif drawn < 0.63:
                await self.ask("complete", "complete", self.visit, "", {})


class Caller(Client):
    """Somebody at a telephone: dials, types the PIN, stays on the line, hangs up."""

    def __init__(self, world: World, who: str, dialled: str, visit: str, pin: str) -> None:
        super().__init__(world, who)
        self._dialled = dialled
        self._visit = visit
        self._pin = pin
        self._tries = 0

    def hello(self) -> tuple[str, dict[str, object]]:
        """Open the call's socket."""
        call: dict[str, object] = {
            "key": "dial-in",
            "call": self.who,
            "dialled": self._dialled,
            "caller": f"+1555{self.who[-4:]}",
        }
        return "hello.phone", call

    def refused(self, code: str) -> None:
        """A number that this node does not know may be another node's."""
        self._tries += 1
        if code != "number_unknown" or self._tries > 40:
            super().refused(code)

    async def arrived(self, line: Line) -> bool:
        """Type the PIN until it is clear what it does."""
        while not line.over:
            answer = await line.ask("digits", {"digits": self._pin})
            if answer is None:
                return False
            if answer["t"] == "ok":
                return not line.over
            if answer["code"] not in PASSING:
                self.finish(f"refused {answer['code']}")
                return False
            await asyncio.sleep(0.3)
        return False

    def told(self, line: Line, message: Told, seq: int, words: int) -> None:
        """Hear the goodbye."""
        super().told(line, message, seq, words)
        if message["t"] == "bye" and message["code"] != "restarting":
            self.finish(message["code"])

    async def act(self) -> None:
        """Hang up at some time."""
        await asyncio.sleep(self.chance.uniform(5, 60))
        if self.line is not None and not self.done:
            self.line.hang_up(1000)
            self.finish("hung up")


class Dashboard(Client):
    """A clinic's waiting room on somebody's screen."""

    def __init__(self, world: World, who: str, clinic: str, day: str) -> None:
        super().__init__(world, who)
        self.clinic = clinic
        self.view = BoardView()
        self._day = day
        self.stream, self._seq = "", 0
        """The position that it shows."""
        self._watched: Line | None = None
        self._links: dict[tuple[str, str], str] = {}

    def hello(self) -> tuple[str, dict[str, object]]:
        """Come with a ticket."""
        return "hello.staff", {"ticket": self.ticket(None), "page": self.who}

    async def arrived(self, line: Line) -> bool:
        """Watch the day, from where it was left."""
        self._watched = None
        while not line.over:
            self._asked = (self.stream, self._seq)
            fields = {"day": self._day, "stream": self.stream, "seq": self._seq}
            answer = await line.ask("watch.board", fields)
            if answer is None:
                return False
            if answer["t"] != "error":
                return not line.over
            await asyncio.sleep(0.3)
            if answer["code"] not in PASSING:
                return False  # this node does not know the clinic: another one does
        return False

    def answered(self, line: Line, answer: Told) -> None:
        """Take the whole, or go on."""
        if answer["t"] not in ("board", "ok") or line.over:
            return
        resumed = "replay"
        if answer["t"] == "board":
            self.stream, self._seq, resumed = answer["stream"], answer.get("seq", 0), "state"
            self.view.apply(answer)
        self._watched = line
        self.note(
            Watching(
                at=self.now(),
                line=line.number,
                who=self.who,
                clinic=self.clinic,
                stream=self.stream,
                seq=self._seq,
                resumed=resumed,
                asked=self._asked,
            )
        )
        self._note_shown()

    def told(self, line: Line, message: Told, seq: int, words: int) -> None:
        """Follow what is told."""
        super().told(line, message, seq, words)
        if line is not self._watched:
            return
        if seq:
            self.note(Numbered(at=self.now(), line=line.number, seq=seq, words=words))
            self._seq = seq
        elif message["t"] == "board":
            self.stream, self._seq = message["stream"], message.get("seq", 0)
        self.view.apply(message)
        self._note_shown()

    def _note_shown(self) -> None:
        shown = {
            (visit, seat): one.get("link", "none")
            for visit, seats in self.view.seats.items()
            for seat, one in seats.items()
        }
        for key in [*(self._links.keys() - shown.keys())]:
            self.note(Shown(at=self.now(), who=self.who, visit=key[0], seat=key[1], link=""))
        for key, link in shown.items():
            if self._links.get(key) != link:
                self.note(Shown(at=self.now(), who=self.who, visit=key[0], seat=key[1], link=link))
        self._links = shown

    async def act(self) -> None:
        """Say every second that this is still heard."""
        while not self.done:
            await asyncio.sleep(1.0)
            if self.line is not None and self.line is self._watched:
                self.note(Awake(at=self.now(), who=self.who))


__all__ = ["LOST", "Caller", "Client", "Dashboard", "Guest", "Line", "Provider", "World"]
