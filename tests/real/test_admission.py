"""Who lets whom in: direct or by the provider, deny, remove, lock; by browser and telephone (D5, D11)."""

import pytest

from engine.clinic import Admission
from tests.support.client import WireClient, refusal
from tests.support.node import House, token_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _asks(here: House, channel: str) -> tuple[WireClient, str]:
    """Come to a begun visit where the provider admits; give the provider and the seat that waits."""
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit = await here.plan()
    provider = await here.provider(visit)
    if channel == "browser":
        guest = await here.guest(visit)
        assert guest.ready["standing"] == "waiting"
    else:
        guest = await here.caller_in(visit)
        await guest.wait_for("you", standing="waiting", why="waiting")
    how = "phone" if channel == "phone" else None
    shown = await provider.wait_for("seat", seat__standing="waiting", why="waiting", seat__how=how)
    return provider, shown["seat"]["seat"]


@pytest.mark.parametrize("channel", ["browser", "phone"])
async def test_where_the_provider_admits_a_guest_waits_and_is_let_in(here: House, channel: str) -> None:
    """The guest waits though the visit has begun; `admit` lets them in, and all are told."""
    provider, seat = await _asks(here, channel)
    guest = here.clients[-1]
    await provider.ask("admit", op="let-in", seat=seat)
    you = await guest.wait_for("you", standing="in", why="admitted")
    assert (await guest.wait_for("inside"))["seq"] == you["seq"] + 1
    await provider.wait_for("seat", seat__seat=seat, seat__standing="in", why="admitted")
    assert await refusal(provider.ask("admit", op="let-in-2", seat=seat)) == "not_waiting"


@pytest.mark.parametrize("channel", ["browser", "phone"])
async def test_who_is_denied_is_told_and_the_socket_closes(here: House, channel: str) -> None:
    """`deny` says `you` denied, then `bye` with a sentence and the clinic's number, then closes with 1000."""
    provider, seat = await _asks(here, channel)
    guest = here.clients[-1]
    await provider.ask("deny", op="no", seat=seat)
    await guest.wait_for("you", standing="denied", why="denied")
    bye = await guest.wait_for("bye", code="denied")
    assert "555-0123" in bye["message"]
    assert await guest.closed() == 1000
    await provider.wait_for("seat", seat__seat=seat, seat__standing="denied")


async def test_the_dashboard_admits_as_the_provider_does(here: House) -> None:
    """A coordinator at the waiting room lets somebody in without being in the call."""
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit = await here.plan()
    await here.provider(visit)
    board = await here.dashboard(visit)
    guest = await here.guest(visit)
    await board.ask("admit", op="from-the-board", visit=visit.id, seat=guest.seat)
    await guest.wait_for("you", standing="in", why="admitted")
    await board.wait_for("board.seat", seat__seat=guest.seat, why="admitted")


async def test_nobody_is_let_in_before_a_provider_is_there(here: House) -> None:
    """The dashboard is told `not_yet`, and the guest goes on waiting (D6)."""
    visit = await here.plan()
    board = await here.dashboard(visit)
    guest = await here.guest(visit)
    asked = board.ask("admit", op="too-soon", visit=visit.id, seat=guest.seat)
    assert await refusal(asked) == "not_yet"


async def test_in_direct_a_guest_is_in_at_once_and_a_locked_visit_lets_new_ones_wait(here: House) -> None:
    """Lock makes every new guest wait; unlock lets nobody in by itself who waits already."""
    visit = await here.plan()
    provider = await here.provider(visit)
    board = await here.dashboard(visit)
    ana = await here.guest(visit, "Ana")
    assert ana.ready["standing"] == "in"
    await provider.ask("lock", op="lock", on=True)
    await provider.wait_for("visit", visit__locked=True, why="locked")
    await board.wait_for("board.row", visit__locked=True)
    ben, phone = await here.guest(visit, "Ben"), await here.caller_in(visit)
    assert ben.ready["standing"] == "waiting"
    await phone.wait_for("you", standing="waiting")
    await provider.ask("lock", op="unlock", on=False)
    assert (await here.guest(visit, "Cleo")).ready["standing"] == "in"
    assert (await here.back(ben)).ready["standing"] == "waiting"
    assert not ana.named("visit")  # the lock is the clinic's business


