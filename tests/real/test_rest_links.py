"""What the patient does by their own link, without an account, and what any link may say (R2, R13, B1)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from engine.clinic import MINUTE
from engine.visit import Visit
from tests.support.node import House, token_of
from tests.support.rest import Browser, browser, refusal, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENTS = ("panel", "invite", "cancel")
"""What only the patient's own link opens."""


async def by(who: Browser, token: str, what: str, **more: Any) -> httpx.Response:
    """Ask something with a link."""
    return await who.ask("POST", f"/links/{what}", {"token": token, **more})


async def test_the_patients_link_says_what_the_patient_may_do(here: House) -> None:
    """A guest's never does, whatever the clinic's settings (R1)."""
    visit = await here.plan(language="es")
    async with browser(here) as anybody:

        async def may(token: str) -> tuple[bool, bool, str]:
            door = (await by(anybody, token, "look")).json()
            return door["may_invite"], door["may_cancel"], door["language"]

        own, guests = here.patient_token(visit), here.guest_token(visit)
        assert await may(own) == (True, True, "es")
        assert await may(guests) == (False, False, "es")
        await here.settle(guests_by_patient=False, patients_cancel=False)
        assert await may(own) == (False, False, "es")


async def test_the_patient_sees_what_to_hand_to_a_guest(here: House) -> None:
    """The visit's shared link, number and PIN (R4)."""
    visit = await here.plan()
    async with browser(here) as anybody:
        shown = (await by(anybody, here.patient_token(visit), "panel")).json()
    assert token_of(shown["link"]) == here.guest_token(visit)
    assert shown["pin"] == here.pin(visit)


async def test_the_patient_invites_a_guest_from_their_page(here: House) -> None:
    """The clinic sees the invitation, and the guest comes in by it; asked twice, it is one."""
    visit = await here.plan()
    guest = {"email": "ana@example.org", "label": "Daughter"}
    async with browser(here) as anybody, signed_in(here) as who:
        token = here.patient_token(visit)
        headers = {"Idempotency-Key": "i-1"}
        answers = await asyncio.gather(
            *[anybody.ask("POST", "/links/invite", {"token": token} | guest, **headers) for _ in range(3)]
        )
        assert {answer.status_code for answer in answers} == {201}
        made = answers[0].json()
        (listed,) = await who.get(f"/visits/{visit.id}/invitations")
        assert (listed["label"], listed["email"]) == ("Daughter", "a***@e***.org")
        assert (await here.join(token_of(made["link"]), "Ana")).ready["role"] == "guest"
        for wrong, field in (({"email": "x"}, "email"), ({"phone": "+1 900 555 0123"}, "phone")):
            answer = await by(anybody, token, "invite", **wrong)
            assert (refusal(answer), list(answer.json()["fields"])) == ((422, "bad_request"), [field])


async def test_the_patient_cannot_invite_where_it_is_switched_off(here: House) -> None:
    """R1: refused by the server, whatever the page shows; the clinic itself still can."""
    await here.settle(guests_by_patient=False)
    visit = await here.plan()
    async with browser(here) as anybody, signed_in(here) as who:
        token = here.patient_token(visit)
        for what in ("invite", "panel"):
            assert refusal(await by(anybody, token, what)) == (403, "invites_off")
        assert await who.get(f"/visits/{visit.id}/invitations") == []
        await who.post(f"/visits/{visit.id}/invitations", {"label": "Daughter"}, status=201)


async def test_the_patient_cancels_before_the_visit_begins(here: House) -> None:
    """And links are over with it (R13); once somebody is in, it is the clinic's to end."""
    visit, begun, kept = [await here.plan() for _ in range(3)]
    await here.provider(begun)
    async with browser(here) as anybody, signed_in(here) as who:
        assert (await by(anybody, here.patient_token(visit), "cancel")).status_code == 204
        assert (await who.get(f"/visits/{visit.id}"))["status"] == "cancelled"
        assert refusal(await by(anybody, here.patient_token(begun), "cancel")) == (409, "already_started")
        await here.settle(patients_cancel=False)
        assert refusal(await by(anybody, here.patient_token(kept), "cancel")) == (403, "not_allowed")
        assert (await who.get(f"/visits/{kept.id}"))["status"] == "open"


