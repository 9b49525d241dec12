"""Planning over REST as the schedule's form does it: guests, reminders, language; checked before, changed
after (R5, R6).
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.clinic import MINUTE, StaffRole
from tests.support.node import ZONE, House
from tests.support.rest import employ, program, refusal, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAY = 24 * 60 * MINUTE
PATIENT = {"name": "Pat Lee", "email": "pat@example.org", "phone": "(415) 555-0123"}
NOW: dict[str, Any] = {"patient": PATIENT, "start": "now", "minutes": 15}


def at(local: str) -> int:
    """Give the instant of a time by the clinic's wall clock."""
    return round(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


async def test_a_visit_is_planned_with_everything_the_form_has(here: House) -> None:
    """Patient with addresses, guests with labels, reminders, language; each guest has an invitation of their
    own (R5).
    """
    guests = [
        {"email": "Zoe@Example.org", "label": "Daughter"},
        {"phone": "+1 415 555 0199", "interpreter": True},
    ]
    more = {"guests": guests, "reminders": [60, 1440, 60], "language": "es", "type": "phone"}
    async with signed_in(here) as who:
        visit = await who.post("/visits", NOW | more, status=201)
        assert visit["patient"] == {"name": "Pat Lee", "email": "pat@example.org", "phone": "+14155550123"}
        assert (visit["reminders"], visit["language"], visit["type"]) == ([1440, 60], "es", "phone")
        daughter, interpreter = await who.get(f"/visits/{visit['id']}/invitations")
    assert (daughter["label"], daughter["email"], daughter["phone"]) == ("Daughter", "Z***@e***.org", "")
    assert (interpreter["interpreter"], interpreter["phone"]) == (True, "***99")
    for invitation in (daughter, interpreter):
        assert [letter["kind"] for letter in invitation["letters"]] == ["invitation"]


async def test_what_the_form_leaves_open_is_the_clinics(here: House) -> None:
    """Reminders, language, room; no reminder at all can be chosen too."""
    await here.settle(reminders=(30,), languages=("es", "en"), rooms=("Blue", "Red"))
    async with signed_in(here) as who:
        visit = await who.post("/visits", NOW, status=201)
        assert (visit["reminders"], visit["language"], visit["room"]) == ([30], "es", "Blue")
        none = await who.post("/visits", NOW | {"reminders": [], "language": ""}, status=201)
        assert (none["reminders"], none["language"]) == ([], "es")


async def test_a_guest_who_is_named_twice_is_invited_once(here: House) -> None:
    """Whatever the case of the address or the writing of the number; no label is lost."""
    guests = [
        {"email": "ana@example.org"},
        {"email": "ANA@example.org", "label": "Daughter"},
        {"phone": "+1 415 555 0199"},
        {"phone": "(415) 555-0199"},
    ]
    async with signed_in(here) as who:
        visit = await who.post("/visits", NOW | {"guests": guests}, status=201)
        first, second = await who.get(f"/visits/{visit['id']}/invitations")
    assert (first["label"], second["phone"]) == ("Daughter", "***99")


async def test_confirming_twice_makes_one_visit_and_one_invitation_each(here: House) -> None:
    """Pressed twice at once, and retried later."""
    guests = {"guests": [{"email": "ana@example.org"}]}
    async with signed_in(here) as who:
        made = await asyncio.gather(
            *[who.post("/visits", NOW | guests, status=201, op="confirm") for _ in range(3)]
        )
        again = await who.post("/visits", NOW | guests, status=201, op="confirm")
        assert {visit["id"] for visit in made} == {again["id"]}
        assert len((await who.get("/visits"))["visits"]) == 1
        assert len(await who.get(f"/visits/{again['id']}/invitations")) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"guests": [{"email": "ana@example.org"}, {"email": "nonsense"}]}, "guests.1.email"),
        ({"guests": [{"email": "Ana <ana@example.org>"}]}, "guests.0.email"),
        ({"guests": [{"email": "ana@example.org\r\nBcc: all@example.org"}]}, "guests.0.email"),
        ({"guests": [{"email": "ana@example.org;ben@example.org"}]}, "guests.0.email"),
        ({"guests": [{"phone": "7"}]}, "guests.0.phone"),
        ({"guests": [{"phone": "+1 900 555 0123"}]}, "guests.0.phone"),
        ({"guests": [{"phone": "+34 612 345 678"}]}, "guests.0.phone"),
        ({"guests": [{}]}, "guests.0.email"),
        ({"guests": [{"email": "ana@example.org", "label": "\u202eevil"}]}, "guests.0.label"),
        ({"guests": [{"email": f"a{one}@example.org"} for one in range(11)]}, "guests"),
        ({"guests": [{}] * 10_000}, "guests"),
        ({"guests": "ana@example.org"}, "guests"),
        ({"patient": PATIENT | {"email": "pat"}}, "patient.email"),
        ({"patient": PATIENT | {"phone": "+44 900"}}, "patient.phone"),
        ({"reminders": [4]}, "reminders.0"),
        ({"reminders": [10_081]}, "reminders.0"),
        ({"reminders": [5, 6, 7, 8, 9, 10]}, "reminders"),
        ({"language": "fr"}, "language"),
        ({"type": "carrier pigeon"}, "type"),
        ({"room": "Cellar"}, "room"),
        ({"option": "Forever"}, "option"),
        ({"providers": ["nobody"]}, "providers"),
        ({"start": "yesterday"}, "start"),
        ({"start": -1}, "start"),
        ({"start": {"local": "2026-03-08", "zone": ZONE}}, "start.local"),
        ({"start": {"local": "2026-03-08T10:00Z", "zone": ZONE}}, "start.local"),
        ({"start": {"local": "2026-03-08T10:00", "zone": "Mars/Olympus"}}, "start.zone"),
        ({"start": {"local": "2026-03-08T10:00", "zone": "../../etc/passwd"}}, "start.zone"),
    ],
    ids=lambda one: str(one)[:40],
)
async def test_a_field_that_is_wrong_is_named_and_nothing_is_planned(
    here: House, wrong: dict[str, Any], field: str
) -> None:
    """With a sentence for a person, when it is checked and when it is planned."""
    async with signed_in(here) as who:
        for path in ("/visits/check", "/visits"):
            answer = await who.ask("POST", path, NOW | wrong)
            assert refusal(answer) == (422, "bad_request")
            assert list(answer.json()["fields"]) == [field]
            assert answer.json()["fields"][field].endswith(".")
        assert (await who.get("/visits"))["visits"] == []


