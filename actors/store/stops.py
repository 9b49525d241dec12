"""Numbers that asked a clinic for no more messages: the one trace of a guest that is kept, as keyed hashes of
clinic and number, in the set `{s0417}:stops`.
"""

from __future__ import annotations

from collections.abc import Callable

from actors.store.reading import integer, items
from actors.store.scripts import command
from actors.store.servers import Servers
from engine.ids import ClinicId, shard_of_clinic


class RedisStops:
    """The StopStore on Redis or Valkey. All raise StoreDown when it is away.

    `hashes` gives those under which a clinic may know a number, the newest key's first; what is found under
    an older one is written anew, so that it outlives that key.
    """

    def __init__(self, servers: Servers, hashes: Callable[[str, str, str], tuple[str, ...]]) -> None:
        self._servers = servers
        self._hashes = hashes

    async def stop(self, clinic: ClinicId, number: str) -> None:
        """Note that a number wants nothing from this clinic."""
        await self._servers.ask(command(b"SADD", _key(clinic), self._known_as(clinic, number)[0]))

    async def start(self, clinic: ClinicId, number: str) -> None:
        """Note that it wants to hear from it again."""
        await self._servers.ask(command(b"SREM", _key(clinic), *self._known_as(clinic, number)))

    async def stopped(self, clinic: ClinicId, number: str) -> bool:
        """Whether a number wants nothing from this clinic."""
        reply = await self._servers.ask(command(b"SMISMEMBER", _key(clinic), *self._known_as(clinic, number)))
        newest, *older = (integer(one) == 1 for one in items(reply))
        if any(older) and not newest:
            await self.stop(clinic, number)
        return newest or any(older)

    def _known_as(self, clinic: ClinicId, number: str) -> tuple[str, ...]:
        return self._hashes("stop", clinic, number)


def _key(clinic: ClinicId) -> bytes:
    return b"{s%04d}:stops" % shard_of_clinic(clinic)
