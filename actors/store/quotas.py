"""What was asked for today, in counters that end with the UTC day: keyed hashes and numbers, nothing else.

Keys: `{s0417}:asked` is a shard's (who asked, for which clinic, to which address), `{texts}:today` counts the
whole deployment's text messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from actors.ports import Quota
from actors.store.reading import integer, optional
from actors.store.scripts import Script, command
from actors.store.servers import Servers

_SPEND: Final = Script("spend")
_TEXTS: Final = b"{texts}:today"
_ALL: Final = "all"


class RedisQuotas:
    """The QuotaStore on Redis or Valkey. All raise StoreDown when it is away."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    async def spend(self, shard: int, quotas: Sequence[Quota]) -> bool:
        """Add to a shard's counters, all or none; False when one would pass what it may reach."""
        return await self._spend(b"{s%04d}:asked" % shard, quotas)

    async def text(self, at_most: int) -> bool:
        """Count one text message of the deployment; False when there were as many today."""
        return await self._spend(_TEXTS, (Quota(_ALL, 1, at_most),))

    async def texts(self) -> int:
        """Count the deployment's text messages of today."""
        return int(optional(await self._servers.ask(command(b"HGET", _TEXTS, _ALL))) or 0)

    async def _spend(self, key: bytes, quotas: Sequence[Quota]) -> bool:
        words = [word for quota in quotas for word in (quota.counter, quota.adds, quota.at_most)]
        return integer(await self._servers.ask(_SPEND.call((key,), *words))) == 1
