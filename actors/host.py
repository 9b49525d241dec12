"""The shards of a node: claimed under epochs, loaded, kept by leases, and fired at their deadlines.

Life: `async with Host(...)` claims and loads; from then on its rooms (reception, requests, telephone, desk)
work; `serves` says where the node can be reached; `drain` gives its shards to others; leaving saves what is
in flight and lets the lease go. The host has no opinion about visits: it brings commands to them and time.

    register    what it holds, found by name          ownership   who has which shard; looking, claiming
    lease       whether facts may be saved             handover    giving shards to others
    fence       what to do without the store           watch       which neighbours died
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Final, Self

from actors.body import BodyCodec, key_of
from actors.clock import Clock
from actors.commit import Committer, SaveOutcome
from actors.courier import Courier
from actors.deadlines import RETRY, Deadlines
from actors.fence import Fence
from actors.figures import Figures, counted
from actors.handover import Handover
from actors.lease import Lease
from actors.live import LiveVisit
from actors.loading import loaded
from actors.neighbours import Neighbours
from actors.outcomes import Outcomes
from actors.ownership import Ownership
from actors.pins import release, sweep
from actors.ports import (
    Claim,
    Known,
    Member,
    Observer,
    Outlet,
    OutreachLimits,
    Peers,
    PinStore,
    Post,
    QuotaStore,
    Renewal,
    Save,
    ShardStore,
    StopStore,
    StoreDown,
)
from actors.register import Register
from actors.retention import forget_past
from actors.sealing import Sealer
from actors.secrets import Secrets
from actors.shard import Shard
from actors.tasks import Tasks
from actors.watch import Watch
from engine.commands import Drop, Tick
from engine.events import Connected, Outcome
from engine.ids import ALPHABET, ConnectionId, Instant, SeatId, VisitId, shard_of_visit
from engine.refusals import Refused
from signaling.messages import Bye, IceServer, Moved, Presence

_LETTERS: Final = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))
"""Which letter a random byte gives."""

IceFor = Callable[[VisitId, SeatId], tuple[list[IceServer], int]]
"""ICE servers for one seat of one visit, and how long their credentials live, in milliseconds."""


ROUND: Final = 60
"""Seconds in which every shard is once asked to let go of what is past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """A node's own settings; times in milliseconds."""

    node: str = "node-1"
    address: str = ""
    """Host and port as other nodes reach them."""
    ws_url: str = ""
    """Where clients find this node's sockets; "" when they cannot choose a node."""
    version: str = ""
    public_url: str = "http://127.0.0.1:8080"
    lease: int = 3_000
    renew_every: int = 1_000
    rewrite_every: int = 3_000_000
    """How soon after guest text was removed the store's file is rewritten (R15: within the hour)."""
    sweep_every: int = 600_000
    """How often PINs past their keeping are dropped from the index (R15: keyed hashes remain for a day)."""
    forget_every: int = 3_600_000
    """How often visits past their clinic's retention are dropped."""
    drain_within: int = 8_000
    """How long giving all shards to other nodes may take."""


@dataclass(slots=True)
class Place:
    """Where a connection is: in which visit and seat."""

    live: LiveVisit
    seat: SeatId
    outlet: Outlet
    phone: bool
    budget: float = 0.0
    budget_at: Instant = 0
    measured_at: Instant = 0
    """When what its browser measured was counted last."""
    linked_at: Instant = 0
    """When it last reported connections to other browsers."""


