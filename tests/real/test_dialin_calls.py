"""A telephone call from hello to hang-up (issue: dial-in as far as the PIN; R10)."""

import asyncio
from pathlib import Path

import pytest

from gateway.auth import VISITS_WRITE
from gateway.dialin.visits import Dialled, Exchange, Line
from signaling import messages as wire
from tests.support.client import refusal
from tests.support.node import House, house

pytestmark = pytest.mark.asyncio(loop_scope="session")

RUSH = 30
"""Calls at once."""


async def test_only_a_key_of_the_scope_dialin_may_call(here: House) -> None:
    """A clinic's own key is no oracle for PINs; neither is a made-up or a shortened one."""
    wrong_scope = await here.key(VISITS_WRITE)
    right = await here.key()
    for key in (
        wrong_scope,
        "vk_nobody.nothing",
        right[:-1],
        right + "x",
        "x",
        "vk_.",
        right.replace(".", ""),
    ):
        assert await refusal(here.phone(key=key)) == "key_refused"
        assert await here.clients[-1].closed() == 4001
    assert (await here.phone(key=right)).ready["t"] == "ready.phone"


async def test_an_unknown_number_is_not_in_service(here: House) -> None:
    """A call to a number that no clinic has is refused at once."""
    assert await refusal(here.phone(dialled="+19990000")) == "number_unknown"
    assert await here.clients[-1].closed() == 4001


async def test_a_withdrawn_key_cuts_its_calls(here: House) -> None:
    """The call in progress hears `signed_out` and closes with 4004, within the next renewal."""
    key, text = await here.node.auth.add_key(here.clinic, "old", frozenset({"dialin"}))
    phone = await here.phone(key=text)
    assert await here.node.auth.accounts.remove_api_key(here.clinic, key.id)
    assert (await phone.wait_for("bye"))["code"] == "signed_out"
    assert await phone.closed() == 4004


async def test_hanging_up_is_leaving(here: House) -> None:
    """A close with 1000 is the caller's own: left at once, nobody is kept for 120 s."""
    visit = await here.plan()
    provider = await here.provider(visit)
    phone = await here.caller_in(visit)
    seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
    await phone.close(1000)
    await provider.wait_for("seat", seat__seat=seat, seat__standing="left", why="left")


async def test_a_call_that_breaks_off_is_lost_not_left(here: House) -> None:
    """A dial-in service that dies says nothing about the caller: shown as lost, with since when."""
    visit = await here.plan()
    provider = await here.provider(visit)
    phone = await here.caller_in(visit)
    seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
    phone.vanish()
    lost = await provider.wait_for("seat", seat__seat=seat, seat__link="lost", why="lost")
    assert lost["seat"]["standing"] == "in"
    assert lost["seat"]["lost_since"] > 0


async def test_the_same_call_again_is_the_same_caller(here: House) -> None:
    """A dial-in service that lost its socket says hello with the same call, and the caller has their seat."""
    visit = await here.plan()
    provider = await here.provider(visit)
    phone = await here.phone(call="CA1")
    await phone.ask("digits", digits=here.pin(visit))
    seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
    phone.vanish()
    await provider.wait_for("seat", seat__seat=seat, seat__link="lost")
    again = await here.phone(call="CA1")
    await again.ask("digits", digits=here.pin(visit))
    await again.wait_for("you", standing="in")
    await provider.wait_for("seat", seat__seat=seat, seat__link="ok", why="back")
    assert len({it["seat"]["seat"] for it in provider.named("seat") if it["seat"]["role"] == "phone"}) == 1
    another = await here.phone(call="CA2")
    await another.ask("digits", digits=here.pin(visit))
    await provider.wait_for("seat", seat__name="Phone guest 2")


async def test_the_leave_of_a_telephone_is_answered(here: House) -> None:
    """`leave`: ok, then bye and 1000."""
    visit = await here.plan()
    await here.provider(visit)
    phone = await here.caller_in(visit)
    await phone.ask("leave")
    assert await phone.closed() == 1000
    assert phone.heard[-1]["code"] == "left"


async def test_a_call_dropped_while_its_pin_is_looked_up_leaves_no_ghost(here: House) -> None:
    """Digits, and gone before the answer: nobody is shown as connected who is not."""
    visit = await here.plan()
    provider = await here.provider(visit)
    for one in range(20):
        phone = await here.phone(f"+1555{one:04}")
        await phone.request("digits", digits=here.pin(visit))
        phone.vanish()
    personal = await here.invite(visit, "Witness")
    witness = await here.phone("+15551111")
    await witness.ask("digits", digits=personal.pin)
    (own,) = (seat for seat in (await witness.wait_for("inside"))["seats"] if seat["name"] == "Witness")
    for seat in {it["seat"]["seat"] for it in provider.named("seat")} - {own["seat"]}:
        await provider.wait_for("seat", seat__seat=seat, seat__link="lost")


async def test_an_asked_caller_is_muted_by_the_dial_in_client(here: House) -> None:
    """`asked` reaches the dial-in client, whose `media` then shows."""
    visit = await here.plan()
    provider = await here.provider(visit)
    phone = await here.caller_in(visit)
    seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
    await phone.tell("media", mic=True, cam=False)
    await provider.wait_for("seat", seat__seat=seat, seat__media__mic=True)
    await provider.ask("ask.mute", op="mute", seat=seat)
    await phone.wait_for("asked", what="mute")
    since = provider.mark()
    await phone.tell("media", mic=False, cam=False)
    await provider.wait_for("seat", since=since, seat__seat=seat, seat__media__mic=None)


async def test_a_telephone_asks_nothing_that_is_not_a_telephones(here: House) -> None:
    """No panel, no admission, no relay from a call; and nothing but digits before its PIN."""
    visit = await here.plan()
    await here.provider(visit)
    phone = await here.phone()
    for request in ({"t": "get.panel"}, {"t": "complete", "op": "x"}, {"t": "watch.board"}, {"t": "leave"}):
        assert await refusal(phone.ask(**request)) == "not_allowed"
    await phone.ask("digits", digits=here.pin(visit))
    assert await refusal(phone.ask("digits", digits=here.pin(visit))) == "not_allowed"
    assert await refusal(phone.ask("lock", op="y", on=True)) == "not_allowed"


async def test_a_rush_of_callers_comes_in_when_each_was_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More calls than a node greets in a second: nobody is sent away, everybody is asked for a PIN."""
    monkeypatch.setenv("VESTIBULE_LIMITS__HELLOS_PER_SECOND", "10")
    async with house(tmp_path) as node, node.another_clinic() as here:
        assert node.node.settings.limits.hellos_per_second == 10
        exchange = Exchange(url=here.ws_url, key=await here.key())
        ready: list[asyncio.Future[wire.Message]] = [
            asyncio.get_running_loop().create_future() for _ in range(RUSH)
        ]
        calls = [Dialled(f"rush-{at}", here.number, "") for at in range(RUSH)]
        lines = [Line(exchange, call, one.set_result) for call, one in zip(calls, ready, strict=True)]
        talking = [asyncio.create_task(line.run()) for line in lines]
        greeted = await asyncio.wait_for(asyncio.gather(*ready), 20)
        assert {type(one) for one in greeted} == {wire.ReadyPhone}
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        await asyncio.gather(*(line.close(1000) for line in lines))
