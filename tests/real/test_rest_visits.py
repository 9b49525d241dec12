"""Visits over REST: planned, listed, read, moved in time, ended; each change once."""

from __future__ import annotations

import asyncio

import pytest

from actors.numbers import as_read
from engine.clinic import MINUTE, StaffRole
from tests.support.node import House, token_of
from tests.support.rest import browser, employ, program, refusal, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = {"patient": {"name": "Pat Lee"}, "start": "now", "minutes": 15}


async def test_a_visit_that_starts_now_can_be_joined_at_once(here: House) -> None:
    """By what its panel shows: the link leads in, and the PIN is ten digits (R3, R6)."""
    async with signed_in(here) as who:
        before = here.now()
        visit = await who.post("/visits", NOW | {"room": "Main", "name": "Check-up"}, status=201)
        assert visit["status"] == "open"
        assert before <= visit["start"] <= here.now()
        assert visit["end"] - visit["start"] == 15 * MINUTE
        assert visit["lapses_at"] == visit["end"]
        assert (visit["room"], visit["name"]) == ("Main", "Check-up")
        assert visit["patient"] == {"name": "Pat Lee", "email": "", "phone": ""}
        assert visit["providers"] == [{"id": f"{here.clinic}-provider", "name": "The provider"}]
        assert visit["panel"]["number"] == as_read(here.number)
        assert len(visit["panel"]["pin"]) == 10
        guest = await here.join(token_of(visit["panel"]["link"]), "Ana")
        patient = await here.join(token_of(visit["patient_link"]))
        assert (guest.ready["standing"], patient.ready["role"]) == ("waiting", "patient")
        assert await who.get(f"/visits/{visit['id']}") == visit


async def test_the_same_key_plans_one_visit(here: House) -> None:
    """However often it is sent, also when the visit is over; another key or person plans another."""
    async with signed_in(here) as who, program(here, "visits:write", "visits:read") as other:
        once = "plan-1"
        made = await asyncio.gather(*[who.post("/visits", NOW, status=201, op=once) for _ in range(4)])
        assert len({visit["id"] for visit in made}) == 1
        await who.post(f"/visits/{made[0]['id']}/complete")
        again = await who.post("/visits", NOW, status=201, op=once)
        assert (again["id"], again["status"]) == (made[0]["id"], "completed")
        second = await who.post("/visits", NOW, status=201, op="plan-2")
        theirs = await other.post("/visits", NOW, status=201, op=once)
        assert len({made[0]["id"], second["id"], theirs["id"]}) == 3


async def test_a_day_lists_its_visits_by_start_in_the_clinics_zone(here: House) -> None:
    """Also those that are over; other days' are not in it."""
    async with signed_in(here) as who:
        later = await who.post("/visits", NOW | {"start": here.now() + MINUTE}, status=201)
        now = await who.post("/visits", NOW, status=201)
        far = await who.post("/visits", NOW | {"start": here.now() + 40 * 24 * 60 * MINUTE}, status=201)
        await who.post(f"/visits/{now['id']}/cancel")
        today = await who.get("/visits")
        assert [visit["id"] for visit in today["visits"]] == [now["id"], later["id"]]
        assert [visit["status"] for visit in today["visits"]] == ["cancelled", "open"]
        assert await who.get(f"/visits?day={today['day']}") == today
        found = await here.node.desk.find(far["id"])
        assert found is not None
        assert [one["id"] for one in (await who.get(f"/visits?day={here.day(found)}"))["visits"]] == [
            far["id"]
        ]
        for wrong in ("2026-02-30", "tomorrow", "2026-1-1"):
            assert refusal(await who.ask("GET", f"/visits?day={wrong}")) == (422, "bad_request")


async def test_an_extension_moves_link_pin_and_lapse_together(here: House) -> None:
    """By 5, 15 or 30 minutes, and once for one key (D2)."""
    async with signed_in(here) as who:
        visit = await who.post("/visits", NOW, status=201)
        path = f"/visits/{visit['id']}/extend"
        for _ in range(2):
            longer = await who.post(path, {"minutes": 15}, op="e")
            assert longer["lapses_at"] == visit["lapses_at"] + 15 * MINUTE == longer["panel"]["expires_at"]
        assert longer["panel"]["pin"] == visit["panel"]["pin"]
        assert refusal(await who.ask("POST", path, {"minutes": 7})) == (422, "bad_minutes")


async def test_somebody_elses_key_is_refused(here: House) -> None:
    """An `Idempotency-Key` that another person used for this visit has no effect."""
    async with signed_in(here) as who, program(here, "visits:write") as other:
        visit = await who.post("/visits", NOW, status=201)
        path = f"/visits/{visit['id']}/extend"
        await who.post(path, {"minutes": 5}, op="same")
        stolen = await other.ask("POST", path, {"minutes": 5}, **{"Idempotency-Key": "same"})
        assert refusal(stolen) == (409, "op_reused")


