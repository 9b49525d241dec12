"""What somebody with a link sees before they say who they are (D12). Nothing here changes anything (D8)."""

from __future__ import annotations

from fastapi import APIRouter

from engine.ids import shard_of_visit
from engine.refusals import Refused
from gateway.api import models
from gateway.api.answers import Refusal
from gateway.api.callers import Address, Deps

router = APIRouter(tags=["Links"])


@router.post("/links/look")
async def look(deps: Deps, asked: models.Look, address: Address) -> models.Door:
    """Show a link's door: clinic, provider, times, state; never patient, room or who is there."""
    if not deps.looks.take(address):
        raise Refusal("busy")
    seen = deps.desk.look(asked.token)
    if isinstance(seen, Refused):
        visit = asked.token.partition(".")[0]
        found = deps.host.live(visit) if shard_of_visit(visit) is not None else None
        known = seen.code != "link_unknown" and found is not None
        raise Refusal(seen, found.visit.clinic if known and found else None)
    return models.Door.model_validate(seen)
