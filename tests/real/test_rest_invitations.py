"""Invitations over REST: made, listed, revoked; and what a link shows before anybody joins."""

from __future__ import annotations

import asyncio

import pytest

from actors.numbers import as_read
from engine.clinic import MINUTE
from tests.support.client import refusal as said
from tests.support.node import House, token_of
from tests.support.rest import browser, refusal, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

DOOR = {
    "clinic",
    "provider",
    "start",
    "end",
    "zone",
    "status",
    "opens_at",
    "clinic_phone",
    "logo",
    "language",
    "may_invite",
    "may_cancel",
    "late",
}


async def test_an_invitation_has_a_link_and_a_pin_of_its_own(here: House) -> None:
    """Who comes by it is known by its label, in the call and on the telephone (D3, B4)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    async with signed_in(here) as who:
        path = f"/visits/{visit.id}/invitations"
        made = await who.post(path, {"label": "Daughter", "email": "zoe@example.org"}, status=201)
        assert (made["state"], made["number"], made["expires_at"]) == (
            "queued",
            as_read(here.number),
            visit.lapses_at,
        )
        assert made["pin"] != here.pin(visit)
        phone = await here.phone()
        await phone.ask("digits", digits=made["pin"])
        await provider.wait_for("seat", seat__name="Daughter", seat__standing="in")
        (listed,) = await who.get(path)
        assert (listed["label"], listed["state"]) == ("Daughter", "in")
        assert listed["email"] == "z***@e***.org"
        assert len(listed["seats"]) == 1


async def test_the_same_key_makes_one_invitation(here: House) -> None:
    """However often it is sent."""
    visit = await here.plan()
    async with signed_in(here) as who:
        path = f"/visits/{visit.id}/invitations"
        made = await asyncio.gather(
            *[who.post(path, {"label": "Daughter"}, status=201, op="i-1") for _ in range(3)]
        )
        assert len({one["invitation"] for one in made}) == 1
        assert len({one["link"] for one in made}) == 1
        assert len(await who.get(path)) == 1


async def test_a_revoked_invitation_is_over_and_the_others_are_not(here: House) -> None:
    """Its link and its PIN; the shared ones stay."""
    visit = await here.plan()
    async with signed_in(here) as who, browser(here) as anybody:
        path = f"/visits/{visit.id}/invitations"
        made = await who.post(path, {"label": "Daughter"}, status=201)
        answer = await who.ask("DELETE", f"{path}/{made['invitation']}")
        assert (answer.status_code, answer.content) == (204, b"")
        (listed,) = await who.get(path)
        assert listed["state"] == "revoked"
        look = await anybody.ask("POST", "/links/look", {"token": token_of(made["link"])})
        assert refusal(look) == (410, "link_revoked")
        phone = await here.phone()
        assert await said(phone.ask("digits", digits=made["pin"])) in ("pin_over", "pin_wrong")
        assert (await here.guest(visit)).ready["standing"] == "waiting"
        gone = await who.ask("DELETE", f"{path}/nobody")
        assert refusal(gone) == (404, "no_such_invitation")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": "a@b.example\r\nBcc: all@b.example"}, "email"),
        ({"email": "Ana <a@b.example>"}, "email"),
        ({"email": "a@b.example; b@b.example"}, "email"),
        ({"email": "a@b.example, b@b.example"}, "email"),
        ({"email": "a@localhost"}, "email"),
        ({"email": "a" * 250 + "@b.example"}, "email"),
        ({"email": "a@b.example\u202e"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "+1 415 555 0123; +1 415 555 0124"}, "phone"),
        ({"phone": "+1 415 555 0123 ext. 7"}, "phone"),
        ({"phone": "+1 900 555 0123"}, "phone"),
        ({"phone": "+34 612 345 678"}, "phone"),
        ({"phone": "+882 16 1234 5678"}, "phone"),
        ({"phone": "911"}, "phone"),
        ({"phone": "5550100"}, "phone"),
        ({"label": "\u202eevil"}, "label"),
        ({"label": "x" * 65}, "label"),
        ({"label": 7}, "label"),
    ],
)
async def test_what_cannot_be_a_contact_or_a_label_is_refused(
    here: House, body: dict[str, object], field: str
) -> None:
    """With a sentence at its field, and no invitation made."""
    visit = await here.plan()
    async with signed_in(here) as who:
        answer = await who.ask("POST", f"/visits/{visit.id}/invitations", body)
        assert refusal(answer) == (422, "bad_request")
        assert set(answer.json()["fields"]) == {field}
        assert await who.get(f"/visits/{visit.id}/invitations") == []


async def test_a_telephone_number_may_be_typed_as_people_do(here: House) -> None:
    """Blanks, dots and brackets are no part of it."""
    visit = await here.plan()
    async with signed_in(here) as who:
        await who.post(f"/visits/{visit.id}/invitations", {"phone": "+1 (415) 555-0123"}, status=201)
        (listed,) = await who.get(f"/visits/{visit.id}/invitations")
        assert (listed["email"], listed["phone"]) == ("", "***23")


async def test_a_link_shows_the_door_and_no_more(here: House) -> None:
    """To anybody who has it: clinic, provider, times, state; never patient, name or room (D12)."""
    visit = await here.plan(patient="Pat Secret", name="Secret reason", room="Secret room")
    async with browser(here) as anybody:
        for token in (here.guest_token(visit), here.patient_token(visit)):
            answer = await anybody.ask("POST", "/links/look", {"token": token})
            assert answer.status_code == 200
            assert set(answer.json()) == DOOR
            assert "Secret" not in answer.text
            assert answer.json()["provider"] == "Dr. Rivera"


async def test_whoever_has_a_link_can_take_part_by_telephone_with_its_own_pin(here: House) -> None:
    """As the same person (D11). The patient's link has no PIN; a guess is told nothing."""
    visit = await here.plan()
    async with signed_in(here) as who, browser(here) as anybody:
        made = await who.post(f"/visits/{visit.id}/invitations", {"label": "Daughter"}, status=201)
        told = await anybody.ask("POST", "/links/phone", {"token": token_of(made["link"])})
        assert told.json() == {"number": made["number"], "pin": made["pin"]}
        none = await anybody.ask("POST", "/links/phone", {"token": here.patient_token(visit)})
        assert none.json() == {"number": "", "pin": ""}
        guess = await anybody.ask("POST", "/links/phone", {"token": f"{visit.id}.shared.{'A' * 22}"})
        assert refusal(guess) == (404, "link_unknown")