async def test_who_came_by_the_shared_link_and_is_removed_bars_it(here: House) -> None:
    """The removed seat is out for good; whoever comes next by the shared link or PIN waits (D11)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    ana = await here.guest(visit, "Ana")
    await provider.ask("remove", op="out", seat=ana.seat)
    await ana.wait_for("you", standing="removed", why="removed")
    assert (await ana.wait_for("bye"))["code"] == "removed"
    assert await ana.closed() == 1000
    assert await refusal(here.back(ana)) == "removed"
    assert (await here.guest(visit, "Ana again")).ready["standing"] == "waiting"
    phone = await here.caller_in(visit)
    await phone.wait_for("you", standing="waiting")
    personal = await here.invite(visit)
    assert (await here.join(token_of(personal.link), "Zoe")).ready["standing"] == "in"


async def test_a_removed_guests_personal_invitation_is_revoked(here: House) -> None:
    """Neither the link nor its PIN brings them back; Visit Details shows the invitation as revoked."""
    visit = await here.plan()
    provider = await here.provider(visit)
    personal = await here.invite(visit, "Daughter")
    board = await here.dashboard(visit)
    await board.ask("watch.visit", visit=visit.id)
    zoe = await here.join(token_of(personal.link), "Zoe")
    details = await board.wait(lambda it: it["t"] == "details" and it["invitations"][0]["state"] == "in")
    assert details["invitations"][0]["seats"] == [zoe.seat]
    await provider.ask("remove", op="out", seat=zoe.seat)
    await zoe.wait_for("bye", code="removed")
    await board.wait(lambda it: it["t"] == "details" and it["invitations"][0]["state"] == "revoked")
    assert await refusal(here.join(token_of(personal.link), "Zoe")) == "link_revoked"
    phone = await here.phone()
    assert await refusal(phone.ask("digits", digits=personal.pin)) == "pin_over"
    assert (await here.guest(visit, "Ana")).ready["standing"] == "in"  # the shared link is as it was


async def test_a_denied_guest_may_ask_again_and_only_a_word_lets_them_in(here: House) -> None:
    """In `direct`, who was denied while locked waits even after the lock is gone (D11)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    await provider.ask("lock", op="lock", on=True)
    personal = await here.invite(visit)
    zoe = await here.join(token_of(personal.link), "Zoe")
    await provider.ask("deny", op="no", seat=zoe.seat)
    assert await zoe.closed() == 1000
    await provider.ask("lock", op="unlock", on=False)
    again = await here.join(token_of(personal.link), "Zoe")
    assert (again.ready["standing"], again.seat) == ("waiting", zoe.seat)
    await provider.ask("admit", op="yes", seat=again.seat)
    await again.wait_for("you", standing="in")


