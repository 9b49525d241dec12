"""A server that stops and starts again: everybody is told, and finds the visit as it was (B3, B10)."""

from pathlib import Path

import pytest

from engine.clinic import Admission
from tests.support.client import refusal
from tests.support.node import house
from tests.support.talk import Talk

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_seats_waiting_and_admissions_outlive_a_restart(tmp_path: Path) -> None:
    """1012 with a hint; then each resumes with a whole state, and who does not is restoring, lost, left."""
    async with house(tmp_path) as first:
        await first.settle(admission=Admission.PROVIDER_ADMITS)
        visit = await first.plan(minutes=60)
        provider = await first.provider(visit)
        ana, ben, waiting = [await first.guest(visit, name) for name in ("Ana", "Ben", "Waiting")]
        for guest in (ana, ben):
            await provider.ask("admit", op=f"in-{guest.seat}", seat=guest.seat)
        await provider.ask("rename", op="name", seat=ana.seat, name="Ana Maria")
        await ana.tell("media", mic=True, cam=False)
        await ana.wait_for("you", name="Ana Maria")
        token = first.guest_token(visit)
    for client in (provider, ana, ben, waiting):
        assert await client.closed() == 1012
        assert (client.socket.close_reason or "").startswith("retry=")

    async with house(tmp_path) as second:
        await second.settle(admission=Admission.PROVIDER_ADMITS)
        board = await second.dashboard(visit)
        (row,) = board.named("board")[0]["rows"]
        assert {seat["name"]: (seat["standing"], seat["link"]) for seat in row["seats"]} == {
            "Dr. Rivera": ("in", "restoring"),
            "Ana Maria": ("in", "restoring"),
            "Ben": ("in", "restoring"),
            "Waiting": ("waiting", "restoring"),
        }
        back = [await second.back(client) for client in (provider, ana, waiting)]
        assert [client.ready["standing"] for client in back] == ["in", "in", "waiting"]
        assert {client.ready["resumed"] for client in back} == {"state"}
        assert back[1].ready["name"] == "Ana Maria"
        await Talk(back[0], back[1]).goes_on()
        await back[0].ask("admit", op="after", seat=waiting.seat)
        await back[2].wait_for("you", standing="in")
        second.later(seconds=6)
        await board.wait_for("board.seat", seat__seat=ben.seat, seat__link="lost", why="lost")
        second.later(seconds=121)
        await board.wait_for("board.seat", seat__seat=ben.seat, seat__standing="left", why="left")
        assert await refusal(second.back(ben)) == "resume_refused"
        assert (await second.join(token, "New")).ready["standing"] == "waiting"
        await back[0].ask("admit", op=f"in-{ana.seat}", seat=ana.seat)  # done before: the answer again
        assert await refusal(back[0].ask("admit", op="another", seat=ana.seat)) == "not_waiting"
        await second.everybody_goes()
        assert not second.bugs


async def test_a_seat_resumed_after_a_restart_still_ends_with_its_session(tmp_path: Path) -> None:
    """Who signs out, or is removed, is cut from a seat that they resumed by its secret alone."""
    async with house(tmp_path) as first:
        visit = await first.plan(minutes=60)
        cho = first.colleague("Dr. Cho")
        seats = [await first.provider(visit), await first.provider(visit, cho), await first.guest(visit)]
        signed_in = await first.caller()
        removed = await first.node.auth.accounts.user(cho.user)
        assert removed is not None
    async with house(tmp_path) as second:
        provider, colleague, guest = [await second.back(client) for client in seats]
        assert [one.ready["standing"] for one in (provider, colleague, guest)] == ["in", "in", "in"]
        await second.node.auth.sign_out(signed_in)
        await second.node.auth.accounts.remove_user(removed)
        for cut in (provider, colleague):
            assert (await cut.wait_for("bye"))["code"] == "signed_out"
            assert await cut.closed() == 4004
            assert await refusal(second.back(cut)) == "sign_in"
        await guest.round_trip()
        again = await second.provider(visit)  # signed in anew: the same seat, on another session
        assert again.seat == provider.seat
        assert (await second.back(again)).ready["standing"] == "in"
        await second.everybody_goes()
        assert not second.bugs


async def test_who_signed_out_before_a_restart_does_not_resume_after_it(tmp_path: Path) -> None:
    """The node that knew of it is gone; the store knows that the session is."""
    async with house(tmp_path) as first:
        visit = await first.plan(minutes=60)
        provider, guest = await first.provider(visit), await first.guest(visit)
        await first.node.auth.sign_out(await first.caller())
        assert await provider.closed() == 4004
    async with house(tmp_path) as second:
        for _ in range(2):
            assert await refusal(second.back(provider)) == "sign_in"
        assert (await second.back(guest)).ready["standing"] == "in"
        await second.everybody_goes()
        assert not second.bugs


async def test_a_providers_seat_saved_without_its_session_asks_for_a_ticket(tmp_path: Path) -> None:
    """What an older version saved cannot be tied to a session: a ticket gives the same seat anew."""
    async with house(tmp_path) as first:
        visit = await first.plan(minutes=60)
        provider = await first.provider(visit)
        live = first.node.host.live(visit.id)
        assert live is not None
        for seat in live.visit.seats.values():
            seat.credential = ""
        await provider.ask("lock", op="saves", on=True)
    async with house(tmp_path) as second:
        assert await refusal(second.back(provider)) == "resume_refused"
        assert (await second.provider(visit)).seat == provider.seat
        await second.everybody_goes()
        assert not second.bugs
