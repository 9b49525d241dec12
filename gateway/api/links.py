"""What somebody with a link sees and does before they say who they are (D12), and the patient by their own
(R2, R13). Nothing here changes anything unless somebody acts on the page (D8): a scanner's GET never does.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from engine import asking as ask
from engine.ids import shard_of_visit
from engine.refusals import Refused
from engine.visit import Visit
from gateway.api import models
from gateway.api.answers import Refusal, settled
from gateway.api.callers import Address, Deps, Op, is_here
from gateway.api.dependencies import Dependencies
from gateway.api.invitations import invited

router = APIRouter(tags=["Links"])


def _not_too_often(deps: Deps, address: Address) -> None:
    """Bound how often one address may ask with links. Raises Refusal `busy`."""
    if not deps.looks.take(address):
        raise Refusal("busy")


Bounded = Annotated[None, Depends(_not_too_often)]


@router.post("/links/look")
async def look(deps: Deps, asked: models.Look, _: Bounded) -> models.Door:
    """Show a link's door: clinic, provider, times, state; never patient, room or who is there."""
    _is_here(asked.token, deps)
    seen = deps.desk.look(asked.token)
    if not isinstance(seen, Refused):
        return models.Door.model_validate(seen)
    raise await _refusal(seen, asked.token, deps)


def _is_here(token: str, deps: Dependencies) -> None:
    """Go on if this node has the visit that a link speaks of, be the link ours or not. Raises Elsewhere."""
    link = deps.host.secrets.read_link(token)
    shard = shard_of_visit(link.visit) if link else None
    if shard is not None:
        is_here(shard, deps)


async def _refusal(refused: Refused, token: str, deps: Dependencies) -> Refusal:
    """Say why a link shows nothing, with the clinic's number to those who hold a real one."""
    if refused.code == "link_unknown":
        return Refusal(refused)  # a guess is told nothing, not even which clinic to call
    found = await deps.desk.find(token.partition(".")[0])
    if found is None and deps.host.ready:
        return Refusal("link_unknown")
    return Refusal(refused, found.clinic if found else None)


@router.post("/links/phone")
async def by_phone(deps: Deps, asked: models.Look, _: Bounded) -> models.ByPhone:
    """Say how to take part by telephone: the number, and the PIN of the link's own invitation (D11)."""
    _is_here(asked.token, deps)
    told = deps.desk.by_phone(asked.token)
    if isinstance(told, Refused):
        raise Refusal(told)
    return models.ByPhone(number=told[0], pin=told[1])


@router.post("/links/opened", status_code=204)
async def link_opened(deps: Deps, asked: models.Look, _: Bounded) -> None:
    """Note that a person has a link's page before them (B1): the page asks this when somebody first does
    something on it, not when it is loaded.
    """
    _is_here(asked.token, deps)
    refused = await deps.desk.opened(asked.token)
    if refused is not None:
        raise await _refusal(refused, asked.token, deps)


# ---------------------------------------------------------------- the patient, by their own link


@router.post("/links/panel")
async def panel_by_link(deps: Deps, asked: models.Look, _: Bounded) -> models.Panel:
    """Show the patient what they can hand to a guest: the visit's shared link, number and PIN (R4, R13)."""
    visit, by = await _patient(asked.token, deps)
    settled(visit.may_invite(by), visit.clinic)
    shared = deps.desk.shared_panel(visit)
    return models.Panel(
        link=shared.link,
        number=shared.number,
        pin=shared.pin,
        expires_at=shared.expires_at,
        others=shared.others,
    )


@router.post("/links/invite", status_code=201)
async def invite_by_link(
    deps: Deps, op: Op, asked: models.PatientsInvitation, _: Bounded
) -> models.Invitation:
    """Let the patient invite a guest from their own page (R2); refused where the clinic has switched it off
    (R1).
    """
    visit, by = await _patient(asked.token, deps)
    return await invited(visit, by, op, asked, deps)


@router.post("/links/cancel", status_code=204)
async def cancel_by_link(deps: Deps, op: Op, asked: models.Look, _: Bounded) -> None:
    """Let the patient call their visit off, before it begins (R13); refused where the clinic does not let
    them.
    """
    visit, by = await _patient(asked.token, deps)
    settled(await deps.desk.ask(visit.id, ask.Cancel(op, by)), visit.clinic)


async def _patient(token: str, deps: Dependencies) -> tuple[Visit, ask.ByLink]:
    """Give the visit of the patient's own link; a guest's proves nothing here. Raises Refusal."""
    _is_here(token, deps)
    proven = deps.desk.patient(token)
    if isinstance(proven, Refused):
        raise await _refusal(proven, token, deps)
    return proven
