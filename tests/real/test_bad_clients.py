"""Clients that flood, stall or ask too much: they are cut, the people around them are not (threat 16)."""

import asyncio
import socket

import pytest

from engine.arriving import WAITING_AT_MOST
from tests.real.websocket.peer import BINARY, client_frame
from tests.support.client import WireClient, packed, refusal
from tests.support.node import House, token_of
from tests.support.talk import Talk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("others")]


def _many(messages: list[dict[str, object]]) -> bytes:
    return b"".join(client_frame(BINARY, packed(one)) for one in messages)


async def _narrow(here: House) -> WireClient:
    """Connect with a receive buffer so small that what is not read waits at the server."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", here.port))
    return await here.open(sock=narrow, max_queue=1)


async def test_who_stops_reading_is_cut_and_the_others_hear_everything(here: House) -> None:
    """256 KiB wait for them and no more; then they are lost, and their seat is kept."""
    visit = await here.plan()
    provider, ben = await here.provider(visit), await here.guest(visit, "Ben")
    slow = await _narrow(here)
    await slow.hello("hello.link", token=here.guest_token(visit), name="Slow", page="p")
    await provider.wait_for("seat", seat__seat=slow.seat)
    slow.freeze()
    talk = Talk(provider, ben)
    for _ in range(28):
        await provider.tell("signal", to=slow.seat, data="x" * 60_000)
        await ben.tell("signal", to=slow.seat, data="x" * 60_000)
        if any(it["seat"]["link"] == "lost" for it in provider.named("seat")):
            break
        await talk.goes_on()
    await provider.wait_for("seat", seat__seat=slow.seat, seat__link="lost", seat__standing="in")
    assert here.node.endpoint.buffered < 256 * 1024
    await talk.goes_on()
    assert (await here.back(slow)).ready["standing"] == "in"


async def test_a_flood_of_signals_cuts_the_flooder(here: House) -> None:
    """400 at once are carried, more close with 1008; who was flooded, and the others, are in the call."""
    visit = await here.plan()
    provider, ben, flooder = (
        await here.provider(visit),
        await here.guest(visit, "Ben"),
        await here.guest(visit, "Mal"),
    )
    flooder.socket.transport.write(_many([{"t": "signal", "to": ben.seat, "data": "x"}] * 600))
    assert await flooder.closed() == 1008
    await provider.wait_for("seat", seat__seat=flooder.seat, seat__link="lost")
    await Talk(provider, ben).goes_on()
    assert len([it for it in ben.named("relayed") if it["seat"] == flooder.seat]) <= 400


async def test_who_asks_too_much_at_once_is_told_busy_and_each_request_is_answered_once(here: House) -> None:
    """Sixty-four may be unanswered; beyond that `busy`, and when to try again; nothing is lost."""
    visit = await here.plan()
    provider, guest = await here.provider(visit), await here.guest(visit)
    asked = [
        {"t": "rename", "id": 100 + one, "op": f"op-{one}", "seat": guest.seat, "name": f"Ana {one}"}
        for one in range(150)
    ]
    provider.socket.transport.write(_many(asked))
    answers = [await provider.heard_id(100 + at) for at in range(150)]
    done = [it for it in answers if it["t"] == "ok"]
    refused = [it for it in answers if it["t"] == "error"]
    assert len(done) >= 64
    assert {it["code"] for it in refused} <= {"busy", "try_later"}
    assert all(it["retry_after_ms"] > 0 for it in refused)
    await provider.round_trip()
    assert len({it["id"] for it in provider.heard if it.get("id", 0) >= 100}) == 150
    assert len([it for it in provider.heard if it.get("id", 0) >= 100]) == 150
    last = max(it["id"] for it in done) - 100
    await guest.wait_for("you", name=f"Ana {last}", why="renamed")
    await Talk(provider, guest).goes_on()


async def test_a_signal_reaches_only_who_is_in_this_call(here: House) -> None:
    """To who waits or left, a telephone, another visit, nobody: dropped. From who waits: dropped."""
    visit, other = await here.plan(), await here.plan()
    provider, guest = await here.provider(visit), await here.guest(visit)
    stranger = await here.provider(other)
    left = await here.guest(visit, "Left")
    await left.ask("leave")
    phone = await here.caller_in(visit)
    caller = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
    await provider.ask("lock", op="lock", on=True)
    waiting = await here.guest(visit, "Waiting")
    for nobody in (waiting.seat, left.seat, caller, stranger.seat, "", "nobody", visit.id):
        await guest.tell("signal", to=nobody, data="dropped")
    for somebody in (guest.seat, provider.seat, stranger.seat):
        await waiting.tell("signal", to=somebody, data="dropped")
    await asyncio.gather(waiting.round_trip(), guest.round_trip(), stranger.round_trip())
    await Talk(provider, guest).goes_on()
    for client in (provider, guest, stranger, waiting, phone):
        assert not [it for it in client.named("relayed") if it["data"] == "dropped"]


async def test_media_of_who_waits_is_nobodys_business(here: House) -> None:
    """Nothing is told of a microphone in the waiting room; once in, it is shown as it is."""
    visit = await here.plan()
    board = await here.dashboard(visit)
    waiting = await here.guest(visit)
    await waiting.tell("media", mic=True, cam=False)
    await waiting.round_trip()
    assert not [it for it in board.named("board.seat") if it["why"] == "changed"]
    provider = await here.provider(visit)
    (ana,) = (seat for seat in provider.ready["inside"]["seats"] if seat["seat"] == waiting.seat)
    assert ana["media"] == {"mic": True}


async def test_an_op_of_another_seat_is_refused(here: House) -> None:
    """Knowing somebody's op gives nothing away and does nothing."""
    visit = await here.plan()
    provider, guest = await here.provider(visit), await here.guest(visit)
    await provider.ask("extend", op="known", minutes=5)
    assert await refusal(guest.ask("extend", op="known", minutes=30)) in ("op_reused", "not_allowed")
    assert await refusal(guest.ask("complete", op="known")) in ("op_reused", "not_allowed")
    await Talk(provider, guest).goes_on()


