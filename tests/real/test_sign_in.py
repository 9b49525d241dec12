"""Staff sign in and out, are slowed when they guess, and get tickets for their sockets."""

from __future__ import annotations

import asyncio
import json

import pytest

from engine.clinic import StaffRole
from tests.support.client import refusal as said
from tests.support.node import House
from tests.support.rest import PASSWORD, Browser, browser, employ, refusal, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def attempt(who: Browser, email: str, password: str) -> tuple[int, str]:
    """Try to sign in; 200 is `ok`."""
    answer = await who.ask("POST", "/sign-in", {"email": email, "password": password})
    return (200, "ok") if answer.status_code == 200 else refusal(answer)


async def test_the_right_password_gives_a_session_in_a_cookie(here: House) -> None:
    """Out of reach of scripts and other sites; an address may be typed in capitals."""
    user = await employ(here)
    async with browser(here) as who:
        answer = await who.ask(
            "POST", "/sign-in", {"email": f"  {user.email.upper()} ", "password": PASSWORD}
        )
        assert answer.status_code == 200
        cookie = answer.headers["Set-Cookie"]
        for part in ("vestibule_session=", "HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"):
            assert part in cookie
        assert "Secure" not in cookie, "this test's node is not reached by https"
        assert await who.get("/me") == answer.json()
        assert answer.json()["user"] == {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "role": "provider",
        }
        assert answer.json()["clinic"]["id"] == here.clinic


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(here: House) -> None:
    """So nobody learns who works here."""
    user = await employ(here)
    async with browser(here) as who:
        known = await who.ask("POST", "/sign-in", {"email": user.email, "password": "x"})
        unknown = await who.ask("POST", "/sign-in", {"email": "no@where.example", "password": "x"})
    assert refusal(known) == (401, "sign_in_refused")
    assert known.text == unknown.text
    assert "Set-Cookie" not in known.headers


async def test_after_five_wrong_tries_even_the_right_password_has_to_wait(here: House) -> None:
    """And is told how long; another account is not slowed by it."""
    user, other = await employ(here), await employ(here, StaffRole.ADMIN)
    async with browser(here) as who:
        tries = [await attempt(who, user.email, "guess") for _ in range(5)]
        assert tries == [(401, "sign_in_refused")] * 5
        answer = await who.ask("POST", "/sign-in", {"email": user.email, "password": PASSWORD})
        assert refusal(answer) == (429, "sign_in_slow")
        assert answer.json()["retry_after_ms"] >= 1000
        assert int(answer.headers["Retry-After"]) * 1000 == answer.json()["retry_after_ms"]
        assert f"{answer.headers['Retry-After']} seconds" in answer.json()["message"]
        assert await attempt(who, other.email, PASSWORD) == (200, "ok")


async def test_signing_out_ends_this_session_and_cuts_its_sockets(here: House) -> None:
    """Another browser of the same person stays signed in."""
    user = await employ(here)
    credentials = {"email": user.email, "password": PASSWORD}
    async with browser(here) as here_now, browser(here) as elsewhere:
        await here_now.post("/sign-in", credentials)
        await elsewhere.post("/sign-in", credentials)
        token = here_now.http.cookies["vestibule_session"]
        board = await here.open()
        ticket = (await here_now.post("/tickets"))["ticket"]
        await board.hello("hello.staff", ticket=ticket, page="p")
        await here_now.post("/sign-out", status=204)
        assert "vestibule_session" not in here_now.http.cookies
        assert await board.closed() == 4004
        assert (await elsewhere.get("/me"))["user"]["id"] == user.id
        async with browser(here, Cookie=f"vestibule_session={token}") as thief:
            assert refusal(await thief.ask("GET", "/me")) == (401, "sign_in")


async def test_a_ticket_opens_one_socket_once(here: House) -> None:
    """At the address by which the page was opened; a used one and a made-up one are refused alike."""
    async with signed_in(here) as who:
        answer = await who.post("/tickets", {})
        assert answer["ws_url"] == here.ws_url
        assert 0 < answer["expires_at"] - here.now() <= 30_000
        local = await who.ask("POST", "/tickets", {}, Host=f"localhost:{here.port}")
        assert local.json()["ws_url"] == f"ws://localhost:{here.port}/ws"
    board = await here.open()
    ready = await board.hello("hello.staff", ticket=answer["ticket"], page="p")
    assert ready["t"] == "ready.staff"
    for ticket in (answer["ticket"], "made-up", "x" * 200):
        again = await here.open()
        assert await said(again.hello("hello.staff", ticket=ticket, page="p")) == "ticket_refused"
        assert await again.closed() == 4001


async def test_a_ticket_dies_with_its_session(here: House) -> None:
    """Signed out before the socket was opened: refused."""
    async with signed_in(here) as who:
        ticket = (await who.post("/tickets"))["ticket"]
        await who.post("/sign-out", status=204)
    client = await here.open()
    assert await said(client.hello("hello.staff", ticket=ticket, page="p")) == "ticket_refused"


async def test_a_ticket_for_a_visit_takes_the_providers_seat(here: House) -> None:
    """As the one who is signed in."""
    visit = await here.plan()
    async with signed_in(here) as who:
        ticket = (await who.post("/tickets", {"visit": visit.id}))["ticket"]
    client = await here.open()
    ready = await client.hello("hello.staff", ticket=ticket, page="p")
    assert (ready["t"], ready["role"], ready["name"]) == ("ready", "provider", "The provider")


async def test_a_flood_of_tries_is_answered_and_others_are_served(here: House) -> None:
    """Passwords are hashed a few at a time: further tries are told to come again, and nothing else waits."""
    async with browser(here) as flooder, browser(here) as other:
        flood = [
            asyncio.create_task(attempt(flooder, f"{number}@flood.example", "x")) for number in range(80)
        ]
        assert (await other.http.get("/healthz")).status_code == 200
        answers = set(await asyncio.gather(*flood))
    assert answers <= {(401, "sign_in_refused"), (429, "sign_in_slow"), (429, "busy")}
    assert answers & {(429, "sign_in_slow"), (429, "busy")}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "a@b.example"},
        {"email": 1, "password": 2},
        {"email": "x" * 300, "password": "x"},
        {"email": "a@b.example", "password": "x" * 2000},
        [],
        "text",
    ],
)
async def test_what_is_no_sign_in_is_refused_without_repeating_it(here: House, body: object) -> None:
    """422, with fields; a password is never in an answer."""
    async with browser(here) as who:
        answer = await who.ask("POST", "/sign-in", body)
    assert refusal(answer) == (422, "bad_request")
    assert "xxx" not in json.dumps(answer.json())
