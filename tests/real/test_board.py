"""The waiting room: the whole once, then every change by number, for one clinic's eyes (R11, B1, B2)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.asking import Cancel, Reschedule
from engine.clinic import StaffRole
from engine.ids import OpId
from tests.support.client import refusal
from tests.support.node import ZONE, House

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAY = 24 * 60


async def test_the_whole_once_then_changes_by_number(here: House) -> None:
    """`board` has every visit of the day with who is there; then each change is one number further."""
    first, second = await here.plan(patient="Ada"), await here.plan(patient="Bob")
    guest = await here.guest(first)
    board = await here.dashboard(first)
    (whole,) = board.named("board")
    assert {row["visit"]["visit"]: row["visit"]["patient"] for row in whole["rows"]} == {
        first.id: "Ada",
        second.id: "Bob",
    }
    assert {seat["seat"] for row in whole["rows"] for seat in row.get("seats", [])} == {guest.seat}
    third = await here.plan(patient="Cid")
    await board.wait_for("board.row", visit__visit=third.id, visit__patient="Cid")
    await here.provider(second)
    await guest.ask("leave")
    await board.wait_for("board.seat", seat__seat=guest.seat, seat__standing="left")
    assert board.numbers == list(range(whole["seq"] + 1, whole["seq"] + 1 + len(board.numbers)))


async def test_a_dashboard_goes_on_from_its_position(here: House) -> None:
    """With stream and seq the missed changes follow `ok`; with others' it gets the whole again."""
    visit = await here.plan()
    board = await here.dashboard(visit)
    whole = board.named("board")[0]
    guest = await here.guest(visit)
    await board.wait_for("board.seat", seat__seat=guest.seat)
    at = board.numbers[-1]
    await board.close()
    await guest.ask("leave")
    again = await here.open()
    await again.hello("hello.staff", ticket=await here.ticket(None), page="dashboard")
    answer = await again.ask("watch.board", day=here.day(visit), stream=whole["stream"], seq=at)
    assert answer["t"] == "ok"
    missed = await again.wait_for("board.seat", seat__seat=guest.seat, seat__standing="left")
    assert missed["seq"] == at + 1
    answer = await again.ask("watch.board", day=here.day(visit), stream="1.b99", seq=at)
    assert answer["t"] == "board"


async def test_a_visit_that_moves_to_another_day_leaves_this_one(here: House) -> None:
    """`board.gone` here, and a row on the other day's board."""
    visit = await here.plan(starts_in=30)
    board = await here.dashboard(visit)
    start = visit.start + 2 * DAY * 60_000
    await here.node.desk.ask(visit.id, Reschedule(OpId("move"), here.doctor, start, start + 900_000))
    await board.wait_for("board.gone", visit=visit.id)
    later = await here.dashboard(visit)
    assert [row["visit"]["visit"] for row in later.named("board")[0]["rows"]] == [visit.id]


async def test_a_clinic_that_moves_to_another_zone_sees_its_day_anew(here: House) -> None:
    """Who watches gets the day whole, by the new zone, unasked; its changes go on from there, gap-free."""
    tomorrow = datetime.fromtimestamp(here.now() / 1000, ZoneInfo(ZONE)) + timedelta(days=1)
    late = tomorrow.replace(hour=23, minute=30)
    starts_in = (late.timestamp() * 1000 - here.now()) / 60_000
    visit, over = await here.plan(starts_in=starts_in), await here.plan(starts_in=starts_in)
    await here.node.desk.ask(over.id, Cancel(OpId("cancel"), here.doctor))
    board, day = await here.dashboard(visit), here.day(visit)
    whole = board.named("board")[0]
    assert {row["visit"]["visit"] for row in whole["rows"]} == {visit.id, over.id}
    await here.settle(zone="America/New_York")
    anew = await board.wait_for("board", id=0, zone="America/New_York")
    assert (anew["day"], anew["rows"]) == (day, []), "half past eleven there is the next day here"
    assert anew["stream"] != whole["stream"]
    await here.settle(zone=ZONE)
    back = await board.wait_for("board", id=0, zone=ZONE)
    assert {row["visit"]["visit"] for row in back["rows"]} == {visit.id, over.id}
    board.numbers.clear()
    await here.node.desk.ask(visit.id, Cancel(OpId("cancel too"), here.doctor))
    await board.wait_for("board.row", visit__visit=visit.id, visit__status="cancelled")
    assert board.numbers[0] == back["seq"] + 1


async def test_a_finished_visit_stays_on_its_day_without_its_guests_names(here: House) -> None:
    """The row says completed and how many were there; whom, nobody can read any more (R15)."""
    visit = await here.plan()
    provider = await here.provider(visit)
    await here.guest(visit, "Confidential Guest")
    await provider.ask("complete", op="done")
    assert await provider.closed() == 1000
    board = await here.dashboard(visit)
    (row,) = board.named("board")[0]["rows"]
    assert row["visit"]["status"] == "completed"
    assert b"Confidential" not in board.bytes_heard
    for request in ({"t": "complete", "op": "done"}, {"t": "get.panel"}, {"t": "watch.visit"}):
        assert await refusal(board.ask(**request, visit=visit.id)) == "visit_over"