async def test_everything_that_is_wrong_is_said_at_once(here: House) -> None:
    """A person corrects a form once, not field by field."""
    wrong = {"patient": PATIENT | {"email": "x"}, "room": "Cellar", "guests": [{"phone": "1"}, {}]}
    async with signed_in(here) as who:
        answer = await who.ask("POST", "/visits/check", NOW | wrong)
    assert set(answer.json()["fields"]) == {"patient.email", "room", "guests.0.phone", "guests.1.email"}


async def test_a_visit_ends_after_its_start_and_not_in_the_past(here: House) -> None:
    """The calendar's slot that has begun can still be taken."""
    now = here.now()
    async with signed_in(here) as who:
        wrong = [
            ({"start": now + DAY, "end": now + DAY - MINUTE}, "end"),
            ({"start": now + DAY, "end": now + DAY}, "end"),
            ({"start": now + DAY, "end": now + 2 * DAY + MINUTE}, "end"),
            ({"start": now - 60 * MINUTE, "end": now - MINUTE}, "start"),
            ({"start": now - 60 * MINUTE, "end": now + DAY // 2}, "start"),
        ]
        for times, field in wrong:
            for path in ("/visits/check", "/visits"):
                answer = await who.ask("POST", path, {"patient": PATIENT, **times})
                assert (refusal(answer), list(answer.json()["fields"])) == ((422, "bad_time"), [field])
        begun = {"patient": PATIENT, "start": now - 10 * MINUTE, "end": now + 20 * MINUTE}
        await who.post("/visits", begun, status=201)


@pytest.mark.parametrize(
    ("local", "fold", "dst", "start"),
    [
        ("2027-03-14T01:30", 0, "", at("2027-03-14T01:30")),
        ("2027-03-14T02:30", 0, "gap", at("2027-03-14T03:30")),
        ("2027-03-14T03:30", 0, "", at("2027-03-14T03:30")),
        ("2027-11-07T01:30", 0, "fold", at("2027-11-07T00:30") + 60 * MINUTE),
        ("2027-11-07T01:30", 1, "fold", at("2027-11-07T00:30") + 120 * MINUTE),
        ("2027-11-07T02:30", 0, "", at("2027-11-07T00:30") + 180 * MINUTE),
    ],
)
async def test_a_wall_clocks_time_that_is_skipped_or_there_twice_is_said_so(
    here: House, local: str, fold: int, dst: str, start: int
) -> None:
    """And what it comes to; the visit is planned at that very time (D9)."""
    plan = {"patient": PATIENT, "minutes": 30, "start": {"local": local, "zone": ZONE, "fold": fold}}
    async with signed_in(here) as who:
        checked = await who.post("/visits/check", plan)
        times = {"start": start, "end": start + 30 * MINUTE, "zone": ZONE}
        assert checked == times | {"overlaps": [], "dst": dst}
        assert (await who.post("/visits", plan, status=201))["start"] == start


async def test_another_zones_time_is_read_by_that_zones_clock(here: House) -> None:
    """The answer is the instant, and the clinic's zone to show it in."""
    start = {"local": "2027-01-15T18:00", "zone": "Asia/Kolkata"}
    async with signed_in(here) as who:
        checked = await who.post("/visits/check", {"patient": PATIENT, "minutes": 30, "start": start})
    assert (checked["start"], checked["zone"]) == (at("2027-01-15T04:30"), ZONE)


async def test_an_overlapping_visit_is_warned_of_and_allowed(here: House) -> None:
    """The same provider or the same patient at the same time; touching is no overlap, another clinic's and
    one that is over is none.
    """
    start = here.now() + DAY
    first = {"patient": PATIENT, "start": start, "end": start + 30 * MINUTE}
    await employ(here, StaffRole.ADMIN)
    async with signed_in(here) as who:
        made = await who.post("/visits", first, status=201)

        async def overlaps(**changes: Any) -> list[str]:
            checked = await who.post("/visits/check", first | changes)
            return [one["id"] for one in checked["overlaps"]]

        other, admin = {"name": "Somebody else"}, {"providers": [f"{here.clinic}-admin"]}
        assert await overlaps(patient=other) == [made["id"]]
        assert await overlaps(**admin) == [made["id"]]
        assert await overlaps(patient=other, **admin) == []
        assert await overlaps(start=start + 30 * MINUTE, end=start + 60 * MINUTE) == []
        assert await overlaps(start=start + 29 * MINUTE, end=start + 60 * MINUTE) == [made["id"]]
        again = await who.post("/visits", first, status=201)
        await who.post(f"/visits/{made['id']}/cancel")
        assert await overlaps() == [again["id"]]


async def test_checking_makes_nothing(here: House) -> None:
    """However often."""
    async with signed_in(here) as who:
        for _ in range(3):
            await who.post("/visits/check", NOW | {"guests": [{"email": "ana@example.org"}]})
        assert (await who.get("/visits"))["visits"] == []


async def test_no_guest_is_planned_where_inviting_is_switched_off(here: House) -> None:
    """R1: the server refuses, whatever the form showed; without guests it plans."""
    await here.settle(guests_by_provider=False)
    async with signed_in(here) as who:
        for path in ("/visits/check", "/visits"):
            answer = await who.ask("POST", path, NOW | {"guests": [{"email": "ana@example.org"}]})
            assert refusal(answer) == (403, "invites_off")
        await who.post("/visits", NOW, status=201)


async def test_a_calendar_is_read_by_its_range(here: House) -> None:
    """Visits that start within it, over or not, without links and PINs; at most 45 days."""
    start = here.now() + 3 * DAY
    async with signed_in(here) as who:
        made = [
            await who.post("/visits", NOW | {"start": start + more}, status=201) for more in (0, DAY, 2 * DAY)
        ]
        await who.post(f"/visits/{made[0]['id']}/cancel")
        read = (await who.get(f"/visits/range?start={start}&end={start + 2 * DAY}"))["visits"]
        assert [(one["id"], one["status"]) for one in read] == [
            (made[0]["id"], "cancelled"),
            (made[1]["id"], "scheduled"),
        ]
        assert {(one["panel"], one["patient_link"]) for one in read} == {(None, None)}
        assert (read[0]["patient"]["email"], read[1]["patient"]["email"]) == ("", "pat@example.org")
        for start_, end in ((start, start), (start, start + 46 * DAY), (start, start - 1)):
            answer = await who.ask("GET", f"/visits/range?start={start_}&end={end}")
            assert refusal(answer) == (422, "bad_request")


async def test_contacts_are_for_those_who_schedule(here: House) -> None:
    """A program that may only look reads the patient's name and no address."""
    async with signed_in(here) as who, program(here, "visits:read") as reader:
        visit = await who.post("/visits", NOW, status=201)
        for path in (f"/visits/{visit['id']}", "/visits"):
            answer = await reader.ask("GET", path)
            assert "pat@example.org" not in answer.text
            assert "Pat Lee" in answer.text


async def test_a_visit_can_be_changed_part_by_part(here: House) -> None:
    """What is not given stays; an address can be taken away."""
    await here.settle(rooms=("Main", "Red"))
    await employ(here, StaffRole.ADMIN)
    async with signed_in(here) as who:
        visit = await who.post("/visits", NOW, status=201)
        path = f"/visits/{visit['id']}"

        async def change(**parts: Any) -> dict[str, Any]:
            answer = await who.ask("PATCH", path, parts)
            assert answer.status_code == 200, answer.text
            changed: dict[str, Any] = answer.json()
            assert await who.get(path) == changed
            return changed

        assert await change() == visit
        assert await change(name="Check-up", room="Red") == visit | {"name": "Check-up", "room": "Red"}
        await change(option="30-min Consultation", type="phone", reminders=[10], language="es")
        changed = await change(patient={"email": "lee@example.org"})
        assert changed["patient"] == visit["patient"] | {"email": "lee@example.org"}
        changed = await change(patient={"name": "Lee", "phone": ""})
        assert changed["patient"] == {"name": "Lee", "email": "lee@example.org", "phone": ""}
        changed = await change(providers=[f"{here.clinic}-admin"])
        assert [one["name"] for one in changed["providers"]] == ["The admin"]
        assert (changed["reminders"], changed["language"], changed["type"]) == ([10], "es", "phone")
        for wrong, field in (
            ({"room": "Cellar"}, "room"),
            ({"patient": {"email": "x"}}, "patient.email"),
            ({"patient": {"name": ""}}, "patient.name"),
            ({"providers": []}, "providers"),
            ({"language": "fr"}, "language"),
            ({"start": 1}, "start"),
        ):
            answer = await who.ask("PATCH", path, wrong)
            assert (refusal(answer), list(answer.json()["fields"])) == ((422, "bad_request"), [field])
        assert await who.get(path) == changed
        await who.post(f"{path}/cancel")
        assert refusal(await who.ask("PATCH", path, {"name": "x"})) == (410, "visit_over")


async def test_what_a_visit_was_planned_with_may_stay(here: House) -> None:
    """A room or an option that the clinic has no more is no obstacle to another change."""
    async with signed_in(here) as who:
        visit = await who.post("/visits", NOW | {"option": "15-min Consultation"}, status=201)
        await here.settle(rooms=("Red",), options=(("Long", 60),))
        same = {"room": "Main", "option": "15-min Consultation", "name": "Check-up"}
        assert (await who.ask("PATCH", f"/visits/{visit['id']}", same)).json()["name"] == "Check-up"


async def test_an_invitation_is_sent_again_at_most_once_a_minute(here: House) -> None:
    """The patient's confirmation too; without an address there is nothing to send (B1)."""
    async with signed_in(here) as who:
        visit = await who.post("/visits", NOW, status=201)
        path = f"/visits/{visit['id']}/invitations"
        shown = await who.post(path, {"label": "Daughter"}, status=201)
        sent = await who.post(path, {"email": "ana@example.org"}, status=201)
        assert (shown["state"], sent["state"]) == ("made", "queued")

        async def again(invitation: str) -> tuple[int, str]:
            answer = await who.ask("POST", f"{path}/{invitation}/resend")
            return (204, "") if answer.status_code == 204 else refusal(answer)

        assert await again(shown["invitation"]) == (409, "no_address")
        for invitation in (sent["invitation"], "patient"):
            assert await again(invitation) == (429, "just_sent")
        assert await again("nobody") == (404, "no_such_invitation")
        here.clock.ahead += 2 * MINUTE
        try:
            for invitation in (sent["invitation"], "patient"):
                assert await again(invitation) == (204, "")
        finally:
            here.clock.ahead -= 2 * MINUTE
