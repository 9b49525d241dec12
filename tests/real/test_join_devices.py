"""A seat is a person: one browser and one telephone at a time, moved, shared links, repeated hellos (D11)."""

import pytest

from tests.support.client import refusal
from tests.support.node import House, token_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_everybody_who_comes_by_the_shared_link_is_a_new_seat(here: House) -> None:
    """Two people with one link, even of one name and page, are two."""
    visit = await here.plan()
    one, two = await here.guest(visit, "Ana"), await here.guest(visit, "Ana")
    assert one.seat != two.seat
    assert one.ready["secret"] != two.ready["secret"]
    provider = await here.provider(visit)
    assert len(provider.ready["inside"]["seats"]) == 3


async def test_a_hello_repeated_with_its_op_is_the_same_seat(here: House) -> None:
    """A lost answer costs no second seat: the same link and op give it again, and its new secret works."""
    visit = await here.plan()
    lost = await here.guest(visit, "Ana", op="once")
    lost.vanish()
    again = await here.guest(visit, "Ana", op="once")
    assert again.seat == lost.seat
    board = await here.dashboard(visit)
    (row,) = board.named("board")[0]["rows"]
    assert [seat["seat"] for seat in row["seats"]] == [again.seat]
    assert (await here.back(again)).seat == again.seat


async def test_somebody_elses_op_gives_no_seat(here: House) -> None:
    """An op that another invitation used is refused."""
    visit = await here.plan()
    await here.guest(visit, "Ana", op="once")
    personal = await here.invite(visit)
    assert await refusal(here.join(token_of(personal.link), "Eve", op="once")) == "op_reused"


async def test_a_second_device_on_a_personal_link_is_asked_and_the_newest_wins(here: House) -> None:
    """`already_open` first; with `move` the seat goes over, and the old page closes with `moved`, 4002."""
    visit = await here.plan()
    provider = await here.provider(visit)
    personal = await here.invite(visit)
    token = token_of(personal.link)
    laptop = await here.join(token, "Zoe", page="laptop")
    assert await refusal(here.join(token, "Zoe", page="tablet")) == "already_open"
    tablet = await here.join(token, "Zoe", page="tablet", move=True)
    assert tablet.seat == laptop.seat
    assert (await laptop.wait_for("bye"))["code"] == "moved"
    assert await laptop.closed() == 4002
    await provider.wait_for("seat", seat__seat=tablet.seat, seat__page="tablet", why="moved")
    assert await refusal(here.back(laptop)) == "resume_refused"
    await provider.tell("signal", to=tablet.seat, data="hello tablet")
    await tablet.wait_for("relayed", data="hello tablet")


async def test_the_same_page_needs_no_question(here: House) -> None:
    """A page that says hello again, its old socket not yet noticed as dead, gets its seat."""
    visit = await here.plan()
    token = token_of((await here.invite(visit)).link)
    half_dead = await here.join(token, "Zoe", page="laptop")
    again = await here.join(token, "Zoe", page="laptop")
    assert again.seat == half_dead.seat
    assert await half_dead.closed() == 4002


async def test_browser_and_telephone_share_a_personal_seat(here: House) -> None:
    """Audio by phone: one seat, `how` both; the telephone gone, the browser knows that it has the sound."""
    visit = await here.plan()
    provider = await here.provider(visit)
    personal = await here.invite(visit, "Daughter")
    zoe = await here.join(token_of(personal.link), "Zoe")
    phone = await here.phone()
    await phone.ask("digits", digits=personal.pin)
    both = await provider.wait_for("seat", seat__seat=zoe.seat, seat__how="both", seat__name="Zoe")
    assert both["seat"]["role"] == "guest"
    inside = await zoe.wait_for("inside")
    assert [seat["how"] for seat in inside["seats"] if seat["seat"] == zoe.seat] == ["both"]
    phone.vanish()
    for client in (provider, zoe):
        await client.wait_for("seat", seat__seat=zoe.seat, seat__how=None, why="changed")
    again = await here.phone()
    await again.ask("digits", digits=personal.pin)
    await provider.wait_for("seat", seat__seat=zoe.seat, seat__how="both", why="back")
    marks = [(client, client.mark()) for client in (provider, zoe)]
    await again.close()
    for client, since in marks:
        await client.wait_for("seat", since=since, seat__seat=zoe.seat, seat__how=None, seat__link="ok")
    assert not [it for it in provider.named("seat") if it["seat"]["standing"] != "in"]


