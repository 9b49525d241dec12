"""Dashboards and telephones of the town."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Final

from engine.pin import with_check_digit
from tests.faults.client import PASSING, Client, Hello, Refusal
from tests.faults.history import OK, Answered, Asked, Awake, Numbered, Seated, Shown, Watching, now
from tests.faults.line import Line, LineLost, Told
from tests.faults.sequence import ANYWHERE
from tests.faults.town import Practice, Town
from tests.support.views import BoardView

AWAKE_EVERY: Final = 1.0
TICKET_WITHIN: Final = 10.0
OVER: Final = frozenset({"completed", "cancelled", "ended"})


class Dashboard(Client):
    """A clinic's waiting room, watched all day."""

    def __init__(self, town: Town, practice: Practice) -> None:
        super().__init__(town, f"board {practice.clinic}", practice.clinic)
        self.practice = practice
        self.view = BoardView()
        self._stream, self._seq = "", 0
        self._shown: dict[tuple[str, str], str] = {}
        self._awake_at = 0.0
        self._watched: Line | None = None
        """The line on which the waiting room is followed: before that, what is shown may be old."""

    async def hello(self) -> Hello:
        """Get a ticket; without one there is nothing to say. Raises LineLost."""
        reply = await self.town.rest(self.practice, "POST", "/tickets", {}, within=TICKET_WITHIN)
        if reply.status != 200:
            raise LineLost("no ticket")
        return {"t": "hello.staff", "ticket": reply.body["ticket"], "page": self.who}

    def greeted(self, line: Line, hello: Hello, answer: Told, sent: float) -> None:
        """The dashboard is open; what it shows comes next."""

    async def arrived(self) -> None:
        """Watch today, from where it was left. Raises LineLost and Refusal."""
        line = self.line
        if line is None:
            raise LineLost("gone already")
        asked = self._stream, self._seq
        answer = await line.ask(
            "watch.board",
            {"day": "", "stream": asked[0], "seq": asked[1]},
            lambda it: self._watching(line, asked, it),
        )
        if answer["t"] == "error":
            line.drop()
            raise LineLost(answer["code"]) if answer["code"] in PASSING else Refusal(answer["code"])

    def _watching(self, line: Line, asked: tuple[str, int], answer: Told) -> None:
        if answer["t"] == "error":
            return
        self._watched = line
        replay = answer["t"] == "ok"
        if not replay:
            self._stream, self._seq = answer["stream"], answer["seq"]
        self.town.note(
            Watching(
                at=now(),
                line=line.number,
                who=self.who,
                clinic=self.practice.clinic,
                stream=self._stream,
                seq=self._seq,
                resumed="replay" if replay else "state",
                asked=asked,
            )
        )
        if not replay:
            self.view.apply(answer)
            self._note_all()

    def told(self, message: Told, seq: int, words: int) -> None:
        """Follow the waiting room."""
        if self.line is None:
            return
        if message["t"] == "board":  # the clinic's zone changed
            self._stream, self._seq = message["stream"], message["seq"]
        elif not seq:
            return
        else:
            self.town.note(Numbered(at=now(), line=self.line.number, seq=seq, words=words))
            self._seq = seq
        self.view.apply(message)
        self._note_all() if message["t"] == "board" else self._note(_visit_of(message))

    def line_heard(self) -> None:
        """What is shown is what the server says, once it is followed."""
        at = now()
        if self._watched is self.line and at - self._awake_at >= AWAKE_EVERY:
            self._awake_at = at
            self.town.note(Awake(at=at, who=self.who))

    def _note_all(self) -> None:
        for visit in {visit for visit, _ in self._shown} | set(self.view.visits):
            self._note(visit)

    def _note(self, visit: str) -> None:
        """Write down what changed of a visit's seats."""
        known = self.view.visits.get(visit)
        over = known is None or known["status"] in OVER
        seats = {} if over else self.view.seats.get(visit, {})
        links = {(visit, seat): str(one["link"]) for seat, one in seats.items()}
        gone = {key for key in self._shown if key[0] == visit} - links.keys()
        for key, link in links.items() | {(key, "") for key in gone}:
            if self._shown.get(key) != link:
                self._shown[key] = link
                self.town.note(Shown(at=now(), who=self.who, visit=key[0], seat=key[1], link=link))
        for key in gone:
            del self._shown[key]


def _visit_of(message: Told) -> str:
    visit = message["visit"]
    return str(visit["visit"] if isinstance(visit, dict) else visit)


