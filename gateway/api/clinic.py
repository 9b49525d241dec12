"""A clinic's settings, and the keys of its programs."""

from __future__ import annotations

from copy import copy
from typing import Final

from fastapi import APIRouter, HTTPException

from actors.numbers import as_read
from engine.clinic import MINUTE, Admission, Clinic
from gateway.api.answers import Refusal, settled
from gateway.api.callers import Administrator, Asker, Deps, clinic_of
from gateway.api.models import ClinicChange, ClinicSettings, Key, KeyInfo, NewKey, Option
from gateway.auth import DIALIN
from languages.times import first_weekday

router = APIRouter(tags=["Clinic"])


_AS_THEY_ARE: Final = (
    "name",
    "zone",
    "country",
    "logo",
    "phone",
    "guests_by_provider",
    "guests_by_patient",
    "patients_cancel",
    "retention_days",
)
"""Settings that REST and the clinic write alike."""


@router.get("/clinic")
async def read_clinic(caller: Asker, deps: Deps) -> ClinicSettings:
    """Read the clinic's settings."""
    return _settings(clinic_of(caller, deps), deps.settings.public_url)


@router.patch("/clinic")
async def change_clinic(caller: Administrator, deps: Deps, change: ClinicChange) -> ClinicSettings:
    """Change settings; they hold at once, also for visits that are under way (R1)."""
    changed = copy(clinic_of(caller, deps))
    given = change.model_dump(exclude_none=True)
    for name in _AS_THEY_ARE:
        if name in given:
            setattr(changed, name, given[name])
    for name in ("rooms", "reminders", "languages"):
        if name in given:
            setattr(changed, name, tuple(given[name]))
    if change.admission is not None:
        changed.admission = Admission(change.admission)
    if change.grace_minutes is not None:
        changed.grace = change.grace_minutes * MINUTE
    if change.capacity is not None:
        changed.browsers = change.capacity
    if change.opens_before_minutes is not None:
        changed.opens_before = change.opens_before_minutes * MINUTE
    if change.options is not None:
        changed.options = tuple((option.name, option.minutes) for option in change.options)
    settled(await deps.desk.save_clinic(changed))
    return _settings(changed, deps.settings.public_url)


def _settings(clinic: Clinic, public_url: str) -> ClinicSettings:
    return ClinicSettings(
        id=clinic.id,
        name=clinic.name,
        zone=clinic.zone,
        country=clinic.country,
        week_starts=first_weekday(clinic.country),
        logo=clinic.logo,
        phone=clinic.phone,
        admission=clinic.admission.value,
        guests_by_provider=clinic.guests_by_provider,
        guests_by_patient=clinic.guests_by_patient,
        patients_cancel=clinic.patients_cancel,
        opens_before_minutes=clinic.opens_before // MINUTE,
        grace_minutes=clinic.grace // MINUTE,
        capacity=clinic.browsers,
        dial_in_numbers=list(clinic.dial_in),
        dial_in_as_read=[as_read(number) for number in clinic.dial_in],
        rooms=list(clinic.rooms),
        options=[Option(name=name, minutes=minutes) for name, minutes in clinic.options],
        reminders=list(clinic.reminders),
        languages=list(clinic.languages),
        retention_days=clinic.retention_days,
        public_url=public_url,
    )


@router.get("/api-keys")
async def list_keys(caller: Administrator, deps: Deps) -> list[KeyInfo]:
    """List the clinic's API keys, without their secrets."""
    keys = await deps.auth.accounts.api_keys(caller.clinic)
    return [
        KeyInfo(id=key.id, name=key.name, scopes=list(key.scopes), created_at=key.created_at) for key in keys
    ]


@router.post("/api-keys", status_code=201)
async def add_key(caller: Administrator, deps: Deps, asked: NewKey) -> Key:
    """Make an API key; its text is shown this once. The scope `dialin` is the operator's to give."""
    key, text = await deps.auth.add_key(caller.clinic, asked.name, frozenset(asked.scopes))
    return Key(id=key.id, key=text)


@router.delete("/api-keys/{key}", status_code=204)
async def remove_key(caller: Administrator, deps: Deps, key: str) -> None:
    """Withdraw an API key; its sockets are closed. A key for dial-in is the operator's: `operators_key`."""
    known = await deps.auth.accounts.api_keys(caller.clinic)
    if any(one.id == key and DIALIN in one.scopes for one in known):
        raise Refusal("operators_key")
    if not await deps.auth.accounts.remove_api_key(caller.clinic, key):
        raise HTTPException(404)
