"""A node's lease: renewed each second, counted from the sending (architecture.md, Ownership).

New facts rest on it.

When the lease lapsed (the store was away, or this process stood still), the node makes sure that its shards
are still its own before it saves anything again. That is found out at once when somebody asks, not at the
next second. It does so too, without refusing anything meanwhile, when a renewal failed or another server
answers than before: what that holds may be older than what was acknowledged.
"""

import asyncio
from collections.abc import Awaitable, Callable

from actors.clock import Clock
from actors.ports import LeaseTaken, Member, Observer, Renewal, StoreDown
from actors.tasks import woken


class Lease:
    """Keeps the lease. `ask` renews it at the store, `recheck` makes sure of the shards; both raise
    StoreDown. `met` is told when the nodes are others than before.
    """

    def __init__(
        self,
        clock: Clock,
        observer: Observer,
        every: int,
        *,
        ask: Callable[[], Awaitable[Renewal]],
        recheck: Callable[[], Awaitable[None]],
        met: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._every = every / 1000
        self._ask = ask
        self._recheck = recheck
        self._met = met
        self.members: tuple[Member, ...] = ()
        """Every node whose lease stood at the last renewal, this one included."""
        self._mine = False
        """Whether the shards were found to be ours since the lease was last in doubt."""
        self._unchecked = True
        """Whether the store may hold something else than we believe."""
        self.replaced = False
        """Whether another process of this node's name had the lease: this one ends, and renews no more."""
        self._hurry = asyncio.Event()
        self._sound_again = asyncio.Event()
        self._renewing = asyncio.Lock()
        self.taken: Callable[[], None] = lambda: None
        """Told when another process of this node's name has the lease: nothing is ever saved here again."""
        self.known: Callable[[bool], None] = lambda _: None
        """Told when it cannot be said any more who is there, because another node may have the shards, and
        when it can be again.
        """
        self.cut: Callable[[str], None] = lambda _: None
        """Told the hash of each session or key that was revoked."""

    @property
    def sound(self) -> bool:
        """Whether new facts may be saved now."""
        if not self._mine:
            return False
        if self._clock.lease_holds():
            return True
        self._doubt()
        return False

    @property
    def certain(self) -> bool:
        """Whether it is sound, and nothing speaks for the store holding less than we believe."""
        return self.sound and not self._unchecked

    async def sound_again(self) -> None:
        """Wait until new facts may be saved."""
        while not self.sound:
            self._sound_again.clear()
            await self._sound_again.wait()

    def hurry(self) -> None:
        """Renew at once: what the lease says of us has changed."""
        self._hurry.set()

    def check_soon(self) -> None:
        """Make sure of the shards soon: another server answers."""
        self._unchecked = True
        self._hurry.set()

    async def keep(self, tend: Callable[[], None]) -> None:
        """Renew for ever; `tend` is called after each try, about once a second."""
        while True:
            await woken(self._hurry, self._every)
            await self.renew()
            tend()

    async def renew(self) -> bool:
        """Renew once, and look after the shards if they are in doubt; False when the store is away, or
        another process has this node's name.
        """
        async with self._renewing:
            if self.replaced:
                return False
            if self._mine and self._clock.known and not self._clock.lease_holds():
                self._doubt()
            try:
                sent = self._clock.monotonic()
                renewal = await self._ask()
                self._clock.renewed(renewal.now, sent, renewal.skews)
                await self._make_sure()
            except LeaseTaken:
                self.replaced = True
                if self._mine:
                    self._doubt()
                self.taken()
                return False
            except StoreDown:
                self._unchecked = True
                if self._mine and not self._clock.lease_holds():
                    self._doubt()
                return False
        for credential in renewal.revoked:
            self.cut(credential)
        if renewal.members != self.members:
            self.members = renewal.members
            self._met()
        return True

    async def _make_sure(self) -> None:
        """Look after the shards until nothing is in doubt any more. Raises StoreDown."""
        while self._unchecked:
            self._unchecked = False
            try:
                await self._recheck()
            except StoreDown:
                self._unchecked = True
                raise
        if not self._mine:
            self._mine = True
            self._observer.store_available(True)
            self._sound_again.set()
            self.known(True)

    def _doubt(self) -> None:
        self._mine = False
        self._unchecked = True
        self._hurry.set()
        self._observer.store_available(False)
        self._observer.lease_lost()
        self.known(False)
