"""A call's line to the visits: the public protocol's telephone (docs/protocol.md), kept up through lost
connections and moves.

The PIN that let the caller in is kept in memory while the call lasts, because only it brings the caller back
to their seat on a new connection.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from gateway.websocket.client import Client, Closed, Unreachable, dial
from signaling import messages as wire
from signaling.codec import JSON
from signaling.codes import GIVE_UP_AFTER, Close

CONNECT_WITHIN: Final = 3.0
READY_WITHIN: Final = 5.0
FIRST_WAIT: Final = 0.25
LONGEST_WAIT: Final = 4.0
"""Seconds between two tries to connect: at first, and at most."""
BACK_TO_DOOR: Final = 2
"""After so many failures at the address that `moved` named, the visits' own is asked again."""
MOVES_AT_MOST: Final = 5
_FINAL: Final = frozenset({Close.DONE, Close.REFUSED, Close.REPLACED, Close.REVOKED})

_ANOTHER_PIN: Final = frozenset({"pin_wrong", "tries_used"})
LASTED: Final = 5.0
"""Seconds that a connection has to last to count as a good one."""


class How(StrEnum):
    """How a connection ended."""

    OVER = "over"
    """The visits said all there is to say."""
    NEVER = "never"
    """Connecting again would not help."""
    LOST = "lost"
    ELSEWHERE = "elsewhere"
    """`moved` says where to go on."""