async def test_a_telephone_comes_first_and_the_browser_joins_its_seat(here: House) -> None:
    """The caller is named by the invitation; the browser that follows brings the name."""
    visit = await here.plan()
    provider = await here.provider(visit)
    personal = await here.invite(visit, "Daughter")
    phone = await here.phone()
    await phone.ask("digits", digits=personal.pin)
    shown = await provider.wait_for("seat", seat__role="phone", seat__name="Daughter", seat__standing="in")
    zoe = await here.join(token_of(personal.link), "Zoe")
    assert zoe.seat == shown["seat"]["seat"]
    await provider.wait_for("seat", seat__seat=zoe.seat, seat__how="both", seat__name="Zoe")


async def test_a_provider_at_a_second_desk_is_asked_and_moves(here: House) -> None:
    """One seat a user: the second browser is asked, then takes over."""
    visit = await here.plan()
    desk = await here.provider(visit)
    assert await refusal(here.provider(visit, page="ward")) == "already_open"
    ward = await here.provider(visit, page="ward", move=True)
    assert ward.seat == desk.seat
    assert await desk.closed() == 4002


async def test_leaving_and_coming_back_by_a_personal_link_is_the_same_seat(here: House) -> None:
    """Leave is answered, then `bye` and 1000; the link brings them back, the secret does not."""
    visit = await here.plan()
    provider = await here.provider(visit)
    personal = await here.invite(visit)
    zoe = await here.join(token_of(personal.link), "Zoe")
    await zoe.ask("leave")
    assert await zoe.closed() == 1000
    assert [message["t"] for message in zoe.heard[-3:]] == ["ok", "you", "bye"]
    assert zoe.heard[-1]["code"] == "left"
    await provider.wait_for("seat", seat__seat=zoe.seat, seat__standing="left", why="left")
    assert await refusal(here.back(zoe)) == "resume_refused"
    since = provider.mark()
    again = await here.join(token_of(personal.link), "Zoe")
    assert (again.seat, again.ready["standing"]) == (zoe.seat, "in")
    await provider.wait_for("seat", seat__seat=zoe.seat, seat__standing="in", why="joined", since=since)


async def test_who_leaves_while_waiting_is_no_longer_shown_as_waiting(here: House) -> None:
    """The dashboard hears of it, and nobody can be let in who is not there."""
    visit = await here.plan()
    board = await here.dashboard(visit)
    guest = await here.guest(visit)
    await guest.ask("leave")
    await board.wait_for("board.seat", seat__seat=guest.seat, seat__standing="left", why="left")
    asked = board.ask("admit", op="too-late", visit=visit.id, seat=guest.seat)
    assert await refusal(asked) == "no_such_seat"


async def test_a_json_client_and_a_msgpack_client_are_in_one_call(here: House) -> None:
    """Both spellings carry the same call."""
    visit = await here.plan()
    provider = await here.provider(visit)
    guest = await here.guest(visit, "Jsón 語", text=True)
    await provider.wait_for("seat", seat__seat=guest.seat, seat__name="Jsón 語")
    await guest.tell("signal", to=provider.seat, data='{"sdp": "\\u2028"}')
    await provider.wait_for("relayed", data='{"sdp": "\\u2028"}')
    await provider.tell("signal", to=guest.seat, data="ok")
    await guest.wait_for("relayed", data="ok")
