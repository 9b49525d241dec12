"""A clinic's settings and keys over REST."""

from __future__ import annotations

import pytest

from engine.clinic import MINUTE, StaffRole
from tests.support.node import House
from tests.support.rest import browser, refusal, signed_in

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_setting_that_is_changed_holds_at_once_and_the_others_stay(here: House) -> None:
    """Also for a visit that is under way: the next guest waits (R1, D5)."""
    visit = await here.plan()
    await here.provider(visit)
    assert (await here.guest(visit, "Ana")).ready["standing"] == "in"
    async with signed_in(here, StaffRole.ADMIN) as who:
        before = await who.get("/clinic")
        answer = await who.ask("PATCH", "/clinic", {"admission": "provider_admits"})
        assert answer.json() == before | {"admission": "provider_admits"}
        assert await who.get("/clinic") == answer.json()
    assert (await here.guest(visit, "Eve")).ready["standing"] == "waiting"


async def test_every_setting_can_be_changed_and_survives(here: House) -> None:
    """What is written is what is read, by this node and by the next one that loads the clinic."""
    wanted = {
        "name": "Bayview",
        "zone": "Asia/Kolkata",
        "logo": "/static/logo.svg",
        "phone": "555-0199",
        "admission": "provider_admits",
        "guests_by_provider": False,
        "guests_by_patient": False,
        "grace_minutes": 10,
        "capacity": 4,
        "country": "ES",
        "patients_cancel": False,
        "opens_before_minutes": 30,
        "reminders": [2880, 120, 5],
        "languages": ["es", "en"],
        "retention_days": 30,
        "rooms": ["A", "B"],
        "options": [{"name": "Long", "minutes": 90}],
    }
    async with signed_in(here, StaffRole.ADMIN) as who:
        answer = await who.ask("PATCH", "/clinic", wanted)
        assert answer.status_code == 200
        read = await who.get("/clinic")
    assert {name: read[name] for name in wanted} == wanted
    assert read["dial_in_numbers"] == [here.number]
    assert read["dial_in_as_read"] == [here.node.desk.shared_panel(await here.plan()).number]
    shard = here.node.host.shard_of(here.clinic)
    assert shard is not None
    stored = await here.node.host.store.load(shard.number)
    assert b"Asia/Kolkata" in stored.clinics[here.clinic]


async def test_what_is_there_twice_is_kept_once(here: House) -> None:
    """Rooms, languages and reminders; reminders come the earliest first."""
    twice = {"rooms": ["A", "B", "A"], "languages": ["es", "es"], "reminders": [5, 60, 5]}
    async with signed_in(here, StaffRole.ADMIN) as who:
        read = (await who.ask("PATCH", "/clinic", twice)).json()
    assert (read["rooms"], read["languages"], read["reminders"]) == (["A", "B"], ["es"], [60, 5])


async def test_the_join_window_holds_at_once_for_visits_that_are_planned(here: House) -> None:
    """Whoever is early is told another time, and let wait from then on (R13, D7)."""
    visit = await here.plan(starts_in=40)
    async with signed_in(here, StaffRole.ADMIN) as who:

        async def opens_at() -> int:
            answer = await who.ask("POST", "/links/look", {"token": here.guest_token(visit)})
            opens: int = answer.json()["opens_at"]
            return opens

        assert await opens_at() == visit.start - 15 * MINUTE
        await who.ask("PATCH", "/clinic", {"opens_before_minutes": 60})
        assert await opens_at() == visit.start - 60 * MINUTE
        assert (await here.guest(visit, "Ana")).ready["standing"] == "waiting"


async def test_the_clinics_country_reads_numbers_that_are_written_without_one(here: House) -> None:
    """As its people write them; numbers of countries that are not served are refused all the same."""
    visit = await here.plan()
    async with signed_in(here, StaffRole.ADMIN) as who:
        path = f"/visits/{visit.id}/invitations"
        await who.post(path, {"phone": "(415) 555-0123"}, status=201)
        await who.ask("PATCH", "/clinic", {"country": "ES"})
        answer = await who.ask("POST", path, {"phone": "612 34 56 78"})
        assert list(answer.json()["fields"]) == ["phone"]
        assert "can't send" in answer.json()["fields"]["phone"]


