"""Somebody at a browser: joins by link or with a ticket, talks to the others, drops, resumes, leaves."""

import asyncio
from time import monotonic
from typing import Final

from load_tests.client import Client
from load_tests.crowd import CANDIDATE
from load_tests.dialects import VESTIBULE, Fields
from load_tests.ground import Ground
from load_tests.screens import Screens
from load_tests.site import Booked
from load_tests.visitor import Visitor

PROVIDER: Final = "provider"
OFFER: Final = "offer " + "v=0 o=- 4611731400430051336 2 IN IP4 127.0.0.1 s=- t=0 0 a=group:BUNDLE 0 1 " * 16
"""As long as a session description of a browser: about 1.2 KB."""
ANSWER: Final = "answer" + OFFER[6:]
CANDIDATES: Final = 4
"""How many each side of a pair sends."""
_STAMP: Final = 16


def stamped(data: str, meant: float) -> str:
    """Put when something was meant to be sent behind it, in microseconds of the monotonic clock."""
    return f"{data}{round(meant * 1e6):0{_STAMP}}"


def stamp(relayed: bytes) -> float:
    """Read when a relay was meant to be sent; its data is what it ends with."""
    return int(relayed[-_STAMP:]) / 1e6


class Person(Client):
    """One seat of one visit, and whoever has it."""

    def __init__(self, ground: Ground, booked: Booked, role: str, screens: Screens | None = None) -> None:
        super().__init__(ground)
        self.booked = booked
        self.role = role
        self.standing = ""
        self.seat = ""
        self.admits = False
        """Whether they let in everybody who waits, as far as they may."""
        self.talks = False
        """Whether they make a media connection with everybody who is there, as a browser does."""
        self.inside = asyncio.Event()
        self._screens = screens
        self._page = ground.page()
        self._op = ground.page()
        self._secret = ""
        self._stream, self._seq = "", 0

    # ------------------------------------------------------------ coming and going

    async def come(self, meant: float, what: str = "join") -> bool:
        """Come in for the first time; says whether that worked."""
        if self._screens is not None:
            self._screens.expect((self.booked.visit, self.role), "came", meant, "presence")
        return await self.enter(what, meant)

    async def drop(self) -> float:
        """Lose the connection; give when."""
        at = monotonic()
        if self._screens is not None and self.standing == "in":
            self._screens.expect((self.booked.visit, self.role), "lost", at, "lost_shown")
        self.hang_up()
        return at

    async def come_back(self, meant: float, what: str = "resume") -> bool:
        """Resume the seat; says whether that worked."""
        if self._screens is not None:
            self._screens.back((self.booked.visit, self.role))
        return await self.enter(what, meant)

    async def leave(self, meant: float) -> None:
        """Leave the visit."""
        self._left = self.visitor  # the server closes it
        await self.ask("leave", meant, "leave")

    async def complete(self, meant: float) -> None:
        """End the visit for everybody."""
        if self._screens is not None:
            self._screens.forget(self.booked.visit)
        await self.ask("complete", meant, "complete", op=self.ground.page())

    def cut(self, after: float) -> None:
        """Come back by themselves, as every page does."""
        self.ground.start(self._return(monotonic(), after))

    async def _return(self, meant: float, after: float) -> None:
        await asyncio.sleep(after + self.ground.chance.uniform(0, 0.5))
        await self.come_back(meant)

    # ------------------------------------------------------------ what is said

    async def hello(self) -> Fields:
        """Resume the seat, if they have one; else show the ticket or the link."""
        if self._secret:
            if self.visitor is not None:
                self._seq = max(self._seq, self.visitor.seq)
            seat = {"visit": self.booked.visit, "seat": self.seat, "secret": self._secret}
            return {"t": "hello.seat", **seat, "page": self._page, "stream": self._stream, "seq": self._seq}
        if self.role == PROVIDER:
            ticket, ws_url = await self.ground.clinics.ticket(self.booked.clinic, self.booked.visit)
            self.door = self.ground.door_at(ws_url)
            return {"t": "hello.staff", "ticket": ticket, "page": self._page}
        token = self.booked.patient if self.role == "patient" else self.booked.guest
        return {"t": "hello.link", "token": token, "page": self._page, "name": "Mei Tanaka", "op": self._op}

    def greeted(self, ready: Fields) -> None:
        """Take the seat, or have it again."""
        if self._secret:
            self.ground.tally.count(f"resumed_{ready['resumed']}")
        self.seat, self._secret = ready["seat"], ready["secret"]
        self._stream, self._seq = ready["stream"], ready["seq"]
        if self.visitor is not None:
            self.visitor.seq = ready["seq"]
            self.visitor.pass_on = self._relayed
        if ready["resumed"] != "replay":
            self._stands(ready["standing"])
        if ready.get("inside"):
            self._entered(ready["inside"])

    def told(self, visitor: Visitor, message: Fields) -> None:
        """Follow where they stand, and who is there."""
        match message["t"]:
            case "you":
                self._stands(message["standing"])
            case "inside":
                self._entered(message)
            case "seat" if self.admits and message["seat"]["standing"] == "waiting":
                self.ground.start(self._admit(message["seat"]["seat"]))
            case "ended" | "bye":
                self.over.set()

    async def _admit(self, seat: str) -> None:
        await self.ask("admit", monotonic(), "admit", seat=seat, op=self.ground.page())

    def _stands(self, standing: str) -> None:
        self.standing = standing
        if standing == "in":
            self.inside.set()

    def _entered(self, inside: Fields) -> None:
        if self.talks:
            for peer in inside.get("peers", ()):
                self._say(peer["seat"], OFFER)

    def signal(self, to: str, data: str, meant: float) -> None:
        """Send something to another seat."""
        if self.visitor is not None and not self.visitor.closed.done():
            self.visitor.write(VESTIBULE.frame("signal", to=to, data=stamped(data, meant)))
            self.ground.tally.count("signals")

    def _say(self, to: str, first: str) -> None:
        meant = monotonic()
        for data in (first, *[CANDIDATE] * CANDIDATES):
            self.signal(to, data, meant)

    def _relayed(self, visitor: Visitor, relayed: bytes) -> None:
        self.ground.tally.took("relay", stamp(relayed))
        if self.talks and b"offer " in relayed[:64]:
            _, message = VESTIBULE.read(relayed)
            self._say(message["seat"], ANSWER)
