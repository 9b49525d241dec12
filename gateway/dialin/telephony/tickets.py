"""Tickets for streams: signed, bound to one call, good once and for a minute, and only in this process."""

from __future__ import annotations

import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

GOOD_FOR: Final = 60.0
"""Seconds."""
KEPT: Final = 20_000
"""Calls that are remembered, connected or still to be: the oldest are forgotten first."""
_TICKET: Final = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{22})\.([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Announced:
    """A call that a webhook told of, and what was typed before its stream."""

    call: str
    dialled: str
    caller: str
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class _Given:
    nonce: str
    announced: Announced


class Tickets:
    """Gives and takes tickets. `clock` gives seconds that only go on."""

    def __init__(self, clock: Callable[[], float], kept: int = KEPT) -> None:
        self._clock = clock
        self._kept = kept
        self._key = secrets.token_bytes(32)
        self._given: OrderedDict[str, _Given] = OrderedDict()
        self._used: OrderedDict[str, None] = OrderedDict()

    def give(self, announced: Announced) -> str | None:
        """Make a call's ticket; the one before is void. None for a call that has had its stream."""
        if announced.call in self._used:
            return None
        nonce = secrets.token_urlsafe(16)
        self._given[announced.call] = _Given(nonce, announced)
        self._given.move_to_end(announced.call)
        while len(self._given) > self._kept:
            self._given.popitem(last=False)
        expires = int(self._clock() + GOOD_FOR)
        return f"{expires}.{nonce}.{self._mac(announced.call, expires, nonce)}"

    def redeem(self, ticket: str, call: str) -> Announced | None:
        """Use a ticket up; None for one that is another call's, too old, void, used or made up."""
        found = _TICKET.fullmatch(ticket)
        given = self._given.get(call)
        if found is None or given is None:
            return None
        expires, nonce, mac = int(found[1]), found[2], found[3]
        right = hmac.compare_digest(self._mac(call, expires, nonce), mac)
        if not right or nonce != given.nonce or self._clock() > expires:
            return None
        del self._given[call]
        self._used[call] = None
        while len(self._used) > self._kept:
            self._used.popitem(last=False)
        return given.announced

    def _mac(self, call: str, expires: int, nonce: str) -> str:
        return hmac.new(self._key, f"{call} {expires} {nonce}".encode(), "sha256").hexdigest()
