"""Passwords: argon2id in threads of their own, a few at a time and politely: no sign-in delays a visit."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

WAITING_AT_MOST: Final = 16
"""Checks that may wait for a thread; further ones are refused as busy."""
SHORTEST_PASSWORD: Final = 12
"""Characters that a password which somebody chooses has at least (NIST SP 800-63B, section 3.1.1.2)."""
LONGEST_PASSWORD: Final = 1024
"""Characters; nobody remembers more, and hashing more costs."""
NICENESS: Final = 10
"""The priority of a thread that hashes (setpriority(2)): a flood of sign-ins takes what is left over."""
NOBODYS: Final = "the password of nobody, checked when the account is unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one hash costs: passes, memory in KiB, lanes (RFC 9106, section 4).

    The memory of RFC 9106's second choice; one lane, because the processors belong to the visits.
    """

    passes: int = 3
    memory: int = 65_536
    lanes: int = 1


LIGHT: Final = Cost(passes=1, memory=8_192, lanes=1)
"""For a demo's random passwords, which live for one run and cannot be guessed anyway."""


class Passwords:
    """Hashes and checks passwords; close it at the end."""

    def __init__(self, *, at_once: int = 2, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="argon2", initializer=_politely)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Hash a password."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._hasher.hash, password[:LONGEST_PASSWORD]
        )

    async def right(self, password: str, hashed: str | None) -> bool | None:
        """Whether a password is the one that was hashed; None when too many wait to be checked.

        Without a hash (an unknown account) it takes as long, and is wrong.
        """
        if self._waiting >= WAITING_AT_MOST:
            return None
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._check, password[:LONGEST_PASSWORD], hashed)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _check(self, password: str, hashed: str | None) -> bool:
        try:
            self._hasher.verify(hashed or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(NOBODYS)


def _politely() -> None:
    """Let everybody else go first; only Linux has priorities of single threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