_read: Final = msgspec.json.Decoder(tuple[int, wire.FromServer] | wire.FromServer).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Where the visits are, and by what right calls come."""

    url: str
    key: str
    ca_file: Path | None = None
    give_up_first: float = 6.0
    """Seconds without a connection after which a caller who has heard nothing yet is told to try later."""
    give_up_after: float = 20.0
    """The same for one who was asked for the PIN, or waits."""
    give_up_inside: float = 60.0
    """The same for one who is in the call: they go on hearing the others meanwhile."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """What is said of a call: its id, and the numbers."""

    call: str
    dialled: str
    caller: str


class VisitsGone(Exception):
    """The visits are out of reach, or want nothing of this call; the caller can only try later."""


class Line:
    """One call's conversation with the visits.

    `run` connects and goes on until the visits have said goodbye (it returns) or stay out of reach
    (VisitsGone); whatever they say is handed to `hear`, the first `ready.phone` included, later ones not.
    `ask` and `tell` may be called at any time.
    """

    def __init__(self, exchange: Exchange, call: Dialled, hear: Callable[[wire.Message], None]) -> None:
        self._exchange = exchange
        self._call = call
        self._hear = hear
        self._client: Client | None = None
        self._url = exchange.url
        self._digits = ""
        self._asked = 0
        self._media: wire.Media | None = None
        self._next = 1
        self._known = False
        self._failures = 0
        self._moves = 0
        self._out: asyncio.Queue[wire.Message] = asyncio.Queue()
        self.inside = False
        """Whether the caller is in the call, as far as this line has heard."""

    async def run(self) -> None:
        """Talk until it is over. Raises VisitsGone."""
        clock = asyncio.get_running_loop().time
        since = clock()
        while True:
            began = clock()
            how, hint = await self._talk_once()
            if how is How.OVER:
                return
            if clock() - began >= LASTED:
                since, self._failures, self._moves = clock(), 0, 0
            if how is How.NEVER or clock() - since > self._longest():
                raise VisitsGone
            if how is not How.ELSEWHERE:
                await asyncio.sleep(self._after_hint(hint) if hint else self._wait())

    def _longest(self) -> float:
        """Say for how long no connection is borne."""
        if self.inside:
            return self._exchange.give_up_inside
        return self._exchange.give_up_after if self._known else self._exchange.give_up_first

    def ask(self, digits: str) -> None:
        """Ask about a PIN; what was asked before is forgotten."""
        self._digits = digits
        self._send_digits()

    def tell(self, *, mic: bool, speaks: bool = False) -> None:
        """Say whether the caller can be heard, and says something."""
        self._media = wire.Media(mic=mic, cam=False, speaks=speaks)
        if self._client is not None:
            self._out.put_nowait(self._media)

    async def close(self, code: int) -> None:
        """Be done with it; 1000 says that the caller hung up. `run` has to be cancelled first."""
        client, self._client, self._digits = self._client, None, ""
        if client is not None:
            await client.close(code)

    # ------------------------------------------------------------ one connection

    async def _talk_once(self) -> tuple[How, float]:
        """Connect and talk until the connection ends; say how it went, and when to come back."""
        try:
            client = await dial(
                self._url,
                subprotocol=JSON.subprotocol.value,
                within=CONNECT_WITHIN,
                ca_file=self._exchange.ca_file,
            )
        except Unreachable:
            self._failed()
            return How.LOST, 0.0
        self._client = client
        while not self._out.empty():
            self._out.get_nowait()  # of the connection before; what still counts is said again
        writer = asyncio.create_task(self._write(client))
        try:
            how, hint = await self._listen(client)
        except Closed as closed:
            how, hint = self._after(closed)
        except TimeoutError:
            how, hint = How.LOST, 0.0
        finally:
            writer.cancel()
        # not reached when the caller hangs up: then `close` says so
        self._client = None
        await client.close(Close.GOING_AWAY)
        return how, hint

    async def _listen(self, client: Client) -> tuple[How, float]:
        hello = wire.HelloPhone(
            id=self._number(),
            key=self._exchange.key,
            call=self._call.call,
            dialled=self._call.dialled,
            caller=self._call.caller,
        )
        self._out.put_nowait(hello)
        async with asyncio.timeout(READY_WITHIN):
            first = await self._message(client)
            while not isinstance(first, wire.ReadyPhone | wire.Error | wire.Moved):
                first = await self._message(client)
        if isinstance(first, wire.Moved):
            return self._move(first), 0.0
        if isinstance(first, wire.Error):
            return self._not_ready(first), first.retry_after_ms / 1000
        self._ready(first)
        while True:
            async with asyncio.timeout(GIVE_UP_AFTER):
                message = await self._message(client)
            if isinstance(message, wire.Moved):
                return self._move(message), 0.0
            if isinstance(message, wire.Bye):
                return self._bye(message), message.retry_after_ms / 1000
            if message is not None:
                self._take(message)

    def _ready(self, ready: wire.ReadyPhone) -> None:
        if not self._known:
            self._known = True
            self._hear(ready)
        if self._digits:
            self._send_digits()

    def _take(self, message: wire.Message) -> None:
        if isinstance(message, wire.Error) and message.id != self._asked:
            return  # of something that needs no answer
        if isinstance(message, wire.Error) and message.code in _ANOTHER_PIN:
            self._digits = ""
        if isinstance(message, wire.You):
            was, self.inside = self.inside, message.standing == "in"
            if self.inside and self._media is not None and self._client is not None and was:
                self._out.put_nowait(self._media)  # a new connection knows nothing of it
        if not isinstance(message, wire.Beat):
            self._hear(message)

    def _not_ready(self, error: wire.Error) -> How:
        if error.code in ("try_later", "busy"):
            return How.LOST
        self._hear(error)
        return How.OVER if error.code == "number_unknown" else How.NEVER

    def _move(self, moved: wire.Moved) -> How:
        self._moves += 1
        if self._moves > MOVES_AT_MOST:  # nodes that send us round in a circle will agree in a moment
            self._moves, self._url = 0, self._exchange.url
            return How.LOST
        self._url = moved.ws_url
        return How.ELSEWHERE

    def _bye(self, bye: wire.Bye) -> How:
        if bye.code == "restarting":
            return How.LOST
        self._hear(bye)
        return How.OVER

    def _after(self, closed: Closed) -> tuple[How, float]:
        if closed.code in _FINAL:
            return How.NEVER, 0.0
        hint = closed.reason.removeprefix("retry=") if closed.code == Close.RESTARTING else ""
        try:
            seconds = min(max(float(hint), 0.0), LONGEST_WAIT)
        except ValueError:
            seconds = 0.0
        return How.LOST, seconds

    def _failed(self) -> None:
        self._failures += 1
        if self._failures >= BACK_TO_DOOR:
            self._url = self._exchange.url

    def _after_hint(self, hint: float) -> float:
        """Come when we were told to, a little apart from everybody else who was."""
        return min(hint, self._longest()) * random.uniform(1.0, 1.2)  # noqa: S311 - no secret

    def _wait(self) -> float:
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._failures, 8))
        return random.uniform(longest / 2, longest)  # noqa: S311 - no secret

    # ------------------------------------------------------------ messages

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _send_digits(self) -> None:
        if self._client is not None:
            self._asked = self._number()
            self._out.put_nowait(wire.Digits(id=self._asked, digits=self._digits))

    async def _write(self, client: Client) -> None:
        try:
            while True:
                await client.say(JSON.encode(await self._out.get()).decode())
        except Closed:
            return  # the reader learns it too

    async def _message(self, client: Client) -> wire.Message | None:
        """Read a message; None for one that we do not know (docs/protocol.md, Versions)."""
        data = await client.hear()
        try:
            read: tuple[int, wire.Message] | wire.Message = _read(data)
        except (msgspec.ValidationError, msgspec.DecodeError):
            return None
        return read[1] if isinstance(read, tuple) else read