async def test_a_full_visit_refuses_the_seventh_browser_with_the_number_to_call(here: House) -> None:
    """Six browsers and six telephones fit; the next of each is refused, and the rest talk on (D13)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    guests = [await here.guest(visit, f"Guest {one}") for one in range(5)]
    seventh = await here.open()
    asked = seventh.hello("hello.link", token=here.guest_token(visit), name="Seventh", page="p")
    assert await refusal(asked) == "visit_full"
    assert seventh.heard[-1]["number"] == here.number
    assert await seventh.closed() == 4001
    phones = [await here.caller_in(visit, f"+1556000{one:04}") for one in range(6)]
    for phone in phones:
        await phone.wait_for("inside")
    late = await here.phone("+15560009999")
    assert await refusal(late.ask("digits", digits=here.pin(visit))) == "visit_full"
    await provider.tell("signal", to=guests[4].seat, data="still here")
    await guests[4].wait_for("relayed", data="still here")
    await guests[0].ask("leave")
    assert (await here.guest(visit, "Eighth")).ready["standing"] == "in"


async def test_six_wait_in_vain_when_there_is_no_room_until_somebody_leaves(here: House) -> None:
    """Waiting needs no room; being let in does."""
    await here.settle(admission=Admission.PROVIDER_ADMITS, browsers=2)
    visit = await here.plan()
    provider = await here.provider(visit)
    ana, ben = await here.guest(visit, "Ana"), await here.guest(visit, "Ben")
    await provider.ask("admit", op="ana", seat=ana.seat)
    assert await refusal(provider.ask("admit", op="ben", seat=ben.seat)) == "visit_full"
    await ana.ask("leave")
    await provider.ask("admit", op="ben-2", seat=ben.seat)
    await ben.wait_for("you", standing="in")


async def test_renaming_a_guest_reaches_everybody_and_the_guest(here: House) -> None:
    """A guest's new name is with all in the call, the dashboard, and themselves; a patient's stays."""
    visit = await here.plan()
    provider = await here.provider(visit)
    board = await here.dashboard(visit)
    ana, ben = await here.guest(visit, "Ana"), await here.guest(visit, "Ben")
    patient = await here.patient(visit)
    await provider.ask("rename", op="name", seat=ana.seat, name="Ana (sister)")
    for client in (provider, ben, patient):
        await client.wait_for("seat", seat__seat=ana.seat, seat__name="Ana (sister)", why="renamed")
    await board.wait_for("board.seat", seat__seat=ana.seat, seat__name="Ana (sister)", why="renamed")
    await ana.wait_for("you", name="Ana (sister)", why="renamed", standing="in")
    assert (await here.back(ana)).ready["name"] == "Ana (sister)"
    assert await refusal(provider.ask("rename", op="n2", seat=patient.seat, name="X")) == "not_allowed"
    assert await refusal(provider.ask("rename", op="n3", seat=ana.seat, name="\u202eevil")) == "bad_name"


async def test_asking_to_mute_reaches_that_person_alone(here: House) -> None:
    """The guest hears who asks; nobody else does, and nothing is forced."""
    visit = await here.plan()
    provider = await here.provider(visit)
    ana, ben = await here.guest(visit, "Ana"), await here.guest(visit, "Ben")
    await provider.ask("ask.mute", op="mute", seat=ana.seat)
    await ana.wait_for("asked", what="mute", by="Dr. Rivera")
    await ben.round_trip()
    assert not ben.named("asked")
    assert await refusal(provider.ask("ask.mute", op="m2", seat="nobody")) == "no_such_seat"


async def test_an_op_said_twice_has_one_effect_and_the_same_answer(here: House) -> None:
    """A repeated admit is ok again; another op on who is in is refused; somebody else's op is `op_reused`."""
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit = await here.plan()
    provider = await here.provider(visit)
    other = await here.provider(visit, here.colleague("Dr. Cho"))
    ana = await here.guest(visit)
    await provider.ask("admit", op="same", seat=ana.seat)
    await provider.ask("admit", op="same", seat=ana.seat)
    assert await refusal(other.ask("admit", op="same", seat=ana.seat)) == "op_reused"
    assert await refusal(other.ask("lock", op="same", on=True)) == "op_reused"
    await ana.round_trip()
    assert len(ana.named("inside")) == 1
    await provider.ask("extend", op="more", minutes=5)
    await provider.ask("extend", op="more", minutes=5)
    await ana.wait_for("visit", why="extended", visit__end=visit.end)
    await ana.round_trip()
    assert len(ana.named("visit")) == 1


async def test_settings_reach_visits_that_go_on(here: House) -> None:
    """A clinic that changes from direct to `provider_admits` lets the next guest wait (R1, D5)."""
    visit = await here.plan()
    await here.provider(visit)
    assert (await here.guest(visit, "Ana")).ready["standing"] == "in"
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    assert (await here.guest(visit, "Ben")).ready["standing"] == "waiting"
