"""`vestibule dialin` as a process of its own: killed, stopped, cut off, one of several (B7, B10)."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.dialin.acts import Clip
from tests.browser.cable import Cable
from tests.support.dialin import START_WITHIN, dialin, started, variables
from tests.support.node import House, free_port
from tests.support.processes import server
from tests.support.talk import Talk
from tests.support.telephony import Telephony, call_id, recording, telephony

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def in_the_call(here: House, company: Telephony, pin: str) -> str:
    """Let a caller in; give their seat."""
    caller = await company.calls(pin)
    await caller.hears(Clip.IN_CALL)
    return caller.call


async def test_killed_in_a_call_the_seat_is_lost_then_left(here: House, others: Talk) -> None:
    """Nobody else notices: the call beside it goes on, and so does this one's provider."""
    visit = await here.plan()
    provider = await here.provider(visit)
    async with dialin(here) as (process, company):
        await in_the_call(here, company, here.pin(visit))
        seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
        process.kill()
        lost = await provider.wait_for("seat", seat__seat=seat, seat__link="lost", why="lost")
        assert lost["seat"]["standing"] == "in"
    here.later(seconds=121)
    await provider.wait_for("seat", seat__seat=seat, seat__standing="left", why="left")
    await provider.ask("complete", op="done")


async def test_the_call_that_was_cut_comes_back_to_its_seat_by_another_process(here: House) -> None:
    """Any number of processes serve a number; a personal PIN is one person, whichever answers (B7, D11)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    pin = (await here.invite(visit, "Interpreter")).pin
    async with dialin(here) as (process, company), telephony(here) as another:
        await in_the_call(here, company, pin)
        seat = (await provider.wait_for("seat", seat__name="Interpreter", why="joined"))["seat"]["seat"]
        process.kill()
        await provider.wait_for("seat", seat__seat=seat, seat__link="lost")
        await in_the_call(here, another, pin)
        await provider.wait_for("seat", seat__seat=seat, seat__link="ok", why="back")


async def test_two_processes_serve_the_same_number(here: House) -> None:
    """Neither knows of the other; both callers are in; a ticket of one opens nothing at the other."""
    visit = await here.plan()
    provider = await here.provider(visit)
    async with telephony(here) as one, telephony(here) as other:
        await in_the_call(here, one, here.pin(visit))
        await in_the_call(here, other, here.pin(visit))
        await provider.wait_for("seat", seat__name="Phone guest 2")
        call = call_id()
        ticket = await one.gathered(call, here.pin(visit))
        assert await (await other.stream(call, ticket)).ended() == 1008


async def test_a_stop_says_goodbye_to_callers(here: House) -> None:
    """SIGTERM: told to call again, hung up, and gone from the visit; the process ends in order."""
    visit = await here.plan()
    provider = await here.provider(visit)
    async with dialin(here) as (process, company):
        caller = await company.calls(here.pin(visit))
        await caller.hears(Clip.IN_CALL)
        seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
        process.send_signal(signal.SIGTERM)
        await caller.hears(Clip.TRY_LATER)
        await caller.ended()
        await provider.wait_for("seat", seat__seat=seat, seat__standing="left", why="left")
        assert await process.wait() == 0


async def test_a_lost_connection_to_the_visits_is_mended_unheard(here: House) -> None:
    """The caller stays in the call, in the same seat, muted as before, and hears nothing of it."""
    visit = await here.plan()
    provider = await here.provider(visit)
    cable = Cable(free_port(), here.port)
    async with cable.laid(), telephony(here, visits_url=f"ws://127.0.0.1:{cable.port}/ws") as company:
        caller = await company.calls(here.pin(visit))
        await caller.hears(Clip.IN_CALL)
        await caller.types("*6")
        at = await caller.hears(Clip.MUTED)
        seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
        since = provider.mark()
        cable.pull()
        await provider.wait_for("seat", since=since, seat__seat=seat, seat__link="lost", within=20)
        cable.plug_in()
        back = await provider.wait_for("seat", since=since, seat__seat=seat, seat__link="ok", within=20)
        assert back["seat"].get("media", {}).get("mic") is None
        assert not [one for one in Clip if recording(one) in caller.heard[at:]]
        await caller.types("*1")
        await caller.hears(Clip.HELP_IN_CALL, after=at)
        assert [it["seat"]["seat"] for it in provider.named("seat") if it["why"] == "joined"] == [seat]


async def test_visits_that_are_out_of_reach(here: House) -> None:
    """Told to call later, within seconds, and not left in silence."""
    async with telephony(here, visits_url=f"ws://127.0.0.1:{free_port()}/ws") as company:
        caller = await company.calls("1234567890")
        await caller.hears(Clip.TRY_LATER, within=15)
        assert await caller.ended() == 1000


async def test_a_key_that_is_no_dialins(here: House) -> None:
    """Callers are told to call later; the operator's log has more."""
    async with telephony(here, key="vk_nobody.nothing") as company:
        caller = await company.calls("1234567890")
        await caller.hears(Clip.TRY_LATER)
        assert await caller.ended() == 1000


async def test_a_number_that_nobody_has(here: House) -> None:
    """Not in service, and no PIN is asked for."""
    async with telephony(here) as company:
        company.number = "+15559999999"
        caller = await company.calls()
        await caller.hears(Clip.NOT_SERVED)
        assert await caller.ended() == 1000


@pytest.mark.parametrize(
    ("changes", "says", "status"),
    [
        ({"KEY": ""}, "dialin.key", 2),
        ({"TOKEN": ""}, "dialin.token", 2),
        ({"VISITS_URL": "ws://visits.example.org/ws"}, "dialin.visits_url", 2),
        ({"VISITS_URL": "visits"}, "dialin.visits_url", 2),
        ({"LANGUAGES": "+15550100=xx"}, "dialin.languages", 2),
        ({"PROMPTS": "{tmp}"}, "8000 Hz", 1),
    ],
)
async def test_what_is_wrong_is_said_at_the_start(
    here: House, tmp_path: Path, changes: dict[str, str], says: str, status: int
) -> None:
    """By the setting's name, before any call comes."""
    here.dialin_key = here.dialin_key or await here.key()
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "held.wav").write_bytes(b"RIFF")
    given = {name: value.format(tmp=tmp_path) for name, value in changes.items()}
    process = await started(variables(here, **given))
    _, complaint = await process.communicate()
    assert process.returncode == status, complaint
    assert says.encode() in complaint or b"no WAV file" in complaint


async def test_the_demos_dial_in_is_started_again(tmp_path: Path) -> None:
    """`vestibule dev` keeps it up, and takes it with it."""
    async with server(tmp_path, phones=True) as demo:
        first = await _dialin_of(demo.pid)
        os.kill(first, signal.SIGKILL)
        again = await _dialin_of(demo.pid, but=first)
    with pytest.raises(ProcessLookupError):
        os.kill(again, 0)


async def _dialin_of(parent: int, but: int = 0) -> int:
    """Wait for the child that answers telephones; give its process id."""
    async with asyncio.timeout(START_WITHIN):
        # nothing tells of a grandchild's start
        while not (found := {child for child in _children(parent) if child != but}):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return found.pop()


def _children(parent: int) -> set[int]:
    """Look for the processes that a server started to answer telephones (Linux's /proc)."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            ours = int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent
            if ours and b"dialin" in (entry / "cmdline").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return found
