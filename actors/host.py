"""The shards of a node: claimed under epochs, loaded, kept by leases, and fired at their deadlines.

Life: `async with Host(...)` claims and loads; from then on its rooms (reception, requests, telephone, desk)
work; leaving saves what is in flight and releases the shards. The host has no opinion about visits: it
brings commands to them and time.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Final, Self

from msgspec import msgpack

from actors.body import BodyCodec, clinic_of, key_of
from actors.clock import Clock
from actors.commit import Committer, SaveOutcome
from actors.courier import Courier
from actors.deadlines import RETRY, Deadlines
from actors.lease import Lease
from actors.live import LiveVisit
from actors.pins import release, sweep
from actors.ports import (
    Observer,
    Outlet,
    OutreachLimits,
    PinStore,
    Post,
    QuotaStore,
    Renewal,
    Save,
    ShardStore,
    StopStore,
    StoreDown,
    StoredVisit,
)
from actors.retention import forget_past
from actors.sealing import Sealer
from actors.secrets import Secrets
from actors.shard import Shard
from actors.tasks import Tasks
from engine.clinic import Clinic
from engine.commands import Drop, Tick
from engine.events import Connected, Outcome
from engine.ids import (
    ALPHABET,
    SHARDS,
    ClinicId,
    ConnectionId,
    Instant,
    SeatId,
    VisitId,
    shard_of_clinic,
    shard_of_visit,
)
from engine.refusals import Refused
from engine.visit import Visit
from signaling.messages import Bye, IceServer

_LETTERS: Final = bytes(ord(ALPHABET[byte & 31]) for byte in range(256))
"""Which letter a random byte gives."""

IceFor = Callable[[VisitId, SeatId], tuple[list[IceServer], int]]
"""ICE servers for one seat of one visit, and how long their credentials live, in milliseconds."""


READ_AT_ONCE: Final = 200
"""How many visits are read at once, so that nobody else waits long for the store or for this process."""

ROUND: Final = 60
"""Seconds in which every shard is once asked to let go of what is past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """A node's own settings; times in milliseconds."""

    node: str = "node-1"
    address: str = "127.0.0.1"
    public_url: str = "http://127.0.0.1:8080"
    lease: int = 3_000
    renew_every: int = 1_000
    rewrite_every: int = 3_000_000
    """How soon after guest text was removed the store's file is rewritten (R15: within the hour)."""
    sweep_every: int = 600_000
    """How often PINs past their keeping are dropped from the index (R15: keyed hashes remain for a day)."""
    forget_every: int = 3_600_000
    """How often visits past their clinic's retention are dropped."""


@dataclass(slots=True)
class Place:
    """Where a connection is: in which visit and seat."""

    live: LiveVisit
    seat: SeatId
    outlet: Outlet
    phone: bool
    budget: float = 0.0
    budget_at: Instant = 0


