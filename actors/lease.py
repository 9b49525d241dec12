"""A node's lease: renewed each second, counted from the sending (architecture.md, Ownership).

New facts rest on it.

When the lease lapsed (the store was away, or this process stood still), the node makes sure that its shards
are still its own before it saves anything again. That is found out at once when somebody asks, not at the
next second.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from actors.clock import Clock
from actors.ports import Observer, Renewal, StoreDown


class Lease:
    """Keeps the lease. `ask` renews it at the store, `recheck` claims the shards anew; both raise
    StoreDown.
    """

    def __init__(
        self,
        clock: Clock,
        observer: Observer,
        every: int,
        *,
        ask: Callable[[], Awaitable[Renewal]],
        recheck: Callable[[], Awaitable[None]],
    ) -> None:
        self._clock = clock
        self._observer = observer
        self._every = every / 1000
        self._ask = ask
        self._recheck = recheck
        self._mine = False
        """Whether the shards were found to be ours since the lease was last in doubt."""
        self._hurry = asyncio.Event()
        self._sound_again = asyncio.Event()
        self._renewing = asyncio.Lock()
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

    async def sound_again(self) -> None:
        """Wait until new facts may be saved."""
        while not self.sound:
            self._sound_again.clear()
            await self._sound_again.wait()

    async def keep(self, tend: Callable[[], None]) -> None:
        """Renew for ever; `tend` is called after each try, about once a second."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._hurry.wait()
            self._hurry.clear()
            await self.renew()
            tend()

    async def renew(self) -> bool:
        """Renew once, and look after the shards if the lease was in doubt; False when the store is away."""
        async with self._renewing:
            if self._mine and self._clock.known and not self._clock.lease_holds():
                self._doubt()
            try:
                sent = self._clock.monotonic()
                renewal = await self._ask()
                self._clock.renewed(renewal.now, sent)
                if not self._mine:
                    await self._recheck()
                    self._found_sound()
            except StoreDown:
                if self._mine and not self._clock.lease_holds():
                    self._doubt()
                return False
        for credential in renewal.revoked:
            self.cut(credential)
        return True

    def _doubt(self) -> None:
        self._mine = False
        self._hurry.set()
        self._observer.store_available(False)
        self._observer.lease_lost()

    def _found_sound(self) -> None:
        self._mine = True
        self._observer.store_available(True)
        self._sound_again.set()
