"""A node watches its neighbours: one whose address refuses connections twice is dead, and replaced at once.

Whoever is silent instead (a machine that is gone, a process that hangs) is found by its lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from actors.ports import Member, Peers

EVERY: Final = 0.25
"""Seconds between two probes of a neighbour."""
AGAIN_AFTER: Final = 0.1
"""Seconds after which one that refused is asked once more."""
AT_MOST: Final = 16
"""How many neighbours are probed by one node: those that follow it by name."""


class Watch:
    """Probes the others that serve. `gone` is written here: which incarnations refuse, and since when."""

    def __init__(
        self,
        peers: Peers,
        own: Callable[[], Member],
        members: Callable[[], tuple[Member, ...]],
        gone: dict[str, float],
        monotonic: Callable[[], float],
        died: Callable[[], None],
    ) -> None:
        self._peers = peers
        self._own = own
        self._members = members
        self._gone = gone
        self._monotonic = monotonic
        self._died = died

    async def keep(self) -> None:
        """Watch for ever."""
        while True:
            await asyncio.sleep(EVERY)
            self._forget()
            neighbours = self._neighbours()
            if neighbours:
                await asyncio.gather(*(self._look_at(one) for one in neighbours))

    def _neighbours(self) -> list[Member]:
        own = self._own()
        others = [one for one in self._members() if one.address and one.incarnation != own.incarnation]
        after = [one for one in others if one.node > own.node]
        before = [one for one in others if one.node <= own.node]
        return (after + before)[:AT_MOST]

    async def _look_at(self, member: Member) -> None:
        began = self._monotonic()
        if not await self._peers.refuses(member):
            self._gone.pop(member.incarnation, None)
            return
        if member.incarnation in self._gone:
            return
        await asyncio.sleep(AGAIN_AFTER)
        if await self._peers.refuses(member):
            self._gone[member.incarnation] = began
            self._died()

    def _forget(self) -> None:
        """What has no lease any more needs no other sign of its death."""
        living = {one.incarnation for one in self._members()}
        for incarnation in self._gone.keys() - living:
            del self._gone[incarnation]
