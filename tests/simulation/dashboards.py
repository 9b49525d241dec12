"""Waiting rooms on screens of the simulation."""

from __future__ import annotations

import asyncio

from tests.faults.history import Awake, Numbered, Shown, Watching
from tests.simulation.client import PASSING, Client, Line, World
from tests.support.views import BoardView, Told


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
