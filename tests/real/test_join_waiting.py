"""Before the provider is in: who waits sees a door, and everybody comes in by one step (D6, D12, R9)."""

import pytest

from engine.clinic import Admission
from tests.support.client import Refused, WireClient
from tests.support.node import PATIENT, House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_guest_waits_until_the_provider_is_in_then_all_are_told(here: House) -> None:
    """The guest gets a door, then a call; the provider and the dashboard see them wait, then come in."""
    visit = await here.plan()
    board = await here.dashboard(visit)
    guest = await here.guest(visit, "Ana")
    assert (guest.ready["standing"], guest.ready["role"], guest.ready["name"]) == ("waiting", "guest", "Ana")
    assert guest.ready["door"]["provider"] == "Dr. Rivera"
    assert "inside" not in guest.ready
    await board.wait_for("board.seat", seat__seat=guest.seat, seat__standing="waiting", why="waiting")

    provider = await here.provider(visit)
    assert provider.ready["inside"]["visit"]["status"] == "in_progress"
    assert {seat["name"]: seat["standing"] for seat in provider.ready["inside"]["seats"]} == {
        "Ana": "in",
        "Dr. Rivera": "in",
    }
    you = await guest.wait_for("you", standing="in", why="admitted")
    inside = await guest.wait_for("inside")
    assert inside["seq"] == you["seq"] + 1
    assert [seat["name"] for seat in inside["seats"]] == ["Ana", "Dr. Rivera"]
    await board.wait_for("board.seat", seat__seat=guest.seat, seat__standing="in", why="admitted")
    await board.wait_for("board.seat", seat__seat=provider.seat, seat__standing="in", why="joined")
    await board.wait_for("board.row", visit__status="in_progress")


async def test_the_browser_that_came_last_offers_to_those_before(here: House) -> None:
    """In each pair exactly one side is told to make the offer, and the relay reaches the other."""
    visit = await here.plan()
    guest = await here.guest(visit)
    provider = await here.provider(visit)
    inside = await guest.wait_for("inside")
    assert inside.get("peers", []) == []
    assert provider.ready["inside"]["peers"] == [{"seat": guest.seat, "page": "page-Ana"}]
    late = await here.guest(visit, "Late")
    assert {peer["seat"] for peer in late.ready["inside"]["peers"]} == {guest.seat, provider.seat}
    await late.tell("signal", to=guest.seat, data="offer")
    await guest.wait_for("relayed", seat=late.seat, data="offer")


async def test_patient_and_guests_come_in_by_one_step(here: House) -> None:
    """The provider's coming lets in the patient and, in `direct`, every guest who waits."""
    visit = await here.plan()
    waiting = [
        await here.patient(visit),
        await here.guest(visit, "Ana"),
        await here.guest(visit, "Ben"),
        await here.caller_in(visit),
    ]
    provider = await here.provider(visit)
    for client in waiting:
        inside = await client.wait_for("inside")
        assert {seat["standing"] for seat in inside["seats"]} == {"in"}
        assert len(inside["seats"]) == 5
    assert len(provider.ready["inside"]["seats"]) == 5


async def test_the_providers_drop_puts_nobody_back(here: House) -> None:
    """Once begun, a visit goes on while the provider reconnects; a guest who comes then is in at once."""
    visit = await here.plan()
    provider = await here.provider(visit)
    guest = await here.guest(visit)
    provider.vanish()
    await guest.wait_for("seat", seat__seat=provider.seat, seat__link="lost", why="lost")
    assert (await here.guest(visit, "Ben")).ready["standing"] == "in"


SECRETS = (PATIENT, "Knee pain", "Room 7", "Quick chat", "Ben Cho", "Daughter", "Zoe Hall")


async def test_who_is_not_let_in_hears_nothing_of_the_visit(here: House) -> None:
    """Every byte a waiting guest hears is D12's: no patient, no other person, no reason, room or option."""
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit = await here.plan(name="Knee pain", room="Room 7", option="Quick chat")
    personal = await here.invite(visit, "Daughter")
    waiting = [await here.guest(visit, "Ana"), await here.guest(visit, "Abe", text=True)]
    phone = await here.caller_in(visit)
    await here.guest(visit, "Ben Cho")
    await here.join(personal.link.partition("#")[2], "Zoe Hall")
    await here.patient(visit)
    provider = await here.provider(visit)
    for client in [*waiting, phone]:
        await client.wait_for("door", door__status="in_progress")
    await provider.ask("lock", op="lock", on=True)
    await provider.ask("extend", op="more", minutes=5)
    for client in [*waiting, phone]:
        await client.wait_for("door", door__end=visit.end)
        _hears_nothing(client)
        assert {message["t"] for message in client.heard} <= {
            "ready",
            "ready.phone",
            "ok",
            "you",
            "door",
            "beat",
        }
    assert set(waiting[0].ready["door"]) <= {
        "clinic",
        "provider",
        "start",
        "end",
        "zone",
        "language",
        "status",
        "opens_at",
        "clinic_phone",
        "logo",
        "late",
    }


def _hears_nothing(client: WireClient) -> None:
    for secret in SECRETS:
        assert secret.encode() not in client.bytes_heard, secret


async def test_who_is_refused_hears_nothing_either(here: House) -> None:
    """A refused hello names the clinic's number at most."""
    visit = await here.plan(name="Knee pain")
    await here.provider(visit)
    client = await here.open()
    with pytest.raises(Refused):
        await client.hello("hello.link", token=here.guest_token(visit), name="\x00", page="p")
    assert await client.closed() == 4001
    _hears_nothing(client)


async def test_what_a_guest_in_the_call_sees_is_less_than_the_clinic_sees(here: House) -> None:
    """Visit name, room, option, invitation and label are for the clinic; who was put out has simply left."""
    visit = await here.plan(name="Knee pain", room="Room 7", option="Quick chat")
    personal = await here.invite(visit, "Daughter")
    provider = await here.provider(visit)
    guest = await here.guest(visit)
    zoe = await here.join(personal.link.partition("#")[2], "Zoe Hall")
    await provider.wait_for("seat", seat__seat=zoe.seat, seat__label="Daughter")
    await provider.ask("remove", op="out", seat=zoe.seat)
    await provider.wait_for("seat", seat__seat=zoe.seat, seat__standing="removed", why="removed")
    await guest.wait_for("seat", seat__seat=zoe.seat, seat__standing="left", why="left")
    for secret in (b"Knee pain", b"Room 7", b"Quick chat", b"Daughter", b"removed", b"invitation"):
        assert secret not in guest.bytes_heard
    assert provider.ready["inside"]["visit"]["name"] == "Knee pain"
