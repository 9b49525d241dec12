"""A clinic's settings and keys over REST."""

from __future__ import annotations

import pytest

from engine.clinic import StaffRole
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
        "rooms": ["A", "B"],
        "options": [{"name": "Long", "minutes": 90}],
    }
    async with signed_in(here, StaffRole.ADMIN) as who:
        answer = await who.ask("PATCH", "/clinic", wanted)
        assert answer.status_code == 200
        read = await who.get("/clinic")
    assert {name: read[name] for name in wanted} == wanted
    assert read["dial_in_numbers"] == [here.number]
    shard = here.node.host.shard_of(here.clinic)
    assert shard is not None
    stored = await here.node.host.store.load(shard.number)
    assert b"Asia/Kolkata" in stored.clinics[here.clinic]


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
    assert len(paths) >= 17
    for path, operations in paths.items():
        for operation in operations.values():
            assert operation["description"], path
            assert "403" in operation["responses"], path
    assert schema["components"]["schemas"]["NewVisit"]["examples"]