class Host(Register):
    """A node's shards. Without `peers` others are looked at over the network, and nobody can be called."""

    ownership: Ownership

    def __init__(  # noqa: PLR0913 - the one place where a node's parts meet
        self,
        *,
        store: ShardStore,
        pins: PinStore,
        quotas: QuotaStore,
        stops: StopStore,
        known: Known,
        secrets: Secrets,
        clock: Clock,
        observer: Observer,
        settings: HostSettings,
        random: Callable[[int], bytes],
        ice: IceFor,
        buried: Callable[[VisitId], None],
        report: Callable[[BaseException], None],
        post: Post | None = None,
        outreach: OutreachLimits | None = None,
        peers: Peers | None = None,
    ) -> None:
        super().__init__(store, secrets)
        self.pins = pins
        self.quotas = quotas
        self.stops = stops
        self.known = known
        self.outreach = outreach or OutreachLimits()
        self.observer = observer
        self.settings = settings
        self.ice = ice
        self.peers: Peers = peers or Neighbours()
        self.tasks = Tasks(report)
        self.places: dict[ConnectionId, Place] = {}
        self.incarnation = ""
        self._clock = clock
        self._random = random
        self._buried = buried
        self._sealer = Sealer(secrets, random)
        self._committer = Committer(store, self.tasks, observer)
        self._deadlines = Deadlines(self.now, self._fire)
        self._courier = Courier(self, post, self._chance, report)
        self._handover = Handover(self, lambda: self.ownership, self._courier, report)
        self.ownership = Ownership(self, clock.monotonic, report, self._handover.ask)
        self.lease = Lease(
            clock,
            observer,
            settings.renew_every,
            ask=self._ask_lease,
            recheck=self.ownership.recheck,
            met=self._met,
        )
        self._outcomes = Outcomes(store, self._committer, self.lease, clock, settings.renew_every)
        self.lease.taken = self._superseded
        self.lease.known = self._tell_known
        self._fence = Fence(self.lease, self.peers, self.others, self._leave_calls)
        self._address = self._ws_url = ""
        self._draining = self._looked = False
        self._changed = asyncio.Event()
        """Set when a shard left, or other nodes are there than before."""
        self._cut_off: Callable[[], None] = lambda: None
        self._end: Callable[[], None] = lambda: None
        self._turn = 0
        self._welcomes: dict[ConnectionId, Callable[[LiveVisit, Connected], None]] = {}
        self.on_rerouted: Callable[[LiveVisit], None] = lambda _: None
        """Hears of a visit with telephones whenever its connections may have changed."""

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        self.incarnation = self.random_id(16)
        self.store.on_replaced(self.lease.check_soon)
        try:
            await self._begin()
        except BaseException:
            await self.tasks.close()
            await self.store.close()
            raise
        return self

    async def _begin(self) -> None:
        await self.store.open()
        if not await self.lease.renew():
            raise StoreDown("the store does not answer")
        self.tasks.start(self.lease.keep(self.tend))
        await self.ownership.look()
        self._looked = True
        gone = self.ownership.gone
        watch = Watch(
            self.peers, lambda: self.member, self.members, gone, self._clock.monotonic, self.ownership.wake
        )
        for work in (self.ownership.keep(), self._handover.keep(), self._fence.keep(), watch.keep()):
            self.tasks.start(work)
        self.tasks.start(sweep(self, self.settings.sweep_every))
        self.tasks.start(forget_past(self, self.settings.forget_every))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._courier.stop()
        self._deadlines.close()
        await self._committer.settled()
        await self.tasks.close()
        with suppress(StoreDown):  # then the lease lapses by itself
            await self.store.release(self.settings.node, self.incarnation)
        await self.store.close()

    def serves(self, address: str = "", ws_url: str = "") -> None:
        """The node's port listens: from now on its lease says where it is, and shards may be given to it.
        What is "" is as the settings say.
        """
        self._address = address or self.settings.address
        self._ws_url = ws_url or self.settings.ws_url
        self.lease.hurry()

    async def drain(self) -> None:
        """Give every shard to another node, one by one, and take none any more; returns when all are given,
        at once when there is no other node, and at the latest after `drain_within`.
        """
        self._draining = True
        if not await self.lease.renew():
            return
        self.ownership.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.settings.drain_within / 1000):
                while self.held and self.others():
                    self._changed.clear()
                    await self._changed.wait()

    @property
    def public_url(self) -> str:
        """Where people reach this deployment."""
        return self.settings.public_url

    @property
    def ready(self) -> bool:
        """Whether new facts can be saved now."""
        return self._looked and self.lease.sound

    @property
    def lease_age(self) -> Instant:
        """Milliseconds since the lease was last renewed."""
        return self._clock.lease_age

    @property
    def cut_off(self) -> bool:
        """Whether other nodes reach the store and this one does not: nobody should come here."""
        return self._fence.cut_off

    def now(self) -> Instant:
        """The one clock (architecture.md, Ownership)."""
        return self._clock.now()

    # ------------------------------------------------------------ the lease

    async def _ask_lease(self) -> Renewal:
        return await self.store.renew(self.member, self.settings.lease)

    def _met(self) -> None:
        """Other nodes are there than before."""
        self.ownership.wake()
        self._changed.set()

    def _tell_known(self, known: bool) -> None:
        """Tell dashboards whether it can be told who is there."""
        for shard in self.held.values():
            for watcher in shard.board_watchers():
                watcher.answer(Presence(known=known))

    def tend(self) -> None:
        """Do what time asks for, by the clock as it is now; done once a second without being asked."""
        self._deadlines.check()
        self._courier.check()
        self._turn = (self._turn + 1) % ROUND
        for shard in self.held.values():
            shard.drop_boards()
            if shard.number % ROUND == self._turn:
                shard.forget_told()

    def on_revoked(self, cut: Callable[[str], None]) -> None:
        """Say what closes the sockets of a revoked session or key, by its hash."""
        self.lease.cut = cut

    def on_cut_off(self, leave: Callable[[], None]) -> None:
        """Say what closes every socket when others reach the store and this node does not."""
        self._cut_off = leave

    def on_superseded(self, end: Callable[[], None]) -> None:
        """Say what ends this process when another one runs under this node's name; at once if it does."""
        self._end = end
        if self.lease.replaced:
            end()

    def _superseded(self) -> None:
        self._fence.go()
        self._end()

    def _leave_calls(self) -> None:
        for shard in self.shards():
            self.lost(shard)
        self._cut_off()

    # ------------------------------------------------------------ the nodes

    @property
    def member(self) -> Member:
        """This node, as its lease says."""
        return Member(
            node=self.settings.node,
            incarnation=self.incarnation,
            address=self._address,
            ws_url=self._ws_url,
            draining=self._draining,
            version=self.settings.version,
            ahead=self._clock.ahead,
        )

    def members(self) -> tuple[Member, ...]:
        """Every node whose lease stood at the last renewal, this one included."""
        return self.lease.members

    def others(self) -> list[Member]:
        """The other nodes that serve."""
        gone = self.ownership.gone
        return [
            one
            for one in self.lease.members
            if one.serving and one.incarnation != self.incarnation and one.incarnation not in gone
        ]

    def owner(self, shard: int) -> Member | None:
        """The node that has a shard, this one or another, as far as is known."""
        return self.ownership.owner(shard)

    async def take(self, shards: Sequence[int]) -> None:
        """Claim and load what another node let go of for this one. Raises StoreDown."""
        await self.ownership.take(shards)

    async def still_has(self, visit: VisitId) -> bool:
        """Ask the store whether a visit is still this node's; what is not is let go of. Raises StoreDown."""
        number = shard_of_visit(visit)
        if number is None:
            return False
        owner = (await self.store.survey([number])).owners[0]
        held = self.held.get(number)
        if held is not None and (owner.incarnation, owner.epoch) == (self.incarnation, held.epoch):
            return True
        self.ownership.wake()
        return False

    # ------------------------------------------------------------ shards that come and go

    def open(self, claim: Claim) -> Shard:
        """Make a shard that was claimed and is empty."""
        return Shard(self, claim.shard, claim.epoch)

    async def load(self, claim: Claim) -> Shard:
        """Read a shard that was claimed. Raises StoreDown."""
        shard = await loaded(self, self.store, claim)
        await self.known.add(shard.clinics.values())
        return shard

    def lost(self, shard: Shard, to: Member | None = None) -> None:
        """Another node has this shard, or nobody: forget it and send its people there."""
        if self.held.get(shard.number) is shard:  # not the same number under a newer epoch
            del self.held[shard.number]
        part = partial(self._part, to.ws_url if to is not None else "")
        for live in shard.visits.values():
            self.disarm(live)
            live.give_up()
            for outlet in tuple(live.outlets.values()):
                self.places.pop(outlet.id, None)
                part(outlet)
        for watcher in shard.watchers():
            part(watcher)
        self._changed.set()

    def _part(self, ws_url: str, outlet: Outlet) -> None:
        """Send a connection to another node, or away for a moment that differs from the others'."""
        if ws_url:
            outlet.answer(Moved(ws_url=ws_url))
        else:
            wait = 500 + round(1_500 * self._chance())
            outlet.bye(Bye(code="restarting", message="Reconnecting...", retry_after_ms=wait))

    def stale(self, shard: Shard) -> None:
        """The store refused a save, because another node has the shard."""
        if self.lease.certain:
            self.observer.double_owner()
        self.lost(shard)
        self.ownership.wake()

    # ------------------------------------------------------------ for shards and visits (the Landlord's part)

    def can_save(self) -> bool:
        """Say whether the store is there and this node's lease is sound."""
        return self.lease.sound

    def put(self, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Write a save with the others of this tick."""
        self._committer.put(save, settled)

    def random_id(self, letters: int) -> str:
        """A random text of `ALPHABET`, 5 bits a letter."""
        return self._random(letters).translate(_LETTERS).decode()

    def store_deadline(self, at: Instant) -> Instant:
        """Translate an instant into the store's own time."""
        return self._clock.to_store(at)

    def arm(self, live: LiveVisit) -> Instant | None:
        """See to it that the visit is ticked at its deadline; give that."""
        due = live.visit.deadline
        self._deadlines.set(live, due)
        return due

    def disarm(self, live: LiveVisit) -> None:
        """Forget what is due for a visit: it is settled, or not ours."""
        self._deadlines.set(live, None)
        self._courier.forget(live)

    def codec(self, visit: VisitId, body: bytes) -> BodyCodec:
        """Make the codec of one visit's bytes; `body` is empty for a new one, which gets the newest key."""
        return BodyCodec(self._sealer, visit, key_of(body) if body else self.secrets.newest)

    def expect(self, connection: ConnectionId, welcome: Callable[[LiveVisit, Connected], None]) -> None:
        """Remember how to greet a connection once its seat is saved."""
        self._welcomes[connection] = welcome

    def unexpect(self, connection: ConnectionId) -> bool:
        """A connection was refused, or is gone; say whether it waited for its greeting."""
        return self._welcomes.pop(connection, None) is not None

    def welcome(self, live: LiveVisit, connected: Connected) -> None:
        """Greet a connection that has its seat."""
        greet = self._welcomes.pop(connected.connection, None)
        if greet is not None:
            greet(live, connected)
        else:  # gone before its seat was saved
            live.outlets.pop(connected.connection, None)
            live.submit(lambda _: None, Drop(connected.connection))

    def over(self, live: LiveVisit) -> None:
        """A visit ended and is saved so: its id is written down outside the store, its PINs are let go."""
        self._buried(live.visit.id)
        self.tasks.start(self._let_go(live))

    def letters(self, live: LiveVisit) -> None:
        """Look at the letters of a visit as it is saved."""
        self._courier.told(live)

    def rerouted(self, live: LiveVisit) -> None:
        """Take note of who is connected now, for the sound of telephones."""
        if live.bridge is not None or live.visit.phoned:
            self.on_rerouted(live)

    def _chance(self) -> float:
        return int.from_bytes(self._random(2), "big") / 0xFFFF

    def doubt(self, live: LiveVisit, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Find out whether a save was written, then settle it."""
        self.tasks.start(self._outcomes.resolve(live, save, settled))

    def late(self, lapses: Instant, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Believe the store that a visit's time is over, unless its clock jumped."""
        self.tasks.start(self._outcomes.look_again(lapses, save, settled))

    async def _let_go(self, live: LiveVisit) -> None:
        """Tell the PIN index that a visit's PINs are over."""
        try:
            await release(self, live.visit, live.key)
        except StoreDown:
            return  # the visit refuses its PINs by itself; the index forgets them a day after the end

    # ------------------------------------------------------------ deadlines

    def _fire(self, live: LiveVisit, due: Instant) -> None:
        self.observer.expiry(max(0, self.now() - due) / 1000)

        def answered(outcome: Outcome) -> None:
            if isinstance(outcome, Refused):
                self._deadlines.set(live, self.now() + RETRY)

        self.tasks.spare(partial(live.submit, answered, Tick()))

    # ------------------------------------------------------------ figures

    @property
    def saves_waiting(self) -> int:
        """How many saves wait for the store."""
        return self._committer.depth

    def figures(self) -> Figures:
        """What is live now, for the gauges."""
        return counted(self.held.values(), self._committer.depth)