async def test_looking_changes_nothing(here: House) -> None:
    """A hundred looks bring nobody into presence (D8)."""
    visit = await here.plan()
    board = await here.dashboard(visit)
    async with browser(here) as anybody:
        for _ in range(100):
            token = {"token": here.guest_token(visit)}
            assert (await anybody.ask("POST", "/links/look", token)).status_code == 200
        await here.guest(visit, "Ana")
        await board.wait_for("board.seat", seat__name="Ana")
        assert [seat["seat"]["name"] for seat in board.named("board.seat")] == ["Ana"]


async def test_a_wrong_link_says_nothing_about_the_visit(here: House) -> None:
    """A guessed proof, another visit's proof, and nonsense are all the same unknown link."""
    visit, other = await here.plan(), await here.plan()
    right, foreign = here.guest_token(visit), here.guest_token(other)
    wrong = [
        right[:-1] + ("A" if right[-1] != "A" else "B"),
        f"{visit.id}.shared.{foreign.rpartition('.')[2]}",
        f"{visit.id}.patient.{right.rpartition('.')[2]}",
        f"{visit.id}.nobody.{right.rpartition('.')[2]}",
        right.replace(visit.id, here.node.desk.new_visit_id(here.clinic)),
        "nonsense",
        "",
        "\ud800".encode("utf-8", "replace").decode(),
    ]
    answers = []
    async with browser(here) as anybody:
        for token in wrong:
            answer = await anybody.ask("POST", "/links/look", {"token": token})
            assert refusal(answer) == (404, "link_unknown")
            answers.append(answer.text)
    assert len(set(answers)) == 1


async def test_a_link_whose_time_is_over_says_so_with_the_clinics_number(here: House) -> None:
    """410, and whom to call."""
    visit = await here.plan(minutes=15)
    async with browser(here) as anybody:
        here.clock.ahead += 16 * MINUTE
        try:
            answer = await anybody.ask("POST", "/links/look", {"token": here.guest_token(visit)})
        finally:
            here.clock.ahead -= 16 * MINUTE
    assert refusal(answer) == (410, "link_over")
    assert answer.json()["number"] == "555-0123"
    assert "555-0123" in answer.json()["message"]
