"""A visit as its bridge sees it: signaling with the node, and the room where the sound is mixed.

The bridge is a peer that only answers. It goes on carrying sound while the node is away, and says hello again
with the same page, so that browsers keep their connections to it.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog
from msgspec import Struct
from msgspec import json as spelled

from gateway.media.bridge.backend import Backend, Candidate, Hear, Room, Unable, Voice
from gateway.websocket.client import Client, Closed, Unreachable, dial
from signaling import messages as wire
from signaling.codes import Subprotocol

_WITHIN: Final = 3.0
"""Seconds for connecting, and for an answer."""
_FIRST_WAIT: Final = 0.1
_LONGEST_WAIT: Final = 2.0
_SILENT: Final = 7.0
"""Seconds without a word of the node after which the connection is lost (docs/protocol.md, Silence)."""
_ICE_OLD: Final = 240.0
"""Seconds after which fresh TURN credentials are asked for before they are used."""
_WAITING: Final = 200
"""Signals of one browser that wait for their turn."""

log = structlog.get_logger("vestibule.bridge")


class _Signal(Struct):
    """What browsers say to us, as docs/protocol.md names it."""

    pair: str
    page: str
    to: str = ""
    offer: str = ""
    candidate: Candidate | None = None


class Refusal(Exception):
    """The node does not take us for this visit's bridge (any more)."""


