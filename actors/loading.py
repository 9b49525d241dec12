"""A shard that was claimed comes into memory: its clinics, and its visits as they were saved."""

from __future__ import annotations

from copy import copy

from msgspec import msgpack

from actors.ports import Claim, ShardStore
from actors.register import decoded
from actors.shard import Landlord, Shard
from engine.clinic import Clinic


async def loaded(landlord: Landlord, store: ShardStore, claim: Claim) -> Shard:
    """Make the shard that was claimed; whoever was in a visit is `restoring` there. Raises StoreDown."""
    shard = Shard(landlord, claim.shard, claim.epoch)
    if claim.live:
        contents = await store.load(shard.number)
        for clinic, body in contents.clinics.items():
            shard.clinics[clinic] = msgpack.decode(body, type=Clinic)
        for stored in contents.visits:
            visit = decoded(shard, stored)
            if visit is not None:
                visit.restore(landlord.now())
                shard.add(visit, stored)
    return shard


async def same_as_stored(shard: Shard, store: ShardStore) -> bool:
    """Whether the store holds of a shard what was saved last, or more. Raises StoreDown.

    A store that failed over to a replica may have forgotten what it acknowledged.
    """
    saved = {visit: (live.version, live.save_id) for visit, live in shard.visits.items() if live.version}
    known, clinics = set(shard.visits), {name: copy(clinic) for name, clinic in shard.clinics.items()}
    heads = await store.heads(shard.number, list(saved))
    if any(visit in shard.visits and _behind(heads.visits[visit], *last) for visit, last in saved.items()):
        return False
    if heads.unsettled - known - shard.visits.keys():  # it was over here, and is not there
        return False
    stored = {name: msgpack.decode(body, type=Clinic) for name, body in heads.clinics.items()}
    return all(stored.get(name) in (before, shard.clinics.get(name)) for name, before in clinics.items())


def _behind(head: tuple[int, str] | None, version: int, save_id: str) -> bool:
    return head is None or head[0] < version or (head[0] == version and head[1] != save_id)
