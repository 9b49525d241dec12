"""Early, late, extended, over: the visit's clock decides for everybody alike (D1, D2, D7, R14, B5)."""

import pytest

from engine.asking import Cancel, Reschedule
from engine.clinic import MINUTE
from engine.events import Done
from engine.ids import OpId
from tests.support.client import refusal
from tests.support.node import House, token_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_who_comes_early_is_held_and_goes_on_by_itself(here: House) -> None:
    """From 60 minutes before: a page with the start; 15 minutes before, the waiting room, without a touch."""
    visit = await here.plan(starts_in=40)
    board = await here.dashboard(visit)
    guest = await here.guest(visit)
    assert guest.ready["standing"] == "held"
    assert guest.ready["door"]["opens_at"] == visit.start - 15 * MINUTE
    await board.wait_for("board.seat", seat__seat=guest.seat, seat__standing="held", why="early")
    here.later(minutes=25, seconds=1)
    await guest.wait_for("you", standing="waiting", why="waiting")
    await guest.wait_for("door", door__status="open")
    await board.wait_for("board.row", visit__status="open")
    await here.provider(visit)
    await guest.wait_for("inside")


async def test_who_comes_much_too_early_is_told_when(here: House) -> None:
    """More than 60 minutes before there is no seat: the refusal says when, in the clinic's zone."""
    visit = await here.plan(starts_in=180)
    client = await here.open()
    asked = client.hello("hello.link", token=here.guest_token(visit), name="Ana", page="p")
    assert await refusal(asked) == "early"
    assert client.heard[-1]["at"] == visit.start - 15 * MINUTE
    assert "opens at" in client.heard[-1]["message"]
    assert any(zone in client.heard[-1]["message"] for zone in ("(PST)", "(PDT)"))
    assert await client.closed() == 4001


async def test_a_provider_who_comes_early_begins_the_visit_when_it_opens(here: House) -> None:
    """Held like everybody; at the opening the provider is in, and with them who waited."""
    visit = await here.plan(starts_in=40)
    provider, patient = await here.provider(visit), await here.patient(visit)
    assert provider.ready["standing"] == "held"
    here.later(minutes=25, seconds=1)
    await provider.wait_for("inside", visit__status="in_progress")
    await patient.wait_for("inside", visit__status="in_progress")


async def test_the_lapse_bars_every_new_seat_and_ejects_nobody(here: House) -> None:
    """Links, PIN and the provider's own seat are refused; who is in talks on and may resume (D1)."""
    visit = await here.plan(minutes=15)
    provider, guest = await here.provider(visit), await here.guest(visit)
    personal = await here.invite(visit)
    here.later(minutes=15, seconds=1)
    await provider.wait_for("visit", visit__status="lapsed", why="lapsed")
    assert await refusal(here.guest(visit, "Late")) == "link_over"
    assert await refusal(here.join(token_of(personal.link), "Zoe")) == "link_over"
    assert await refusal(here.patient(visit)) == "link_over"
    phone = await here.phone()
    assert await refusal(phone.ask("digits", digits=here.pin(visit))) == "pin_over"
    assert await refusal(here.provider(visit, here.colleague("Dr. Cho"))) == "time_over"
    again = await here.back(guest)
    assert again.ready["standing"] == "in"
    await provider.tell("signal", to=guest.seat, data="one more thing")
    await again.wait_for("relayed", data="one more thing")


async def test_the_provider_is_warned_and_guests_are_not(here: House) -> None:
    """Five minutes before the end the provider and the waiting room know; the patient is not hurried (D2)."""
    visit = await here.plan(minutes=15)
    provider, guest = await here.provider(visit), await here.guest(visit)
    board = await here.dashboard(visit)
    here.later(minutes=10, seconds=1)
    await provider.wait_for("visit", visit__warned=True, why="warned")
    await board.wait_for("board.row", visit__warned=True)
    await guest.round_trip()
    assert not guest.named("visit")


async def test_a_late_provider_extends_and_who_waited_enters_without_a_touch(here: House) -> None:
    """At the lapse those at the door hear that the provider is late; extended, they go in (D2)."""
    visit = await here.plan(minutes=15)
    patient, guest = await here.patient(visit), await here.guest(visit)
    board = await here.dashboard(visit)
    here.later(minutes=15, seconds=1)
    for client in (patient, guest):
        await client.wait_for("door", door__late=True, door__status="lapsed")
    assert await refusal(here.provider(visit)) == "time_over"
    await board.ask("extend", op="late", visit=visit.id, minutes=15)
    await board.wait_for("board.row", visit__status="open")
    for client in (patient, guest):
        await client.wait_for("door", door__late=None, door__status="open")
    await here.provider(visit)
    for client in (patient, guest):
        await client.wait_for("inside")
        assert client.socket.close_code is None


