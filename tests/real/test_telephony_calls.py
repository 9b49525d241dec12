"""Calls by cloud telephony, from the ring to the hang-up, as a company makes them (R10, D4 to D7)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from engine.clinic import Admission
from gateway.dialin.acts import Clip
from gateway.dialin.leg import FRAME
from tests.support.node import House
from tests.support.sound import tone
from tests.support.telephony import Caller, Telephony, counted, telephony

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def company(here: House) -> AsyncIterator[Telephony]:
    """A telephony company whose customers call this test's clinic."""
    async with telephony(here) as running:
        yield running


async def test_a_call_is_asked_for_its_pin_and_is_in_the_call(here: House, company: Telephony) -> None:
    """Ring, greeting, ten digits, stream: "you are in the call", and the provider sees a telephone (R10)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    caller = await company.calls(here.pin(visit))
    await caller.hears(Clip.IN_CALL)
    shown = await provider.wait_for("seat", seat__role="phone", seat__how="phone", why="joined")
    await provider.wait_for("seat", seat__seat=shown["seat"]["seat"], seat__media__mic=True)
    assert counted(company.serving, "vestibule_legs", stage="in") == 1
    assert counted(company.serving, "vestibule_leg_setup_seconds_count") == 1
    assert counted(company.serving, "vestibule_pin_entry_seconds_count") == 1
    assert counted(company.serving, "vestibule_prompts_played_total", prompt=Clip.IN_CALL) == 1


async def test_a_pin_typed_into_the_stream_is_as_good(here: House, company: Telephony) -> None:
    """A silent greeting, a wrong PIN, then the right one with a slip taken back by `*`."""
    visit = await here.plan()
    await here.provider(visit)
    caller = await company.calls()
    at = await caller.hears(Clip.NOTHING_TYPED)
    at = await caller.hears("ask_pin.10", after=at)
    caller.holds_marks = True  # the next prompt goes on until it is stopped
    await caller.types("0000000000")
    at = await caller.hears(Clip.NOT_FOUND, after=at)
    await caller.types(f"12*{here.pin(visit)}#")
    await caller.hears(Clip.IN_CALL, after=at)
    assert caller.cleared >= 1  # the prompt that the digits stopped


async def test_three_wrong_pins_end_with_the_clinics_own_number(here: House, company: Telephony) -> None:
    """Twice, digit by digit; then goodbye and the line is closed by us."""
    await here.plan()
    caller = await company.calls("1111111111")
    at = await caller.hears(Clip.NOT_FOUND)
    await caller.types("2222222222")
    at = await caller.hears(Clip.NOT_FOUND, after=at)
    await caller.types("3333333333")
    for clip in (Clip.CALL_CLINIC_AT, "digit.5", "digit.0", "digit.3", Clip.AGAIN, "digit.3", Clip.GOODBYE):
        at = await caller.hears(clip, after=at)
    assert await caller.ended() == 1000
    assert counted(company.serving, "vestibule_hang_ups_total", reason="missed") == 1


async def test_waiting_then_in(here: House, company: Telephony) -> None:
    """Before the provider: told so. When they come: in, without a key (D6)."""
    visit = await here.plan()
    caller = await company.calls(here.pin(visit))
    at = await caller.hears(Clip.WAITING_PROVIDER)
    await here.provider(visit)
    await caller.hears(Clip.IN_CALL, after=at)


async def test_who_waits_is_told_so_each_minute(here: House, company: Telephony) -> None:
    """A line that is silent for minutes seems dead: each minute that, and what they wait for (D7)."""
    visit = await here.plan()
    caller = await company.calls(here.pin(visit))
    at = await caller.hears(Clip.WAITING_PROVIDER)
    for _ in range(2):
        company.later(here, seconds=61)
        at = await caller.hears(Clip.STILL_WAITING, after=at)
        at = await caller.hears(Clip.WAITING_PROVIDER, after=at)
    await here.provider(visit)
    await caller.hears(Clip.IN_CALL, after=at)


async def test_five_minutes_before_the_lapse_the_caller_is_told_and_again_when_it_is_longer(
    here: House, company: Telephony
) -> None:
    """By the clock of the visits; and the longer visit has its own five minutes (D2)."""
    visit = await here.plan(minutes=15)
    provider = await here.provider(visit)
    caller = await company.calls(here.pin(visit))
    at = await caller.hears(Clip.IN_CALL)
    company.later(here, minutes=10, seconds=1)
    at = await caller.hears(Clip.FIVE_MINUTES, after=at)
    await provider.ask("extend", op="more", minutes=15)
    at = await caller.hears(Clip.EXTENDED, after=at)
    company.later(here, minutes=15)
    await caller.hears(Clip.FIVE_MINUTES, after=at)


async def test_whether_a_caller_speaks_is_on_the_clinics_list(here: House, company: Telephony) -> None:
    """Their voice shows at once, their silence a moment later; muted they say nothing (R11)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    dashboard = await here.dashboard(visit)
    caller = await company.calls(here.pin(visit))
    at = await caller.hears(Clip.IN_CALL)
    voice = tone(500)[:FRAME]
    talking = asyncio.create_task(_talks(caller, voice))
    try:
        shown = await provider.wait_for("seat", seat__role="phone", seat__media__speaks=True)
        await dashboard.wait(lambda one: '"speaks":true' in json.dumps(one, separators=(",", ":")))
        since = provider.mark()
        await provider.ask("ask.mute", op="mute", seat=shown["seat"]["seat"])
        await caller.hears(Clip.MUTED_BY_PROVIDER, after=at)
        await provider.wait_for("seat", since=since, seat__role="phone", seat__media__speaks=None)
        await caller.types("#6")
        await provider.wait_for("seat", since=since, seat__role="phone", seat__media__speaks=True)
        since = provider.mark()
    finally:
        talking.cancel()
    await provider.wait_for("seat", since=since, seat__role="phone", seat__media__speaks=None)