class Caller(Client):
    """Somebody at a telephone, as a dial-in service speaks for them: the PIN, then the visit."""

    def __init__(self, town: Town, who: str, practice: Practice, visit: str, pin: str, caller: str) -> None:
        super().__init__(town, who, practice.clinic)
        self.practice = practice
        self.visit = visit
        self.standing = ""
        self._pin = pin
        self._caller = caller
        self._op = ""

    async def hello(self) -> Hello:
        """Call the clinic's number; the call is the same one after each loss."""
        return {
            "t": "hello.phone",
            "key": self.practice.dialin_key,
            "call": self.who[:64],
            "dialled": self.practice.number,
            "caller": self._caller,
        }

    def greeted(self, line: Line, hello: Hello, answer: Told, sent: float) -> None:
        """The line is open; it may be numbered from anywhere."""
        self._seated(line, sent, answer["now"])

    def _seated(self, line: Line, sent: float, instant: int) -> None:
        self.town.note(
            Seated(
                at=now(),
                line=line.number,
                who=self.who,
                visit=self.visit,
                seat="",
                standing="",
                stream="",
                seq=ANYWHERE,
                resumed="phone",
                sent=sent,
                now=instant,
            )
        )

    async def arrived(self) -> None:
        """Type the PIN, where the call is or where its visit is. Raises LineLost and Refusal."""
        if not self._op:
            self._op = self.town.op(self.who)
            self.town.note(Asked(at=now(), op=self._op, who=self.who, what="dial", visit=self.visit))
        line = self.line
        if line is None:
            raise LineLost("gone already")
        try:
            answer = await line.ask("digits", {"digits": self._pin})
        except LineLost:
            if line.moved is None:
                raise
            await self._go_to(line.moved["ws_url"])
            return
        if answer["t"] == "error":
            line.drop()
            raise LineLost(answer["code"]) if answer["code"] in PASSING else Refusal(answer["code"])
        self._dialled(line)

    async def _go_to(self, ws_url: str) -> None:
        """Call again where the visit is, with the same digits."""
        line = await self._open(self.town.behind(ws_url))
        sent = now()
        hello = await self.hello()
        answer = await line.ask("hello.phone", {key: value for key, value in hello.items() if key != "t"})
        if answer["t"] != "ready.phone":
            line.drop()
            raise LineLost(str(answer.get("code", answer["t"])))
        self.greeted(line, hello, answer, sent)
        answer = await line.ask("digits", {"digits": self._pin})
        if answer["t"] != "ok":
            line.drop()
            raise LineLost(str(answer.get("code", answer["t"])))
        self._dialled(line)

    def _dialled(self, line: Line) -> None:
        if self._op:
            self.town.note(Answered(at=now(), op=self._op, code=OK, line=line.number))
            self._op = ""

    def told(self, message: Told, seq: int, words: int) -> None:
        """Follow what is told to a telephone."""
        if self.line is None:
            return
        if seq:
            self.town.note(Numbered(at=now(), line=self.line.number, seq=seq, words=words))
        if message["t"] == "you":
            self.standing = message["standing"]
        elif message["t"] == "bye" and message["code"] != "restarting":
            self.finish(message["code"])
        elif message["t"] == "ended":
            self.finish("ended")


class Guesser(Client):
    """Somebody who tries PINs on a number that has none: an answered guess is a counted one, once."""

    def __init__(self, town: Town, practice: Practice, chance: Random) -> None:
        super().__init__(town, "guesser", practice.clinic)
        self.practice = practice
        self.stopped = asyncio.Event()
        self._chance = chance

    async def hello(self) -> Hello:
        """Call from another number each time, for a caller's third guess counts no more."""
        if self.town.stopping:
            self.finish("done")
            self.stopped.set()
            raise LineLost("done")
        return {
            "t": "hello.phone",
            "key": self.practice.dialin_key,
            "call": f"guess {self._chance.randrange(10**9)}",
            "dialled": self.practice.number,
            "caller": f"+1999{self._chance.randrange(10**7):07}",
        }

    def greeted(self, line: Line, hello: Hello, answer: Told, sent: float) -> None:
        """Nothing is to be remembered of a call without a visit."""

    async def arrived(self) -> None:
        """Guess twice, and hang up. Raises LineLost."""
        line = self.line
        if line is None:
            raise LineLost("gone already")
        for _ in range(2):
            await asyncio.sleep(self._chance.uniform(0.2, 1.0))
            op = self.town.op(self.who)
            self.town.note(Asked(at=now(), op=op, who=self.who, what="guess"))
            answer = await line.ask(
                "digits", {"digits": with_check_digit(f"{self._chance.randrange(10**9):09}")}
            )
            code = OK if answer.get("code") == "pin_wrong" else str(answer.get("code", answer["t"]))
            self.town.note(Answered(at=now(), op=op, code=code, line=line.number))
        self._wait = 0.5
        line.drop()
