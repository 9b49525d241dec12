"""Quotas of what people ask to be sent: by who asks, by clinic and by address (reliability-security.md, 10).

They bound what a stolen session or an angry guest can do with other people's telephones. How many invitations
a visit has at most the engine says; how many text messages a day costs at most, the courier asks before each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from actors.ports import OutreachLimits, Quota, QuotaStore
from actors.secrets import Secrets
from engine.asking import By, BySeat, ByStaff
from engine.clinic import Clinic
from engine.ids import Instant, shard_of_clinic
from engine.planning import Contact
from engine.refusals import Refused
from engine.visit import Visit

HOUR: Final = 3_600_000
"""Milliseconds in an hour."""


class Quotas:
    """Says whether somebody may ask for so many letters, and counts them."""

    __slots__ = ("_limits", "_secrets", "_store")

    def __init__(self, store: QuotaStore, secrets: Secrets, limits: OutreachLimits) -> None:
        self._store = store
        self._secrets = secrets
        self._limits = limits

    async def spend(
        self, clinic: Clinic, asker: str, contacts: Iterable[Contact], now: Instant
    ) -> Refused | None:
        """Count a letter to each of these addresses, or refuse all. Raises StoreDown."""
        numbers = [contact.phone for contact in contacts if contact.phone]
        addresses = [contact.email for contact in contacts if contact.email] + numbers
        if not addresses:
            return None
        if numbers and await self._store.texts() >= self._limits.texts_per_day:
            return Refused("too_many_messages")
        spent = await self._store.spend(
            shard_of_clinic(clinic.id), self._quotas(clinic, asker, addresses, now)
        )
        return None if spent else Refused("too_many_messages")

    def _quotas(self, clinic: Clinic, asker: str, addresses: list[str], now: Instant) -> list[Quota]:
        limits, count = self._limits, len(addresses)
        user = f"u:{now // HOUR}:{self._hash('asker', clinic, asker)}"
        quotas = [
            Quota(user, count, limits.per_user_hour),
            Quota(f"c:{self._hash('clinic', clinic, '')}", count, limits.per_clinic_day),
        ]
        for address in dict.fromkeys(address.casefold() for address in addresses):
            destination = f"d:{self._hash('destination', clinic, address)}"
            quotas.append(Quota(destination, 1, limits.per_destination_day))
        return quotas

    def _hash(self, kind: str, clinic: Clinic, value: str) -> str:
        return self._secrets.outreach_hashes(kind, clinic.id, value)[0]


def asker_of(visit: Visit, by: By) -> str:
    """Name for whom something counts that is asked in a visit: a member of staff, or the visit's patient."""
    if isinstance(by, ByStaff):
        return by.user
    seat = visit.seats.get(by.seat) if isinstance(by, BySeat) else None
    return seat.user if seat is not None and seat.user is not None else visit.id
