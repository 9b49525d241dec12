"""The welcome page's one question: a password for somebody who was added to the staff."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from engine.refusals import Refused
from gateway.api import models
from gateway.api.answers import Refusal
from gateway.api.callers import Address, Deps, same_site
from gateway.api.sign_in import about, set_cookie

router = APIRouter(tags=["Sign-in"])


@router.post("/welcome", dependencies=[Depends(same_site)])
async def welcome(deps: Deps, asked: models.Welcome, address: Address, response: Response) -> models.Me:
    """Choose a password by a welcome link, which is used up by it, and be signed in."""
    if not deps.sign_ins.take(address):
        raise Refusal("busy")
    user = await deps.auth.staff.choose_password(asked.token, asked.password)
    signed_in = None if isinstance(user, Refused) else await deps.auth.open_session(user)
    if signed_in is None:
        raise Refusal("welcome_refused")
    deps.metrics.sign_in("ok")
    set_cookie(response, signed_in, deps)
    return await about(signed_in.caller, deps)
