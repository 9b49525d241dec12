"""Who asks, and whether they may: session cookie or API key, rights, clinic, `Idempotency-Key`."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Header, Request

from engine.clinic import Clinic, Right
from engine.ids import ClinicId, OpId, shard_of_clinic, shard_of_visit
from engine.visit import Visit
from gateway.api.answers import Refusal
from gateway.api.bounds import address_of
from gateway.api.dependencies import Dependencies
from gateway.api.forwarding import Elsewhere
from gateway.auth import Caller

COOKIE: Final = "vestibule_session"
CSRF_HEADER: Final = "X-Vestibule"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def dependencies(request: Request) -> Dependencies:
    """Give what the handlers work with."""
    found: Dependencies = request.app.state.dependencies
    return found


Deps = Annotated[Dependencies, Depends(dependencies)]


def client_address(request: Request, deps: Deps) -> str:
    """Say which address asks, as far as it can be believed."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.getlist("X-Forwarded-For")
    return address_of(peer, forwarded, deps.proxies)


Address = Annotated[str, Depends(client_address)]


def same_site(request: Request, deps: Deps) -> None:
    """Refuse what another site's page may have sent: no form sets our header, no script its Origin."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if request.headers.get(CSRF_HEADER) != "1" or (origin and origin not in deps.node.origins):
        raise Refusal("origin_refused")


async def who_asks(request: Request, deps: Deps) -> Caller:
    """Say who asks. Raises Refusal `sign_in`."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        caller = await deps.auth.key(key.strip()) if scheme.lower() == "bearer" else None
    else:
        same_site(request, deps)
        token = request.cookies.get(COOKIE, "")
        caller = await deps.auth.session(token) if token else None
    if caller is None:
        raise Refusal("sign_in")
    return caller


Asker = Annotated[Caller, Depends(who_asks)]


def allowed(right: Right) -> Callable[[Asker], Awaitable[Caller]]:
    """Make the dependency that lets only those through who have this right in their clinic."""

    async def check(caller: Asker) -> Caller:
        if not caller.may(right):
            raise Refusal("not_allowed" if caller.scopes is None else "key_refused")
        return caller

    return check


Seer = Annotated[Caller, Depends(allowed(Right.SEE_VISITS))]
Runner = Annotated[Caller, Depends(allowed(Right.RUN_VISIT))]
Scheduler = Annotated[Caller, Depends(allowed(Right.SCHEDULE))]
Inviter = Annotated[Caller, Depends(allowed(Right.INVITE))]
Administrator = Annotated[Caller, Depends(allowed(Right.SETTINGS))]
StaffKeeper = Annotated[Caller, Depends(allowed(Right.STAFF))]


def operation(deps: Deps, idempotency_key: Annotated[str, Header(max_length=40)] = "") -> OpId:
    """Give the request's operation: the same `Idempotency-Key` again has one effect. Visits keep its keyed
    hash, for a program may have put anybody's address into it (R15).
    """
    return deps.host.secrets.operation(idempotency_key or secrets.token_hex(16))


Op = Annotated[OpId, Depends(operation)]


def is_here(shard: int, deps: Dependencies) -> None:
    """Go on if this node has the shard. Raises Elsewhere."""
    if deps.host.shard(shard) is None:
        raise Elsewhere(shard)


def clinic_is_here(clinic: ClinicId, deps: Dependencies) -> None:
    """Go on if this node has the clinic and its visits. Raises Elsewhere."""
    is_here(shard_of_clinic(clinic), deps)


def clinic_of(caller: Caller, deps: Dependencies) -> Clinic:
    """Give the caller's clinic, to be worked with. Raises Elsewhere and Refusal."""
    clinic_is_here(caller.clinic, deps)
    clinic = deps.host.clinic(caller.clinic)
    if clinic is None:
        raise Refusal("try_later")
    return clinic


async def clinic_as_saved(caller: Caller, deps: Dependencies) -> Clinic:
    """Give the caller's clinic as it is now, to be shown, wherever its visits are. Raises Refusal and
    StoreDown.
    """
    clinic = await deps.host.clinic_as_saved(caller.clinic)
    if clinic is None:
        raise Refusal("try_later")
    return clinic


async def visit_of(visit: str, caller: Caller, deps: Dependencies) -> Visit:
    """Give a visit of the caller's own clinic; another clinic's is not there. Raises Elsewhere and
    Refusal.
    """
    if shard_of_visit(visit) != shard_of_clinic(caller.clinic):
        raise Refusal("no_such_visit")
    clinic_is_here(caller.clinic, deps)
    found = await deps.desk.find(visit)
    if found is None and not deps.host.ready:
        raise Refusal("try_later")
    if found is None or found.clinic.id != caller.clinic:
        raise Refusal("no_such_visit")
    return found
