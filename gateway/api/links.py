"""What somebody with a link sees before they say who they are (D12). Nothing here changes anything (D8)."""

from __future__ import annotations

from fastapi import APIRouter

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
    if not isinstance(seen, Refused):
        return models.Door.model_validate(seen)
    if seen.code == "link_unknown":
        raise Refusal(seen)  # a guess is told nothing, not even which clinic to call
    found = await deps.desk.find(asked.token.partition(".")[0])
    if found is None and deps.host.ready:
        raise Refusal("link_unknown")
    raise Refusal(seen, found.clinic if found else None)


@router.post("/links/phone")
async def by_phone(deps: Deps, asked: models.Look, address: Address) -> models.ByPhone:
    """Say how to take part by telephone: the number, and the PIN of the link's own invitation (D11)."""
    if not deps.looks.take(address):
        raise Refusal("busy")
    told = deps.desk.by_phone(asked.token)
    if isinstance(told, Refused):
        raise Refusal(told)
    return models.ByPhone(number=told[0], pin=told[1])
