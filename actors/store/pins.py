"""The PIN index and the guess counters of each dial-in number, under the tag `{p:<number>}`.

    :pins     hash  keyed hash of a PIN -> visit, invitation, attempt
    :from     zset  the same hashes by the instant from which the PIN is known
    :until    zset  ... by the instant until which it is
    :keep     zset  ... by the instant from which it may be given to others and is swept
    :guesses  hash  today's counters: day, space, c:<caller's hash>, k:<dial-in key>, and `most`, the most
                    PINs that were known at once when a guess was counted; ends with the UTC day

How many PINs are known now is what `from` has begun less what `until` has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from actors.ports import Guesses, GuessLimits, PinEntry
from actors.store.reading import integer, items, string, text
from actors.store.scripts import Script, command
from actors.store.servers import Servers
from engine.ids import Instant, VisitId
from engine.pin import CALLER_LIMIT

_RESERVE: Final = Script("pin_reserve")
_MOVE: Final = Script("pin_move")
_SWEEP: Final = Script("pin_sweep")
_LOOK: Final = Script("pin_look")
_COUNT: Final = Script("pin_count")


class _Keys(NamedTuple):
    """A dial-in number's keys."""

    pins: bytes
    known_from: bytes
    known_until: bytes
    keep: bytes
    guesses: bytes


@lru_cache(maxsize=1024)
def _keys(number: str) -> _Keys:
    tag = b"{p:%b}:" % number.encode()
    return _Keys(*(tag + part for part in (b"pins", b"from", b"until", b"keep", b"guesses")))


class RedisPins:
    """The PinStore on Redis or Valkey. Every call is one script. All raise StoreDown when it is away.

    `purged` is called when PINs were dropped: the append-only file must be rewritten soon.
    """

    def __init__(self, servers: Servers, purged: Callable[[], None] = lambda: None) -> None:
        self._servers = servers
        self._purged = purged

    async def reserve(self, number: str, pin_hash: str, entry: PinEntry, keep_until: Instant) -> bool:
        """Take a PIN for an invitation until `keep_until`; False when another invitation has it."""
        keys = _keys(number)
        owner = f"{entry.visit} {entry.invitation} {entry.attempt}"
        taken = await self._servers.ask(
            _RESERVE.call(keys[:4], pin_hash, owner, entry.known_from, entry.known_until, keep_until)
        )
        return integer(taken) == 1

    async def move(
        self, number: str, pin_hash: str, known_from: Instant, known_until: Instant, keep_until: Instant
    ) -> None:
        """Follow a visit whose times moved, was completed or cancelled (`known_until` = now)."""
        begin = min(known_from, known_until)  # cancelled before it began: known at no time
        await self._servers.ask(_MOVE.call(_keys(number)[:4], pin_hash, begin, known_until, keep_until))

    async def sweep(self, number: str) -> int:
        """Drop what is past its keeping, a thousand at most; ask again until none went."""
        gone = integer(await self._servers.ask(_SWEEP.call(_keys(number)[:4])))
        if gone:
            self._purged()
        return gone

    async def look(
        self, number: str, pin_hash: str, caller_hash: str, key_id: str
    ) -> tuple[PinEntry | None, Guesses]:
        """Read a PIN and the counters in one script, changing nothing."""
        return await self._look(number, (caller_hash, key_id, "", "", ""), (pin_hash,))

    async def guess(
        self,
        number: str,
        pin_hashes: Sequence[str],
        caller_hash: str,
        key_id: str,
        limits: GuessLimits,
        now: Instant | None = None,
    ) -> tuple[PinEntry | None, Guesses]:
        """Read a PIN under the first of its hashes that is known; if it is wrong, count it in the same step.

        Gives the counters as they were before. No entry: wrong, or not known yet, and counted where the
        limits let it count. An entry that is known no more is no guess. A right PIN writes nothing.
        `now` says what PINs are known yet: the one clock's, which need not be the store's once that jumped.
        """
        when = "" if now is None else now
        counting = (caller_hash, key_id, limits.space_of_one, limits.caller, when)
        return await self._look(number, counting, pin_hashes)

    async def _look(
        self, number: str, arguments: tuple[str | int, ...], pin_hashes: Sequence[str]
    ) -> tuple[PinEntry | None, Guesses]:
        reply = items(await self._servers.ask(_LOOK.call(_keys(number), *arguments, *pin_hashes)))
        owner, counts = text(reply[0]), [integer(count) for count in reply[1:]]
        entry = None
        if owner:
            visit, invitation, attempt = owner.split(" ")
            entry = PinEntry(VisitId(visit), invitation, int(attempt), counts[0], counts[1])
        return entry, Guesses(*counts[2:])

    async def strict_callers(self, number: str) -> int:
        """Count today's callers with as many guesses as one may have; a day's bound bounds them."""
        flat = items(await self._servers.ask(command(b"HGETALL", _keys(number).guesses)))
        pairs = zip(flat[::2], flat[1::2], strict=True)
        return sum(string(name)[:2] == b"c:" and int(string(many)) >= CALLER_LIMIT for name, many in pairs)

    async def count(
        self, number: str, caller_hash: str, key_id: str, *, space: bool, caller: bool
    ) -> Guesses:
        """Count one wrong guess where told; what counts in the space counts for the key as well."""
        keys = _keys(number)
        reply = await self._servers.ask(
            _COUNT.call(
                (keys.known_from, keys.known_until, keys.guesses),
                caller_hash,
                key_id,
                int(space),
                int(caller),
            )
        )
        return Guesses(*map(integer, items(reply)))