async def _talks(caller: Caller, voice: bytes) -> None:
    while True:
        await caller.speaks(voice)
        await asyncio.sleep(0.02)


async def test_the_provider_admits_or_turns_away(here: House, company: Telephony) -> None:
    """A caller waits like a browser (D5), and hears what became of it."""
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit = await here.plan()
    provider = await here.provider(visit)
    caller = await company.calls(here.pin(visit))
    await caller.hears(Clip.WAITING_ADMISSION)
    shown = await provider.wait_for("seat", seat__role="phone", seat__standing="waiting")
    await provider.ask("deny", op="no", seat=shown["seat"]["seat"])
    at = await caller.hears(Clip.DENIED)
    await caller.hears(Clip.GOODBYE, after=at)
    assert await caller.ended() == 1000


async def test_a_locked_visit_is_said_to_be_locked(here: House, company: Telephony) -> None:
    """To who calls while it is, and when it is not any more to who still waits."""
    visit = await here.plan()
    provider = await here.provider(visit)
    await provider.ask("lock", op="shut", on=True)
    caller = await company.calls(here.pin(visit))
    at = await caller.hears(Clip.LOCKED)
    await provider.ask("lock", op="open", on=False)
    at = await caller.hears(Clip.WAITING_ADMISSION, after=at)
    shown = await provider.wait_for("seat", seat__role="phone", seat__standing="waiting")
    await provider.ask("admit", op="in", seat=shown["seat"]["seat"])
    await caller.hears(Clip.IN_CALL, after=at)


async def test_an_early_caller_is_told_when_to_call_back(here: House, company: Telephony) -> None:
    """In 45 minutes, say; nobody holds a line for so long (D7)."""
    visit = await here.plan(starts_in=59)
    caller = await company.calls(here.pin(visit))
    at = await caller.hears(Clip.EARLY)
    at = await caller.hears("minutes.44", after=at)
    assert await caller.ended() == 1000


