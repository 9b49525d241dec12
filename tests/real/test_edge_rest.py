"""REST at the wrong node: every route answers as at the right one, and does what it says once."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from actors.accounts import User
from engine.clinic import StaffRole
from engine.ids import InvitationId, UserId
from engine.planning import Contact, PlannedGuest
from engine.visit import Visit
from gateway.twilio import twilio_signature
from tests.support.client import PATIENCE
from tests.support.node import House
from tests.support.pair import Cluster, Machine, cluster
from tests.support.rest import PASSWORD, Browser, browser, employ, program, signed_in
from tests.support.texting import TextProvider, text_provider
from tests.support.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET: Final = "a secret of the operator"
FAR: Final = 4_000_000_000_000
PHONE: Final = "+14155550142"
BOB: Final = InvitationId("bob")

Asking = Callable[["Desk"], Awaitable[httpx.Response]]


@dataclass(slots=True)
class Desk:
    """One clinic, and somebody's browser at one of the nodes."""

    here: House
    who: Browser

    async def visit(self) -> str:
        """Plan a fresh visit; the loop may have stood still, and with it both leases."""
        await self.here.node.host.lease.sound_again()
        return (await self.here.plan()).id

    async def guests_token(self) -> str:
        """The shared link of a fresh visit."""
        return self.here.guest_token(await self.here.plan())

    async def patients_token(self) -> str:
        """The patient's own link of a fresh visit that has not begun."""
        return self.here.patient_token(await self.here.plan(starts_in=300))


def plain(method: str, path: str, body: object = None) -> Asking:
    """Ask for the same, whatever there is."""
    return lambda desk: desk.who.ask(method, path, body)


def of_visit(method: str, path: str, body: object = None) -> Asking:
    """Ask something of a fresh visit."""

    async def ask(desk: Desk) -> httpx.Response:
        return await desk.who.ask(method, path.replace("{visit}", await desk.visit()), body)

    return ask


def by_link(path: str, *, patient: bool = False, **fields: object) -> Asking:
    """Ask by a link of a fresh visit."""

    async def ask(desk: Desk) -> httpx.Response:
        token = await (desk.patients_token() if patient else desk.guests_token())
        return await desk.who.ask("POST", path, {"token": token, **fields})

    return ask


async def of_key(desk: Desk) -> httpx.Response:
    """Withdraw a fresh key."""
    made = await desk.who.post("/api-keys", {"name": "a key", "scopes": ["visits:read"]}, status=201)
    return await desk.who.ask("DELETE", f"/api-keys/{made['id']}")


def of_invitation(method: str, path: str) -> Asking:
    """Ask something of a fresh invitation."""

    async def ask(desk: Desk) -> httpx.Response:
        visit, guest = await desk.here.plan(), {"email": "ann@family.example"}
        made = await desk.who.post(f"/visits/{visit.id}/invitations", guest, status=201)
        await Town(desk.here, None).settled(visit)  # type: ignore[arg-type]  # nobody carries e-mail here
        desk.here.later(minutes=1, seconds=1)  # once a minute
        path_of_it = path.replace("{visit}", visit.id).replace("{invitation}", made["invitation"])
        return await desk.who.ask(method, path_of_it)

    return ask


def of_colleague(method: str, path: str, body: object = None) -> Asking:
    """Ask something of somebody who has just been added."""

    async def ask(desk: Desk) -> httpx.Response:
        added = await desk.who.post("/staff", colleague(), status=201)
        return await desk.who.ask(method, path.replace("{user}", added["staff"]["id"]), body)

    return ask


def colleague() -> dict[str, str]:
    """Somebody new."""
    return {"name": "Ana Mora", "email": f"ana-{time.monotonic_ns()}@clinic.example", "role": "provider"}


async def adding_staff(desk: Desk) -> httpx.Response:
    """Add somebody."""
    return await desk.who.ask("POST", "/staff", colleague())


async def signing_in(desk: Desk) -> httpx.Response:
    """Sign in by password."""
    await employ(desk.here)
    asked = {"email": f"provider@{desk.here.clinic}.example", "password": PASSWORD}
    return await desk.who.ask("POST", "/sign-in", asked)


async def welcomed(desk: Desk) -> httpx.Response:
    """Choose a password by a welcome link."""
    async with signed_in(desk.here, StaffRole.ADMIN) as admin:
        added = await admin.post("/staff", colleague(), status=201)
    token = added["welcome_url"].partition("#")[2]
    return await desk.who.ask("POST", "/welcome", {"token": token, "password": "a long password it is"})


