"""Visits and saves for the store's tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from actors.ports import Save
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


def after(save: Save, save_id: str, **changes: object) -> Save:
    """The save that follows this one."""
    return replace(save, version=save.version + 1, save_id=save_id, body=save_id.encode(), **changes)  # type: ignore[arg-type]