async def test_the_dashboard_runs_a_visit_without_being_in_it(here: House) -> None:
    """A coordinator renames, extends, shows the panel and completes from the waiting room (R8, D2)."""
    visit = await here.plan()
    await here.provider(visit)
    guest = await here.guest(visit)
    board = await here.dashboard(visit, here.colleague("Coor Dinator", StaffRole.COORDINATOR))
    panel = await board.ask("get.panel", visit=visit.id)
    assert panel["pin"] == here.pin(visit)
    await board.ask("rename", op="1", visit=visit.id, seat=guest.seat, name="Ana Maria")
    await guest.wait_for("you", name="Ana Maria")
    await board.ask("extend", op="2", visit=visit.id, minutes=30)
    await board.wait_for("board.row", visit__end=visit.end)
    await board.ask("complete", op="3", visit=visit.id)
    await guest.wait_for("bye", code="completed")


async def test_another_clinics_dashboard_sees_and_reaches_nothing(here: House, node: House) -> None:
    """Its board is empty, every request about the visit is `no_such_visit`, no ticket gets in."""
    visit = await here.plan()
    provider = await here.provider(visit)
    guest = await here.guest(visit)
    async with node.another_clinic() as elsewhere:
        spy = await elsewhere.dashboard(visit)
        assert spy.named("board")[0]["rows"] == []
        for request in (
            {"t": "get.panel"},
            {"t": "watch.visit"},
            {"t": "complete", "op": "x"},
            {"t": "extend", "op": "x", "minutes": 5},
            {"t": "lock", "op": "x", "on": True},
            {"t": "remove", "op": "x", "seat": guest.seat},
            {"t": "rename", "op": "x", "seat": guest.seat, "name": "Spy"},
            {"t": "admit", "op": "x", "seat": guest.seat},
            {"t": "ask.mute", "op": "x", "seat": guest.seat},
        ):
            assert await refusal(spy.ask(**request, visit=visit.id)) == "no_such_visit"
        assert await refusal(elsewhere.provider(visit)) == "no_such_visit"
        await guest.ask("leave")
        await provider.wait_for("seat", seat__seat=guest.seat, seat__standing="left")
        await spy.ask("unwatch.visit")
        assert {it["t"] for it in spy.heard} <= {"ready.staff", "board", "error", "ok", "beat"}


async def test_staff_without_the_right_to_see_visits_see_none(here: House) -> None:
    """An SRE watches the machine, not the patients."""
    visit = await here.plan()
    sre = here.colleague("Op Erator", StaffRole.SRE)
    client = await here.open()
    await client.hello("hello.staff", ticket=await here.ticket(None, sre), page="dashboard")
    assert await refusal(client.ask("watch.board", day="")) == "not_allowed"
    assert await refusal(client.ask("watch.visit", visit=visit.id)) == "no_such_visit"
    assert await refusal(here.provider(visit, sre)) == "not_allowed"


@pytest.mark.parametrize(
    "day", ["yesterday", "2026-13-01", "0000-00-00", "9999-12-31", "\uff12\uff10\uff12\uff16-01-01"]
)
async def test_a_day_that_is_none_is_refused(here: House, day: str) -> None:
    """A refusal, and the dashboard goes on."""
    visit = await here.plan()
    board = await here.dashboard(visit)
    assert await refusal(board.ask("watch.board", day=day)) == "bad_request"
    guest = await here.guest(visit)
    await board.wait_for("board.seat", seat__seat=guest.seat)


async def test_signing_out_cuts_the_dashboard_and_the_seat(here: House) -> None:
    """Every socket of a session that ended hears `signed_out` and closes with 4004, within a renewal."""
    visit = await here.plan()
    board, provider = await here.dashboard(visit), await here.provider(visit)
    other = await here.dashboard(visit, here.colleague("Dr. Cho"))
    await here.node.auth.sign_out(await here.caller())
    for client in (board, provider):
        assert (await client.wait_for("bye"))["code"] == "signed_out"
        assert await client.closed() == 4004
    await other.wait_for("board.seat", seat__seat=provider.seat, seat__link="lost")
    assert await refusal(here.back(provider)) == "sign_in"


async def test_a_resumed_seat_still_ends_with_its_session(here: House) -> None:
    """A provider who came back by the seat's secret is cut at sign-out too; a new ticket lets them in."""
    visit = await here.plan()
    provider = await here.provider(visit)
    guest = await here.guest(visit)
    provider.vanish()
    again = await here.back(provider)
    await here.node.auth.sign_out(await here.caller())
    assert (await again.wait_for("bye"))["code"] == "signed_out"
    assert await again.closed() == 4004
    assert await refusal(here.back(again)) == "sign_in"
    here.callers.clear()
    signed_in = await here.provider(visit)
    assert signed_in.seat == provider.seat
    signed_in.vanish()
    assert (await here.back(signed_in)).ready["standing"] == "in"
    await guest.wait_for("seat", seat__seat=provider.seat, why="back")


async def test_visit_details_follow_every_invitation(here: House) -> None:
    """`watch.visit`: made, in, lost, left; revoked; the contact is masked (B1)."""
    visit = await here.plan()
    await here.provider(visit)
    board = await here.dashboard(visit)
    personal = await here.invite(visit, "Daughter", "mei.tanaka@example.com")
    details = await board.ask("watch.visit", visit=visit.id)
    assert details["invitations"][0]["state"] == "queued"
    assert "tanaka" not in str(details)
    zoe = await here.join(personal.link.partition("#")[2], "Zoe")

    async def state(of: str) -> None:
        await board.wait(lambda it: it["t"] == "details" and it["invitations"][0]["state"] == of)

    await state("in")
    zoe.vanish()
    await state("lost")
    here.later(seconds=121)
    await state("left")
    await board.ask("unwatch.visit")
    since = board.mark()
    await here.join(personal.link.partition("#")[2], "Zoe")
    await board.wait_for("board.seat", since=since, seat__label="Daughter", seat__standing="in")
    assert not board.named("details", since=since)
