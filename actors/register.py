"""What a node holds, found by its name: in memory, and for what is over, in the store."""

from __future__ import annotations

from typing import Final

from msgspec import msgpack

from actors.body import clinic_of
from actors.live import LiveVisit
from actors.ports import ShardStore, StoredVisit
from actors.secrets import Secrets
from actors.shard import Shard
from engine.clinic import Clinic
from engine.ids import ClinicId, Instant, VisitId, shard_of_clinic, shard_of_visit
from engine.visit import Visit

READ_AT_ONCE: Final = 200
"""How many visits are read at once, so that nobody else waits long for the store or for this process."""


class Register:
    """The shards that a node owns, and what is in them."""

    store: ShardStore
    secrets: Secrets

    def __init__(self, store: ShardStore, secrets: Secrets) -> None:
        self.store = store
        self.secrets = secrets
        self.held: dict[int, Shard] = {}
        """The shards that this node owns, by number; whoever claims or loses them writes here."""

    # ------------------------------------------------------------ in memory

    def shard(self, number: int | None) -> Shard | None:
        """A shard that this node owns."""
        return self.held.get(number) if number is not None else None

    def shards(self) -> list[Shard]:
        """All shards that this node owns."""
        return list(self.held.values())

    def live(self, visit: str) -> LiveVisit | None:
        """A visit that is not over and was saved."""
        live = self.here(visit)
        return live if live is not None and not live.visit.over else None

    def here(self, visit: str) -> LiveVisit | None:
        """A visit in memory that was saved: live, or cancelled and with people yet to tell."""
        shard = self.shard(shard_of_visit(visit))
        live = shard.visits.get(VisitId(visit)) if shard else None
        return live if live is not None and live.version else None

    def clinic(self, clinic: str) -> Clinic | None:
        """A clinic's settings."""
        shard = self.shard_of(clinic)
        return shard.clinics.get(ClinicId(clinic)) if shard else None

    def shard_of(self, clinic: str) -> Shard | None:
        """The shard of a clinic, if this node owns it."""
        return self.shard(shard_of_clinic(ClinicId(clinic)))

    def key_of(self, visit: VisitId) -> int:
        """The id of the pepper's key that a visit's links and PINs are derived from; the newest for a new
        visit.
        """
        live = self.here(visit)
        return live.key if live is not None else self.secrets.newest

    def numbers(self) -> frozenset[str]:
        """The dial-in numbers of the clinics that this node owns."""
        return frozenset(number for clinic in self.clinics() for number in clinic.dial_in)

    def clinics(self) -> list[Clinic]:
        """The clinics that this node owns."""
        return [clinic for shard in self.held.values() for clinic in shard.clinics.values()]

    # ------------------------------------------------------------ in the store

    async def finished(self, shard: Shard, clinic: Clinic, within: tuple[Instant, Instant]) -> list[Visit]:
        """The visits of some hours that are over, from the store. Raises StoreDown."""
        ids = [
            one for one in await self.store.day(shard.number, clinic.id, *within) if one not in shard.visits
        ]
        visits: list[Visit] = []
        for first in range(0, len(ids), READ_AT_ONCE):
            found = await self.store.read(ids[first : first + READ_AT_ONCE])
            read = (decoded(shard, one) for one in found if one is not None)
            visits += [visit for visit in read if visit is not None]
        return visits

    async def clinic_as_saved(self, clinic: str) -> Clinic | None:
        """A clinic's settings, whichever node has it. Raises StoreDown."""
        shard = shard_of_clinic(ClinicId(clinic))
        if shard in self.held:
            return self.clinic(clinic)
        body = await self.store.clinic(shard, ClinicId(clinic))
        return msgpack.decode(body, type=Clinic) if body is not None else None

    async def stored(self, visit: str) -> Visit | None:
        """A visit from the store, over or not. Raises StoreDown."""
        shard = self.shard(shard_of_visit(visit))
        if shard is None:
            return None
        found = (await self.store.read([VisitId(visit)]))[0]
        return decoded(shard, found) if found is not None else None


def decoded(shard: Shard, stored: StoredVisit) -> Visit | None:
    """Read a visit from its bytes; None when its clinic is not in the shard."""
    clinic = shard.clinics.get(clinic_of(stored.body))
    if clinic is None:
        return None
    return shard.codec(stored.visit, stored.body).decode(stored.body, clinic)