@pytest.mark.parametrize(
    "change",
    [
        {"admission": "everybody"},
        {"grace_minutes": 121},
        {"grace_minutes": -1},
        {"capacity": 7},
        {"zone": "Mars/Olympus"},
        {"logo": "https://elsewhere.example/logo.png"},
        {"logo": "javascript:alert(1)"},
        {"rooms": []},
        {"rooms": ["A"] * 101},
        {"rooms": [""]},
        {"rooms": ["x" * 65]},
        {"options": []},
        {"options": [{"name": "Long", "minutes": 15}, {"name": "Long", "minutes": 30}]},
        {"options": [{"name": "Long", "minutes": 1441}]},
        {"options": [{"minutes": 15}]},
        {"country": "Atlantis"},
        {"country": "us"},
        {"opens_before_minutes": 4},
        {"opens_before_minutes": 61},
        {"reminders": [4]},
        {"reminders": [10_081]},
        {"reminders": [5, 6, 7, 8, 9, 10]},
        {"reminders": ["soon"]},
        {"languages": []},
        {"languages": ["fr"]},
        {"languages": "en"},
        {"retention_days": 0},
        {"retention_days": 3651},
        {"patients_cancel": "perhaps"},
        {"options": [{"name": "x", "minutes": 0}]},
        {"name": "<b>\u0000"},
        {"dial_in_numbers": ["+15550199"]},
        {"id": "other"},
        {"guests_by_provider": "perhaps"},
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_changes(here: House, change: dict[str, object]) -> None:
    """A clinic cannot give itself a dial-in number either: that is the operator's."""
    async with signed_in(here, StaffRole.ADMIN) as who:
        before = await who.get("/clinic")
        answer = await who.ask("PATCH", "/clinic", change)
        assert refusal(answer) == (422, "bad_request")
        assert next(iter(answer.json()["fields"])).split(".")[0] == next(iter(change))
        assert await who.get("/clinic") == before


async def test_a_key_works_until_it_is_withdrawn(here: House) -> None:
    """Its text is shown once; the list never has it."""
    async with signed_in(here, StaffRole.ADMIN) as who:
        made = await who.post("/api-keys", {"name": "Scheduler", "scopes": ["visits:read"]}, status=201)
        (listed,) = await who.get("/api-keys")
        assert (listed["id"], listed["name"], listed["scopes"]) == (made["id"], "Scheduler", ["visits:read"])
        assert made["key"] not in str(listed)
        async with browser(here, Authorization=f"Bearer {made['key']}") as program:
            assert (await program.ask("GET", "/visits")).status_code == 200
            assert (await who.ask("DELETE", f"/api-keys/{made['id']}")).status_code == 204
            assert refusal(await program.ask("GET", "/visits")) == (401, "sign_in")
        assert await who.get("/api-keys") == []


async def test_no_clinic_can_give_itself_the_telephones_scope(here: House) -> None:
    """`dialin` is the operator's to give: no clinic's key is an oracle for PINs."""
    async with signed_in(here, StaffRole.ADMIN) as who:
        answer = await who.ask("POST", "/api-keys", {"name": "x", "scopes": ["dialin"]})
        assert refusal(answer) == (422, "bad_request")


async def test_no_clinic_withdraws_the_operators_key(here: House) -> None:
    """Without it nobody gets in by telephone: it is listed, and stays until the operator takes it."""
    key, _ = await here.node.auth.add_key(here.clinic, "bridge", frozenset({"dialin"}))
    async with signed_in(here, StaffRole.ADMIN) as who:
        assert refusal(await who.ask("DELETE", f"/api-keys/{key.id}")) == (403, "operators_key")
        assert [one["id"] for one in await who.get("/api-keys")] == [key.id]
    await here.node.auth.accounts.remove_api_key(here.clinic, key.id)


async def test_withdrawing_a_key_cuts_its_sockets(here: House) -> None:
    """Within a renewal of the lease; the close code says that it was revoked."""
    async with signed_in(here, StaffRole.ADMIN) as who:
        made = await who.post("/api-keys", {"name": "x", "scopes": ["visits:read"]}, status=201)
        async with browser(here, Authorization=f"Bearer {made['key']}") as program:
            ticket = (await program.post("/tickets"))["ticket"]
        board = await here.open()
        await board.hello("hello.staff", ticket=ticket, page="p")
        await who.ask("DELETE", f"/api-keys/{made['id']}")
        assert await board.closed() == 4004


async def test_the_contract_is_published_with_examples(here: House) -> None:
    """OpenAPI knows every route and how a refusal looks, and needs nobody signed in."""
    async with browser(here) as anybody:
        schema = (await anybody.http.get("/openapi.json")).json()
        index = (await anybody.http.get("/api/v1/")).json()
    assert index["openapi"] == "/openapi.json"
    paths = schema["paths"]
    assert len(paths) >= 29
    for path, operations in paths.items():
        for operation in operations.values():
            assert operation["description"], path
            assert "403" in operation["responses"], path
    models = schema["components"]["schemas"]
    for name in ("NewVisit", "VisitChange", "ClinicChange", "NewColleague", "ColleagueChange"):
        assert models[name]["examples"], name
    for model in (models["NewInvitation"], models["Look"], models["Welcome"]):
        assert any("examples" in field for field in model["properties"].values())
