"""Who is there: lost, back, left, moved, and what each of them sends (B2, B3)."""

from pathlib import Path

import pytest

from gateway.websocket import Limits
from tests.support.node import House, house
from tests.support.talk import Talk

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_torn_connection_is_lost_at_once_and_back_on_resume(here: House) -> None:
    """Everyone in the call and the dashboard hear `lost` with since when, then `back` on the same seat."""
    visit = await here.plan()
    provider, ana, ben = await here.provider(visit), await here.guest(visit), await here.guest(visit, "Ben")
    board = await here.dashboard(visit)
    ana.vanish()
    for client in (provider, ben):
        lost = await client.wait_for("seat", seat__seat=ana.seat, seat__link="lost", why="lost")
        assert lost["seat"]["standing"] == "in"
        assert visit.start <= lost["seat"]["lost_since"] <= here.now()
    await board.wait_for("board.seat", seat__seat=ana.seat, seat__link="lost", why="lost")
    again = await here.back(ana)
    assert (again.seat, again.ready["standing"], again.ready["name"]) == (ana.seat, "in", "Ana")
    for client in (provider, ben):
        await client.wait_for("seat", seat__seat=ana.seat, seat__link="ok", why="back")
    await board.wait_for("board.seat", seat__seat=ana.seat, seat__link="ok", why="back")


async def test_a_page_that_closes_is_lost_and_not_left(here: House) -> None:
    """Whatever a browser's close says: a reload closes too; it comes back as another page, and offers."""
    visit = await here.plan()
    provider, ana = await here.provider(visit), await here.guest(visit)
    await ana.close(1001)
    await provider.wait_for("seat", seat__seat=ana.seat, seat__link="lost", seat__standing="in")
    again = await here.back(ana, page="after-the-reload", stream="")
    await provider.wait_for("seat", seat__seat=ana.seat, seat__page="after-the-reload", why="back")
    assert again.ready["inside"]["peers"] == [{"seat": provider.seat, "page": f"page-{here.doctor.user}"}]


async def test_after_120_seconds_who_was_lost_has_left(here: House) -> None:
    """Until then the seat is kept; after it the secret is worth nothing, and nobody is a ghost."""
    visit = await here.plan(minutes=30)
    provider, ana = await here.provider(visit), await here.guest(visit)
    board = await here.dashboard(visit)
    ana.vanish()
    await provider.wait_for("seat", seat__seat=ana.seat, seat__link="lost")
    here.later(seconds=100)
    again = await here.back(ana)
    assert again.ready["standing"] == "in"
    await provider.wait_for("seat", seat__seat=ana.seat, seat__link="ok", why="back")
    since = provider.mark()
    again.vanish()
    await provider.wait_for("seat", since=since, seat__seat=ana.seat, seat__link="lost")
    here.later(seconds=121)
    left = await provider.wait_for("seat", seat__seat=ana.seat, seat__standing="left", why="left")
    assert left["seat"]["link"] == "none"
    await board.wait_for("board.seat", seat__seat=ana.seat, seat__standing="left")


async def test_who_waits_is_lost_and_left_alike(here: House) -> None:
    """The dashboard does not go on showing somebody at the door who is gone."""
    visit = await here.plan(minutes=30)
    board = await here.dashboard(visit)
    ana = await here.guest(visit)
    ana.vanish()
    await board.wait_for("board.seat", seat__seat=ana.seat, seat__link="lost", seat__standing="waiting")
    again = await here.back(ana)
    assert (again.ready["standing"], again.ready["resumed"]) == ("waiting", "replay")
    await board.wait_for("board.seat", seat__seat=ana.seat, seat__link="ok", why="back")
    since = board.mark()
    again.vanish()
    await board.wait_for("board.seat", since=since, seat__seat=ana.seat, seat__link="lost")
    here.later(seconds=121)
    await board.wait_for("board.seat", seat__seat=ana.seat, seat__standing="left")


async def test_microphone_camera_and_screen_are_shown_to_the_others(here: House) -> None:
    """`media` reaches all in the call, is part of a later `inside`, and is no news for the dashboard."""
    visit = await here.plan()
    provider, ana = await here.provider(visit), await here.guest(visit)
    board = await here.dashboard(visit)
    await ana.tell("media", mic=True, cam=True, screen=True)
    shown = await provider.wait_for("seat", seat__seat=ana.seat, why="changed")
    assert shown["seat"]["media"] == {"mic": True, "cam": True, "screen": True}
    await ana.tell("media", mic=False, cam=True)
    await provider.wait_for("seat", seat__seat=ana.seat, seat__media={"cam": True})
    ben = await here.guest(visit, "Ben")
    seats = {seat["seat"]: seat.get("media") for seat in ben.ready["inside"]["seats"]}
    assert seats[ana.seat] == {"cam": True}
    await board.wait_for("board.seat", seat__seat=ben.seat)
    assert not [it for it in board.named("board.seat") if it["why"] == "changed"]
    assert not ana.named("seat") or ana.named("seat")[0]["seat"]["seat"] == ben.seat


async def test_numbers_have_no_gap(here: House) -> None:
    """Each seat's messages count up by one from where `ready` says, whatever happens around it."""
    visit = await here.plan()
    waiting = await here.guest(visit, "Ana")
    provider = await here.provider(visit)
    guests = [await here.guest(visit, f"G{one}") for one in range(3)]
    for one, guest in enumerate(guests):
        await guest.tell("media", mic=True, cam=bool(one))
        await provider.ask("rename", op=f"name-{one}", seat=guest.seat, name=f"Guest {one}")
    guests[0].vanish()
    await guests[1].ask("leave")
    await provider.ask("extend", op="more", minutes=5)
    await waiting.wait_for("visit", why="extended")
    await waiting.wait_for("seat", seat__seat=guests[0].seat, seat__link="lost")
    for client in (waiting, provider):
        await client.round_trip()
        first = client.ready["seq"] + 1
        assert client.numbers == list(range(first, first + len(client.numbers)))
        assert client.numbers


SWIFT = Limits(ping_after=0.3, cut_after=0.4, beat_after=0.3)
"""A tenth of the real times."""


async def test_a_silent_peer_is_lost_and_the_others_stay(tmp_path: Path) -> None:
    """Who answers no ping is cut after `ping_after + cut_after`: as shipped 7 s, shown within 8 (B2)."""
    shipped = Limits()
    assert shipped.ping_after + shipped.cut_after + 2 * shipped.tick < 7.5
    async with house(tmp_path, limits=SWIFT) as swift:
        visit = await swift.plan()
        provider, ana, ben = (
            await swift.provider(visit),
            await swift.guest(visit),
            await swift.guest(visit, "Ben"),
        )
        ana.freeze()
        await provider.wait_for("seat", seat__seat=ana.seat, seat__link="lost")
        await Talk(provider, ben).goes_on()
        await ben.wait_for("beat")
        await swift.everybody_goes()
        assert not swift.bugs
