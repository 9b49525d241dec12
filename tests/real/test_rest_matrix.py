"""Who may do what: every role and every kind of key, at every route, in the own clinic and in another one."""

from __future__ import annotations

from typing import Final

import httpx
import pytest

from engine.clinic import StaffRole
from engine.ids import PATIENT, SHARED
from tests.support.node import House
from tests.support.rest import Browser, browser, program, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROVIDER, COORDINATOR, ADMIN, SRE, _ = StaffRole
NEW_VISIT: Final = {"patient": {"name": "Pat"}, "start": "now", "minutes": 15}
FAR: Final = 4_000_000_000_000

SEES: Final = {"provider", "coordinator", "admin", "visits:read"}
RUNS: Final = {"provider", "coordinator", "admin", "visits:write"}
ADMINISTERS: Final = {"admin", "clinic:admin"}
EVERYBODY: Final = {
    "provider",
    "coordinator",
    "admin",
    "sre",
    "visits:read",
    "visits:write",
    "clinic:admin",
    "dialin",
}
ENTERS: Final = {"provider", "admin"}
OPERATES: Final = {"sre"}
"""The role, and the scope of that name."""

ROUTES: Final = {
    ("GET", "/me"): EVERYBODY,
    ("GET", "/clinic"): EVERYBODY,
    ("GET", "/staff"): SEES,
    ("GET", "/staff/all"): ADMINISTERS,
    ("POST", "/staff"): ADMINISTERS,
    ("PATCH", "/staff/nobody"): ADMINISTERS,
    ("POST", "/staff/nobody/welcome"): ADMINISTERS,
    ("GET", "/visits"): SEES,
    ("GET", "/visits/range?start=0&end=1"): SEES,
    ("POST", "/visits/check"): RUNS,
    ("PATCH", "/visits/{visit}"): RUNS,
    ("GET", "/visits/{visit}"): SEES,
    ("GET", "/visits/{visit}/invitations"): SEES,
    ("GET", "/api-keys"): ADMINISTERS,
    ("PATCH", "/clinic"): ADMINISTERS,
    ("POST", "/visits"): RUNS,
    ("POST", "/visits/{visit}/extend"): RUNS,
    ("POST", "/visits/{visit}/reschedule"): RUNS,
    ("POST", "/visits/{visit}/invitations"): RUNS,
    ("POST", "/visits/{visit}/invitations/nobody/resend"): RUNS,
    ("DELETE", "/visits/{visit}/invitations/nobody"): RUNS,
    ("POST", "/visits/{visit}/complete"): RUNS,
    ("POST", "/visits/{visit}/cancel"): RUNS,
    ("POST", "/api-keys"): ADMINISTERS,
    ("DELETE", "/api-keys/nobody"): ADMINISTERS,
    ("POST", "/tickets"): SEES,
    ("POST", "/tickets for a visit"): ENTERS,
    ("GET", "/network"): OPERATES,
    ("GET", "/operations"): OPERATES,
}
"""Who may come through each door; whoever is not named is refused with 403."""

BODIES: Final[dict[str, object]] = {
    "/clinic": {"phone": "555-0199"},
    "/visits": NEW_VISIT,
    "/visits/check": NEW_VISIT,
    "/visits/{visit}": {"name": "Check-up"},
    "/staff": {"name": "Ana", "email": "not one", "role": "provider"},
    "/staff/nobody": {"disabled": True},
    "/visits/{visit}/extend": {"minutes": 5},
    "/visits/{visit}/reschedule": {"start": FAR, "end": FAR + 60_000},
    "/visits/{visit}/invitations": {"label": "Daughter"},
    "/api-keys": {"name": "a key", "scopes": ["visits:read"]},
}


async def knock(who: Browser, door: tuple[str, str], visit: str) -> httpx.Response:
    """Ask at a door with what it needs."""
    method, route = door
    if route == "/tickets for a visit":
        return await who.ask("POST", "/tickets", {"visit": visit})
    body = None if method in ("GET", "DELETE") else BODIES.get(route, {})
    return await who.ask(method, route.replace("{visit}", visit), body)