class Host:
    """A node's shards."""

    def __init__(  # noqa: PLR0913 - the one place where a node's parts meet
        self,
        *,
        store: ShardStore,
        pins: PinStore,
        quotas: QuotaStore,
        stops: StopStore,
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
    ) -> None:
        self.store = store
        self.pins = pins
        self.quotas = quotas
        self.stops = stops
        self.outreach = outreach or OutreachLimits()
        self.secrets = secrets
        self.observer = observer
        self.settings = settings
        self.ice = ice
        self.tasks = Tasks(report)
        self.places: dict[ConnectionId, Place] = {}
        self.incarnation = ""
        self._clock = clock
        self._random = random
        self._buried = buried
        self._sealer = Sealer(secrets, random)
        self._shards: dict[int, Shard] = {}
        self._committer = Committer(store, self.tasks, observer)
        self._deadlines = Deadlines(self.now, self._fire)
        self.lease = Lease(
            clock,
            observer,
            settings.renew_every,
            ask=self._ask_lease,
            recheck=self._claim_all,
        )
        self._courier = Courier(self, post, self._chance, report)
        self._turn = 0
        self._welcomes: dict[ConnectionId, Callable[[LiveVisit, Connected], None]] = {}
        self.on_rerouted: Callable[[LiveVisit], None] = lambda _: None
        """Hears of a visit with telephones whenever its connections may have changed."""

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        self.incarnation = self.random_id(16)
        await self.store.open()
        if not await self.lease.renew():
            raise StoreDown("the store does not answer")
        self.tasks.start(self.lease.keep(self.tend))
        self.tasks.start(sweep(self, self.settings.sweep_every))
        self.tasks.start(forget_past(self, self.settings.forget_every))
        return self

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

    @property
    def public_url(self) -> str:
        """Where people reach this deployment."""
        return self.settings.public_url

    @property
    def ready(self) -> bool:
        """Whether new facts can be saved now."""
        return self.lease.sound and bool(self._shards)

    def now(self) -> Instant:
        """The one clock (architecture.md, Ownership)."""
        return self._clock.now()

    # ------------------------------------------------------------ the lease

    async def _ask_lease(self) -> Renewal:
        named = self.settings
        return await self.store.renew(named.node, self.incarnation, named.address, named.lease)

    async def _claim_all(self) -> None:
        await self._claim(range(SHARDS))

    def tend(self) -> None:
        """Do what time asks for, by the clock as it is now; done once a second without being asked."""
        self._deadlines.check()
        self._courier.check()
        self._turn = (self._turn + 1) % ROUND
        for shard in self._shards.values():
            shard.drop_boards()
            if shard.number % ROUND == self._turn:
                shard.forget_told()

    def on_revoked(self, cut: Callable[[str], None]) -> None:
        """Say what closes the sockets of a revoked session or key, by its hash."""
        self.lease.cut = cut

    # ------------------------------------------------------------ claiming and loading

    async def _claim(self, numbers: range) -> None:
        """Claim shards, or make sure after an absence of the store that they are still ours."""
        for claim in await self.store.claim(numbers, self.settings.node, self.incarnation):
            held = self._shards.get(claim.shard)
            if held is not None and held.epoch != claim.epoch:
                self.lost(held)
                held = None
            if held is None and claim.epoch:
                shard = Shard(self, claim.shard, claim.epoch)
                if claim.live:
                    await self._load(shard)
                self._shards[claim.shard] = shard
                for live in tuple(shard.visits.values()):
                    live.take_note()

    async def _load(self, shard: Shard) -> None:
        contents = await self.store.load(shard.number)
        for clinic, body in contents.clinics.items():
            shard.clinics[clinic] = msgpack.decode(body, type=Clinic)
        for stored in contents.visits:
            visit = self._read(shard, stored)
            if visit is not None:
                visit.restore(self.now())
                shard.add(visit, stored)

    def _read(self, shard: Shard, stored: StoredVisit) -> Visit | None:
        clinic = shard.clinics.get(clinic_of(stored.body))
        if clinic is None:
            return None
        return self.codec(stored.visit, stored.body).decode(stored.body, clinic)

    def lost(self, shard: Shard) -> None:
        """Another owner has this shard: forget it and send its people there."""
        if self._shards.get(shard.number) is shard:  # not the same number under a newer epoch
            del self._shards[shard.number]
        bye = Bye(code="restarting", message="Reconnecting...", retry_after_ms=500)
        for live in shard.visits.values():
            self.disarm(live)
            live.give_up()
            for outlet in tuple(live.outlets.values()):
                self.places.pop(outlet.id, None)
                outlet.bye(bye)
        for watcher in shard.watchers():
            watcher.bye(bye)

    # ------------------------------------------------------------ finding

    def shard(self, number: int | None) -> Shard | None:
        """A shard that this node owns."""
        return self._shards.get(number) if number is not None else None

    def shards(self) -> list[Shard]:
        """All shards that this node owns."""
        return list(self._shards.values())

    def live(self, visit: str) -> LiveVisit | None:
        """A visit that is not over and was saved."""
        live = self.here(visit)
        return live if live is not None and not live.visit.over else None

    def here(self, visit: str) -> LiveVisit | None:
        """A visit in memory that was saved: live, or cancelled and with people yet to tell."""
        shard = self.shard(shard_of_visit(visit))
        live = shard.visits.get(VisitId(visit)) if shard else None
        return live if live is not None and live.version else None

    def clinic(self, clinic: str) -> Clinic | None:
        """A clinic's settings."""
        shard = self.shard_of(clinic)
        return shard.clinics.get(ClinicId(clinic)) if shard else None

    def shard_of(self, clinic: str) -> Shard | None:
        """The shard of a clinic, if this node owns it."""
        return self.shard(shard_of_clinic(ClinicId(clinic)))

    def key_of(self, visit: VisitId) -> int:
        """The id of the pepper's key that a visit's links and PINs are derived from; the newest for a new
        visit.
        """
        live = self.here(visit)
        return live.key if live is not None else self.secrets.newest

    def numbers(self) -> frozenset[str]:
        """The dial-in numbers of the clinics that this node owns."""
        return frozenset(number for clinic in self.clinics() for number in clinic.dial_in)

    def clinics(self) -> list[Clinic]:
        """The clinics that this node owns."""
        return [clinic for shard in self._shards.values() for clinic in shard.clinics.values()]

    async def finished(self, shard: Shard, clinic: Clinic, within: tuple[Instant, Instant]) -> list[Visit]:
        """The visits of some hours that are over, from the store. Raises StoreDown."""
        ids = [
            one for one in await self.store.day(shard.number, clinic.id, *within) if one not in shard.visits
        ]
        visits: list[Visit] = []
        for first in range(0, len(ids), READ_AT_ONCE):
            found = await self.store.read(ids[first : first + READ_AT_ONCE])
            read = (self._read(shard, one) for one in found if one is not None)
            visits += [visit for visit in read if visit is not None]
        return visits

    async def stored(self, visit: str) -> Visit | None:
        """A visit from the store, over or not. Raises StoreDown."""
        shard = self.shard(shard_of_visit(visit))
        if shard is None:
            return None
        found = (await self.store.read([VisitId(visit)]))[0]
        return self._read(shard, found) if found is not None else None

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

    def arm(self, live: LiveVisit) -> None:
        """See to it that the visit is ticked at its deadline."""
        self._deadlines.set(live, live.visit.deadline)

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

    def unexpect(self, connection: ConnectionId) -> None:
        """A connection that waited for its greeting was refused, or is gone."""
        self._welcomes.pop(connection, None)

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
        self.tasks.start(self._resolve(live, save, settled))

    def late(self, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Believe the store that a visit's time is over, unless its clock jumped."""
        self.tasks.start(self._look_again(save, settled))

    async def _resolve(self, live: LiveVisit, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Read the stored version until the store answers; only then is the outcome known."""
        while True:
            try:
                found = (await self.store.read([save.visit]))[0]
            except StoreDown:
                await asyncio.sleep(self.settings.renew_every / 1000)
                continue
            if found is not None and found.save_id == save.save_id:
                settled("ok")
            elif found is not None and found.version != live.version:
                settled("stale")
            else:
                settled("down")
            return

    async def _look_again(self, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """The store says that the visit's time is over: true, unless its clock jumped since the last
        renewal.
        """
        before = save.lapses_at
        lapses = self._clock.from_store(before)
        if not await self.lease.renew() or self.now() >= lapses or self._clock.to_store(lapses) == before:
            settled("expired")
            return
        moved = replace(save, lapses_at=self._clock.to_store(lapses))
        self._committer.put(moved, lambda outcome: settled("expired" if outcome == "late" else outcome))

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

    def figures(self) -> "Figures":
        """What is live now, for the gauges."""
        visits: Counter[str] = Counter()
        seats: Counter[tuple[str, str]] = Counter()
        letters = 0
        for shard in self._shards.values():
            for live in shard.visits.values():
                visits[live.visit.status] += 1
                letters += sum(letter.pending for letter in live.visit.letters)
                for standing, link in live.visit.standings():
                    seats[(standing, link)] += 1
        return Figures(
            visits=visits,
            seats=seats,
            letters=letters,
            shards=len(self._shards),
            queue=self._committer.depth,
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a moment: visits by status, seats by (standing, link), letters yet to be sent, owned shards,
    saves waiting for the store.
    """

    visits: Counter[str]
    seats: Counter[tuple[str, str]]
    letters: int
    shards: int
    queue: int
