"""People of the simulation who are in visits: guests and patients, providers, callers."""

from __future__ import annotations

import asyncio
from typing import Final

from tests.faults.history import OK, UNKNOWN, Answered, Asked, Away, Numbered, Seated, View
from tests.simulation.client import PASSING, Client, Line, World
from tests.support.views import SeatView, Told

FINAL_BYES: Final = frozenset({"completed", "cancelled", "ended", "left", "removed", "denied", "moved"})


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
        if self.line is not None and not self.done and not self.world.calm:
            self.line.hang_up(1000)
            self.finish("hung up")
