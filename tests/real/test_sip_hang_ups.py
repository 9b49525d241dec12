"""A caller by SIP who hangs up, at every step between the ring and the goodbye: nothing of them is left."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from random import randrange
from typing import Final

import pytest
import pytest_asyncio

from actors.embedded import EmbeddedStore
from engine.clinic import Admission
from gateway.dialin.acts import Clip
from tests.support.client import WireClient
from tests.support.held import HeldSaves
from tests.support.node import House, free_port, house
from tests.support.sip import Dialler, dialler
from tests.support.telephony import Telephony, counted, recording, telephony

pytestmark = pytest.mark.asyncio(loop_scope="session")

WRONG: Final = "1111111111"


@dataclass(frozen=True, slots=True)
class Step:
    """How far a caller comes: what they hear last, and what has to be so before."""

    hears: Clip
    seated: bool = True
    provider: bool = True
    admission: Admission = Admission.DIRECT


STEPS: Final = {
    "greeting": Step(Clip.GREETING, seated=False),
    "typing": Step(Clip.GREETING, seated=False),
    "wrong PIN": Step(Clip.NOT_FOUND, seated=False),
    "third wrong PIN": Step(Clip.CALL_CLINIC_AT, seated=False),
    "waiting": Step(Clip.WAITING_PROVIDER, provider=False),
    "at the door": Step(Clip.WAITING_ADMISSION, admission=Admission.PROVIDER_ADMITS),
    "being saved": Step(Clip.GREETING),
    "in the call": Step(Clip.IN_CALL),
    "let in": Step(Clip.WAITING_ADMISSION, admission=Admission.PROVIDER_ADMITS),
}


def one_port() -> int:
    """Find an even port for RTP, apart from those that other tests draw."""
    while True:
        port = 2 * randrange(10_000, 15_000)  # noqa: S311 - no secret
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
            trial.bind(("127.0.0.1", port))
            return port


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def saves(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[House, HeldSaves]]:
    """Run a node whose store can be made to answer saves late."""
    folder = tmp_path_factory.mktemp("held")
    async with EmbeddedStore(folder / "store") as store:
        between = HeldSaves(store.url, folder / "between.sock")
        async with between.serving(), house(folder, store={"url": between.url}) as node:
            yield node, between


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def line(saves: tuple[House, HeldSaves]) -> AsyncIterator[Telephony]:
    """Run a dial-in with one channel and one RTP port: what a caller leaves behind, the next one lacks."""
    node, port = saves[0], one_port()
    one = {"calls": 1, "sip_calls": 1, "rtp_first": port, "rtp_last": port + 1}
    async with telephony(node, sip_bind=f"127.0.0.1:{free_port()}", **one) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def here(saves: tuple[House, HeldSaves], line: Telephony) -> AsyncIterator[House]:
    """Open a clinic for one test."""
    async with saves[0].another_clinic() as own:
        yield own


def phones(provider: WireClient) -> list[str]:
    """Where the telephones of a visit stand, as its provider was told last."""
    seats = [*provider.ready["inside"]["seats"], *(said["seat"] for said in provider.named("seat"))]
    now = {seat["seat"]: seat["standing"] for seat in seats if seat["role"] == "phone"}
    return list(now.values())


async def bring(caller: Dialler, to: str, pin: str, saving: HeldSaves, provider: WireClient | None) -> None:
    """Call, and come as far as a step."""
    since = provider.mark() if provider is not None else 0
    await caller.talk()
    await caller.hears(recording(Clip.GREETING))
    if to == "typing":
        caller.types(pin[:4])
    elif to in ("wrong PIN", "third wrong PIN"):
        for _ in range(2 if to.startswith("third") else 0):
            caller.types(WRONG)
            await caller.hears(recording(Clip.NOT_FOUND))
        caller.types(WRONG)
    elif to == "being saved":
        saving.hold()
        caller.types(pin)
        await saving.holding.wait()
        return
    elif to != "greeting":
        caller.types(pin)
    if STEPS[to].hears is not Clip.GREETING:
        await caller.hears(recording(STEPS[to].hears))
    if to == "let in":
        assert provider is not None
        waits = await provider.wait_for("seat", seat__standing="waiting", since=since)
        await provider.ask("admit", op=f"in-{since}", seat=waits["seat"]["seat"])
        await caller.hears(recording(Clip.IN_CALL))


async def hang_up(caller: Dialler, line: Telephony, saving: HeldSaves) -> None:
    """Hang up, and wait until the dial-in has nothing more to do with it."""
    caller.next()
    caller.say("BYE")
    await caller.hear(200)
    await line.serving.service.emptied()
    saving.let_go()


@pytest.mark.parametrize("at", STEPS)
async def test_who_hangs_up_leaves_nothing(
    here: House, line: Telephony, saves: tuple[House, HeldSaves], at: str
) -> None:
    """The line has one channel and one RTP port: the next caller comes as far by it. Whoever had a seat by
    then has left it at once, for "connection lost" is for those of whom nobody knows.
    """
    step, saving = STEPS[at], saves[1]
    await here.settle(admission=step.admission)
    visit = await here.plan()
    provider = await here.provider(visit) if step.provider else None
    hung_up = counted(line.serving, "vestibule_hang_ups_total", reason="caller")
    for _ in range(2):
        async with dialler(line.serving.sip) as caller:
            caller.number, caller.own_number = here.number, here.number.replace("+1555", "+1556")
            try:
                await bring(caller, at, here.pin(visit), saving, provider)
            finally:
                await hang_up(caller, line, saving)
    sees = provider or await here.provider(visit)
    await sees.wait(lambda _: phones(sees) == ["left"] * (2 if step.seated else 0))
    assert counted(line.serving, "vestibule_hang_ups_total", reason="caller") == hung_up + 2
    stages = ("calling", "asked", "trying", "held", "waiting", "in", "goodbye")
    assert not any(counted(line.serving, "vestibule_legs", stage=one) for one in stages)
