"""Who has which shard, and what this node does about it: it looks, claims what is its own and free, and gives
away what is another's (architecture.md, Ownership).

There is no leader. Every node surveys the owners for itself and comes to the same placement. What is believed
here is needed to be quick, not to be right: the store's epochs refuse whoever is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from actors.claiming import Claims, Estate
from actors.lease import Lease
from actors.loading import same_as_stored
from actors.outlook import Outlook, View, Wanted, look
from actors.ports import Member, StoreDown
from actors.shard import Shard
from actors.tasks import woken
from engine.ids import SHARDS

EVERY: Final = 1.0
"""Seconds between two looks while every shard is where it belongs, and at most while some are not."""
UNSETTLED: Final = 0.2
"""Seconds to the next look after something happened; each further one takes half as long again."""
SLICE: Final = 128
"""Of how many shards the owners are read in one look while all are where they belong: each one in 8 s."""
ORPHANED_AFTER: Final = 3.0
"""Seconds after which a shard without an owner is claimed by any node, if the one to which it belongs does
not come.
"""
RESTS: Final = 3.0
"""Seconds for which a shard stays with the node to which another has just given it: their views of who is
there may differ for a second.
"""


PATIENCE: Final = 3.0
"""Seconds after an absence of the store in which no other node's lease counts as lapsed: it was away for them
too, and they are about to renew.
"""
COMPARED_AT_ONCE: Final = 32
"""How many shards are compared with the store side by side."""


class House(Estate, Protocol):
    """What ownership needs from the host besides."""

    lease: Lease

    def lost(self, shard: Shard, to: Member | None = None) -> None:
        """Forget a shard, and send its people to who has it."""


class Ownership:
    """Looks after the shards. `monotonic` gives seconds; `give` is told which of our shards belong to whom.

    Life: `recheck` whenever the store may hold something else than we believe; `look` once before anything is
    served; then `keep` for ever.
    """

    def __init__(
        self,
        house: House,
        monotonic: Callable[[], float],
        report: Callable[[BaseException], None],
        give: Callable[[dict[str, list[int]]], None],
    ) -> None:
        self._house = house
        self._monotonic = monotonic
        self._report = report
        self._give = give
        self._claims = Claims(house, monotonic)
        self._owners: dict[int, Member] = {}
        self.passing: set[int] = set()
        """Shards that are being given away."""
        self.gone: dict[str, float] = {}
        """Incarnations whose addresses refuse connections, and since when that is known."""
        self._given: dict[int, float] = {}
        """When another node gave us a shard."""
        self._unclaimed: dict[int, float] = {}
        """Since when a shard is without an owner that belongs to another node."""
        self._patient_until = 0.0
        """Until when others may not have come back to the store."""
        self._settled = False
        self._pause = UNSETTLED
        self._next = 0
        self._waking = asyncio.Event()

    def owner(self, shard: int) -> Member | None:
        """The node that has a shard, as far as is known."""
        return self._house.member if shard in self._house.held else self._owners.get(shard)

    def elsewhere(self, shard: int) -> Member | None:
        """The other node that has a shard which is still in our memory, as far as is known."""
        found = self._owners.get(shard)
        return found if found is not None and found.incarnation != self._house.member.incarnation else None

    def wake(self) -> None:
        """Look at all shards at once: something has happened."""
        self._settled, self._pause = False, UNSETTLED
        self._waking.set()

    # ------------------------------------------------------------ looking

    async def keep(self) -> None:
        """Look for ever, about once a second, and at once when woken."""
        while True:
            await woken(self._waking, EVERY if self._settled else self._pause)
            self._pause = min(EVERY, self._pause * 1.5)
            if self._house.lease.sound:
                await self._look_or_say_why_not()

    async def _look_or_say_why_not(self) -> None:
        try:
            await self.look()
        except StoreDown:
            self._settled = False  # the lease finds out how long it stays away
        except Exception as error:  # noqa: BLE001 - a shard that cannot be read is not the others' trouble
            self._report(error)

    async def look(self) -> None:
        """Look, and claim. Raises StoreDown, and what a shard that cannot be read raises."""
        numbers = self._due()
        if not numbers:
            return
        survey = await self._house.store.survey(numbers)
        if not self._house.lease.sound:  # it lapsed meanwhile: what others' leases say then says nothing
            return
        outlook = look(survey, self._view())
        self._note(numbers, outlook)
        if len(numbers) == SHARDS:
            self._settled = outlook.settled and not self._waking.is_set()  # nothing has happened meanwhile
        elif not outlook.settled:
            self.wake()
        if outlook.moves:
            self._give(outlook.moves)
        await self._claims.claim(outlook.claims, self.gone)

    def _due(self) -> Sequence[int]:
        """The shards whose owners are to be read now. A node that is alone and has them all reads none."""
        if not self._settled:
            return range(SHARDS)
        if len(self._house.held) == SHARDS and len(self._house.lease.members) <= 1:
            return ()
        self._next = (self._next + SLICE) % SHARDS
        return range(self._next, self._next + SLICE)

    def _view(self) -> View:
        now = self._monotonic()
        self._given = {shard: at for shard, at in self._given.items() if now - at < RESTS}
        overdue = (shard for shard, since in self._unclaimed.items() if now - since >= ORPHANED_AFTER)
        return View(
            own=self._house.member,
            members=self._house.lease.members,
            held={number: shard.epoch for number, shard in self._house.held.items()},
            passing=self.passing | self._given.keys(),
            refused=frozenset(self.gone),
            patient=now < self._patient_until,
            orphaned=frozenset(overdue),
        )

    def _note(self, numbers: Iterable[int], outlook: Outlook) -> None:
        """Remember who has what; forget what was lost."""
        now, unclaimed = self._monotonic(), set(outlook.unclaimed)
        for number in numbers:
            if number in unclaimed:
                self._unclaimed.setdefault(number, now)
            else:
                self._unclaimed.pop(number, None)
            if number not in self.passing:
                self._owners.pop(number, None)
        self._owners.update(outlook.owners)
        for number in outlook.lost:
            self.lose(number)

    def lose(self, number: int) -> None:
        """Forget a shard that another node has, and send its people there."""
        held = self._house.held.get(number)
        if held is not None:
            self._house.lost(held, self.elsewhere(number))

    def _sound(self) -> bool:
        return self._house.lease.sound

    # ------------------------------------------------------------ given and taken

    async def take(self, shards: Sequence[int]) -> None:
        """Claim what another node let go of for us, and load it. Raises StoreDown."""
        house = self._house
        if house.member.draining or not self._sound():
            return
        survey = await house.store.survey(shards)
        if not self._sound():
            return
        free = [owner for owner in survey.owners if not owner.node and owner.shard not in house.held]
        await self._claims.claim([Wanted(owner, "none") for owner in free], self.gone)
        now = self._monotonic()
        self._given |= {owner.shard: now for owner in free if owner.shard in house.held}

    async def whereabouts(self, shards: Sequence[int]) -> set[int]:
        """Read who has these shards, and give those that nobody has. Raises StoreDown."""
        survey = await self._house.store.survey(shards)
        for owner in survey.owners:
            lease = survey.leases.get(owner.node)
            if lease is not None and lease.incarnation == owner.incarnation:
                self._owners[owner.shard] = lease
            else:
                self._owners.pop(owner.shard, None)
        return {owner.shard for owner in survey.owners if owner.shard not in self._owners}

    # ------------------------------------------------------------ back at the store

    async def recheck(self) -> None:
        """Make sure that what is in memory is what the store holds, and still ours. Raises StoreDown."""
        house = self._house
        if house.lease.members:  # not at the start
            self._patient_until = self._monotonic() + PATIENCE
        shards = [shard for shard in house.held.values() if shard.number not in self.passing]
        survey = await house.store.survey([shard.number for shard in shards])
        outlook = look(survey, self._view())
        self._owners.update(outlook.owners)
        epochs = {owner.shard: owner.epoch for owner in survey.owners}
        older = [shard for shard in shards if epochs[shard.number] < shard.epoch]
        for number in outlook.lost:
            self.lose(number)
        kept = [shard for shard in shards if house.held.get(shard.number) is shard]
        forgotten = [shard for shard in await self._forgotten(kept) if house.held.get(shard.number) is shard]
        for shard in forgotten:
            house.lost(shard)
        if older or forgotten:
            house.observer.went_back(len(older) + len(forgotten))
        self.wake()

    async def _forgotten(self, shards: Sequence[Shard]) -> list[Shard]:
        """Those of which the store holds less than we saved."""
        full = [shard for shard in shards if shard.clinics or shard.visits]
        found: list[Shard] = []
        for first in range(0, len(full), COMPARED_AT_ONCE):
            some = full[first : first + COMPARED_AT_ONCE]
            same = await asyncio.gather(*(self._same(shard) for shard in some))
            found += [shard for shard, alike in zip(some, same, strict=True) if not alike]
        return found

    async def _same(self, shard: Shard) -> bool:
        """Whether the store holds what we saved; asked twice, because a save may just be on its way."""
        store = self._house.store
        return await same_as_stored(shard, store) or await same_as_stored(shard, store)
