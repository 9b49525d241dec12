"""What programs send along is not kept in clear either (R15)."""

from __future__ import annotations

import pytest

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
