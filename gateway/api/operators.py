"""Who looked after the servers just now, remembered: when the store is away they are who must see that.

A session or key that the store vouched for goes on being let in for a while when the store cannot be asked.
It opens figures alone, and a session that is refused is forgotten at once.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Final

from gateway.auth import Caller

FOR_SECONDS: Final = 300.0
"""So long after the store vouched for somebody; an open page asks every few seconds."""
AT_MOST: Final = 100


class Operators:
    """Callers by the hash of what they showed; the oldest go first."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: dict[bytes, tuple[Caller, float]] = {}

    def remember(self, shown: str, caller: Caller) -> None:
        """The store vouched for this one."""
        key = _hash(shown)
        self._known.pop(key, None)
        self._known[key] = (caller, self._monotonic() + FOR_SECONDS)
        if len(self._known) > AT_MOST:
            del self._known[next(iter(self._known))]

    def recall(self, shown: str) -> Caller | None:
        """Give who this was, not long ago."""
        caller, until = self._known.get(_hash(shown), (None, 0.0))
        return caller if self._monotonic() < until else None

    def forget(self, shown: str) -> None:
        """This one was refused."""
        self._known.pop(_hash(shown), None)


def _hash(shown: str) -> bytes:
    return hashlib.sha256(shown.encode()).digest()
