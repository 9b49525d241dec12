"""The bridge between telephones and browsers: a process of its own, kept by a real node (R10, D13).

What callers and browsers hear is one promise for both kinds of mixer, the embedded one and Janus.
"""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from prometheus_client import generate_latest

from gateway.auth import BRIDGE
from tests.support.client import WireClient, refusal
from tests.support.node import House, house
from tests.support.sound import BrowserDouble, line, loudness, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOUD = 2_000.0
"""A tone of 8,000 that came through, with some of it lost."""
FAINT = 200.0


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["embedded", "janus"])
async def mixing(
    request: pytest.FixtureRequest, node: House, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """Run a node with each kind of mixer."""
    if request.param == "embedded":
        yield node
    else:
        async with house(tmp_path_factory.mktemp("janus"), bridge={"backend": "janus"}) as own:
            yield own


@pytest_asyncio.fixture(loop_scope="session")
async def either(mixing: House) -> AsyncIterator[House]:
    """Open a clinic at it for one test."""
    async with mixing.another_clinic() as own:
        yield own


async def bridged(client: WireClient, not_page: str = "", since: int = 0) -> str:
    """Wait until the visit says which bridge carries its telephones."""
    found = await client.wait(
        lambda one: one["t"] == "visit" and one["visit"].get("bridge", "") not in ("", not_page), since=since
    )
    page: str = found["visit"]["bridge"]
    return page


async def test_a_caller_and_a_browser_hear_each_other_and_never_themselves(either: House) -> None:
    """The caller's tone is in the browser's ear, the browser's in the caller's; nobody's own is in theirs."""
    visit = await either.plan()
    provider = await either.provider(visit)
    phone = await either.caller_in(visit)
    async with line(await phone.wait_for("audio"), 500) as caller:
        browser = BrowserDouble(provider, 700)
        await browser.connect(await bridged(provider))
        await until(lambda: loudness(browser.last(), 500) > LOUD and loudness(caller.last(), 700) > LOUD)
        assert loudness(browser.last(), 700) < FAINT
        assert loudness(caller.last(), 500) < FAINT
        seat = next(one["seat"]["seat"] for one in provider.named("seat") if one["seat"]["role"] == "phone")
        await browser.speaking([seat])
        await browser.close()


async def test_what_the_bridge_costs_is_counted(either: House) -> None:
    """It is up, with one visit and one telephone, and has used some processor time."""
    visit = await either.plan()
    await either.provider(visit)
    phone = await either.caller_in(visit)
    async with line(await phone.wait_for("audio"), 500):
        await until(lambda: counted(either, "telephones") == counted(either, "visits") == 1)
        assert counted(either, "up") == 1
        assert counted(either, "cpu_seconds_total") > 0


def counted(here: House, what: str) -> float:
    """Read one of the node's metrics of its bridge."""
    page = generate_latest(here.node.metrics.registry).decode()
    found = re.search(rf"^vestibule_bridge_{what}(?:{{.*}})? (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_telephones_hear_each_other_and_every_browser(either: House) -> None:
    """Three callers and two browsers: each caller hears the four others, each browser the three callers, and
    the other browser only if the bridge says that it sends everybody, so that it is not heard twice.
    """
    visit = await either.plan()
    provider = await either.provider(visit)
    guest = await either.guest(visit)
    phones = [await either.caller_in(visit, f"+1555010{n}") for n in range(3)]
    audios = [await phone.wait_for("audio") for phone in phones]
    async with line(audios[0], 450) as one, line(audios[1], 550) as two, line(audios[2], 650) as three:
        browsers = [BrowserDouble(provider, 750), BrowserDouble(guest, 850)]
        page = await bridged(provider)
        for browser in browsers:
            await browser.connect(page)
        tones = {450: one, 550: two, 650: three}
        everything = {450, 550, 650, 750, 850}
        await until(
            lambda: all(
                loudness(ear.last(), hz) > 1_000 for own, ear in tones.items() for hz in everything - {own}
            )
        )
        await until(
            lambda: all(
                loudness(browser.last(), hz) > 1_000 for browser in browsers for hz in (450, 550, 650)
            )
        )
        for own, ear in tones.items():
            assert loudness(ear.last(), own) < FAINT
        for browser, own, other in zip(browsers, (750, 850), (850, 750), strict=True):
            assert loudness(browser.last(), own) < FAINT
            assert (loudness(browser.last(), other) > 1_000) is browser.whole
            assert browser.whole or loudness(browser.last(), other) < FAINT
        for browser in browsers:
            await browser.close()


async def test_a_caller_alone_hears_that_the_line_is_alive(either: House) -> None:
    """With nobody else to hear there is comfort noise: faint, and not nothing."""
    visit = await either.plan()
    await either.provider(visit)
    phone = await either.caller_in(visit)
    async with line(await phone.wait_for("audio"), 500) as caller:
        await until(lambda: caller.frames > 50)
        heard = caller.last()
        assert 1 < abs(heard).mean() < 100


@pytest.mark.parametrize("dies", ["worker", "mixer"])
async def test_a_killed_bridge_is_back_with_the_sound_and_nobody_left(either: House, dies: str) -> None:
    """Kill the worker, or the Janus that mixes for it, in the middle of a call: within 3 s the browser hears
    the caller again; no seat was lost.
    """
    keeper = either.node.keeper
    visit = await either.plan()
    provider = await either.provider(visit)
    phone = await either.caller_in(visit)
    audio = await phone.wait_for("audio")
    async with line(audio, 500) as caller:
        browser = BrowserDouble(provider, 700)
        page = await bridged(provider)
        await browser.connect(page)
        await until(lambda: loudness(browser.last(), 500) > LOUD and loudness(caller.last(), 700) > LOUD)
        since = provider.mark()
        before = asyncio.get_running_loop().time()
        await until(lambda: keeper.doing.pid > 0)
        os.kill((keeper.doing.helper if dies == "mixer" else 0) or keeper.doing.pid, signal.SIGKILL)
        await provider.wait(lambda one: one["t"] == "visit" and not one["visit"].get("bridge"), since=since)
    async with line(audio, 500) as caller:  # a dial-in process connects again by itself
        await browser.connect(await bridged(provider, page, since))
        await until(lambda: loudness(browser.last(), 500) > LOUD and loudness(caller.last(), 700) > LOUD)
        assert asyncio.get_running_loop().time() - before < 3.0
        assert not [one for one in provider.named("seat", since=since) if one["why"] in ("left", "lost")]
        await browser.close()


async def test_who_was_removed_hears_nothing_more(either: House) -> None:
    """A guest who is put out keeps their browser's connection open: the bridge cuts it."""
    visit = await either.plan()
    provider = await either.provider(visit)
    guest = await either.guest(visit)
    phone = await either.caller_in(visit)
    async with line(await phone.wait_for("audio"), 500):
        browser = BrowserDouble(guest)
        await browser.connect(await bridged(guest))
        await until(lambda: loudness(browser.last(), 500) > LOUD)
        assert browser.pc is not None
        gone = asyncio.Event()
        pc = browser.pc
        pc.on("connectionstatechange", lambda: gone.set() if pc.connectionState == "closed" else None)
        await provider.ask("remove", op="out", seat=guest.seat)
        await asyncio.wait_for(gone.wait(), 5)
        await browser.close()


async def test_the_bridge_goes_with_the_last_telephone(either: House) -> None:
    """The first caller brings it, the last one takes it along."""
    visit = await either.plan()
    provider = await either.provider(visit)
    phone = await either.caller_in(visit)
    async with line(await phone.wait_for("audio")):
        await bridged(provider)
        since = provider.mark()
    await provider.wait(lambda one: one["t"] == "visit" and not one["visit"].get("bridge"), since=since)


async def test_a_ticket_opens_nothing_by_itself(here: House) -> None:
    """A telephone's ticket with a clinic's key, or with none, makes nobody the bridge; neither does the right
    key with a ticket of nobody in a call.
    """
    visit = await here.plan()
    await here.provider(visit)
    phone = await here.caller_in(visit)
    ticket = (await phone.wait_for("audio"))["ticket"]
    for key in (here.dialin_key, "vk_x.y"):
        stranger = await here.open()
        assert (
            await refusal(stranger.hello("hello.bridge", key=key, ticket=ticket, page="p")) == "key_refused"
        )
    key = await here.key(BRIDGE)
    for wrong in (ticket[:-1], "a.b.c", visit.id, f"{visit.id}.{phone.heard[0]}.x"):
        stranger = await here.open()
        code = await refusal(stranger.hello("hello.bridge", key=key, ticket=wrong[:200], page="p"))
        assert code == "ticket_refused"
    await phone.close(1000)
    stranger = await here.open()
    assert await refusal(stranger.hello("hello.bridge", key=key, ticket=ticket, page="p")) == "ticket_refused"


async def test_who_waits_gets_no_ticket_and_hears_no_bridge(here: House) -> None:
    """Before the provider is in there is nothing to hear: the caller has no ticket until they are let in."""
    visit = await here.plan()
    phone = await here.caller_in(visit)
    await phone.wait_for("you", standing="waiting")
    assert not phone.named("audio")
    await here.provider(visit)
    await phone.wait_for("audio")
