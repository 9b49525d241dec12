"""What the actors need from the world outside, as Protocols: the store, the clock's source, the sockets,
the observer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from engine.clinic import Clinic
from engine.ids import ClinicId, ConnectionId, Instant, VisitId
from engine.letters import Kind, Via
from signaling.codec import Encoded
from signaling.messages import Bye, Message

# ---------------------------------------------------------------- the store: shards and visits


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """One visit's new state, to be written if `epoch` still owns the shard and `version` is one above the
    stored one.

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
class Claim:
    """What a claim of one shard gave: the new epoch, or (`epoch` 0) the incarnation that holds it still."""

    shard: int
    epoch: int
    holder: str
    live: int
    """How many unsettled visits and clinics the shard holds, so that an empty one is not loaded."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a lease renewal read: the store's TIME, and what was revoked since the last one."""

    now: Instant
    revoked: tuple[str, ...]
    """Session and key hashes whose sockets must be cut."""


class StoreDown(Exception):
    """The store cannot be reached, is loading, is full or refuses writes; nothing is known of what was
    asked.
    """


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

    async def renew(self, node: str, incarnation: str, address: str, lease: int) -> Renewal:
        """Renew this node's lease for `lease` ms and read the store's TIME."""

    async def release(self, node: str, incarnation: str) -> None:
        """Give this node's lease up at a clean stop, so that its shards can be claimed at once."""

    async def claim(self, shards: Sequence[int], node: str, incarnation: str) -> list[Claim]:
        """Claim shards in one pipeline: free ones, ones whose owner's lease lapsed, ones of this node's
        earlier incarnation.
        """

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


# ---------------------------------------------------------------- the store: PINs of a dial-in number


@dataclass(frozen=True, slots=True)
class PinEntry:
    """Where a PIN leads: a hint, which the visit confirms."""

    visit: VisitId
    invitation: str
    attempt: int
    known_from: Instant
    known_until: Instant


@dataclass(frozen=True, slots=True)
class Guesses:
    """The counters of one PIN space today, read or after counting."""

    space: int
    caller: int
    key: int
    known: int
    """The most PINs of the number that were known at once when a guess was counted today, or are now."""


@dataclass(frozen=True, slots=True)
class GuessLimits:
    """When guesses count no more, because they cannot get anybody in directly (engine.pin.judge).

    `space_of_one`: how many a day a space with one known PIN bears; with N it is that divided by N.
    """

    space_of_one: int
    caller: int


class PinStore(Protocol):
    """The PIN index and the guess counters of each dial-in number, under the tag `{p:<number>}`."""

    async def reserve(self, number: str, pin_hash: str, entry: PinEntry, keep_until: Instant) -> bool:
        """Take a PIN for an invitation (SET NX) until `keep_until`; False when another invitation has it.
        Idempotent for the same entry.
        """

    async def move(
        self, number: str, pin_hash: str, known_from: Instant, known_until: Instant, keep_until: Instant
    ) -> None:
        """Follow a visit whose times moved, was completed or cancelled (`known_until` = now)."""

    async def look(
        self, number: str, pin_hash: str, caller_hash: str, key_id: str
    ) -> tuple[PinEntry | None, Guesses]:
        """Read a PIN and the counters, in one script, changing nothing."""

    async def sweep(self, number: str) -> int:
        """Drop PINs past their `keep_until`, a thousand at most; ask again until none went."""

    async def guess(
        self,
        number: str,
        pin_hashes: Sequence[str],
        caller_hash: str,
        key_id: str,
        limits: GuessLimits,
        now: Instant | None = None,
    ) -> tuple[PinEntry | None, Guesses]:
        """Read a PIN, under the first of its hashes that is known, and count it at once if it is wrong.

        Gives the counters as they were before. No entry: wrong, or not known yet, and counted where the
        limits let it count. An entry that is known no more is no guess. A right PIN writes nothing.
        `now` says what PINs are known yet: the one clock's, or without it the store's TIME.
        """

    async def count(
        self, number: str, caller_hash: str, key_id: str, *, space: bool, caller: bool
    ) -> Guesses:
        """Count one wrong guess where told; counters live until the end of the UTC day, at most 24 h."""


# ---------------------------------------------------------------- letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A letter as it is to be sent: what it may say (D12), and to whom.

    `key` names the letter for good: the same in every attempt. `to` is an address or a number as in E.164.
    """

    key: str
    attempt: int
    visit: VisitId
    kind: Kind
    via: Via
    to: str
    language: str
    clinic: Clinic
    provider: str
    start: Instant
    end: Instant
    sequence: int
    """Of its calendar event (RFC 5545, section 3.8.7.4)."""
    patient: bool
    """Whether it goes to the patient: `link` is their own, without a PIN."""
    link: str
    number: str
    """The dial-in number as in E.164; "" when there is none."""
    pin: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of handing a letter over. `failed` is for good; `later` had no effect and may be tried
    again, after `retry_after` ms at the earliest; of `unknown` nobody can say whether it had.

    `reason` is a stable code of ours, never a provider's text.
    """

    result: Literal["sent", "failed", "later", "unknown"]
    reason: str = ""
    retry_after: int = 0


