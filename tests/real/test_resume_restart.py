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
