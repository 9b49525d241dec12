"""A visit as REST shows it: to each what they may see, and many at once without holding anybody up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from fastapi import Response
from pydantic import BaseModel

from engine.clinic import Right
from engine.ids import PATIENT
from engine.visit import Visit
from gateway.api import models
from gateway.api.dependencies import Dependencies
from gateway.auth import Caller

AT_ONCE: Final = 50
"""Visits that are written in one go; then the calls of everybody else have their turn."""


def show(visit: Visit, caller: Caller, deps: Dependencies, *, links: bool = True) -> models.Visit:
    """Show a visit to somebody of its clinic: link, number and PIN only to who may invite (R1), the patient's
    address and link to who schedules.
    """
    live, schedules = not visit.over, caller.may(Right.SCHEDULE)
    own = visit.invitations[PATIENT]
    contact = {"email": own.email, "phone": own.phone} if live and schedules else {}
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
        zone=visit.clinic.zone,
        patient=models.PatientInfo(name=visit.patient, **contact),
        providers=providers(visit),
        reminders=list(visit.reminders),
        language=visit.language or visit.clinic.languages[0],
        patient_link=deps.desk.patient_link(visit) if links and live and schedules else None,
        panel=_panel(visit, caller, deps) if links and live else None,
    )


def _panel(visit: Visit, caller: Caller, deps: Dependencies) -> models.Panel | None:
    if not caller.may(Right.INVITE) or visit.may_invite(caller.by) is not None:
        return None
    shared = deps.desk.shared_panel(visit)
    return models.Panel(
        link=shared.link,
        number=shared.number,
        pin=shared.pin,
        expires_at=shared.expires_at,
        others=shared.others,
    )


def providers(visit: Visit) -> list[models.Provider]:
    """Name a visit's providers."""
    return [models.Provider(id=one.user, name=one.name) for one in visit.providers]


def overlap(visit: Visit) -> models.Overlap:
    """Name a visit that another one would overlap."""
    return models.Overlap(
        id=visit.id, start=visit.start, end=visit.end, patient=visit.patient, providers=providers(visit)
    )


async def listed(
    visits: Sequence[Visit], caller: Caller, deps: Dependencies, around: BaseModel, *, links: bool
) -> Response:
    """Write many visits into the list `visits` of what is around them."""
    head = around.model_dump_json()
    written = []
    for place in range(0, len(visits), AT_ONCE):
        some = visits[place : place + AT_ONCE]
        written += [show(visit, caller, deps, links=links).model_dump_json() for visit in some]
        await asyncio.sleep(0)
    before, _, after = head.rpartition("[]")
    return Response(f"{before}[{','.join(written)}]{after}", media_type="application/json")