async def test_connections_that_tear_in_the_middle_of_hello_are_lost(here: House) -> None:
    """Nobody is shown as connected who is not, whether the seat was saved before the tear or after it."""
    visit = await here.plan()
    provider = await here.provider(visit)
    sockets = len(here.node.endpoint)

    async def torn(one: int) -> None:
        client = await here.open()
        await client.tell("hello.link", id=1, token=here.guest_token(visit), name=f"T{one}", page="p")
        client.vanish()

    await asyncio.gather(*(torn(one) for one in range(4)))
    ana = await here.guest(visit)
    await Talk(provider, ana).goes_on()
    torn_seats = {it["seat"]["seat"] for it in provider.named("seat")} - {ana.seat}
    for seat in torn_seats:
        await provider.wait_for("seat", seat__seat=seat, seat__link="lost")
    await ana.close()
    await provider.wait_for("seat", seat__seat=ana.seat, seat__link="lost")
    assert len(here.node.endpoint) <= sockets


async def test_a_crowd_at_the_door_keeps_nobody_out_who_was_invited(here: House) -> None:
    """Twenty-four may wait by the shared link; more are `visit_full`; a personal link has its place."""
    visit = await here.plan()
    await asyncio.gather(*(here.guest(visit, f"Fan {one}") for one in range(WAITING_AT_MOST)))
    assert await refusal(here.guest(visit, "One more")) == "visit_full"
    late = await here.phone()
    assert await refusal(late.ask("digits", digits=here.pin(visit))) == "visit_full"
    personal = await here.invite(visit)
    assert (await here.join(token_of(personal.link), "Zoe")).ready["standing"] == "waiting"
    assert (await here.patient(visit)).ready["standing"] == "waiting"
