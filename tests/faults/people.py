"""People at browsers, each with one seat of one visit."""

from __future__ import annotations

import asyncio
from typing import Final

from tests.faults.client import Client, Hello
from tests.faults.history import OK, UNKNOWN, Answered, Asked, Away, Numbered, Seated, View, now
from tests.faults.line import Line, Told
from tests.faults.town import Town
from tests.support.views import SeatView

FINAL_BYES: Final = frozenset({"completed", "cancelled", "ended", "left", "removed", "denied", "moved"})


class Person(Client):
    """Somebody with a seat: provider, patient or guest."""

    def __init__(self, town: Town, who: str, visit: str, clinic: str, first: Hello) -> None:
        super().__init__(town, who, clinic)
        self.visit = visit
        self.seat = ""
        self.standing = ""
        self.view = SeatView()
        self.seated = asyncio.Event()
        self.page = who
        self._first = first
        self._joining = ""
        """The operation of the hello that is to give the seat."""
        self._secret = ""
        self._stream, self._seq = "", 0

    async def hello(self) -> Hello:
        """Say the first hello until it gave a seat; then resume it from the last position."""
        if self._secret:
            known: Hello = {"visit": self.visit, "seat": self.seat, "secret": self._secret}
            return {"t": "hello.seat", **known, "page": self.page, "stream": self._stream, "seq": self._seq}
        hello = await self.first_hello()
        if not self._joining:
            self._joining = self.town.op(self.who)
            name = str(hello.get("name", ""))
            self.town.note(
                Asked(at=now(), op=self._joining, who=self.who, what="join", visit=self.visit, about=name)
            )
        return hello | ({"op": self._joining} if hello["t"] == "hello.link" else {}) | {"page": self.page}

    async def first_hello(self) -> Hello:
        """Give the hello that gets a seat. Raises LineLost when it cannot be had now."""
        return self._first

    def greeted(self, line: Line, hello: Hello, answer: Told, sent: float) -> None:
        """Take a seat, or have it again."""
        at = now()
        asked = (str(hello.get("stream", "")), int(str(hello.get("seq", 0))))
        first = not self._secret
        self.seat, self._secret = answer["seat"], answer["secret"]
        self._stream, self._seq = answer["stream"], answer["seq"]
        self.town.note(
            Seated(
                at=at,
                line=line.number,
                who=self.who,
                visit=answer["visit"],
                seat=self.seat,
                standing=answer["standing"],
                stream=self._stream,
                seq=self._seq,
                resumed=answer["resumed"],
                sent=sent,
                now=answer["now"],
                asked=asked,
            )
        )
        if first:
            self.town.note(
                Answered(at=at, op=self._joining, code=OK, made=self.seat, line=line.number, sent=sent)
            )
        self.view.apply(answer)
        self.standing = self.view.standing
        self.seated.set()

    def finish(self, why: str) -> None:
        """Be done; a join that never got a seat has its last word now."""
        if not self.done.is_set() and self._joining and not self._secret:
            code = why.removeprefix("refused ") if why.startswith("refused ") else UNKNOWN
            self.town.note(Answered(at=now(), op=self._joining, code=code))
        super().finish(why)
        self.seated.set()

    def told(self, message: Told, seq: int, words: int) -> None:
        """Follow what is told."""
        if message["t"] == "bye" and message["code"] in FINAL_BYES:
            self.finish(message["code"])
            return
        if not seq or self.line is None:
            return
        self.town.note(Numbered(at=now(), line=self.line.number, seq=seq, words=words))
        self._seq = seq
        self.view.apply(message)
        self.standing = self.view.standing
        if message["t"] == "ended":
            self.finish("ended")

    def visit_asked(self, fields: dict[str, object]) -> str:
        """Their own visit."""
        return self.visit

    def lose_power(self, seconds: float, *, silently: bool) -> None:
        """Be away for so long: the connection is cut, or just stays without an answer."""
        self._off_until = now() + seconds
        self.town.note(Away(at=now(), who=self.who, silently=silently))
        if self.line is not None and silently:
            self.line.fall_silent()
            self.town.silent.append(self.line)
        elif self.line is not None:
            self.line.drop()

    def waiting(self) -> list[str]:
        """Give the seats that wait to be let in, as this page shows them."""
        return [seat for seat, one in self.view.seats.items() if one["standing"] == "waiting"]

    def note_view(self) -> None:
        """Write down what the page shows."""
        if self.standing != "in" or self.done.is_set():
            return
        seats = {key: f"{one['standing']} {one['link']}" for key, one in self.view.seats.items()}
        self.town.note(View(at=now(), who=self.who, visit=self.visit, seats=seats))