class Post(Protocol):
    """Hands letters to the outside: mail and text messages."""

    def safe_to_repeat(self, via: Via) -> bool:
        """Whether the other side knows a letter it has had by its key, so that it is not delivered twice."""
        ...

    async def send(self, dispatch: Dispatch) -> Delivery:
        """Hand one letter over. Never raises but for a bug; the caller bounds its time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OutreachLimits:
    """How much leaves a deployment, and how it is sent; times in milliseconds.

    What is asked for counts for who asks, their clinic and the address; what a clinic is sent by itself
    (reminders, changes) does not. Every text message counts for `texts_per_day`, whatever called for it.
    """

    countries: frozenset[str] = frozenset({"US"})
    """Whose telephone numbers are served, as ISO 3166-1 codes: the bound on toll fraud."""
    per_user_hour: int = 100
    per_clinic_day: int = 5_000
    per_destination_day: int = 10
    texts_per_day: int = 2_000
    """Of the whole deployment: what a day can cost at most."""
    emails_at_once: int = 8
    texts_at_once: int = 4
    send_within: int = 30_000
    """How long handing one letter over may take; after that nobody knows what became of it."""
    drain_within: int = 3_000
    """How long a node that stops waits for letters that are being handed over."""


@dataclass(frozen=True, slots=True)
class Quota:
    """A counter of a UTC day, how much is added, and what it may reach."""

    counter: str
    adds: int
    at_most: int


class QuotaStore(Protocol):
    """What was asked for today, in counters that end with the UTC day. All raise StoreDown."""

    async def spend(self, shard: int, quotas: Sequence[Quota]) -> bool:
        """Add to a shard's counters, all or none; False when one would pass what it may reach."""
        ...

    async def text(self, at_most: int) -> bool:
        """Count one text message of the deployment; False when there were as many today."""
        ...

    async def texts(self) -> int:
        """Count the deployment's text messages of today."""
        ...


class StopStore(Protocol):
    """Numbers that asked a clinic for no more messages, as keyed hashes. All raise StoreDown."""

    async def stop(self, clinic: ClinicId, number: str) -> None:
        """Note that a number wants nothing from this clinic."""

    async def start(self, clinic: ClinicId, number: str) -> None:
        """Note that it wants to hear from it again."""

    async def stopped(self, clinic: ClinicId, number: str) -> bool:
        """Whether a number wants nothing from this clinic."""
        ...


# ---------------------------------------------------------------- sockets


class Outlet(Protocol):
    """One connection, as actors see it: a FIFO to a socket. Nothing here waits or raises."""

    @property
    def id(self) -> ConnectionId:
        """Name the connection."""

    @property
    def credential(self) -> str:
        """The hash of the session or API key that the connection stands on; "" for guests."""
        ...

    def stand_on(self, credential: str) -> bool:
        """Tie the connection to a session or key, with which it ends; False when it is gone already."""
        ...

    def answer(self, message: Message) -> None:
        """Send a bare message: an answer, `relayed`, `beat`. A refused hello closes the connection."""

    def event(self, seq: int, encoded: Encoded) -> None:
        """Send a numbered message of this connection's stream."""

    def bare(self, encoded: Encoded) -> None:
        """Send a bare message that others get as well, encoded once."""

    def bye(self, bye: Bye) -> None:
        """Say goodbye and close, with the close code that belongs to it."""


# ---------------------------------------------------------------- the observer


class Observer(Protocol):
    """What actors tell the metrics. Implementations must be cheap and never raise (metrics.md)."""

    def join(self, channel: str, role: str, result: str, reason: str, seconds: float) -> None:
        """Count a join, and how long it took."""

    def admission(self, decision: str, channel: str) -> None:
        """Count who was let in or turned away, or gave up waiting."""

    def waited(self, seconds: float) -> None:
        """Note how long somebody waited who was let in."""

    def handled(self, seconds: float) -> None:
        """Note how long a visit took to decide about a command."""

    def transition(self, to: str) -> None:
        """Count a visit that came into a state."""

    def presence(self, seconds: float) -> None:
        """Staleness: from the event to the dashboard's socket."""

    def save(self, seconds: float, batch: int) -> None:
        """Note how long a pipeline of so many saves took."""

    def save_result(self, result: str) -> None:
        """Count how a save ended."""

    def expiry(self, lag_seconds: float) -> None:
        """Note how late a deadline fired."""

    def joined_after_expiry(self) -> None:
        """Count a seat given past the lapse: must stay 0."""

    def pin_attempt(self, result: str) -> None:
        """Count a PIN typed."""

    def letter(self, via: str, kind: str, result: str) -> None:
        """Count what became of an attempt to send a letter."""

    def reminder(self, lag_seconds: float) -> None:
        """Note how long after its time a reminder was first handed over."""

    def resume(self, result: str, away_seconds: float) -> None:
        """Count a seat resumed, and note how long its browser was away (0: it was not seen to be)."""

    def seat_moved(self) -> None:
        """Count a seat that moved to another device."""

    def lease_lost(self) -> None:
        """Count a lease that lapsed."""

    def double_owner(self) -> None:
        """Count a save refused as stale: must stay 0."""

    def store_available(self, up: bool) -> None:
        """Note whether the store is there."""
