"""Letters: who hands them over, what may leave a deployment, and who wants none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from engine.clinic import Clinic
from engine.ids import ClinicId, Instant, VisitId
from engine.letters import Kind, Via


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
