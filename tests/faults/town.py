"""What all clients share: the history they write, where nodes are reached, and REST with its patience."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from tests.faults.history import Entry, Fault, History, now
from tests.faults.line import Line

PUBLIC_URL: Final = "http://visits.example.test"
"""The one address of all nodes, as links carry it; the wires stand for whatever leads there."""
ASK_WITHIN: Final = 60.0
"""Seconds after which a request that was never answered well is given up, its outcome unknown."""
HOST: Final = {"Host": urlsplit(PUBLIC_URL).netloc}
REST_SECONDS: Final = 6.0
AGAIN_AFTER: Final = 0.25
LOOKS_EVERY: Final = 0.5
STALLED: Final = 1.0
"""Seconds that this process may be late, before what it says of others' times is worth nothing."""


@dataclass(slots=True)
class Door:
    """Where one node is reached by clients: host and port, and what answers there now."""

    host: str
    port: int
    name: str
    starts: int = 0
    named: int = 0
    """The port by which a `moved` names it, if that is another one."""

    @property
    def label(self) -> str:
        """Name the process that answers there: a node, and which of its starts."""
        return f"{self.name}/{self.starts}"


@dataclass(frozen=True, slots=True)
class Practice:
    """One clinic, and how its people and programs get in."""

    clinic: str
    number: str
    api_key: str
    session: str
    dialin_key: str
    lets_in: bool
    """Whether its providers let guests in themselves."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What REST said in the end: a status, 0 when it never said anything clear, and a body."""

    status: int
    body: Any

    @property
    def code(self) -> str:
        """The refusal's code; "" when there is none."""
        return "" if self.status and self.status < 400 else (self.body or {}).get("code", "unknown")


@dataclass(slots=True)
class Town:
    """The world of the clients of one run."""

    doors: list[Door]
    clinics: list[str] = field(default_factory=list)
    history: History = field(default_factory=History)
    lines: set[Line] = field(default_factory=set)
    silent: list[Line] = field(default_factory=list)
    """Lines of computers that are off; nobody has closed them."""
    server_ahead: float = 0.0
    """Milliseconds by which the server's clock is ahead of 1000 x monotonic time."""
    stopping: bool = False
    """No new visits, no new acts: what goes on is brought to rest."""
    closed: bool = False
    """Nothing is written down any more: all is over."""
    homes: dict[str, Door] = field(default_factory=dict)
    """Where a clinic was last served."""
    stalls: list[float] = field(default_factory=list)
    """For how long this process stood still, each time. Seconds."""
    about_to_ask: Callable[[int], None] = lambda _: None
    """Told our port of the line on which something is asked next."""
    keeps_lines: bool = True
    """Whether requests over REST share connections."""
    numbers: count[int] = field(default_factory=lambda: count(1))
    ops: count[int] = field(default_factory=lambda: count(1))
    chance: random.Random = field(default_factory=random.Random)
    """For what is not part of the story: waits and doors. Stories draw from their own."""
    _clients: dict[int, httpx.AsyncClient] = field(default_factory=dict)

    # ------------------------------------------------------------ the history

    def note(self, entry: Entry) -> None:
        """Write down what happened."""
        if not self.closed:
            self.history.add(entry)  # type: ignore[arg-type]  # every kind of entry is one of AnyEntry

    def op(self, who: str) -> str:
        """Name one more operation."""
        return f"{who[:20]} {next(self.ops)}"

    def heard_clock(self, instant: int, sent: float, at: float) -> None:
        """Learn from an answer what time it is at the server."""
        self.server_ahead = instant - 500 * (sent + at)

    def instant(self) -> int:
        """Give the server's time, milliseconds since 1970."""
        return round(1000 * now() + self.server_ahead)

    async def watch_ourselves(self) -> None:
        """Write down, for ever, when this very process stood still: then nobody can say who was there."""
        while True:
            before = now()
            await asyncio.sleep(LOOKS_EVERY)
            if (late := now() - before - LOOKS_EVERY) > STALLED:
                self.stalls.append(late)
                target = f"{len(self.stalls)}"
                self.note(Fault(at=before, name="stall", target=target, blinds=True))
                self.note(Fault(at=now(), name="stall", target=target, over=True, blinds=True))

    # ------------------------------------------------------------ doors

    def door(self, clinic: str = "", but: Door | None = None) -> Door:
        """Choose a door as a load balancer that knows of no clinic, but the one that has just failed; first
        one that served this clinic.
        """
        others = [door for door in self.doors if door is not but] or self.doors
        return self.homes.get(clinic) or self.chance.choice(others)

    def behind(self, ws_url: str) -> Door:
        """Give the door that a `moved` names: by its port, or as a load balancer does by its path."""
        named = urlsplit(ws_url)
        slot = named.path.removeprefix("/n/").removesuffix("/ws")
        found = (door for door in self.doors if named.port == (door.named or door.port) or slot == door.name)
        return next(found, self.doors[0])

    async def watch_silence(self) -> None:
        """Give up lines that have been silent for too long, for ever."""
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            for line in [line for line in self.lines if line.quiet]:
                line.drop()

    # ------------------------------------------------------------ REST

    async def rest(
        self,
        practice: Practice,
        method: str,
        path: str,
        body: object = None,
        *,
        op: str = "",
        session: bool = False,
        within: float = ASK_WITHIN,
    ) -> Reply:
        """Ask until there is a clear answer: at any node, the same operation each time."""
        headers = {"Cookie": f"vestibule_session={practice.session}", "X-Vestibule": "1"}
        if not session:
            headers = {"Authorization": f"Bearer {practice.api_key}"}
        if op:
            headers["Idempotency-Key"] = op.replace(" ", "-")
        until = now() + within
        while now() < until:
            door = self.door(practice.clinic)
            reply = await self._once(door, method, path, body, headers)
            if reply is not None and reply.status != 503 and reply.code != "busy":
                self.homes[practice.clinic] = door
                return reply
            self.homes.pop(practice.clinic, None)
            await asyncio.sleep(self.chance.uniform(AGAIN_AFTER / 2, AGAIN_AFTER))
        return Reply(0, None)

    async def _once(
        self, door: Door, method: str, path: str, body: object, headers: Mapping[str, str]
    ) -> Reply | None:
        client = self._clients.get(door.port)
        if client is None:
            kept = 10 if self.keeps_lines else 0
            limits = httpx.Limits(max_connections=40, max_keepalive_connections=kept, keepalive_expiry=2.0)
            client = self._clients[door.port] = httpx.AsyncClient(
                base_url=f"http://{door.host}:{door.port}/api/v1",
                trust_env=False,
                timeout=REST_SECONDS,
                limits=limits,
            )
        try:
            answer = await client.request(method, path, json=body, headers={**HOST, **headers})
            return Reply(answer.status_code, answer.json() if answer.content else None)
        except (httpx.HTTPError, ValueError):
            return None

    async def close(self) -> None:
        """Let go of the connections."""
        for line in (*self.lines, *self.silent):
            line.close()
        for client in self._clients.values():
            await client.aclose()
