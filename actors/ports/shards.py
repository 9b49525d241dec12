"""The store of shards and visits: what a save is, what a claim gives, and the calls on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from actors.ports.peers import Member
from engine.ids import ClinicId, Instant, VisitId


@dataclass(slots=True, kw_only=True)
class Save:
    """One visit's new state, to be written if `epoch` still owns the shard and `version` is one above the
    stored one. Nobody changes it once it is made; not to be frozen makes it three times as quick to make.

    `due`: the next deadline, None when there is none any more. `lapses_at`: given when the save makes a new
    seat; the store refuses it (`late`) when its own TIME is past that instant (D1). `over`: the visit is
    settled, so it leaves the due set. `purged`: guest text went with it, which no AOF rewrite may keep.
    `save_id`: the same save sent again is `ok`. `audit`: rows appended in the same script.
    """

    shard: int
    epoch: int
    visit: VisitId
    clinic: ClinicId
    version: int
    save_id: str
    body: bytes
    start: Instant
    due: Instant | None
    timed: bool = True
    """Whether `start` or `due` may be others than those that are stored."""
    lapses_at: Instant = 0
    over: bool = False
    purged: bool = False
    made_at: Instant = 0
    """When the command was carried out; the store does not keep it."""
    audit: tuple[bytes, ...] = ()


SaveResult = Literal["ok", "stale", "late", "conflict", "unknown"]
"""`stale`: another epoch owns the shard. `conflict`: the stored version is not the one before. `unknown`:
the outcome did not arrive.
"""


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """A visit as the store holds it."""

    visit: VisitId
    version: int
    save_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class ShardContents:
    """What an owner loads: its clinics' documents and the visits that are not settled."""

    clinics: dict[ClinicId, bytes]
    visits: list[StoredVisit]


@dataclass(frozen=True, slots=True)
class Heads:
    """How far a shard is in the store: its clinics' documents, which of its visits are not settled, and the
    version and save id of those that were asked for.
    """

    clinics: dict[ClinicId, bytes]
    unsettled: frozenset[VisitId]
    visits: dict[VisitId, tuple[int, str] | None]


class Owner(NamedTuple):
    """Who owns a shard, as the store holds it. Epoch 0: nobody ever did; no node: it was let go."""

    shard: int
    epoch: int
    incarnation: str
    node: str


@dataclass(frozen=True, slots=True)
class Survey:
    """Owners of shards, and by its name each node among them whose lease stands, read after them."""

    owners: list[Owner]
    leases: dict[str, Member]


@dataclass(frozen=True, slots=True)
class Bid:
    """A shard to be claimed, if its epoch is still the one that was `seen`. The new one is above both that
    and `above`: what the bidder knows of epochs that a store forgot when it failed over.
    """

    shard: int
    seen: int
    above: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What a bid gave: the new epoch, or (`epoch` 0) the incarnation that was quicker."""

    shard: int
    epoch: int
    holder: str
    live: int
    """How many unsettled visits and clinics the shard holds, so that an empty one is not loaded."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a lease renewal read: the store's TIME, what was revoked since the last one, and the nodes."""

    now: Instant
    revoked: tuple[str, ...]
    """Session and key hashes whose sockets must be cut."""
    members: tuple[Member, ...] = ()
    """Every node whose lease stands, this one included, by name."""
    skews: tuple[Instant, ...] = ()
    """How far (ms) each of the other nodes finds the store's clock ahead, as far as they say."""


class StoreDown(Exception):
    """The store cannot be reached, is loading, is full or refuses writes; nothing is known of what was
    asked.
    """


class LeaseTaken(Exception):
    """A later start of the same node has the lease: this one is not wanted any more."""


class WrongDataVersion(Exception):
    """The store's data was written by a newer release; this one must not touch it."""


class ShardStore(Protocol):
    """Typed calls to the store's scripts. Every script touches one hash tag. All raise StoreDown when the
    store is away.
    """

    async def open(self) -> None:
        """Connect, load the scripts, check or write the data's version (WrongDataVersion when it is
        newer).
        """

    async def close(self) -> None:
        """Disconnect; may be called again."""

    def on_replaced(self, told: Callable[[], None]) -> None:
        """Say who is told when another server, or another run of one, answers from now on: what it holds may
        be older than what was acknowledged.
        """

    async def renew(self, member: Member, lease: int) -> Renewal:
        """Renew this node's lease for `lease` ms, read the store's TIME and who else is there. The first time
        it is taken from whoever has it; after that it raises LeaseTaken when a later start has it.
        """

    async def release(self, node: str, incarnation: str) -> None:
        """Give this node's lease up at a clean stop, so that its shards can be claimed at once."""

    async def survey(self, shards: Sequence[int]) -> Survey:
        """Read who owns shards in one pipeline, and then the leases of those nodes."""

    async def claim(self, bids: Sequence[Bid], node: str, incarnation: str) -> list[Claim]:
        """Claim shards in one pipeline. Whether each may be claimed has been judged (actors.outlook); renew
        the lease first. A shard that this incarnation holds above the bid's epoch stays as it is.
        """

    async def let_go(self, held: Mapping[int, int], incarnation: str) -> None:
        """Give shards up at the epochs at which they are held, so that they can be claimed at once. The
        epochs stay. What somebody else owns by now is left alone.
        """

    async def heads(self, shard: int, visits: Sequence[VisitId]) -> Heads:
        """Read how far a shard is."""

    async def clinic(self, shard: int, clinic: ClinicId) -> bytes | None:
        """Read a clinic's settings as they are saved."""

    async def load(self, shard: int) -> ShardContents:
        """Read all that a shard's owner keeps in memory."""

    async def read(self, visits: Sequence[VisitId]) -> list[StoredVisit | None]:
        """Read visits, also those that are over (outcome of an unknown save; the day's list)."""

    async def save(self, saves: Sequence[Save]) -> list[SaveResult]:
        """Write a batch in one pipeline (group commit); each result stands for itself. Never retried here."""

    async def save_clinic(self, shard: int, epoch: int, clinic: ClinicId, body: bytes) -> SaveResult:
        """Write a clinic's settings, if `epoch` still owns the shard."""

    async def day(
        self, shard: int, clinic: ClinicId, start: Instant, end: Instant, at_most: int = 0
    ) -> list[VisitId]:
        """The visits of a clinic that start in [start, end), by start; only so many if told."""

    async def forget(self, shard: int, epoch: int, visits: Sequence[VisitId]) -> None:
        """Drop visits past their retention."""