async def test_a_pin_whose_time_is_over(here: House, company: Telephony) -> None:
    """Its own words, and whom to call."""
    visit = await here.plan(minutes=5)
    pin = here.pin(visit)
    here.later(minutes=6)
    caller = await company.calls(pin)
    at = await caller.hears(Clip.OVER)
    await caller.hears(Clip.CALL_CLINIC_AT, after=at)
    assert await caller.ended() == 1000


async def test_muting_by_keys_and_by_the_provider(here: House, company: Telephony) -> None:
    """*6 and #6 show at once on the provider's list; their own mute is told, and #6 is the way back."""
    visit = await here.plan()
    provider = await here.provider(visit)
    caller = await company.calls(here.pin(visit))
    at = await caller.hears(Clip.IN_CALL)
    shown = await provider.wait_for("seat", seat__role="phone", seat__media__mic=True)
    seat = shown["seat"]["seat"]
    since = provider.mark()
    await caller.types("*6")
    at = await caller.hears(Clip.MUTED, after=at)
    await provider.wait_for("seat", since=since, seat__seat=seat, seat__media__mic=None)
    await caller.types("#6")
    at = await caller.hears(Clip.UNMUTED, after=at)
    await provider.wait_for("seat", since=since, seat__seat=seat, seat__media__mic=True)
    since = provider.mark()
    await provider.ask("ask.mute", op="mute", seat=seat)
    at = await caller.hears(Clip.MUTED_BY_PROVIDER, after=at)
    await provider.wait_for("seat", since=since, seat__seat=seat, seat__media__mic=None)
    await caller.types("*1")
    await caller.hears(Clip.HELP_IN_CALL, after=at)


async def test_removed_callers_are_told(here: House, company: Telephony) -> None:
    """Not cut off without a word."""
    visit = await here.plan()
    provider = await here.provider(visit)
    caller = await company.calls(here.pin(visit))
    await caller.hears(Clip.IN_CALL)
    shown = await provider.wait_for("seat", seat__role="phone")
    await provider.ask("remove", op="out", seat=shown["seat"]["seat"])
    await caller.hears(Clip.REMOVED)
    assert await caller.ended() == 1000
    assert counted(company.serving, "vestibule_hang_ups_total", reason="removed") == 1


async def test_told_before_the_lapse_and_at_the_end(here: House, company: Telephony) -> None:
    """Five minutes before, by the server's clock; and when the provider completes the visit, its end."""
    visit = await here.plan(minutes=5)
    provider = await here.provider(visit)
    caller = await company.calls(here.pin(visit))
    at = await caller.hears(Clip.IN_CALL)
    await provider.ask("extend", op="more", minutes=5)
    at = await caller.hears(Clip.EXTENDED, after=at)
    await provider.ask("complete", op="done")
    at = await caller.hears(Clip.ENDED, after=at)
    await caller.hears(Clip.GOODBYE, after=at)
    assert await caller.ended() == 1000


async def test_hanging_up_is_leaving(here: House, company: Telephony) -> None:
    """`stop` is the caller's own doing: left at once."""
    visit = await here.plan()
    provider = await here.provider(visit)
    caller = await company.calls(here.pin(visit))
    await caller.hears(Clip.IN_CALL)
    seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
    await caller.hangs_up()
    await provider.wait_for("seat", seat__seat=seat, seat__standing="left", why="left")
    assert await caller.ended() == 1000
    assert counted(company.serving, "vestibule_hang_ups_total", reason="caller") == 1


async def test_a_stream_that_breaks_off_is_lost_first(here: House, company: Telephony) -> None:
    """Nobody knows whether the caller wanted it."""
    visit = await here.plan()
    provider = await here.provider(visit)
    caller = await company.calls(here.pin(visit))
    await caller.hears(Clip.IN_CALL)
    seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
    caller.vanishes()
    lost = await provider.wait_for("seat", seat__seat=seat, seat__link="lost", why="lost")
    assert lost["seat"]["standing"] == "in"
