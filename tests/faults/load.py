"""A live load: clinics with visits that are planned, joined, run, extended, completed, and begun anew.

Each desk runs one visit after the other (`story`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

from tests.faults.client import Client
from tests.faults.history import OK, UNKNOWN, Answered, Asked, Bug, now
from tests.faults.people import Person
from tests.faults.story import SEATED_WITHIN, Pace, Provider, Story
from tests.faults.town import Practice, Reply, Town
from tests.faults.watchers import Dashboard, Guesser


class Load:
    """All desks and dashboards of a town. Enter it to begin; `rest` brings it to rest."""

    def __init__(
        self, town: Town, practices: list[Practice], pace: Pace, seed: int, *, quiet: Practice | None = None
    ) -> None:
        self.town = town
        self.practices = practices
        self._quiet = quiet
        self.pace = pace
        self.seed = seed
        self.clients: list[Client] = []
        self.failed: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._desks: list[asyncio.Task[None]] = []

    def begin(self, *, watched: bool = True) -> None:
        """Open the desks, and the dashboards of clinics that are to be watched."""
        self.start(self.town.watch_silence())
        self.start(self.town.watch_ourselves())
        for practice in self.practices if watched else ():
            self.go(Dashboard(self.town, practice))
        for desk in range(self.pace.visits):
            self._desks.append(self._task(self._desk(desk)))
        for number in range(self.pace.steady):
            practice, name = self.practices[number % len(self.practices)], f"S{number}"
            story = Story(self, name, practice, Random(f"{self.seed} {name}"))  # noqa: S311 - a story
            self._desks.append(self._task(story.play_steadily()))

        if self._quiet is not None:
            self.go(Guesser(self.town, self._quiet, Random(f"{self.seed} guesses")))  # noqa: S311 - a story

    async def warm(self) -> None:
        """Wait until every desk's first visit has its provider, or long enough."""
        until = now() + SEATED_WITHIN
        while now() < until and self._providers() < self.pace.visits:  # noqa: ASYNC110 - many make it true
            await asyncio.sleep(0.2)

    def _providers(self) -> int:
        return sum(isinstance(one, Provider) and bool(one.seat) for one in self.clients)

    async def _desk(self, desk: int) -> None:
        practice = self.practices[desk % len(self.practices)]
        await asyncio.sleep(Random(f"{self.seed} {desk}").uniform(0, self.pace.life[0] / 4))  # noqa: S311 - a story
        turn = 0
        while not self.town.stopping:
            turn += 1
            name = f"V{desk}-{turn}"
            story = Story(self, name, practice, Random(f"{self.seed} {name}"))  # noqa: S311 - a story
            await story.play()
            await asyncio.sleep(0.2)

    # ------------------------------------------------------------ for stories

    def go(self, client: Client) -> None:
        """Let somebody live until they are done."""
        self.clients.append(client)
        self.start(client.live())

    def later(self, seconds: float, what: Any) -> None:
        """Do something after a while, unless all is being brought to rest by then."""
        asyncio.get_running_loop().call_later(seconds, lambda: None if self.town.stopping else what())

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Own a task; what it raises is a bug of ours."""
        self._tasks.add(self._task(work))

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed.append(error)

    async def change(
        self,
        practice: Practice,
        what: str,
        who: str,
        path: str,
        body: object,
        *,
        visit: str = "",
        about: str = "",
    ) -> Reply:
        """Ask for something over REST until it is clear what became of it, and write both down."""
        op = self.town.op(who)
        self.town.note(Asked(at=now(), op=op, who=who, what=what, visit=visit, about=about))
        reply = await self.town.rest(practice, "POST", path, body, op=op)
        shown = reply.body if reply.code == OK and isinstance(reply.body, dict) else {}
        code = reply.code if reply.status else UNKNOWN
        if reply.status >= 500:
            self.town.note(Bug(at=now(), node="REST", what=f"{path} is answered with {reply.status}"))
        self.town.note(
            Answered(at=now(), op=op, code=code, made=shown.get("id", ""), instant=shown.get("lapses_at", 0))
        )
        return reply

    # ------------------------------------------------------------ the end

    async def rest(self) -> None:
        """Let every act that is under way come to its end, and begin nothing new."""
        self.town.stopping = True
        if self._desks:
            await asyncio.wait(self._desks)
        for client in self.clients:
            if isinstance(client, Guesser):
                await client.stopped.wait()

    @property
    def missing(self) -> list[str]:
        """Who is not there now, and not done."""
        return [
            one.who for one in self.clients if not one.done.is_set() and (one.line is None or one.line.over)
        ]

    def note_views(self) -> None:
        """Write down what every page shows."""
        for client in self.clients:
            if isinstance(client, Person):
                client.note_view()

    async def close(self) -> None:
        """End everything at once; what is seen of that is not written down."""
        self.town.closed = True
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in tuple(self.town.lines):
            line.drop()
        await self.town.close()
