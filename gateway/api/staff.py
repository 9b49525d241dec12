"""A clinic's staff: who can be chosen, and what its administrators do: add, change, disable, welcome."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter

from actors.accounts import User
from actors.contacts import checked
from engine.clinic import Right, StaffRole, may
from engine.ids import ALPHABET, OpId, UserId
from engine.refusals import SENTENCES, Refused
from gateway.api import models
from gateway.api.answers import Refusal
from gateway.api.callers import Deps, Op, Seer, StaffKeeper, clinic_as_saved
from gateway.api.dependencies import Dependencies
from gateway.api.faults import fault
from gateway.auth import Caller

router = APIRouter(tags=["Staff"])


@router.get("/staff")
async def list_staff(caller: Seer, deps: Deps) -> list[models.StaffMember]:
    """List who can be chosen as a visit's provider."""
    staff = await deps.auth.accounts.staff(caller.clinic)
    return [
        models.StaffMember(id=user.id, name=user.name, role=user.role.value)
        for user in staff
        if may(user.role, Right.ENTER_VISIT) and not user.disabled
    ]


@router.get("/staff/all")
async def list_everybody(caller: StaffKeeper, deps: Deps) -> list[models.Colleague]:
    """List the whole staff, those who are disabled or have not come yet too."""
    return [_shown(user) for user in await deps.auth.accounts.staff(caller.clinic)]


@router.post("/staff", status_code=201)
async def add_colleague(caller: StaffKeeper, deps: Deps, op: Op, asked: models.NewColleague) -> models.Added:
    """Add somebody to the staff. By the welcome link they choose a password: once, within 72 hours; it is
    mailed where mail is set up, and else handed over.
    """
    read = checked(asked.email, "", "", ())
    if isinstance(read, Refused):
        raise Refusal("bad_request", fields={"email": fault("email")})
    new = User(
        id=_id_for(caller, op),
        email=read.email,
        name=asked.name,
        role=StaffRole(asked.role),
        clinic=caller.clinic,
        password="",
    )
    added = await deps.auth.staff.add(new)
    if isinstance(added, Refused):
        raise Refusal(added, fields={"email": SENTENCES[added.code]})
    if added.password:  # the same request came again, long after: they are in
        return models.Added(staff=_shown(added), welcome_url="", mailed=False)
    link = await _welcomed(added, caller, deps)
    return models.Added(staff=_shown(added), welcome_url=link.welcome_url, mailed=link.mailed)


@router.patch("/staff/{user}")
async def change_colleague(
    user: str, caller: StaffKeeper, deps: Deps, asked: models.ColleagueChange
) -> models.Colleague:
    """Change somebody's name or role, or disable them: their sessions end and their sockets are cut. Nobody
    disables or demotes themselves or the last administrator.
    """
    role = StaffRole(asked.role) if asked.role else None
    changed = await deps.auth.staff.change(
        caller.clinic, caller.user, user, name=asked.name, role=role, disabled=asked.disabled
    )
    if isinstance(changed, Refused):
        raise Refusal(changed)
    return _shown(changed)


@router.post("/staff/{user}/welcome")
async def welcome_again(
    user: str, caller: StaffKeeper, deps: Deps, _: models.Nothing | None = None
) -> models.WelcomeLink:
    """Make a new welcome link for somebody who lost theirs or their password; the one before is dead."""
    found = await deps.auth.staff.find(caller.clinic, user)
    if found is None:
        raise Refusal("no_such_person")
    return await _welcomed(found, caller, deps)


async def _welcomed(user: User, caller: Caller, deps: Dependencies) -> models.WelcomeLink:
    token = await deps.auth.staff.welcome(user)
    if isinstance(token, Refused):
        raise Refusal(token)
    link = f"{deps.settings.public_url}/welcome#{token}"
    mailer = deps.welcome_mailer
    mailed = mailer is not None and await mailer.welcome(
        to=user.email, name=user.name, clinic=await clinic_as_saved(caller, deps), link=link
    )
    return models.WelcomeLink(welcome_url=link, mailed=mailed)


def _id_for(caller: Caller, op: OpId) -> UserId:
    """Make the new user's id out of the request's operation, so that a repeated one finds them."""
    drawn = hashlib.sha256(f"staff {caller.clinic} {caller.user} {op}".encode()).digest()
    return UserId("".join(ALPHABET[byte & 31] for byte in drawn[:12]))


def _shown(user: User) -> models.Colleague:
    return models.Colleague(
        id=user.id,
        name=user.name,
        role=user.role.value,
        email=user.email,
        disabled=user.disabled,
        invited=not user.password,
    )
