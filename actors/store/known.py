"""What every node has to know of clinics that others have: that they are there, and their dial-in numbers.

Two sets, `{clinics}:known` and `{numbers}:known`. A number stays known when its clinic gives it up: a call to
it is asked for a PIN, and none is right. For each number `{numbers}:phones:<number>` has the own telephone
number of each clinic with it: what callers who find no visit are told to call.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from actors.store.reading import integer, items, text
from actors.store.scripts import Call, command
from actors.store.servers import Servers
from engine.clinic import Clinic
from engine.ids import ClinicId

_CLINICS: Final = b"{clinics}:known"
_NUMBERS: Final = b"{numbers}:known"


def _phones(number: str) -> bytes:
    return b"{numbers}:phones:" + number.encode()


class RedisKnown:
    """The Known on Redis or Valkey. All raise StoreDown when it is away."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    async def add(self, clinics: Iterable[Clinic]) -> None:
        """Make clinics and their numbers known."""
        known = list(clinics)
        numbers = sorted({number for clinic in known for number in clinic.dial_in})
        calls: list[Call] = []
        if known:
            calls.append(command(b"SADD", _CLINICS, *(clinic.id for clinic in known)))
        if numbers:
            calls.append(command(b"SADD", _NUMBERS, *numbers))
        for number in numbers:
            phones = [(one.id, one.phone) for one in known if number in one.dial_in]
            calls.append(command(b"HSET", _phones(number), *(word for pair in phones for word in pair)))
        await self._servers.ask_all(calls)

    async def gave_up(self, clinic: ClinicId, numbers: Iterable[str]) -> None:
        """A clinic has these dial-in numbers no more."""
        await self._servers.ask_all([command(b"HDEL", _phones(number), clinic) for number in numbers])

    async def phones(self, number: str) -> set[str]:
        """Give the own telephone numbers of the clinics that have a dial-in number."""
        said = await self._servers.ask(command(b"HVALS", _phones(number)))
        return {text(one) for one in items(said)}

    async def has_number(self, number: str) -> bool:
        """Whether a number, as E.164 writes it, is any clinic's dial-in number."""
        return integer(await self._servers.ask(command(b"SISMEMBER", _NUMBERS, number))) == 1

    async def clinics(self) -> list[ClinicId]:
        """List all clinics of the deployment."""
        return [ClinicId(text(one)) for one in items(await self._servers.ask(command(b"SMEMBERS", _CLINICS)))]
