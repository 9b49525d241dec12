"""Whoever has a connection and follows docs/protocol.md with it: how they come in, and what befalls them.

A client is moved when the server says so, waits when it is asked to, and comes back when it was cut. How long
it took is counted from when the person meant to come, waits included.
"""

import asyncio
import math
from time import monotonic
from typing import Final

from load_tests.dialects import VESTIBULE, Fields
from load_tests.ground import Ground
from load_tests.visitor import PATIENCE_SECONDS, Hangup, Visitor, opened

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 15.0
MOVES: Final = 5
GIVES_UP: Final = 60.0
"""Seconds after which somebody stops trying to come in."""
PASSING: Final = frozenset({"try_later", "busy"})
OVER: Final = frozenset({"visit_over", "link_over", "pin_over", "no_such_visit", "unanswered"})
"""What is said to somebody who comes or asks after the end."""
HELLO: Final = 1


class Client:
    """Somebody who says hello; what it says, and what they hear, is for each kind of client to say."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.door = ground.door
        self.visitor: Visitor | None = None
        self.over = asyncio.Event()
        """The server said goodbye for good, or somebody gave up."""
        self.ends = math.inf
        """When their visit is meant to end, by the monotonic clock: from then on they may be refused."""
        self._left: Visitor | None = None
        """The connection that they hung up themselves."""
        self._answer: asyncio.Future[Fields] | None = None
        self._requests = HELLO
        self._asked: dict[int, asyncio.Future[Fields]] = {}

    # ------------------------------------------------------------ for each kind to say

    async def hello(self) -> Fields:
        """Say who is coming."""
        raise NotImplementedError

    def greeted(self, ready: Fields) -> None:
        """Take the answer to hello, before anything that follows it."""

    def told(self, visitor: Visitor, message: Fields) -> None:
        """Something was said."""

    def cut(self, after: float) -> None:
        """The connection was lost, not by us; the server asked to wait so many seconds."""

    # ------------------------------------------------------------ coming in

    async def enter(self, what: str, meant: float) -> bool:
        """Come in, however often it takes; says whether that worked, and counts it as `what`."""
        tally, wait, moves, move = self.ground.tally, FIRST_WAIT, 0, Fields()
        while monotonic() < meant + GIVES_UP:
            pause = 0.0
            try:
                answer = await self._say_hello(move)
            except (Hangup, OSError, TimeoutError, asyncio.IncompleteReadError) as lost:
                tally.count("unanswered")
                pause, answer = getattr(lost, "after", 0.0), Fields(t="")
            if answer["t"] == "moved" and moves < MOVES:
                self.door = self.ground.door_at(answer["ws_url"])
                moves, move = moves + 1, {"ticket": answer["ticket"]} if answer.get("ticket") else {}
                continue
            if answer["t"] == "error" and answer["code"] not in PASSING:
                self._refused(what, answer["code"])
                self.over.set()
                return False
            if answer["t"].startswith("ready"):
                tally.took(what, meant)
                return True
            if answer["t"] == "error":
                tally.count("put_off")
                pause = answer.get("retry_after_ms", 0) / 1000
            self.door, moves, move = self.ground.door, 0, {}
            await asyncio.sleep(pause + self.ground.chance.uniform(0, wait))
            wait = min(2 * wait, LONGEST_WAIT)
        tally.failed(what, "gave up")
        self.over.set()
        return False

    async def _say_hello(self, more: Fields) -> Fields:
        hello = await self.hello() | more
        visitor = self.visitor = await opened(VESTIBULE, self.door)
        self._answer = answer = asyncio.get_running_loop().create_future()
        visitor.heard = self._heard
        visitor.closed.add_done_callback(lambda _: self._gone(visitor, answer))
        visitor.write(VESTIBULE.frame(hello.pop("t"), id=HELLO, **hello))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answered: Fields = await answer
        except TimeoutError:
            visitor.transport.abort()
            raise
        return answered

    def _heard(self, visitor: Visitor, message: Fields) -> None:
        answer = self._answer
        if visitor is not self.visitor:
            return  # the last words of a connection that was left
        if answer is None or answer.done():
            asked = self._asked.get(message.get("id", 0))
            if asked is None:
                self.told(visitor, message)
            elif not asked.done():
                asked.set_result(message)
        elif message["t"].startswith("ready"):
            self.ground.tally.here += 1
            self.greeted(message)
            answer.set_result(message)
        elif message["t"] in ("error", "moved"):
            answer.set_result(message)

    def _gone(self, visitor: Visitor, answer: asyncio.Future[Fields]) -> None:
        if not answer.done():
            answer.set_exception(Hangup("closed before it was answered"))
            return
        if answer.cancelled() or answer.exception() or not answer.result()["t"].startswith("ready"):
            return
        self.ground.tally.here -= 1
        if visitor is self.visitor and visitor is not self._left and not self.over.is_set():
            self.ground.tally.count("cut")
            self.cut(_seconds(visitor.farewell))

    # ------------------------------------------------------------ once in

    async def ask(self, what: str, meant: float, t: str, **fields: object) -> Fields | None:
        """Ask for something until it is answered with more than `try_later`, counted as `what` from when it
        was meant to be; None when there was no answer, or it was refused.
        """
        answer = await self.answer(t, **fields)
        while _passes(answer) and monotonic() < meant + GIVES_UP:
            self.ground.tally.count("put_off")
            pause = answer.get("retry_after_ms", 0) / 1000 if answer else 0.0
            await asyncio.sleep(pause + self.ground.chance.uniform(0, FIRST_WAIT))
            answer = await self.answer(t, **fields)
        if answer is None or answer["t"] == "error":
            self._refused(what, answer["code"] if answer else "unanswered")
            return None
        self.ground.tally.took(what, meant)
        return answer

    def _refused(self, what: str, why: str) -> None:
        """Count a refusal: as a failure, unless they came when their visit was meant to be over."""
        if why in OVER and monotonic() >= self.ends:
            self.ground.tally.count("too_late")
        else:
            self.ground.tally.failed(what, why)

    async def answer(self, t: str, **fields: object) -> Fields | None:
        """Ask for something; give what was answered, be it `error`, or None."""
        visitor = self.visitor
        if visitor is None or visitor.closed.done():
            return None
        self._requests += 1
        request, answer = self._requests, asyncio.get_running_loop().create_future()
        self._asked[request] = answer
        visitor.write(VESTIBULE.frame(t, id=request, **fields))
        visitor.closed.add_done_callback(lambda _: answer.cancel())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answered: Fields = await answer
                return answered
        except TimeoutError:
            return None
        except asyncio.CancelledError:
            if not visitor.closed.done():
                raise  # it is we who are stopped
            return None
        finally:
            del self._asked[request]

    def hang_up(self) -> None:
        """Be gone at once, without a word."""
        self._left = self.visitor
        if self.visitor is not None and not self.visitor.closed.done():
            self.visitor.vanish()


def _passes(answer: Fields | None) -> bool:
    """Whether the same request may succeed a little later."""
    return answer is not None and answer["t"] == "error" and answer["code"] in PASSING


def _seconds(farewell: str) -> float:
    """Read `retry=2.5`."""
    said = farewell.partition("retry=")[2]
    return float(said) if said.replace(".", "", 1).isdigit() else 0.0