async def test_link_and_pin_move_with_the_end(here: House) -> None:
    """An extension makes link and PIN good until the new end, not a second longer."""
    visit = await here.plan(minutes=15)
    provider = await here.provider(visit)
    await provider.ask("extend", op="more", minutes=15)
    here.later(minutes=20)
    assert (await here.guest(visit)).ready["standing"] == "in"
    phone = await here.caller_in(visit)
    await phone.wait_for("you", standing="in")
    here.later(minutes=10, seconds=1)
    assert await refusal(here.guest(visit, "Late")) == "link_over"
    late = await here.phone("+15550001")
    assert await refusal(late.ask("digits", digits=here.pin(visit))) == "pin_over"
    assert await refusal(provider.ask("extend", op="odd", minutes=7)) == "bad_minutes"


async def test_a_grace_that_the_clinic_gives_later_holds_for_link_and_pin(here: House) -> None:
    """`grace_after_end` is the visit's rule, for links and PINs alike (R14, D2)."""
    visit = await here.plan(minutes=15)
    provider = await here.provider(visit)
    await here.settle(grace=30 * MINUTE)
    here.later(minutes=20)
    assert (await here.guest(visit)).ready["standing"] == "in"
    phone = await here.caller_in(visit)
    await phone.wait_for("you", standing="in")
    assert not [it for it in provider.named("visit") if it["why"] == "lapsed"]


async def test_completing_ends_all_and_kills_link_and_pin(here: House) -> None:
    """Everyone hears `ended`, then `bye`, then 1000; nothing brings anybody back (R14, D1)."""
    visit = await here.plan()
    tokens = here.guest_token(visit), here.patient_token(visit), here.pin(visit)
    board = await here.dashboard(visit)
    provider, patient = await here.provider(visit), await here.patient(visit)
    guest, phone = await here.guest(visit), await here.caller_in(visit)
    await provider.ask("lock", op="lock", on=True)
    waiting = await here.guest(visit, "Waiting")
    await provider.ask("complete", op="done")
    for client in (provider, patient, guest, phone, waiting):
        assert await client.closed() == 1000
        assert [it["t"] for it in client.heard[-2:]] == ["ended", "bye"]
        assert client.heard[-2]["status"] == "completed"
        assert client.heard[-1]["code"] == "completed"
    await board.wait_for("board.row", visit__status="completed")
    assert await refusal(here.join(tokens[0], "Ana")) == "visit_over"
    assert await refusal(here.join(tokens[1])) == "visit_over"
    assert await refusal(here.back(guest)) == "visit_over"
    assert await refusal(here.provider(visit)) == "visit_over"
    late = await here.phone("+15550002")
    assert await refusal(late.ask("digits", digits=tokens[2])) == "pin_over"


async def test_a_visit_that_was_cancelled_says_goodbye_to_who_waits(here: House) -> None:
    """Cancelling ends the waiting; the link is dead at once (D2)."""
    visit = await here.plan(starts_in=20)
    guest = await here.guest(visit)
    token = here.guest_token(visit)
    done = await here.node.desk.ask(visit.id, Cancel(OpId("cancel"), here.doctor))
    assert isinstance(done, Done)
    await guest.wait_for("bye", code="cancelled")
    assert await guest.closed() == 1000
    assert await refusal(here.join(token, "Ana")) == "visit_over"


async def test_rescheduling_moves_who_waits_to_the_new_time(here: House) -> None:
    """A page stays and shows the new start; a caller is told to call then (D2)."""
    visit = await here.plan()
    guest, phone = await here.guest(visit), await here.caller_in(visit)
    start = visit.start + 45 * MINUTE
    asked = Reschedule(OpId("move"), here.doctor, start, start + 15 * MINUTE)
    assert isinstance(await here.node.desk.ask(visit.id, asked), Done)
    await guest.wait_for("you", standing="held", why="early")
    await guest.wait_for("door", door__start=start)
    assert (await phone.wait_for("bye"))["code"] == "rescheduled"
    assert await phone.closed() == 1000
    here.later(minutes=31)
    await guest.wait_for("you", standing="waiting")


async def test_an_empty_visit_ends_by_itself_a_quarter_of_an_hour_after_its_lapse(here: House) -> None:
    """Nobody there, the time over: it ends, and the waiting room shows it (D2)."""
    visit = await here.plan(minutes=15)
    board = await here.dashboard(visit)
    guest = await here.guest(visit)
    await guest.ask("leave")
    here.later(minutes=15, seconds=1)
    await board.wait_for("board.row", visit__status="lapsed")
    here.later(minutes=15)
    await board.wait_for("board.row", visit__status="ended")
    assert await refusal(here.guest(visit)) == "visit_over"


async def test_a_lapsed_visit_with_people_in_it_ends_after_four_hours(here: House) -> None:
    """Who talks past the end is not cut off before (D2)."""
    visit = await here.plan(minutes=15)
    provider, guest = await here.provider(visit), await here.guest(visit)
    here.later(minutes=15 + 239)
    await provider.wait_for("visit", why="lapsed")
    await guest.round_trip()
    here.later(minutes=2)
    for client in (provider, guest):
        await client.wait_for("ended", status="ended")
        assert await client.closed() == 1000
