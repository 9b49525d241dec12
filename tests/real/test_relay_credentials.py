"""Credentials for the relay go to seats in the call, and to nobody before (D12, threat 17)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from engine.clinic import Admission
from tests.support.client import WireClient, refusal
from tests.support.node import House, house
from tests.support.talk import Talk

pytestmark = pytest.mark.asyncio(loop_scope="module")

RELAY = "turn:relay.example.test:3478"
OF_A_RELAY = (b"relay.example.test", b"username", b"credential")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A node that has a relay; its clinic lets people in one by one."""
    media = {"turn_urls": [RELAY], "turn_secret": "shared with the relay"}
    async with house(tmp_path_factory.mktemp("relay"), media=media) as one:
        await one.settle(admission=Admission.PROVIDER_ADMITS)
        yield one
        await one.everybody_goes()
        assert not one.bugs


def _relays(answer: dict[str, object], field: str) -> list[str]:
    servers = answer.get(field, [])
    assert isinstance(servers, list)
    return [url for server in servers if server.get("credential") for url in server["urls"]]


async def _gets_nothing(client: WireClient) -> None:
    assert client.ready["standing"] != "in"
    assert await refusal(client.ask("get.ice")) == "not_in_call"
    for word in OF_A_RELAY:
        assert word not in client.bytes_heard


async def test_who_waits_gets_no_credentials_and_has_them_once_let_in(here: House) -> None:
    """Neither hello, nor a resume, nor asking gives a guest who waits a relay; being let in does."""
    visit = await here.plan()
    guest, patient = await here.guest(visit, "Ana"), await here.patient(visit)
    await _gets_nothing(guest)
    await _gets_nothing(patient)
    provider = await here.provider(visit)
    assert _relays(provider.ready, "ice") == [RELAY]
    await patient.wait_for("you", standing="in")
    assert _relays(await patient.ask("get.ice"), "servers") == [RELAY]

    guest.vanish()
    again = await here.back(guest)
    await _gets_nothing(again)
    await provider.ask("admit", op="in", seat=again.seat)
    await again.wait_for("you", standing="in")
    assert _relays(await again.ask("get.ice"), "servers") == [RELAY]
    await Talk(provider, again).goes_on()
    back = await here.back(again)
    assert _relays(back.ready, "ice") == [RELAY]


async def test_who_is_early_or_turned_away_gets_no_credentials(here: House) -> None:
    """Held, denied, or known only to a dashboard: no relay."""
    early = await here.plan(starts_in=10)
    await _gets_nothing(await here.patient(early))
    visit = await here.plan()
    provider, guest = await here.provider(visit), await here.guest(visit, "Ben")
    await provider.ask("deny", op="no", seat=guest.seat)
    await guest.wait_for("bye")
    for word in OF_A_RELAY:
        assert word not in guest.bytes_heard
    board = await here.dashboard(visit)
    assert await refusal(board.ask("get.ice")) == "not_allowed"