async def doors_open_to(who: Browser, here: House) -> set[tuple[str, str]]:
    """Knock at every door, each with a fresh visit, and say which were not closed to this one."""
    opened = set()
    for door in ROUTES:
        answer = await knock(who, door, (await here.plan()).id)
        assert answer.status_code < 500, (door, answer.text)
        if answer.status_code == 403:
            assert answer.json()["code"] in ("not_allowed", "key_refused")
        else:
            opened.add(door)
    return opened


@pytest.mark.parametrize("role", [PROVIDER, COORDINATOR, ADMIN, SRE])
async def test_a_role_opens_exactly_its_doors(here: House, role: StaffRole) -> None:
    """In its own clinic."""
    async with signed_in(here, role) as who:
        assert await doors_open_to(who, here) == {door for door, may in ROUTES.items() if role.value in may}


@pytest.mark.parametrize("scope", ["visits:read", "visits:write", "clinic:admin", "dialin", "sre"])
async def test_a_key_opens_exactly_its_doors(here: House, scope: str) -> None:
    """A scope is good for what it says, and the one for telephones for nothing in REST but its own name."""
    async with program(here, scope) as who:
        assert await doors_open_to(who, here) == {door for door, may in ROUTES.items() if scope in may}


@pytest.mark.parametrize("role", [PROVIDER, COORDINATOR, ADMIN, SRE])
async def test_no_role_opens_a_door_to_another_clinics_visit(
    here: House, node: House, role: StaffRole
) -> None:
    """It is as if that visit were not there, and nothing of it changes."""
    async with node.another_clinic() as elsewhere:
        visit = await elsewhere.plan()
        async with signed_in(here, role) as who:
            for door in (one for one in ROUTES if "{visit}" in one[1] or "for a visit" in one[1]):
                answer = await knock(who, door, visit.id)
                assert answer.status_code in (403, 404), door
                assert answer.json()["code"] in ("not_allowed", "no_such_visit")
        untouched = await elsewhere.node.desk.find(visit.id)
        assert untouched is not None
        assert (untouched.status, untouched.end) == (visit.status, visit.end)
        assert set(untouched.invitations) == {SHARED, PATIENT}


async def test_an_admin_sees_and_withdraws_their_own_clinics_keys_only(here: House, node: House) -> None:
    """Another clinic's key stays good."""
    async with node.another_clinic() as elsewhere, signed_in(here, ADMIN) as who:
        key, text = await elsewhere.node.auth.add_key(elsewhere.clinic, "theirs", frozenset({"visits:read"}))
        assert await who.get("/api-keys") == []
        assert (await who.ask("DELETE", f"/api-keys/{key.id}")).status_code == 404
        assert await elsewhere.node.auth.key(text) is not None


async def test_nobody_opens_any_door(here: House) -> None:
    """Without a session, with a made-up one, with a made-up key: 401 everywhere."""
    visit = await here.plan()
    strangers: list[dict[str, str]] = [
        {},
        {"Cookie": "vestibule_session=u.AAAA"},
        {"Cookie": "vestibule_session=%00"},
        {"Authorization": "Bearer vk_x.AAAA"},
        {"Authorization": "Basic YTpi"},
    ]
    for headers in strangers:
        async with browser(here, **headers) as who:
            for door in ROUTES:
                assert (await knock(who, door, visit.id)).status_code == 401, (headers, door)


async def test_a_change_from_another_sites_page_is_refused(here: House) -> None:
    """A form cannot send our header, and another page's Origin is not ours; reading needs neither."""
    async with signed_in(here, ADMIN) as who:
        path = "/api/v1/clinic"
        for headers in ({}, {"X-Vestibule": "1", "Origin": "https://evil.example"}, {"Origin": here.url}):
            answer = await who.http.patch(path, json={"phone": "1"}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "origin_refused")
        ours = {"X-Vestibule": "1", "Origin": here.url}
        assert (await who.http.patch(path, json={"phone": "1"}, headers=ours)).status_code == 200
        assert (await who.http.get(path)).status_code == 200