async def ticket_for_a_visit(desk: Desk) -> httpx.Response:
    """Ask for a seat's ticket."""
    return await desk.who.ask("POST", "/tickets", {"visit": await desk.visit()})


NEW_VISIT: Final = {"patient": {"name": "Pat"}, "start": "now", "minutes": 15}
ROUTES: Final[dict[str, tuple[str, Asking]]] = {
    "POST /sign-in": ("nobody", signing_in),
    "POST /sign-out": ("provider", plain("POST", "/sign-out", {})),
    "GET /me": ("provider", plain("GET", "/me")),
    "POST /tickets": ("provider", ticket_for_a_visit),
    "POST /welcome": ("nobody", welcomed),
    "GET /clinic": ("provider", plain("GET", "/clinic")),
    "PATCH /clinic": ("admin", plain("PATCH", "/clinic", {"phone": "555-0199"})),
    "GET /api-keys": ("admin", plain("GET", "/api-keys")),
    "POST /api-keys": ("admin", plain("POST", "/api-keys", {"name": "a key", "scopes": ["visits:read"]})),
    "DELETE /api-keys/{key}": ("admin", of_key),
    "GET /staff": ("provider", plain("GET", "/staff")),
    "GET /staff/all": ("admin", plain("GET", "/staff/all")),
    "POST /staff": ("admin", adding_staff),
    "PATCH /staff/{user}": ("admin", of_colleague("PATCH", "/staff/{user}", {"name": "Ana M"})),
    "POST /staff/{user}/welcome": ("admin", of_colleague("POST", "/staff/{user}/welcome", {})),
    "POST /visits": ("provider", plain("POST", "/visits", NEW_VISIT)),
    "GET /visits": ("provider", plain("GET", "/visits")),
    "POST /visits/check": ("provider", plain("POST", "/visits/check", NEW_VISIT)),
    "GET /visits/range": ("provider", plain("GET", f"/visits/range?start=0&end={45 * 86_400_000}")),
    "GET /visits/{visit}": ("provider", of_visit("GET", "/visits/{visit}")),
    "PATCH /visits/{visit}": ("provider", of_visit("PATCH", "/visits/{visit}", {"name": "Check-up"})),
    "POST /visits/{visit}/extend": ("provider", of_visit("POST", "/visits/{visit}/extend", {"minutes": 5})),
    "POST /visits/{visit}/reschedule": (
        "provider",
        of_visit("POST", "/visits/{visit}/reschedule", {"start": FAR, "end": FAR + 60_000}),
    ),
    "POST /visits/{visit}/cancel": ("provider", of_visit("POST", "/visits/{visit}/cancel", {})),
    "POST /visits/{visit}/complete": ("provider", of_visit("POST", "/visits/{visit}/complete", {})),
    "GET /visits/{visit}/invitations": ("provider", of_visit("GET", "/visits/{visit}/invitations")),
    "POST /visits/{visit}/invitations": (
        "provider",
        of_visit("POST", "/visits/{visit}/invitations", {"label": "Daughter"}),
    ),
    "POST /visits/{visit}/invitations/{invitation}/resend": (
        "provider",
        of_invitation("POST", "/visits/{visit}/invitations/{invitation}/resend"),
    ),
    "DELETE /visits/{visit}/invitations/{invitation}": (
        "provider",
        of_invitation("DELETE", "/visits/{visit}/invitations/{invitation}"),
    ),
    "POST /links/look": ("nobody", by_link("/links/look")),
    "POST /links/phone": ("nobody", by_link("/links/phone")),
    "POST /links/opened": ("nobody", by_link("/links/opened")),
    "POST /links/panel": ("nobody", by_link("/links/panel", patient=True)),
    "POST /links/invite": ("nobody", by_link("/links/invite", patient=True, email="ann@family.example")),
    "POST /links/cancel": ("nobody", by_link("/links/cancel", patient=True)),
    "GET /network": ("sre", plain("GET", "/network")),
    "GET /operations": ("sre", plain("GET", "/operations")),
}
"""Who asks at each route, and how."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def texts() -> AsyncIterator[TextProvider]:
    """A provider of text messages."""
    async with text_provider() as provider:
        yield provider


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pair(tmp_path_factory: pytest.TempPathFactory, texts: TextProvider) -> AsyncIterator[Cluster]:
    """Two nodes with a provider of text messages, for all tests of a worker."""
    sections: Mapping[str, Any] = {
        "provider": "twilio",
        "url": texts.url,
        "token": SECRET,
        "account": "AC1",
        "sender": "+14155550100",
    }
    often = {"sample_seconds": 0.2}
    async with cluster(tmp_path_factory.mktemp("pair"), texts=sections, operations=often) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def here(pair: Cluster) -> AsyncIterator[House]:
    """A clinic at the first node."""
    await pair.sound()
    house = await pair.clinic_at(pair.machines[0])
    yield house
    await house.everybody_goes()


@asynccontextmanager
async def at(machine: Machine, here: House, role: str) -> AsyncIterator[Desk]:
    """Stand with a browser at a node, as somebody of the clinic or as nobody."""
    async with browser(here) if role == "nobody" else signed_in(here, StaffRole(role)) as who:
        who.http.base_url = _url(machine)
        yield Desk(here, who)


def shape(value: object) -> object:
    """What an answer consists of: ids, secrets and times differ from one to the next."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(one), sort_keys=True) for one in value})
    return type(value).__name__