async def test_a_guests_link_does_none_of_what_the_patients_does(here: House) -> None:
    """Neither the shared one nor somebody's own."""
    visit = await here.plan()
    own = token_of((await here.invite(visit)).link)
    async with browser(here) as anybody:
        for token in (here.guest_token(visit), own):
            for what in PATIENTS:
                assert refusal(await by(anybody, token, what)) == (403, "not_allowed")
    assert await _untouched(here, visit, invitations=3)


async def test_a_wrong_link_does_nothing_and_learns_nothing(here: House) -> None:
    """A guessed proof, another visit's, and nonsense, whatever is asked."""
    visit, other = await here.plan(), await here.plan()
    foreign = here.patient_token(other).rpartition(".")[2]
    wrong = [f"{visit.id}.patient.{foreign}", f"{visit.id}.patient.{'A' * 22}", "nonsense", ""]
    said = set()
    async with browser(here) as anybody:
        for token in wrong:
            for what in (*PATIENTS, "opened"):
                answer = await by(anybody, token, what)
                assert refusal(answer) == (404, "link_unknown")
                said.add(answer.text)
    assert len(said) == 1
    assert await _untouched(here, visit, invitations=2)


async def test_an_invitation_is_opened_by_a_person_and_once(here: House) -> None:
    """Looking is not opening, however often (D8); the first time is kept (B1)."""
    visit = await here.plan()
    token = token_of((await here.invite(visit)).link)
    async with browser(here) as anybody, signed_in(here) as who:

        async def state() -> tuple[str, int]:
            (one,) = await who.get(f"/visits/{visit.id}/invitations")
            return one["state"], one["opened_at"]

        for _ in range(10):
            await by(anybody, token, "look")
            await anybody.http.get("/j")
            await anybody.http.head("/j")
        assert await state() == ("made", 0)
        assert (await by(anybody, token, "opened")).status_code == 204
        first = await state()
        assert first[0] == "opened"
        assert first[1] > 0
        here.clock.ahead += MINUTE
        try:
            assert (await by(anybody, token, "opened")).status_code == 204
        finally:
            here.clock.ahead -= MINUTE
        assert await state() == first
        assert (await by(anybody, here.guest_token(visit), "opened")).status_code == 204


async def test_a_link_that_is_over_says_so_to_whoever_asks_anything(here: House) -> None:
    """With the clinic's number; a withdrawn one too."""
    visit = await here.plan()
    personal = await here.invite(visit)
    token = token_of(personal.link)
    async with browser(here) as anybody, signed_in(here) as who:
        await who.ask("DELETE", f"/visits/{visit.id}/invitations/{token.split('.')[1]}")
        assert refusal(await by(anybody, token, "opened")) == (410, "link_revoked")
        await who.post(f"/visits/{visit.id}/cancel")
        for what in (*PATIENTS, "opened", "look"):
            assert (await by(anybody, here.patient_token(visit), what)).status_code in (404, 410)


async def test_one_address_cannot_ask_with_links_without_end(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything that a link opens shares one bound."""
    visit = await here.plan()
    monkeypatch.setattr("gateway.api.bounds.Rate.take", lambda *_: False)
    async with browser(here) as anybody:
        for what in (*PATIENTS, "opened", "look", "phone"):
            answer = await by(anybody, here.patient_token(visit), what)
            assert refusal(answer) == (429, "busy")
            assert int(answer.headers["Retry-After"]) >= 1


async def _untouched(here: House, visit: Visit, *, invitations: int) -> bool:
    found = await here.node.desk.find(visit.id)
    return found is not None and not found.over and len(found.invitations) == invitations
