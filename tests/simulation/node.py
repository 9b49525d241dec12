"""One process of a node, as `gateway.node` puts it together: everything real but sockets, store and clock."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any, Final, Protocol, TypeVar, cast

from actors.bridging import Bridging
from actors.clock import Clock
from actors.desk import Desk
from actors.host import Host, HostSettings
from actors.neighbours import PROBE_SECONDS, READY_SECONDS
from actors.ports import Member, Observer, OutreachLimits, PeerDown, Peers, Post, StoreDown
from actors.reception import Reception
from actors.requests import Requests
from actors.secrets import Secrets
from actors.steering import elsewhere
from actors.store.known import RedisKnown
from actors.store.pins import RedisPins
from actors.store.quotas import RedisQuotas
from actors.store.settings import StoreSettings
from actors.store.shards import RedisShards
from actors.store.stops import RedisStops
from actors.telephone import Telephone
from engine.ids import SeatId, VisitId
from gateway.door import KeyHolder, TicketHolder
from gateway.sockets import Conversations, Rooms
from gateway.turnstile import Turnstile
from gateway.websocket import Accepted, Handshake, Rejection
from signaling.codes import Close
from signaling.messages import IceServer
from tests.simulation.loop import Line, ProcessLoop, Scheduler, settle
from tests.simulation.net import Wire
from tests.simulation.store import Connection, StoreServer, servers

T = TypeVar("T")

SECRETS: Final = Secrets({1: bytes(32)})
"""The deployment's pepper: the same for all nodes, and for those who look into the store."""
STORE: Final = StoreSettings(url="unix:///store")
HELLOS: Final = 400
"""How many hellos a node takes in a second, and at once."""
CALL_SECONDS: Final = 3.0
"""How long a node waits for what it had another one do."""


class Town(Protocol):
    """What a process needs of the world it lives in."""

    scheduler: Scheduler
    server: StoreServer
    slots: dict[str, list[NodeProcess]]
    post: Post | None
    tickets: dict[str, TicketHolder]
    bugs: list[str]


