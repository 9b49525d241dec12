"""Visits: plan, list by day, read, extend, reschedule, cancel, complete."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated

from fastapi import APIRouter, Query

from engine import commands as ask
from engine.clinic import MINUTE, Clinic, ProviderOfVisit, Right, may
from engine.ids import ALPHABET, ClinicId, OpId, UserId, VisitId, shard_of_clinic, visit_id
from engine.refusals import Refused
from engine.visit import Visit
from gateway.api import models
from gateway.api.answers import Refusal, settled
from gateway.api.callers import Deps, Op, Runner, Scheduler, Seer, clinic_of, visit_of
from gateway.api.dependencies import Dependencies
from gateway.auth import Caller

router = APIRouter(tags=["Visits"])


@router.post("/visits", status_code=201)
async def plan(caller: Scheduler, deps: Deps, op: Op, asked: models.NewVisit) -> models.Visit:
    """Plan a visit; `start` may be "now" (R6). The same `Idempotency-Key` gives the same visit."""
    clinic = clinic_of(caller, deps)
    visit = _id_for(clinic.id, caller, op)
    async with deps.planning.setdefault(visit, asyncio.Lock()):  # the same request may come twice at once
        known = await deps.desk.find(visit)
        made = known or await _planned(visit, clinic, caller, deps, asked)
    if isinstance(made, Refused):
        raise Refusal(made, clinic)
    return show(made, caller, deps)


async def _planned(
    visit: VisitId, clinic: Clinic, caller: Caller, deps: Dependencies, asked: models.NewVisit
) -> Visit | Refused:
    start = deps.desk.now() if asked.start == "now" else asked.start
    return await deps.desk.plan(
        ask.Plan(
            visit=visit,
            clinic=clinic.id,
            start=start,
            end=_end(asked, start, clinic),
            patient=asked.patient.name,
            providers=await _providers(asked.providers, caller, deps),
            name=asked.name,
            type=asked.type,
            room=asked.room or clinic.rooms[0],
            option=asked.option,
            starts_now=asked.start == "now",
        )
    )


def _id_for(clinic: ClinicId, caller: Caller, op: OpId) -> VisitId:
    """Make the new visit's id out of the request's operation, so that a repeated one finds it."""
    drawn = hashlib.sha256(f"{clinic} {caller.user} {op}".encode()).digest()
    return visit_id(shard_of_clinic(clinic), "".join(ALPHABET[byte & 31] for byte in drawn[:12]))


def _end(asked: models.NewVisit, start: int, clinic: Clinic) -> int:
    if asked.end is not None:
        return asked.end
    if asked.minutes is not None:
        return start + asked.minutes * MINUTE
    minutes = dict(clinic.options).get(asked.option)
    if minutes is None:
        raise Refusal("bad_request", fields={"minutes": "Please say how long the visit takes."})
    return start + minutes * MINUTE


async def _providers(chosen: list[str], caller: Caller, deps: Dependencies) -> tuple[ProviderOfVisit, ...]:
    """Give the visit's providers: those chosen, else who plans it, else the only one there is."""
    staff = {
        user.id: user
        for user in await deps.auth.accounts.staff(caller.clinic)
        if may(user.role, Right.ENTER_VISIT)
    }
    unknown = [one for one in chosen if one not in staff]
    users = [staff[one] for one in dict.fromkeys(map(UserId, chosen)) if one in staff]
    if not chosen and caller.user in staff:
        users = [staff[caller.user]]
    elif not chosen and len(staff) == 1:
        users = [*staff.values()]
    if unknown or not users:
        raise Refusal("bad_request", fields={"providers": "Please choose a provider of this clinic."})
    return tuple(ProviderOfVisit(user.id, user.name) for user in users)


@router.get("/visits")
async def list_day(
    caller: Seer, deps: Deps, day: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
) -> models.Day:
    """List the visits of a day in the clinic's zone; without `day` today's."""
    found = await deps.desk.day(caller.clinic, day)
    if isinstance(found, Refused):
        raise Refusal(found)
    name, visits = found
    return models.Day(day=name, visits=[show(visit, caller, deps) for visit in visits])


@router.get("/visits/{visit}")
async def read(visit: str, caller: Seer, deps: Deps) -> models.Visit:
    """Read a visit, also when it is over."""
    return show(await visit_of(visit, caller, deps), caller, deps)


@router.post("/visits/{visit}/extend")
async def extend(visit: str, caller: Runner, deps: Deps, op: Op, by: models.Minutes) -> models.Visit:
    """Extend a visit by 5, 15 or 30 minutes; link and PIN move with it (D2)."""
    return await _carried_out(ask.Extend(op, caller.by, by.minutes), visit, caller, deps)


@router.post("/visits/{visit}/reschedule")
async def reschedule(visit: str, caller: Scheduler, deps: Deps, op: Op, to: models.NewTimes) -> models.Visit:
    """Let a visit take place at another time; its links and PINs stay and move with it."""
    return await _carried_out(ask.Reschedule(op, caller.by, to.start, to.end), visit, caller, deps)


@router.post("/visits/{visit}/cancel")
async def cancel(
    visit: str, caller: Scheduler, deps: Deps, op: Op, _: models.Nothing | None = None
) -> models.Visit:
    """Cancel a visit; its links and PINs are over at once."""
    return await _carried_out(ask.Cancel(op, caller.by), visit, caller, deps)


@router.post("/visits/{visit}/complete")
async def complete(
    visit: str, caller: Runner, deps: Deps, op: Op, _: models.Nothing | None = None
) -> models.Visit:
    """Complete a visit: it ends for everyone, and its links and PINs with it (R14)."""
    return await _carried_out(ask.Complete(op, caller.by), visit, caller, deps)


async def _carried_out(command: ask.Command, visit: str, caller: Caller, deps: Dependencies) -> models.Visit:
    before = await visit_of(visit, caller, deps)
    settled(await deps.desk.ask(before.id, command), before.clinic)
    return show(await visit_of(visit, caller, deps), caller, deps)


def show(visit: Visit, caller: Caller, deps: Dependencies) -> models.Visit:
    """Show a visit to somebody of its clinic; link, number and PIN only to who may invite (R1)."""
    clinic, live = visit.clinic, not visit.over
    panel = None
    if live and caller.may(Right.INVITE) and visit.may_invite(caller.by) is None:
        shared = deps.desk.shared_panel(visit)
        panel = models.Panel(
            link=shared.link, number=shared.number, pin=shared.pin, expires_at=shared.expires_at
        )
    return models.Visit(
        id=visit.id,
        status=visit.status.value,
        name=visit.name,
        type=visit.type,
        room=visit.room,
        option=visit.option,
        start=visit.start,
        end=visit.end,
        lapses_at=visit.lapses_at,
        zone=clinic.zone,
        patient=models.PatientName(name=visit.patient),
        providers=[models.Provider(id=one.user, name=one.name) for one in visit.providers],
        patient_link=deps.desk.patient_link(visit) if live and caller.may(Right.SCHEDULE) else None,
        panel=panel,
    )
