"""What a node does that cannot reach the store (architecture.md, Ownership).

Its lease lapses by its own clock: it takes no new facts. If another node says that it reaches the store,
others have this node's visits by now or will soon: it closes its sockets, so that its people go there. If
none says so the store is down for all, or this node is alone: people in a call go on talking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from actors.lease import Lease
from actors.ports import Member, Peers

EVERY: Final = 0.25
"""Seconds between two looks at the lease, and between two rounds of asking."""
TRIES: Final = 5
"""How often a node tries to reach the store itself once another says that it does: for a little longer than a
server is left alone after it failed.
"""
ASKED: Final = 3
"""How many others are asked in a round."""


class Fence:
    """Asks the others while the lease is lapsed. `leave` is called when one of them reaches the store."""

    def __init__(
        self,
        lease: Lease,
        peers: Peers,
        others: Callable[[], list[Member]],
        leave: Callable[[], None],
    ) -> None:
        self._lease = lease
        self._peers = peers
        self._others = others
        self._leave = leave
        self._left = False
        self._turn = 0

    @property
    def cut_off(self) -> bool:
        """Whether others reach the store and we do not: nobody should come here."""
        return self._left and not self._lease.sound

    async def keep(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(EVERY)
            if self._lease.sound:
                self._left = False
            elif not self._left and await self._surely_cut_off():
                self.go()

    def go(self) -> None:
        """Leave now, whatever the others say."""
        self._left = True
        self._leave()

    async def _surely_cut_off(self) -> bool:
        """Ask, try once more to reach the store ourselves, and ask again: it may just have come back."""
        if not await self._somebody_reaches_it():
            return False
        for _ in range(TRIES):
            self._lease.hurry()
            await asyncio.sleep(EVERY)
            if self._lease.sound:
                return False
        return await self._somebody_reaches_it() and not self._lease.sound

    async def _somebody_reaches_it(self) -> bool:
        """Ask a few of the others, each time the next ones."""
        others = self._others()
        if not others:
            return False
        self._turn = (self._turn + ASKED) % len(others)
        asked = (others + others)[self._turn : self._turn + min(ASKED, len(others))]
        return any(await asyncio.gather(*(self._peers.reaches_store(one) for one in asked)))
