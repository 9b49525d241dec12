"""The store of PINs: the index of a dial-in number, and the counters of guesses at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.ids import Instant, VisitId


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

    async def strict_callers(self, number: str) -> int:
        """Count who guessed so often today that, were they right, they would wait for the provider."""

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