class Counts:
    """The observer: counts what it is told, by name."""

    def __init__(self) -> None:
        self.of: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Count whatever there is to be counted."""

        def count(*_: object, **__: object) -> None:
            self.of[name] += 1

        self.__dict__[name] = count
        return count


class WayToStore:
    """How a process reaches the store, and what goes wrong there."""

    def __init__(self, process: str, loop: ProcessLoop, server: StoreServer, random: Random) -> None:
        self.process = process
        self.scheduler = loop.scheduler
        self.loop = loop
        self.server = server
        self.lines: list[Line] = []
        self.cut = False
        self.slow = 0.0
        """Seconds that everything takes longer, at most."""
        self.losing = 0.0
        """How likely a request is lost on its way, with its connection."""
        self.unheard = 0.0
        """How likely it is carried out, and nobody hears of it."""
        self._draw = random.random

    def delay(self) -> float:
        """Draw how long the next piece takes, in seconds."""
        seconds = 0.0001 + (0.002 - 0.0001) * self._draw()
        return seconds + self._draw() * self.slow if self.slow else seconds

    def mishap(self) -> str:
        """Draw what happens to what is sent now."""
        if not (self.losing or self.unheard):
            return ""
        drawn = self._draw()
        return "lost" if drawn < self.losing else "unheard" if drawn < self.losing + self.unheard else ""

    def hold(self) -> None:
        """Cut the network."""
        self.cut = True
        for line in self.lines:
            line.hold()

    def release(self) -> None:
        """Mend it: what was sent meanwhile comes through."""
        self.cut = False
        for line in self.lines:
            line.release()
        self.lines = self.lines[-8:]


class Street(Peers):
    """How one process reaches the others."""

    def __init__(self, own: NodeProcess) -> None:
        self._own = own

    async def refuses(self, member: Member) -> bool:
        """Whether nobody listens there; of a machine that is gone nobody can tell."""
        other = self._find(member)
        if other is not None and not other.ended:
            return False  # at once: when it comes changes nothing, and it is asked four times a second
        gone = other is None or other.machine_gone
        await asyncio.sleep(PROBE_SECONDS if gone else 2 * self._trip())
        return not gone

    async def reaches_store(self, member: Member) -> bool:
        """Whether it answers in time that it is ready."""
        other = self._find(member)
        if other is None:
            return False
        try:
            async with asyncio.timeout(READY_SECONDS):
                return await other.call(lambda: _ready(other), self._own.loop)
        except TimeoutError:
            return False

    async def claim(self, member: Member, shards: Sequence[int]) -> None:
        """Have it take what was released for it."""
        other = self._find(member)
        if other is None or other.ended:
            raise PeerDown(member.node)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await other.call(lambda: other.host.take(shards), self._own.loop)
        except TimeoutError:
            raise PeerDown(member.node) from None

    async def forward(self, member: Member, request: bytes) -> bytes:
        """Nobody asks by REST here."""
        raise PeerDown(member.node)

    def _find(self, member: Member) -> NodeProcess | None:
        slot = self._own.town.slots.get(member.node, ())
        return next((process for process in slot if process.name == member.address), None)

    def _trip(self) -> float:
        return self._own.random.uniform(0.0001, 0.002)


async def _ready(process: NodeProcess) -> bool:
    return process.host.ready


class NodeProcess:
    """One incarnation of a node slot. `name` is `<slot>#<number>`."""

    def __init__(self, town: Town, slot: str, number: int) -> None:
        self.town = town
        self.slot = slot
        self.name = f"{slot}#{number}"
        self.loop = ProcessLoop(town.scheduler, self.name)
        self.random = Random(f"{town.scheduler.random.random()} {self.name}")
        self.way = WayToStore(self.name, self.loop, town.server, self.random)
        self.wires: dict[Wire, None] = {}
        self.counts = Counts()
        self.host = self._host()
        self.desk = Desk(self.host)
        requests = Requests(self.host)
        self.conversations = Conversations(
            Rooms(
                Reception(self.host, requests, self._stands),
                requests,
                Telephone(self.host),
                Bridging(self.host, "", lambda: None),
                self,
                self.host.tasks,
                partial(elsewhere, self.host),
                Turnstile(
                    at_once=HELLOS,
                    per_second=HELLOS,
                    monotonic=self.loop.time,
                    chance=self.random.random,
                ),
            )
        )
        self.host.on_revoked(self.conversations.cut)
        self.host.on_cut_off(self._leave)
        self.conversations.cut_off = lambda: self.host.cut_off
        self._stop = self.loop.create_future()
        self.serves = False
        self.ended = False
        """Whether the process has ended, of itself or killed."""
        self.machine_gone = False
        """Whether its address answers nothing at all, not even that nobody listens."""
        self.loop.start(self._main())

    def _host(self) -> Host:
        reached = servers(lambda: Connection(self.way), STORE)
        return Host(
            store=RedisShards(reached, STORE),
            pins=RedisPins(reached),
            quotas=RedisQuotas(reached),
            stops=RedisStops(reached, SECRETS.outreach_hashes),
            known=RedisKnown(reached),
            secrets=SECRETS,
            clock=Clock(self.loop.time),
            observer=cast("Observer", self.counts),
            settings=HostSettings(
                node=self.slot,
                address=self.name,
                ws_url=f"wss://{self.name}",
                public_url="https://vestibule.test",
            ),
            peers=Street(self),
            random=self.random.randbytes,
            ice=_no_relay,
            buried=lambda _: None,
            report=self._bug,
            post=self.town.post,
            outreach=OutreachLimits(),
        )

    def _bug(self, error: BaseException) -> None:
        self.town.bugs.append(f"{self.name}: {error!r}")

    async def _main(self) -> None:
        with suppress(StoreDown):  # then its supervisor starts another one
            await self.host.__aenter__()  # without `with`: a process that is killed leaves nothing tidily
            self.serves = self.conversations.open = True
            self.host.serves()
            await self._stop
            self.serves = self.conversations.open = False
            await self.host.drain()
            await self.host.__aexit__(None, None, None)
        self.ended, self.serves = True, False
        for wire in list(self.wires):
            wire.break_off()
        self.loop.call_soon(self.kill)

    def _leave(self) -> None:
        for wire in list(self.wires):
            wire.close(Close.RESTARTING, "retry=0.5")

    # ------------------------------------------------------------ what others do with it

    def accept(self, handshake: Handshake) -> Accepted | Rejection:
        """Decide on an opening."""
        return self.conversations.accept(handshake)

    @property
    def there(self) -> bool:
        """Whether a load balancer would send somebody here: it is up, as far as anybody can tell."""
        return self.serves and not self.ended

    def stop(self) -> None:
        """Ask it to end cleanly (SIGTERM)."""
        self.loop.call_soon(settle, self._stop, None)

    def kill(self, *, machine: bool = False) -> None:
        """End it at once; `machine`: and nobody tells those who were connected."""
        self.ended, self.serves, self.machine_gone = True, False, machine
        self.loop.kill()
        for wire in list(self.wires):
            wire.server_died(machine=machine)

    def pause(self) -> None:
        """Stop it (SIGSTOP)."""
        self.loop.pause()
        self._unnoticed()

    def freeze(self) -> None:
        """Stop it and its clock."""
        self.loop.freeze()
        self._unnoticed()

    def _unnoticed(self) -> None:
        for wire in list(self.wires):
            wire.server_stands_still()

    def call(self, work: Callable[[], Coroutine[Any, Any, T]], caller: ProcessLoop) -> asyncio.Future[T]:
        """Have it do something, over a network; the answer may never come."""
        answer: asyncio.Future[T] = caller.create_future()

        def done(task: asyncio.Task[T]) -> None:
            if not task.cancelled() and task.exception() is None:
                result = task.result()
                caller.scheduler.after(
                    self.way.delay(),
                    lambda: caller.call_soon(settle, answer, result),
                )

        def begin() -> None:
            self.loop.create_task(work()).add_done_callback(done)

        caller.scheduler.after(self.way.delay(), lambda: self.loop.call_soon(begin))
        return answer

    # ------------------------------------------------------------ its door

    async def redeem_ticket(self, ticket: str) -> TicketHolder | None:
        """Use a ticket up."""
        await asyncio.sleep(self.way.delay())
        return self.town.tickets.pop(ticket, None)

    async def renew_ticket(self, holder: TicketHolder) -> str:
        """Make another one for the same socket."""
        await asyncio.sleep(self.way.delay())
        ticket = f"renewed {self.random.getrandbits(64):x}"
        self.town.tickets[ticket] = holder
        return ticket

    async def check_dialin_key(self, key: str) -> KeyHolder | None:
        """Know the dial-in client."""
        await asyncio.sleep(self.way.delay())
        return KeyHolder(key, "key-hash")

    async def check_bridge_key(self, key: str) -> KeyHolder | None:
        """Know no bridge."""
        return None

    async def _stands(self, *_: object) -> bool:
        await asyncio.sleep(self.way.delay())
        return True


def _no_relay(_: VisitId, __: SeatId) -> tuple[list[IceServer], int]:
    return [], 600_000