async def test_a_visit_moves_to_another_time_with_its_links(here: House) -> None:
    """The same link then says that one is early; an end before the start is refused."""
    async with signed_in(here) as who:
        visit = await who.post("/visits", NOW, status=201)
        start = here.now() + 600 * MINUTE
        path = f"/visits/{visit['id']}/reschedule"
        moved = await who.post(path, {"start": start, "end": start + 30 * MINUTE})
        assert (moved["start"], moved["status"]) == (start, "scheduled")
        assert moved["panel"]["link"] == visit["panel"]["link"]
        assert refusal(await who.ask("POST", path, {"start": start, "end": start})) == (422, "bad_time")


@pytest.mark.parametrize(("how", "status"), [("complete", "completed"), ("cancel", "cancelled")])
async def test_an_ended_visit_is_over_for_good(here: House, how: str, status: str) -> None:
    """It can be read, shows no link and no PIN, and takes no change, its own ending included."""
    async with signed_in(here) as who:
        visit = await who.post("/visits", NOW, status=201)
        ended = await who.post(f"/visits/{visit['id']}/{how}")
        assert ended["status"] == status
        assert "panel" not in {name for name, value in ended.items() if value}
        assert not ended["patient_link"]
        assert (await who.get(f"/visits/{visit['id']}"))["status"] == status
        for again in ("extend", "complete", "cancel", "invitations"):
            body = {"minutes": 5} if again == "extend" else {}
            answer = await who.ask("POST", f"/visits/{visit['id']}/{again}", body)
            assert refusal(answer) == (410, "visit_over")
        look = await who.ask("POST", "/links/look", {"token": token_of(visit["panel"]["link"])})
        assert look.status_code == 410


async def test_completing_ends_the_call_for_everyone(here: House) -> None:
    """People in the call hear it over their sockets at once."""
    visit = await here.plan()
    provider, guest = await here.provider(visit), await here.guest(visit)
    async with program(here, "visits:write") as who:
        await who.post(f"/visits/{visit.id}/complete")
    assert (await guest.wait_for("ended"))["status"] == "completed"
    assert (await guest.closed(), await provider.closed()) == (1000, 1000)


async def test_the_panel_is_for_who_may_invite_only(here: House) -> None:
    """R1: switched off, link and PIN are not shown, and the server refuses the invitation all the same."""
    async with signed_in(here) as who, program(here, "visits:read") as reader:
        visit = await who.post("/visits", NOW, status=201)
        assert (await reader.get(f"/visits/{visit['id']}"))["panel"] is None
        await here.settle(guests_by_provider=False)
        assert (await who.get(f"/visits/{visit['id']}"))["panel"] is None
        answer = await who.ask("POST", f"/visits/{visit['id']}/invitations", {"label": "Daughter"})
        assert refusal(answer) == (403, "invites_off")


async def test_providers_are_of_this_clinic(here: House) -> None:
    """Those chosen; without a choice who plans it, or the only one there is; anybody else is refused."""
    await employ(here, StaffRole.PROVIDER)
    async with signed_in(here, StaffRole.COORDINATOR) as who:
        alone = await who.post("/visits", NOW, status=201)
        assert [one["id"] for one in alone["providers"]] == [f"{here.clinic}-provider"]
        for chosen in (["nobody"], [f"{here.clinic}-coordinator"]):
            answer = await who.ask("POST", "/visits", NOW | {"providers": chosen})
            assert refusal(answer) == (422, "bad_request")
            assert set(answer.json()["fields"]) == {"providers"}
        assert [one["role"] for one in await who.get("/staff")] == ["provider"]


async def test_an_option_says_how_long_a_visit_takes(here: House) -> None:
    """When neither minutes nor end are given; an unknown one is refused."""
    async with signed_in(here) as who:
        plan = {"patient": {"name": "Pat"}, "start": "now"}
        visit = await who.post("/visits", plan | {"option": "30-min Consultation"}, status=201)
        assert visit["end"] - visit["start"] == 30 * MINUTE
        answer = await who.ask("POST", "/visits", plan | {"option": "Forever"})
        assert (refusal(answer), set(answer.json()["fields"])) == ((422, "bad_request"), {"option"})


async def test_an_unknown_visit_is_not_found(here: House) -> None:
    """Whether its id has the form of one or not."""
    async with signed_in(here) as who:
        for visit in ("0417-7h3kq2m9xw4c", "9999-7h3kq2m9xw4c", "x", "%2e%2e"):
            assert (await who.ask("GET", f"/visits/{visit}")).status_code == 404


async def test_a_store_that_is_away_is_said_so(here: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try later, with when; nothing is half done."""
    async with signed_in(here) as who, browser(here) as anybody:
        visit = await here.plan()
        monkeypatch.setattr(here.node.host, "can_save", lambda: False)
        answer = await who.ask("POST", f"/visits/{visit.id}/extend", {"minutes": 5})
        assert refusal(answer) == (503, "try_later")
        assert int(answer.headers["Retry-After"]) >= 1
        assert (await anybody.http.get("/healthz")).status_code == 200
        monkeypatch.undo()
        assert (await who.get(f"/visits/{visit.id}"))["lapses_at"] == visit.lapses_at
