"""What programs and pages send along is not kept in clear either (R15)."""

from __future__ import annotations

import pytest

from engine.clinic import Admission
from engine.ids import VisitId
from tests.support.client import refusal
from tests.support.node import House
from tests.support.rest import program

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_idempotency_key_is_not_kept_in_clear(here: House) -> None:
    """Somebody's address in it is in no saved state; the same key again still has one effect."""
    visit = await here.plan()
    address = "daughter.of.pat@example.org"
    async with program(here, "visits:read", "visits:write") as one:
        path = f"/visits/{visit.id}/invitations"
        first = await one.post(path, {"label": "Daughter"}, status=201, op=address)
        again = await one.post(path, {"label": "Daughter"}, status=201, op=address)
    assert first["invitation"] == again["invitation"]
    live = here.node.host.live(visit.id)
    assert live is not None
    assert address.encode() not in live.saved


async def _stored(here: House, visit: VisitId) -> bytes:
    (found,) = await here.node.host.store.read([visit])
    assert found is not None
    return found.body


async def test_what_a_page_calls_its_operations_is_not_kept_in_clear(here: House) -> None:
    """A name in a guest's or a provider's `op` is in no stored byte; the same again still has one effect."""
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit = await here.plan()
    provider = await here.provider(visit)
    lost = await here.guest(visit, "Ana", op="join of ana.lopez@example.org")
    lost.vanish()
    guest = await here.guest(visit, "Ana", op="join of ana.lopez@example.org")
    assert guest.seat == lost.seat
    for _ in range(2):
        await provider.ask("admit", op="let Ana Lopez in, +15550177", seat=guest.seat)
    assert await refusal(provider.ask("admit", op="another", seat=guest.seat)) == "not_waiting"
    stored = await _stored(here, visit.id)
    for text in (b"ana.lopez", b"Ana", b"Lopez", b"15550177", b"join of", b"let "):
        assert text not in stored
    live = here.node.host.live(visit.id)
    assert live is not None
    assert {len(one.op) for one in live.visit.operations.kept if one.key != here.doctor.user} == {22}


async def test_an_op_is_short(here: House) -> None:
    """40 characters at most are read, be it from a guest or from a provider."""
    visit = await here.plan()
    provider = await here.provider(visit)
    assert await refusal(provider.ask("lock", op="x" * 41, on=True)) == "bad_message"
    await provider.ask("lock", op="x" * 40, on=False)
    assert await refusal(here.guest(visit, "Ana", op="x" * 41)) == "bad_message"
