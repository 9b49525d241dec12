"""Who asks for what is not theirs: authorisation on every message (threat 8)."""

from typing import Any

import pytest

from engine.clinic import Admission
from tests.support.client import WireClient, refusal
from tests.support.node import House
from tests.support.talk import Talk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("others")]


def _provider_only(seat: str) -> list[dict[str, Any]]:
    return [
        {"t": "admit", "op": "a", "seat": seat},
        {"t": "deny", "op": "b", "seat": seat},
        {"t": "remove", "op": "c", "seat": seat},
        {"t": "rename", "op": "d", "seat": seat, "name": "Eve"},
        {"t": "ask.mute", "op": "e", "seat": seat},
        {"t": "lock", "op": "f", "on": True},
        {"t": "extend", "op": "g", "minutes": 15},
        {"t": "complete", "op": "h"},
    ]


async def _refused(client: WireClient, seat: str, visit: str = "") -> set[str]:
    extra = {"visit": visit} if visit else {}
    return {await refusal(client.ask(**request, **extra)) for request in _provider_only(seat)}


async def test_guests_and_patients_run_nothing(here: House) -> None:
    """In the call or at the door: `not_allowed` to each, and nothing has changed."""
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit = await here.plan()
    end = visit.end
    provider = await here.provider(visit)
    guest, waiting = await here.guest(visit), await here.guest(visit, "Waiting")
    await provider.ask("admit", op="in", seat=guest.seat)
    patient = await here.patient(visit)
    for client in (guest, waiting, patient):
        assert await _refused(client, provider.seat) == {"not_allowed"}
        assert await _refused(client, waiting.seat) == {"not_allowed"}
        assert await _refused(client, client.seat) == {"not_allowed"}
    assert await refusal(guest.ask("get.panel")) == "not_allowed"
    assert await refusal(waiting.ask("get.panel")) == "not_allowed"
    assert (visit.end, visit.locked, visit.status) == (end, False, "in_progress")
    await Talk(provider, guest).goes_on()


async def test_a_guest_cannot_make_the_pin_live_longer(here: House) -> None:
    """A refused `extend` moves nothing, in the visit or in the PIN index."""
    visit = await here.plan(minutes=15)
    await here.provider(visit)
    guest = await here.guest(visit)
    assert await refusal(guest.ask("extend", op="x", minutes=1440)) == "not_allowed"
    here.later(minutes=15, seconds=1)
    phone = await here.phone()
    assert await refusal(phone.ask("digits", digits=here.pin(visit))) == "pin_over"


async def test_a_seat_speaks_for_its_own_visit_only(here: House) -> None:
    """Naming another visit is `no_such_visit`, for the provider too."""
    visit, other = await here.plan(), await here.plan()
    provider = await here.provider(visit)
    guest = await here.guest(other)
    assert await _refused(provider, guest.seat, other.id) == {"no_such_visit"}
    assert await _refused(provider, guest.seat, "0001-000000000000") == {"no_such_visit"}
    assert await refusal(provider.ask("get.panel", visit=other.id)) == "no_such_visit"


async def test_seats_watch_no_boards_and_dashboards_hold_no_seats(here: House) -> None:
    """Each kind of connection has its own messages."""
    visit = await here.plan()
    provider, board = await here.provider(visit), await here.dashboard(visit)
    for request in ({"t": "watch.board"}, {"t": "watch.visit", "visit": visit.id}, {"t": "unwatch.visit"}):
        assert await refusal(provider.ask(**request)) == "not_allowed"
    for request in ({"t": "leave"}, {"t": "get.ice"}, {"t": "digits", "digits": "1"}):
        assert await refusal(board.ask(**request)) == "not_allowed"
    await board.tell("signal", to=provider.seat, data="dropped")
    await board.tell("media", mic=True, cam=True)
    await board.wait_for("error", id=0, code="not_allowed")
    await provider.round_trip()
    assert not provider.named("relayed")


async def test_a_provider_is_not_removed_or_renamed(here: House) -> None:
    """They would come back by their own right."""
    visit = await here.plan()
    provider = await here.provider(visit)
    other = await here.provider(visit, here.colleague("Dr. Cho"))
    assert await refusal(provider.ask("remove", op="1", seat=other.seat)) == "not_allowed"
    assert await refusal(provider.ask("rename", op="2", seat=other.seat, name="Nurse")) == "not_allowed"
    await Talk(provider, other).goes_on()


async def test_a_provider_at_the_door_runs_nothing(here: House) -> None:
    """Rights come with being in the call; held or removed people have none."""
    visit = await here.plan(starts_in=40)
    provider, guest = await here.provider(visit), await here.guest(visit)
    assert provider.ready["standing"] == "held"
    assert await _refused(provider, guest.seat) == {"not_allowed"}
