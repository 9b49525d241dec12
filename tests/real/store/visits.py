"""Visits and saves for the store's tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from actors.outlook import claimable
from actors.ports import Bid, Claim, Member, Renewal, Save
from actors.store.shards import RedisShards
from engine.ids import ClinicId, shard_of_clinic, visit_id

CLINIC: Final = ClinicId("riverside")
SHARD: Final = shard_of_clinic(CLINIC)
VISIT: Final = visit_id(SHARD, "7h3kq2m9xw4c")
OTHER: Final = visit_id(SHARD, "9aaaaaaaaaaa")
NOON: Final = 1_800_000_000_000
FIRST: Final = Save(
    shard=SHARD,
    epoch=1,
    visit=VISIT,
    clinic=CLINIC,
    version=1,
    save_id="first",
    body=b"\x00the first body\n\xff",
    start=NOON,
    due=NOON - 900_000,
)


async def renew(shards: RedisShards, node: str, incarnation: str, address: str = "") -> Renewal:
    """Renew a node's lease for a minute."""
    return await shards.renew(Member(node=node, incarnation=incarnation, address=address), 60_000)


async def claimed(shards: RedisShards, numbers: Iterable[int], node: str, incarnation: str) -> list[Claim]:
    """Claim what may be claimed of these shards, as a node does; those that may not have epoch 0."""
    own = Member(node=node, incarnation=incarnation)
    survey = await shards.survey(list(numbers))
    free = [one for one in survey.owners if claimable(one, own, survey.leases, ())]
    bids = [Bid(one.shard, one.epoch) for one in free]
    claims = {one.shard: one for one in await shards.claim(bids, node, incarnation)}
    return [claims.get(one.shard, Claim(one.shard, 0, one.incarnation, 0)) for one in survey.owners]


def after(save: Save, save_id: str, **changes: object) -> Save:
    """The save that follows this one."""
    return replace(save, version=save.version + 1, save_id=save_id, body=save_id.encode(), **changes)  # type: ignore[arg-type]
