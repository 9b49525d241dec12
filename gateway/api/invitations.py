"""Personal invitations: list, make, send again, revoke (D3, B1)."""

from __future__ import annotations

from fastapi import APIRouter

from engine import asking as ask
from engine.asking import By
from engine.ids import InvitationId, OpId
from engine.planning import NOWHERE, Contact
from engine.refusals import Refused
from engine.visit import Visit
from gateway.api import models
from gateway.api.answers import Refusal, settled
from gateway.api.callers import Deps, Inviter, Op, Seer, visit_of
from gateway.api.dependencies import Dependencies
from gateway.api.fields import Form
from signaling.translate import details

router = APIRouter(tags=["Invitations"])

MADE = "made"
"""The state of an invitation that nobody has used yet and that is only shown."""
QUEUED = "queued"
"""The state of one that is about to be sent."""


@router.get("/visits/{visit}/invitations")
async def list_invitations(visit: str, caller: Seer, deps: Deps) -> list[models.InvitationInfo]:
    """List a visit's personal invitations, and how far each has got; contacts are masked."""
    found = details(await visit_of(visit, caller, deps))
    return [models.InvitationInfo.model_validate(one) for one in found.invitations]


@router.post("/visits/{visit}/invitations", status_code=201)
async def invite(
    visit: str, caller: Inviter, deps: Deps, op: Op, asked: models.NewInvitation
) -> models.Invitation:
    """Invite somebody with a link and a PIN of their own, by e-mail, by text message or by both; presence
    then says whose invitation it was.
    """
    return await invited(await visit_of(visit, caller, deps), caller.by, op, asked, deps)


async def invited(
    visit: Visit, by: By, op: OpId, asked: models.NewInvitation, deps: Dependencies
) -> models.Invitation:
    """Make an invitation for whoever asks. Raises Refusal."""
    settled(Refused("visit_over") if visit.over else visit.may_invite(by), visit.clinic)
    form = Form(visit.clinic)
    contact = form.contact(asked.email, asked.phone, deps.countries)
    form.settled()
    made = await deps.desk.invite(visit.id, by, op, contact, label=asked.label, interpreter=asked.interpreter)
    deps.metrics.invitation(via(contact), "refused" if isinstance(made, Refused) else "made")
    if isinstance(made, Refused):
        raise Refusal(made, visit.clinic)
    invitation, panel = made
    return models.Invitation(
        invitation=invitation,
        label=asked.label,
        link=panel.link,
        number=panel.number,
        pin=panel.pin,
        expires_at=panel.expires_at,
        state=MADE if contact == NOWHERE else QUEUED,
    )


def via(contact: Contact) -> str:
    """Say by which way an invitation goes first, as it is counted."""
    return "email" if contact.email else "sms" if contact.phone else "none"


@router.post("/visits/{visit}/invitations/{invitation}/resend", status_code=204)
async def resend(
    visit: str,
    invitation: str,
    caller: Inviter,
    deps: Deps,
    op: Op,
    _: models.Nothing | None = None,
) -> None:
    """Send an invitation again, by every way there is to its person; `patient` is the patient's own
    confirmation. At most once a minute.
    """
    found = await visit_of(visit, caller, deps)
    settled(await deps.desk.ask(found.id, ask.Resend(op, caller.by, InvitationId(invitation))), found.clinic)


@router.delete("/visits/{visit}/invitations/{invitation}", status_code=204)
async def revoke(visit: str, invitation: str, caller: Inviter, deps: Deps, op: Op) -> None:
    """Revoke one invitation: its link and PIN are over, all others stay."""
    found = await visit_of(visit, caller, deps)
    settled(await deps.desk.ask(found.id, ask.Revoke(op, caller.by, InvitationId(invitation))), found.clinic)
    deps.metrics.invitation("none", "revoked")