async def test_every_route_of_the_document_is_asked_here(pair: Cluster) -> None:
    """A new route is added to the table, and so works from every node."""
    async with httpx.AsyncClient(base_url=_url(pair.machines[0]), trust_env=False) as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    documented = {
        f"{method.upper()} {path.removeprefix('/api/v1')}" for path, ways in paths.items() for method in ways
    }
    assert documented == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
async def test_a_route_answers_the_same_at_both_nodes(pair: Cluster, here: House, route: str) -> None:
    """In status, shape, and headers that matter; and whatever it did is there for the other node."""
    role, ask = ROUTES[route]
    answers = []
    for machine in pair.machines:
        async with at(machine, here, role) as desk:
            answers.append(await ask(desk))
    first, second = answers
    assert first.status_code in (200, 201, 204), first.text
    assert (first.status_code, _kind(first), _cookies(first)) == (
        second.status_code,
        _kind(second),
        _cookies(second),
    )
    if first.content:
        assert shape(first.json()) == shape(second.json())
    for name in ("content-security-policy", "cache-control", "referrer-policy", "x-content-type-options"):
        assert len(second.headers.get_list(name)) == 1
        assert first.headers[name] == second.headers[name]


def _kind(answer: httpx.Response) -> str:
    kind: str = answer.headers.get("content-type", "")
    return kind


def _cookies(answer: httpx.Response) -> set[str]:
    return set(answer.cookies.keys())


@pytest.mark.parametrize("route", [one for one, (role, _) in ROUTES.items() if role != "nobody"])
async def test_nobody_gets_in_by_the_other_node(pair: Cluster, here: House, route: str) -> None:
    """Without a session it is 401 there too, and from another site 403."""
    method, _, path = route.partition(" ")
    path = path.replace("{visit}", await Desk(here, Browser(here)).visit()).replace("{invitation}", "i")
    path = path.replace("{key}", "k").replace("{user}", "u")
    async with at(pair.machines[1], here, "nobody") as desk:
        refused = await desk.who.ask(method, path, {} if method in ("POST", "PATCH") else None)
        assert (refused.status_code, refused.json()["code"]) == (401, "sign_in")
        if method != "GET":
            foreign = await desk.who.http.request(
                method, f"/api/v1{path}", headers={"X-Vestibule": "1", "Origin": "https://evil.example"}
            )
            assert (foreign.status_code, foreign.json()["code"]) == (403, "origin_refused")


async def test_a_change_has_one_effect_whichever_node_is_asked_again(pair: Cluster, here: House) -> None:
    """The same `Idempotency-Key` at the one node and at the other is the same operation."""
    made = []
    async with at(pair.machines[0], here, "provider") as desk:
        for machine in (*pair.machines, *pair.machines):
            desk.who.http.base_url = _url(machine)
            made.append((await desk.who.post("/visits", NEW_VISIT, status=201, op="plan-1"))["id"])
        assert len({*made}) == 1
        end = (await desk.who.get(f"/visits/{made[0]}"))["end"]
        for machine in (*pair.machines, *pair.machines):
            desk.who.http.base_url = _url(machine)
            again = await desk.who.post(f"/visits/{made[0]}/extend", {"minutes": 5}, op="more-1")
            assert again["end"] == end + 5 * 60_000


