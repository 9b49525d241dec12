"""Doors that only a demo has: a visit to try things with, and the provider's way in without a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, HTTPException, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from engine.ids import shard_of_visit
from engine.refusals import Refused
from gateway.api.answers import Refusal
from gateway.api.bounds import is_loopback
from gateway.api.callers import Deps, clinic_is_here, is_here, same_site
from gateway.api.models import Model
from gateway.api.sign_in import set_cookie
from gateway.demo import CLINIC

rest = APIRouter(tags=["Demo"])
pages = APIRouter(include_in_schema=False)


class NewDemoVisit(Model):
    """How long the visit takes."""

    minutes: int = Field(15, ge=1, le=240)


class DemoVisit(Model):
    """A visit that has begun with the provider in it, and everything with which somebody gets into it."""

    visit_id: str
    provider_url: str
    patient_url: str
    guest_url: str
    dial_in_number: str
    pin: str
    dialin_key: str
    api_key: str
    ws_url: str
    expires_at: int


def from_this_machine(request: Request) -> None:
    """Let only this machine's own programs in."""
    peer = request.client.host if request.client else ""
    if not is_loopback(peer) or "X-Forwarded-For" in request.headers:
        raise HTTPException(404)


@rest.post("/demo/visits", status_code=201, dependencies=[Depends(same_site), Depends(from_this_machine)])
async def open_visit(deps: Deps, asked: Annotated[NewDemoVisit | None, Body()] = None) -> DemoVisit:
    """Open a visit that starts now, with the provider already in. Only from this machine."""
    if deps.demo is None:
        raise HTTPException(404)
    clinic_is_here(CLINIC, deps)
    made = await deps.demo.open_visit(asked.minutes if asked else 15)
    if isinstance(made, Refused):
        raise Refusal(made)
    return DemoVisit.model_validate(made, from_attributes=True)


@pages.get("/demo/{visit}/{secret}")
async def enter(visit: str, secret: str, deps: Deps) -> Response:
    """Sign the demo's provider in and open the visit's call."""
    if (shard := shard_of_visit(visit)) is not None:
        is_here(shard, deps)
    signed_in = await deps.demo.sign_in(visit, secret) if deps.demo else None
    if signed_in is None:
        raise HTTPException(404)
    response = RedirectResponse(f"/call?visit={visit}", 303)
    set_cookie(response, signed_in, deps)
    return response
