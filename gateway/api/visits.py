"""Visits: plan, check a plan, list by day or range, read, change, extend, reschedule, cancel, complete."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response

from engine import asking as ask
from engine.commands import Command
from engine.planning import Plan
from engine.refusals import Refused
from engine.visit import Visit
from gateway.api import models
from gateway.api.answers import Refusal, settled
from gateway.api.callers import Deps, Op, Runner, Scheduler, Seer, clinic_is_here, clinic_of, visit_of
from gateway.api.dependencies import Dependencies
from gateway.api.fields import Form
from gateway.api.invitations import via
from gateway.api.planning import edited, id_for, planned
from gateway.api.showing import listed, overlap, show
from gateway.auth import Caller

router = APIRouter(tags=["Visits"])

Moment = Annotated[int, Query(ge=0, le=4_102_444_800_000)]


@router.post("/visits", status_code=201)
async def plan(caller: Scheduler, deps: Deps, op: Op, asked: models.NewVisit) -> models.Visit:
    """Plan a visit; `start` may be "now" (R6). Patient and guests are written to, reminders set. The same
    `Idempotency-Key` gives the same visit.
    """
    clinic = clinic_of(caller, deps)
    visit = id_for(clinic.id, caller, op)
    async with deps.planning.setdefault(visit, asyncio.Lock()):  # the same request may come twice at once
        made: Visit | Refused | None = await deps.desk.find(visit)
        if made is None:
            new, _ = await planned(visit, clinic, caller, deps, asked)
            made = await deps.desk.plan(new)
            _count(new, deps, made)
    if isinstance(made, Refused):
        raise Refusal(made, clinic)
    return show(made, caller, deps)


def _count(plan: Plan, deps: Dependencies, made: Visit | Refused) -> None:
    for guest in plan.guests:
        deps.metrics.invitation(via(guest.contact), "refused" if isinstance(made, Refused) else "made")


@router.post("/visits/check")
async def check(caller: Scheduler, deps: Deps, asked: models.NewVisit) -> models.Checked:
    """Say what a plan would come to, and what it overlaps (which is allowed). Nothing is made."""
    clinic = clinic_of(caller, deps)
    new, change = await planned(deps.desk.new_visit_id(clinic.id), clinic, caller, deps, asked)
    users = [one.user for one in new.providers]
    others = deps.desk.overlaps(clinic.id, new.start, new.end, users, new.contact.email)
    return models.Checked(
        start=new.start,
        end=new.end,
        zone=clinic.zone,
        overlaps=[overlap(visit) for visit in others],
        dst=change,
    )


@router.get("/visits", response_model=models.Day)
async def list_day(
    caller: Seer, deps: Deps, day: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
) -> Response:
    """List the visits of a day in the clinic's zone; without `day` today's."""
    clinic_is_here(caller.clinic, deps)
    found = await deps.desk.day(caller.clinic, day)
    if isinstance(found, Refused):
        raise Refusal(found)
    name, visits = found
    return await listed(visits, caller, deps, models.Day(day=name, visits=[]), links=True)


@router.get("/visits/range", response_model=models.Visits)
async def list_range(caller: Seer, deps: Deps, start: Moment, end: Moment) -> Response:
    """List the visits that start in [start, end), at most 45 days; without links, numbers and PINs."""
    clinic_is_here(caller.clinic, deps)
    found = await deps.desk.range(caller.clinic, start, end)
    if isinstance(found, Refused):
        raise Refusal(found)
    return await listed(found, caller, deps, models.Visits(visits=[]), links=False)


@router.get("/visits/{visit}")
async def read(visit: str, caller: Seer, deps: Deps) -> models.Visit:
    """Read a visit, also when it is over."""
    return show(await visit_of(visit, caller, deps), caller, deps)


@router.patch("/visits/{visit}")
async def edit(visit: str, caller: Scheduler, deps: Deps, op: Op, asked: models.VisitChange) -> models.Visit:
    """Change what a visit is called and who it is with; what is not given stays. A patient's new address gets
    the confirmation.
    """
    found = await visit_of(visit, caller, deps)
    if found.over:
        raise Refusal("visit_over", found.clinic)
    return await _carried_out(await edited(found, caller, deps, asked, op), visit, caller, deps)


@router.post("/visits/{visit}/extend")
async def extend(visit: str, caller: Runner, deps: Deps, op: Op, by: models.Minutes) -> models.Visit:
    """Extend a visit by 5, 15 or 30 minutes; link and PIN move with it (D2)."""
    return await _carried_out(ask.Extend(op, caller.by, by.minutes), visit, caller, deps)


@router.post("/visits/{visit}/reschedule")
async def reschedule(visit: str, caller: Scheduler, deps: Deps, op: Op, to: models.NewTimes) -> models.Visit:
    """Let a visit take place at another time; its links and PINs stay and move with it, and who was invited
    is told.
    """
    found = await visit_of(visit, caller, deps)
    if not found.over:
        Form(found.clinic).times(to.start, to.end, deps.desk.now())
    return await _carried_out(ask.Reschedule(op, caller.by, to.start, to.end), visit, caller, deps)


@router.post("/visits/{visit}/cancel")
async def cancel(
    visit: str, caller: Scheduler, deps: Deps, op: Op, _: models.Nothing | None = None
) -> models.Visit:
    """Cancel a visit; its links and PINs are over at once, and who was invited is told."""
    return await _carried_out(ask.Cancel(op, caller.by), visit, caller, deps)


@router.post("/visits/{visit}/complete")
async def complete(
    visit: str, caller: Runner, deps: Deps, op: Op, _: models.Nothing | None = None
) -> models.Visit:
    """Complete a visit: it ends for everyone, and its links and PINs with it (R14)."""
    return await _carried_out(ask.Complete(op, caller.by), visit, caller, deps)


async def _carried_out(command: Command, visit: str, caller: Caller, deps: Dependencies) -> models.Visit:
    before = await visit_of(visit, caller, deps)
    settled(await deps.desk.ask(before.id, command), before.clinic)
    return show(await visit_of(visit, caller, deps), caller, deps)
