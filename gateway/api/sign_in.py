"""Signing in and out, who I am, and tickets for sockets."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Body, Depends, Request, Response

from actors.accounts import SignInLimits
from engine.clinic import Right
from engine.ids import shard_of_clinic
from engine.refusals import Refused
from gateway.api.answers import Refusal
from gateway.api.callers import COOKIE, Address, Asker, Deps, clinic_as_saved, same_site, visit_of
from gateway.api.dependencies import Dependencies
from gateway.api.models import ClinicName, Me, NewTicket, Nothing, Person, SignIn, Ticket
from gateway.auth import Caller, SignedIn
from gateway.origins import sockets_of
from languages.times import first_weekday

router = APIRouter(tags=["Sign-in"])

TICKET_MS: Final = SignInLimits().ticket


@router.post("/sign-in", dependencies=[Depends(same_site)])
async def sign_in(deps: Deps, asked: SignIn, address: Address, response: Response) -> Me:
    """Sign in with e-mail address and password; the session is in an HttpOnly cookie."""
    if not deps.sign_ins.take(address):
        deps.metrics.sign_in("slow")
        raise Refusal("busy")
    outcome = await deps.auth.sign_in(asked.email, asked.password, address)
    if isinstance(outcome, Refused):
        deps.metrics.sign_in("slow" if outcome.code == "sign_in_slow" else "refused")
        raise Refusal(outcome)
    deps.metrics.sign_in("ok")
    set_cookie(response, outcome, deps)
    return await about(outcome.caller, deps)


def set_cookie(response: Response, signed_in: SignedIn, deps: Dependencies) -> None:
    """Let the browser keep the session, out of reach of scripts and of other sites."""
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=round(deps.settings.limits.session_hours * 3600),
        httponly=True,
        secure=deps.settings.https,
        samesite="strict",
        path="/",
    )


@router.post("/sign-out", status_code=204)
async def sign_out(caller: Asker, deps: Deps, response: Response, _: Nothing | None = None) -> None:
    """End this session; its sockets are closed."""
    if caller.scopes is not None:
        raise Refusal("key_refused")
    await deps.auth.sign_out(caller)
    response.delete_cookie(COOKIE, path="/", httponly=True, secure=deps.settings.https, samesite="strict")


@router.get("/me")
async def me(caller: Asker, deps: Deps) -> Me:
    """Say who is signed in."""
    return await about(caller, deps)


@router.post("/tickets")
async def ticket(
    caller: Asker, deps: Deps, request: Request, asked: Annotated[NewTicket | None, Body()] = None
) -> Ticket:
    """Give a ticket for one socket: 30 s, one use. With `visit` it takes the provider's seat in it."""
    visit = asked.visit if asked else None
    if not caller.may(Right.ENTER_VISIT if visit else Right.SEE_VISITS):
        raise Refusal("not_allowed" if caller.scopes is None else "key_refused")
    if visit:
        await visit_of(visit, caller, deps)
    text = await deps.auth.give_ticket(caller, visit or "")
    shard = shard_of_clinic(caller.clinic)
    if visit and deps.demo:
        deps.demo.step_aside(visit, caller.user)
    return Ticket(ticket=text, ws_url=ws_url(shard, request, deps), expires_at=deps.desk.now() + TICKET_MS)


def ws_url(shard: int, request: Request, deps: Dependencies) -> str:
    """Give the address of the sockets of who has the shard, under the name by which the page was opened if
    that is the deployment's.
    """
    usual = sockets_of(deps.settings.public_url)
    known = {urlsplit(origin).netloc: origin for origin in sorted(deps.settings.origins)}
    asked = known.get(request.headers.get("Host", ""))
    here = sockets_of(asked) if asked else usual
    owner = deps.host.owner(shard)
    if owner is None or not owner.ws_url:
        return f"{here}/ws"
    path = owner.ws_url.removeprefix(usual)
    return here + path if path.startswith("/") else owner.ws_url


async def about(caller: Caller, deps: Dependencies) -> Me:
    """Say who somebody is, and where."""
    clinic = await clinic_as_saved(caller, deps)
    return Me(
        user=Person(id=caller.user, name=caller.name, email=caller.email, role=caller.role.value),
        clinic=ClinicName(
            id=clinic.id,
            name=clinic.name,
            zone=clinic.zone,
            logo=clinic.logo,
            week_starts=first_weekday(clinic.country),
        ),
    )
