"""Personal invitations: list, make, revoke (D3)."""

from __future__ import annotations

from fastapi import APIRouter

from engine import commands as ask
from engine.ids import InvitationId
from engine.refusals import Refused
from gateway.api import models
from gateway.api.answers import Refusal
from gateway.api.callers import Deps, Inviter, Op, Seer, visit_of
from signaling.translate import details

router = APIRouter(tags=["Invitations"])

MADE = "made"
"""The state of an invitation that nobody has used yet."""


@router.get("/visits/{visit}/invitations")
async def list_invitations(visit: str, caller: Seer, deps: Deps) -> list[models.InvitationInfo]:
    """List a visit's personal invitations; contacts are masked."""
    found = details(await visit_of(visit, caller, deps))
    return [models.InvitationInfo.model_validate(one) for one in found.invitations]


@router.post("/visits/{visit}/invitations", status_code=201)
async def invite(
    visit: str, caller: Inviter, deps: Deps, op: Op, asked: models.NewInvitation
) -> models.Invitation:
    """Invite somebody with a link and a PIN of their own; presence then says whose invitation it was."""
    found = await visit_of(visit, caller, deps)
    contact = ask.Contact(email=asked.email, phone=asked.phone)
    made = await deps.desk.invite(
        found.id, caller.by, op, contact, label=asked.label, interpreter=asked.interpreter
    )
    via = "email" if asked.email else "sms" if asked.phone else "none"
    if isinstance(made, Refused):
        deps.metrics.invitation(via, "refused")
        raise Refusal(made, found.clinic)
    deps.metrics.invitation(via, "made")
    invitation, panel = made
    return models.Invitation(
        invitation=invitation,
        label=asked.label,
        link=panel.link,
        number=panel.number,
        pin=panel.pin,
        expires_at=panel.expires_at,
        state=MADE,
    )


@router.delete("/visits/{visit}/invitations/{invitation}", status_code=204)
async def revoke(visit: str, invitation: str, caller: Inviter, deps: Deps, op: Op) -> None:
    """Revoke one invitation: its link and PIN are over, all others stay."""
    found = await visit_of(visit, caller, deps)
    outcome = await deps.desk.ask(found.id, ask.Revoke(op, caller.by, InvitationId(invitation)))
    if isinstance(outcome, Refused):
        raise Refusal(outcome, found.clinic)
    deps.metrics.invitation("none", "revoked")