async def test_what_is_carried_is_bounded_as_everything(pair: Cluster, here: House) -> None:
    """A body that is too large is refused where it comes in, by its length or by counting."""
    most = pair.machines[1].node.settings.limits.body_bytes
    before = dict(pair.machines[1].peers.carried)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(most // 1024 + 2):
            yield b"x" * 1024

    async with at(pair.machines[1], here, "provider") as desk:
        headers = {"X-Vestibule": "1"}
        for body in (b"x" * (most + 1), pieces()):
            refused = await desk.who.http.post("/api/v1/visits", content=body, headers=headers)
            assert refused.status_code == 413
    assert pair.machines[1].peers.carried == before


async def test_a_forged_mark_is_a_header_like_any_other(pair: Cluster, here: House) -> None:
    """Nobody makes the wrong node answer for itself, or the right one skip its checks."""
    async with at(pair.machines[1], here, "provider") as desk:
        marks = {"X-Vestibule-Carried": "1", "vestibule.carried": "1", "X-Forwarded-For": "127.0.0.1"}
        answer = await desk.who.ask("GET", "/clinic", **marks)
        assert (answer.status_code, answer.json()["id"]) == (200, here.clinic)


async def test_between_two_owners_it_is_to_be_tried_again(
    pair: Cluster, here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with Retry-After, and nothing was done."""
    visit = await here.plan()
    wrong = pair.machines[1]
    monkeypatch.setattr(wrong.node.host.ownership, "owner", lambda _: None)
    async with at(wrong, here, "provider") as desk:
        for method, path in (("GET", "/clinic"), ("POST", f"/visits/{visit.id}/complete")):
            later = await desk.who.ask(method, path)
            assert (later.status_code, later.json()["code"]) == (503, "try_later")
            assert int(later.headers["Retry-After"]) > 0
        for path in ("/me", "/staff", "/api-keys"):
            assert (await desk.who.ask("GET", path)).status_code in (200, 403)
    found = await here.node.desk.find(visit.id)
    assert found is not None
    assert not found.over


async def test_sign_ins_are_slowed_down_by_account_at_all_nodes_together(pair: Cluster, here: House) -> None:
    """Six wrong passwords, now here and now there: the sixth waits."""
    user = User(
        id=UserId(f"{here.clinic}-slow"),
        email=f"slow@{here.clinic}.example",
        name="Slow",
        role=StaffRole.PROVIDER,
        clinic=here.clinic,
        password="",
    )
    await here.node.auth.accounts.add_user(user)
    codes = []
    async with at(pair.machines[0], here, "nobody") as desk:
        for number in range(7):
            desk.who.http.base_url = f"http://127.0.0.1:{pair.machines[number % 2].port}"
            answer = await desk.who.ask("POST", "/sign-in", {"email": user.email, "password": "wrong"})
            codes.append(answer.json()["code"])
    assert codes[:5] == ["sign_in_refused"] * 5
    assert "sign_in_slow" in codes


# ---------------------------------------------------------------- hooks


async def twilio(client: httpx.AsyncClient, public: str, path: str, **form: str) -> httpx.Response:
    """Ask as Twilio does: signed over the public address, wherever it arrives."""
    signed = twilio_signature(SECRET, public + path, list(form.items()))
    headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
    return await client.post(path, content=urlencode(form), headers=headers)


async def test_a_report_finds_its_letter_from_every_node(pair: Cluster, here: House) -> None:
    """That a text was not delivered is noted at the visit, wherever the provider says it."""
    public = pair.machines[0].node.settings.public_url
    for machine in pair.machines:
        visit = await _texted(here)
        async with httpx.AsyncClient(base_url=_url(machine), trust_env=False) as client:
            said = await twilio(
                client, public, _report_of(here, visit), MessageStatus="undelivered", ErrorCode="30003"
            )
            assert said.status_code == 204, said.text
        bounced = Town(here, None).letters(visit)[f"{BOB} sms"]  # type: ignore[arg-type]
        assert bounced.progress == "failed"


def _url(machine: Machine) -> str:
    return f"http://127.0.0.1:{machine.port}"


async def _texted(here: House) -> Visit:
    guest = PlannedGuest(invitation=BOB, contact=Contact(phone=PHONE))
    visit = await here.plan(starts_in=60, guests=(guest,))
    await Town(here, None).settled(visit)  # type: ignore[arg-type]  # the provider is the post
    return visit


def _report_of(here: House, visit: Visit) -> str:
    """Where the provider reports about a visit's text."""
    letter = Town(here, None).letters(visit)[f"{BOB} sms"]  # type: ignore[arg-type]  # as above
    return f"/hooks/sms/twilio/{here.node.reports.name(f'{visit.id}.{letter.number}', letter.attempt)}"


async def test_stop_holds_at_all_nodes_and_no_answer_counts_twice(pair: Cluster) -> None:
    """It is heard for every clinic, at any node; what was signed once is done once, wherever it comes."""
    public = pair.machines[0].node.settings.public_url
    houses = [await pair.clinic_at(machine) for machine in pair.machines]
    stops = pair.machines[0].node.host.stops

    async def stopped() -> set[bool]:
        return {await stops.stopped(house.clinic, PHONE) for house in houses}

    for number, machine in enumerate(pair.machines):
        async with httpx.AsyncClient(base_url=_url(machine), trust_env=False) as client:
            stop = {"From": PHONE, "Body": "STOP", "MessageSid": f"SM{number}-stop"}
            start = {"From": PHONE, "Body": "START", "MessageSid": f"SM{number}-start"}
            assert "no more" in (await twilio(client, public, "/hooks/sms/twilio", **stop)).text
            assert await stopped() == {True}
            await twilio(client, public, "/hooks/sms/twilio", **start)
            assert await stopped() == {False}
        for other in pair.machines:
            async with httpx.AsyncClient(base_url=_url(other), trust_env=False) as client:
                again = await twilio(client, public, "/hooks/sms/twilio", **stop)
                assert "<Message>" not in again.text
                assert await stopped() == {False}


# ---------------------------------------------------------------- the network


async def test_the_network_at_a_glance(pair: Cluster, here: House) -> None:
    """Each node says for itself what it has: all shards are somewhere, and who is in a visit is counted where
    it lives; at both nodes the view is the same.
    """
    visit = await here.plan()
    await here.provider(visit)
    async with at(pair.machines[0], here, "sre") as desk:
        views = []
        for machine in pair.machines:
            desk.who.http.base_url = _url(machine)
            views.append((await desk.who.get("/network"))["nodes"])
    for nodes in views:
        assert [node["node"] for node in nodes] == ["node-1", "node-2"]
        assert sum(node["shards"] for node in nodes) == 1024
        assert all(node["answers"] and not node["draining"] and node["version"] for node in nodes)
        assert all(0 <= node["lease_age_ms"] < 3_000 for node in nodes)
        assert nodes[0]["seats"] >= 1
        assert nodes[0]["sockets"] >= 1
        assert nodes[0]["visits"]["in_progress"] >= 1
        assert [node["ws_url"] for node in nodes] == [machine.ws_url for machine in pair.machines]


async def test_the_last_hour_of_all_nodes(pair: Cluster, here: House) -> None:
    """A join at one node is counted in what the other one tells, and each node remembers for itself."""

    async def told() -> tuple[int, dict[str, Any]]:
        answer = await key.get("/operations")
        return next(one["total"] for one in answer["levels"] if one["name"] == "joins"), answer

    async with program(here, "sre") as key:
        key.http.base_url = _url(pair.machines[1])
        before, _ = await told()
        await here.guest(await here.plan())
        async with asyncio.timeout(PATIENCE):
            while (now := await told())[0] <= before:  # noqa: ASYNC110 - nobody tells when a sample is taken
                await asyncio.sleep(0.05)
    nodes = now[1]["nodes"]
    assert [node["node"] for node in nodes] == ["node-1", "node-2"]
    assert all(node["answers"] and node["at"] for node in nodes)
    assert sum(node["shards"] for node in nodes) == 1024


async def test_a_node_that_does_not_answer_is_shown_as_such(
    pair: Cluster, here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its lease says of it is all that is known; and it is an alert."""

    async def silent(*_: object) -> bytes:
        raise TimeoutError

    monkeypatch.setattr(pair.machines[1].peers, "forward", silent)
    async with program(here, "sre") as key:
        key.http.base_url = _url(pair.machines[1])
        nodes = (await key.get("/network"))["nodes"]
        alerts = (await key.get("/operations"))["alerts"]
    assert ("VestibuleNodeDown", ["node-1"]) in [(one["name"], one["nodes"]) for one in alerts]
    assert [node["answers"] for node in nodes] == [False, True]
    assert nodes[0]["shards"] == 0
