"""A plan as somebody filled it in becomes the one that a visit is made of (R5, R6)."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from engine import asking as ask
from engine.clinic import MINUTE, Clinic, ProviderOfVisit, Right, may
from engine.ids import (
    ALPHABET,
    PATIENT,
    ClinicId,
    Instant,
    InvitationId,
    OpId,
    VisitId,
    shard_of_clinic,
    visit_id,
)
from engine.planning import Contact, Plan, PlannedGuest
from engine.visit import Visit
from gateway.api import models
from gateway.api.answers import Refusal
from gateway.api.dependencies import Dependencies
from gateway.api.faults import fault
from gateway.api.fields import Form
from gateway.api.times import Change, instant_of
from gateway.auth import Caller


def id_for(clinic: ClinicId, caller: Caller, op: OpId) -> VisitId:
    """Make the new visit's id out of the request's operation, so that a repeated one finds it."""
    drawn = hashlib.sha256(f"{clinic} {caller.user} {op}".encode()).digest()
    return visit_id(shard_of_clinic(clinic), "".join(ALPHABET[byte & 31] for byte in drawn[:12]))


async def planned(
    visit: VisitId, clinic: Clinic, caller: Caller, deps: Dependencies, asked: models.NewVisit
) -> tuple[Plan, Change]:
    """Read a form whole; nothing is made. Raises Refusal with everything that is wrong with it."""
    if asked.guests and not clinic.guests_by_provider:
        raise Refusal("invites_off", clinic)  # R1: also while planning
    form, now = Form(clinic), deps.desk.now()
    start, change = _start(asked.start, now)
    providers = await _providers(asked.providers, caller, deps, form)
    form.among("room", asked.room, clinic.rooms)
    form.among("option", asked.option, dict(clinic.options))
    form.among("language", asked.language, clinic.languages)
    countries = deps.countries
    patient = asked.patient
    plan = Plan(
        visit=visit,
        clinic=clinic.id,
        start=start,
        end=_end(asked, start, form),
        patient=patient.name,
        providers=providers,
        name=asked.name,
        type=asked.type,
        room=asked.room or clinic.rooms[0],
        option=asked.option,
        starts_now=asked.start == "now",
        by=caller.user,
        contact=form.contact(patient.email, patient.phone, countries, "patient."),
        guests=_guests(asked.guests, deps, form),
        reminders=tuple(clinic.reminders if asked.reminders is None else asked.reminders),
        language=asked.language,
    )
    form.settled()
    form.times(plan.start, plan.end, now)
    return plan, change


def _start(typed: models.Start, now: Instant) -> tuple[Instant, Change]:
    if isinstance(typed, models.LocalTime):
        return instant_of(typed)
    return (now if typed == "now" else typed), ""


def _end(asked: models.NewVisit, start: Instant, form: Form) -> Instant:
    if asked.end is not None:
        return asked.end
    minutes = asked.minutes or dict(form.clinic.options).get(asked.option)
    if minutes is None and "option" not in form.problems:
        form.wrong("minutes", fault("minutes"))
    return start + (minutes or 1) * MINUTE


async def _providers(
    chosen: list[str], caller: Caller, deps: Dependencies, form: Form
) -> tuple[ProviderOfVisit, ...]:
    """Give the visit's providers: those chosen, else who plans it, else the only one there is."""
    staff = await deps.auth.accounts.staff(caller.clinic)
    if not chosen:
        able = [user.id for user in staff if may(user.role, Right.ENTER_VISIT) and not user.disabled]
        alone = able if len(able) == 1 else []
        chosen = [caller.user] if caller.user in able else [*alone]
    return form.providers(chosen, staff)


def _guests(typed: list[models.PlannedGuest], deps: Dependencies, form: Form) -> tuple[PlannedGuest, ...]:
    """Read the guests; who is there twice is invited once."""
    guests: dict[object, PlannedGuest] = {}
    for place, one in enumerate(typed):
        contact = form.contact(one.email, one.phone, deps.countries, f"guests.{place}.")
        if not one.email and not one.phone and not one.label:
            form.wrong(f"guests.{place}.email", fault("contact"))
        guest = PlannedGuest(
            invitation=InvitationId(deps.host.random_id(6)),
            contact=contact,
            label=one.label,
            interpreter=one.interpreter,
        )
        reached = contact.email.casefold() or contact.phone
        _merge(guests, (reached, contact.phone) if reached else place, guest)
    return tuple(guests.values())


def _merge(guests: dict[object, PlannedGuest], key: object, guest: PlannedGuest) -> None:
    known = guests.get(key)
    if known is not None:
        both = known.interpreter or guest.interpreter
        guest = replace(known, label=known.label or guest.label, interpreter=both)
    guests[key] = guest


async def edited(
    visit: Visit, caller: Caller, deps: Dependencies, asked: models.VisitChange, op: OpId
) -> ask.Edit:
    """Read what is to change of a visit. Raises Refusal with everything that is wrong with it."""
    clinic, form = visit.clinic, Form(visit.clinic)
    form.among("room", asked.room, clinic.rooms, visit.room)
    form.among("option", asked.option, dict(clinic.options), visit.option)
    form.among("language", asked.language, clinic.languages, visit.language)
    providers = None
    if asked.providers is not None:
        providers = form.providers(asked.providers, await deps.auth.accounts.staff(caller.clinic))
    contact = _new_contact(visit, asked.patient, deps, form)
    form.settled()
    return ask.Edit(
        op=op,
        by=caller.by,
        name=asked.name,
        type=asked.type,
        room=asked.room,
        option=asked.option,
        patient=asked.patient.name if asked.patient else None,
        contact=contact,
        providers=providers,
        reminders=None if asked.reminders is None else tuple(asked.reminders),
        language=asked.language,
    )


def _new_contact(
    visit: Visit, asked: models.PatientChange | None, deps: Dependencies, form: Form
) -> Contact | None:
    if asked is None or (asked.email is None and asked.phone is None):
        return None
    typed = form.contact(asked.email or "", asked.phone or "", deps.countries, "patient.")
    before = visit.invitations[PATIENT]
    return Contact(
        email=before.email if asked.email is None else typed.email,
        phone=before.phone if asked.phone is None else typed.phone,
    )
