"""The store's own testimony: every visit as it is stored, each shard's epoch, the counted guesses."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import msgpack

from actors.body import BodyCodec, clinic_of, key_of
from actors.pepper import read_pepper
from actors.sealing import Sealer
from actors.secrets import Secrets
from engine.clinic import Clinic
from engine.ids import VisitId
from engine.visit import Visit
from tests.faults.history import Counted, Entry, Owned, Stored, StoredSeat, now
from tests.prove.peek import peek

AT_ONCE: Final = 200


async def testimony(servers: Sequence[str], secrets_folder: Path, quiet_number: str) -> list[Entry]:
    """Read it all behind the product's back, with its own codec, from every server that has keys."""
    sealer = Sealer(Secrets(read_pepper(secrets_folder)), os.urandom)
    clinics: dict[str, Clinic] = {}
    told: list[Entry] = []
    for server in servers:
        clinics |= await _clinics(server)
    for server in servers:
        async with peek(server) as store:
            async for key in store.scan_iter(match="{s*}:v:*", count=AT_ONCE):
                value = await store.get(key)
                if isinstance(value, bytes):
                    told.append(_visit(key.decode().rpartition(":v:")[2], value, clinics, sealer))
            async for key in store.scan_iter(match="{s*}:owner", count=AT_ONCE):
                epoch = await store.hget(key, "epoch")
                told.append(Owned(at=now(), shard=int(key[2:6]), epoch=int(epoch or 0)))
            async for _ in store.scan_iter(match=f"{{p:{quiet_number}}}:guesses", count=AT_ONCE):
                counted = await store.hget(f"{{p:{quiet_number}}}:guesses", "space")
                told.append(Counted(at=now(), guesses=int(counted or 0)))
    return told


async def _clinics(server: str) -> dict[str, Clinic]:
    clinics: dict[str, Clinic] = {}
    async with peek(server) as store:
        async for key in store.scan_iter(match="{s*}:clinics", count=AT_ONCE):
            found: Mapping[Any, Any] = await store.hgetall(key)
            for name, body in found.items():
                clinics[name.decode()] = msgpack.decode(body, type=Clinic)
    return clinics


def _visit(name: str, value: bytes, clinics: dict[str, Clinic], sealer: Sealer) -> Stored:
    body = value.partition(b"\n")[2]
    codec = BodyCodec(sealer, VisitId(name), key_of(body))
    visit: Visit = codec.decode(body, clinics[clinic_of(body)])
    return Stored(
        at=now(),
        visit=visit.id,
        status=visit.status.value,
        name=visit.name,
        lapses_at=visit.lapses_at,
        seats={
            seat.id: StoredSeat(standing=seat.standing.value, name=seat.name) for seat in visit.seats.values()
        },
        labels={one.id: one.label for one in visit.invitations.values() if one.label},
    )