class BridgedVisit:
    """One visit's bridge, from its first telephone to its last."""

    def __init__(self, url: str, key: str, backend: Backend, ca_file: Path | None = None) -> None:
        self._url, self._key, self._backend, self._ca_file = url, key, backend, ca_file
        self._page = secrets.token_hex(8)
        self._tickets: dict[str, str] = {}
        """The ticket of each seat whose telephone is here: any of them is proof."""
        self._room: Room | None = None
        self._client: Client | None = None
        self._asked: dict[int, asyncio.Future[wire.Message]] = {}
        self._requests = 0
        self._attending: frozenset[str] = frozenset()
        self._ice: Sequence[wire.IceServer] = ()
        self._ice_at = 0.0
        self._chains: dict[str, asyncio.Queue[_Signal]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._speaking: Sequence[str] = ()
        self._ready = asyncio.Event()
        self.closed = False

    # ------------------------------------------------------------ life

    async def open(self, visit: str, ticket: str) -> str:
        """Say hello with a telephone's ticket; gives its seat. Raises Refusal, Unreachable, Unable."""
        self._room = await self._backend.open(visit, self._speak)
        ready = await self._hello(ticket)
        self._tickets[ready.seat] = ticket
        self._start(self._keep())
        return ready.seat

    async def seat_of(self, ticket: str) -> str:
        """Ask the node whose ticket this is. Raises Refusal, Closed, TimeoutError."""
        for seat, known in self._tickets.items():
            if known == ticket:
                return seat
        await asyncio.wait_for(self._ready.wait(), _WITHIN)
        answer = await self._ask(lambda ident: wire.TakeLeg(id=ident, ticket=ticket))
        if not isinstance(answer, wire.Leg):
            raise Refusal
        self._tickets[answer.seat] = ticket
        return answer.seat

    async def telephone(self, seat: str, hear: Hear) -> Voice:
        """Let a telephone in whose ticket was taken."""
        if self._room is None:
            raise Unable("closed")
        return await self._room.telephone(seat, hear)

    def forget(self, seat: str) -> None:
        """A telephone is gone, and its ticket is no proof any more."""
        self._tickets.pop(seat, None)

    @property
    def telephones(self) -> int:
        """How many telephones are here."""
        return len(self._tickets)

    @property
    def browsers(self) -> int:
        """How many browsers are here."""
        return len(self._room.browsers()) if self._room is not None else 0

    async def close(self) -> None:
        """Leave the visit."""
        if self.closed:
            return
        self.closed = True
        for task in tuple(self._tasks):
            task.cancel()
        if self._client is not None:
            await self._client.close()
        if self._room is not None:
            await self._room.close()

    # ------------------------------------------------------------ the node

    async def _keep(self) -> None:
        """Hear the node, and come back to it whenever it was lost."""
        wait = _FIRST_WAIT
        while not self.closed:
            if self._client is not None:
                await self._hear(self._client)
                wait = _FIRST_WAIT
            self._ready.clear()
            self._client = None
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)
            for ticket in tuple(self._tickets.values()):
                with suppress(Refusal, Unreachable, Closed, TimeoutError):
                    await self._hello(ticket)
                    break

    async def _hello(self, ticket: str) -> wire.ReadyBridge:
        url = self._url
        for _ in range(2):
            client = await dial(url, subprotocol=Subprotocol.JSON, within=_WITHIN, ca_file=self._ca_file)
            hello = wire.HelloBridge(id=1, key=self._key, ticket=ticket, page=self._page)
            await client.say(spelled.encode(hello).decode())
            answer = await asyncio.wait_for(_next(client), _WITHIN)
            if isinstance(answer, wire.Moved):
                url = answer.ws_url
                continue
            if isinstance(answer, wire.ReadyBridge):
                self._client, self._requests = client, 1
                self._ice, self._ice_at = answer.ice, asyncio.get_running_loop().time()
                self._ready.set()
                await self._attend(answer.attending)
                return answer
            await client.close()
            break
        raise Refusal

    async def _hear(self, client: Client) -> None:
        try:
            while True:
                self._take(await asyncio.wait_for(_next(client), _SILENT))
        except (Closed, TimeoutError):
            await client.close()
        finally:
            for waiting in self._asked.values():
                waiting.cancel()
            self._asked.clear()

    def _take(self, message: wire.Message | None) -> None:
        if isinstance(message, wire.Relayed):
            self._relayed(message.seat, message.data)
        elif isinstance(message, wire.Attending):
            self._start(self._attend(message.seats))
        elif isinstance(message, wire.Leg | wire.Ice | wire.Error):
            waiting = self._asked.pop(message.id, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)

    async def _ask(self, request: Callable[[int], wire.Message]) -> wire.Message:
        client = self._client
        if client is None:
            raise Refusal
        self._requests += 1
        answer = self._asked[self._requests] = asyncio.get_running_loop().create_future()
        await client.say(spelled.encode(request(self._requests)).decode())
        try:
            return await asyncio.wait_for(answer, _WITHIN)
        except asyncio.CancelledError:
            if answer.cancelled():
                raise Refusal from None  # the connection was lost
            raise

    # ------------------------------------------------------------ browsers

    async def _attend(self, seats: Sequence[str]) -> None:
        """These may be connected to; whoever is not among them any more hears nothing from now on."""
        self._attending = frozenset(seats)
        room = self._room
        if room is not None:
            for seat in room.browsers() - self._attending:
                await room.drop(seat)

    def _relayed(self, seat: str, data: str) -> None:
        try:
            signal = spelled.decode(data, type=_Signal)
        except ValueError:
            return
        if seat not in self._attending or (signal.offer and signal.to != self._page):
            return
        chain = self._chains.get(seat)
        if chain is None:
            chain = self._chains[seat] = asyncio.Queue(_WAITING)
            self._start(self._follow(seat, chain))
        with suppress(asyncio.QueueFull):
            chain.put_nowait(signal)

    async def _follow(self, seat: str, chain: "asyncio.Queue[_Signal]") -> None:
        """Carry out what one browser says, one after the other."""
        while True:
            signal = await chain.get()
            if self._room is None or seat not in self._attending:
                continue
            try:
                if signal.offer:
                    await self._answer(self._room, seat, signal)
                else:
                    await self._room.candidate(seat, signal.pair, signal.candidate)
            except (Unable, Refusal, Closed, TimeoutError) as error:
                log.info("bridge_pair", result=type(error).__name__)

    async def _answer(self, room: Room, seat: str, signal: _Signal) -> None:
        if asyncio.get_running_loop().time() - self._ice_at > _ICE_OLD:
            await self._fresh_ice()
        answer = await room.offered(seat, signal.pair, signal.offer, self._ice)
        if seat not in self._attending:  # put out meanwhile
            await room.drop(seat)
            return
        said = {"pair": signal.pair, "page": self._page, "answer": answer.sdp}
        await self._say(seat, said | ({"whole": True} if answer.whole else {}))
        await self._say(seat, self._who_speaks())

    async def _fresh_ice(self) -> None:
        answer = await self._ask(lambda ident: wire.GetIce(id=ident))
        if isinstance(answer, wire.Ice):
            self._ice, self._ice_at = answer.servers, asyncio.get_running_loop().time()

    def _speak(self, seats: Sequence[str]) -> None:
        self._speaking = seats
        self._start(self._tell_all(self._who_speaks()))

    def _who_speaks(self) -> dict[str, object]:
        return {"pair": "", "page": self._page, "speaking": list(self._speaking)}

    async def _tell_all(self, signal: dict[str, object]) -> None:
        for seat in sorted(self._room.browsers()) if self._room is not None else ():
            await self._say(seat, signal)

    async def _say(self, seat: str, signal: dict[str, object]) -> None:
        if self._client is not None:
            with suppress(Closed):
                await self._client.say(spelled.encode(wire.Signal(to=seat, data=json.dumps(signal))).decode())

    def _start(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("bug", error=type(error).__name__, where="bridge")


_READ: Final = spelled.Decoder(wire.FromServer)


async def _next(client: Client) -> wire.Message | None:
    """Read the next message; None for one that we do not know, and for those of no concern to a bridge."""
    said = await client.hear()
    try:
        message: wire.Message = _READ.decode(said)
    except ValueError:
        return None
    return message


__all__ = ["BridgedVisit", "Refusal"]
