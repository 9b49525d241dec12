"""The demo's visit: a stand-in holds the provider's seat until the provider themselves come."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from actors.contacts import checked
from engine.clinic import MINUTE
from engine.planning import Contact
from gateway.demo import CLINIC, DIAL_IN, seed
from gateway.demo_day import DAY, fill
from tests.support.node import House, house, token_of
from tests.support.rest import Browser, browser, refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Start a demo."""
    async with house(tmp_path_factory.mktemp("demo"), demo=True) as here:
        await seed(here.node)
        yield here
        assert not here.bugs
        await here.everybody_goes()


async def test_the_clinics_day_is_there_once_and_believable(demo: House) -> None:
    """Visits done, called off, under way and to come; nobody is booked twice at a time; filled again, nothing
    is added.
    """
    assert await fill(demo.node) == len(DAY)
    assert await fill(demo.node) == 0
    now = demo.now()
    visits = await demo.node.desk.range(CLINIC, now - 24 * 60 * MINUTE, now + 48 * 60 * MINUTE)
    assert isinstance(visits, list)
    assert {visit.status.value for visit in visits} == {"completed", "cancelled", "open", "scheduled"}
    live = [visit for visit in visits if not visit.over]
    assert {"en", "es"} == {visit.language for visit in live}
    assert {"video", "phone"} == {visit.type for visit in live}
    assert all(visit.option and visit.room and visit.reminders for visit in live)
    for visit in live:
        for other in live:
            if visit is not other and visit.start < other.end and other.start < visit.end:
                assert not set(visit.providers) & set(other.providers), (visit.patient, other.patient)
                assert visit.room != other.room, (visit.patient, other.patient)


async def test_everybody_of_the_day_can_be_written_to_and_nobody_exists() -> None:
    """Addresses on domains kept for examples, numbers kept for fiction; the server itself would take them."""
    for planned in DAY:
        reached = [(planned.email, planned.phone), *((email, phone) for _, email, phone in planned.guests)]
        for email, phone in reached:
            assert checked(email, phone, "US", {"US"}) == Contact(email=email, phone=phone)
            assert re.fullmatch(r"([a-z.]+@example\.(org|com|net))?", email)
            assert re.fullmatch(r"(\+141555501\d\d)?", phone)


async def opened(who: Browser, minutes: int = 15) -> dict[str, Any]:
    """Open a demo visit."""
    made: dict[str, Any] = await who.post("/demo/visits", {"minutes": minutes}, status=201)
    return made


async def test_guests_are_let_in_by_the_stand_in(demo: House) -> None:
    """By link and by PIN, at once: the provider's seat is really taken."""
    async with browser(demo) as who:
        visit = await opened(who)
    guest = await demo.join(token_of(visit["guest_url"]), "Ana")
    assert guest.ready["standing"] == "in"
    roles = {seat["role"] for seat in guest.ready["inside"]["seats"]}
    assert roles == {"provider", "guest"}
    demo.number, demo.dialin_key = DIAL_IN, visit["dialin_key"]
    phone = await demo.phone()
    await phone.ask("digits", digits=visit["pin"])
    await guest.wait_for("seat", seat__role="phone", seat__standing="in")


async def test_the_provider_takes_the_stand_ins_seat_without_a_question(demo: House) -> None:
    """By the link of the visit and a ticket: the same seat, and guests see nobody leave."""
    async with browser(demo) as who:
        visit = await opened(who)
        guest = await demo.join(token_of(visit["guest_url"]), "Ana")
        (stand_in,) = (one for one in guest.ready["inside"]["seats"] if one["role"] == "provider")
        path = visit["provider_url"].removeprefix(demo.url)
        for _ in range(2):  # a link may be opened again, for as long as the visit lives
            enter = await who.http.get(path)
            assert (enter.status_code, enter.headers["Location"]) == (303, f"/call?visit={visit['visit_id']}")
        ticket = (await who.post("/tickets", {"visit": visit["visit_id"]}))["ticket"]
        provider = await demo.open()
        ready = await provider.hello("hello.staff", ticket=ticket, page="real")
        assert (ready["t"], ready["seat"], ready["standing"]) == ("ready", stand_in["seat"], "in")
        await guest.wait_for("seat", seat__seat=stand_in["seat"], seat__page="real", seat__link="ok")
        assert not [said for said in guest.named("seat") if said["seat"]["standing"] != "in"]
        await who.post(f"/visits/{visit['visit_id']}/complete")
        assert (await who.http.get(path)).status_code == 404


async def test_a_head_request_signs_nobody_in(demo: House) -> None:
    """Link previews get no session, and neither does a guessed link."""
    async with browser(demo) as who:
        visit = await opened(who)
        path = visit["provider_url"].removeprefix(demo.url)
        assert "Set-Cookie" not in (await who.http.head(path)).headers
        other = await opened(who)
        swapped = path.replace(visit["visit_id"], other["visit_id"])
        assert (await who.http.get(swapped)).status_code == 404


async def test_only_programs_of_this_machine_open_demo_visits(demo: House) -> None:
    """Not a page of another site, and not somebody behind a proxy."""
    async with browser(demo) as who:
        from_afar = await who.ask("POST", "/demo/visits", {}, **{"X-Forwarded-For": "203.0.113.9"})
        assert refusal(from_afar) == (404, "not_found")
        foreign = await who.ask("POST", "/demo/visits", {}, Origin="https://evil.example")
        assert refusal(foreign) == (403, "origin_refused")
        assert refusal(await who.ask("POST", "/demo/visits", {"minutes": 0})) == (422, "bad_request")


async def test_the_metrics_of_a_lively_clinic_name_nobody(demo: House) -> None:
    """Joins, seats, PINs and sockets are counted; no visit, clinic, person, number or PIN is in a label."""
    async with browser(demo) as who:
        visit = await opened(who)
        await demo.join(token_of(visit["guest_url"]), "Zoe Canary")
        page = (await who.http.get("/metrics")).text
    assert 'vestibule_joins_total{channel="web",reason="",result="ok",role="guest"}' in page
    assert 'vestibule_seats{channel="web",standing="in"}' in page
    assert 'vestibule_visits{state="in_progress"}' in page
    for zero in ("ghosts", "double_owner_total", "join_after_expiry_total", "pin_strict_spaces"):
        assert f"\nvestibule_{zero} 0.0" in page
    for secret in (visit["visit_id"], "Canary", "Rivera", "Cedar", CLINIC + '"', DIAL_IN, visit["pin"]):
        assert secret not in page


async def test_readiness_follows_the_node(demo: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 while it drains and while nothing can be saved; it stays alive all the while."""

    async def status(who: httpx.AsyncClient) -> tuple[int, dict[str, Any]]:
        answer = await who.get("/readyz")
        return answer.status_code, answer.json()

    async with browser(demo) as who:
        code, body = await status(who.http)
        assert (code, body["status"], body["store"], body["shards"]) == (200, "ready", "up", 1024)
        monkeypatch.setattr(demo.node.conversations, "open", False)
        code, body = await status(who.http)
        assert (code, body["draining"]) == (503, True)
        monkeypatch.undo()
        monkeypatch.setattr(type(demo.node.host), "ready", False)
        code, body = await status(who.http)
        assert (code, body["store"]) == (503, "down")
        assert (await who.http.get("/healthz")).status_code == 200
