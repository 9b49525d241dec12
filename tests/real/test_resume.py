"""Coming back to a seat: by its secret alone, from the last position, nothing lost unsaid (B3, D11)."""

import asyncio
from typing import Any

import pytest

from engine.clinic import Admission
from tests.support.client import WireClient, refusal
from tests.support.node import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _lost(witness: WireClient, client: WireClient) -> None:
    client.vanish()
    await witness.wait_for("seat", seat__seat=client.seat, seat__link="lost")


async def test_what_was_missed_is_replayed_in_order(here: House) -> None:
    """`ready` says replay, gives no state, and every missed message follows with the next numbers."""
    visit = await here.plan()
    provider, ana = await here.provider(visit), await here.guest(visit)
    last = ana.position["seq"]
    await _lost(provider, ana)
    ben = await here.guest(visit, "Ben")
    await ben.tell("media", mic=True, cam=True)
    await provider.ask("extend", op="more", minutes=5)
    again = await here.back(ana)
    assert again.ready["resumed"] == "replay"
    assert again.ready["seq"] == last
    assert "inside" not in again.ready
    await again.wait_for("visit", why="extended")
    assert again.numbers == list(range(last + 1, last + 1 + len(again.numbers)))
    joined, media, extended = (it for it in again.heard if it["t"] in ("seat", "visit"))
    assert (joined["why"], joined["seat"]["seat"]) == ("joined", ben.seat)
    assert media["seat"]["media"] == {"mic": True, "cam": True}
    assert extended["visit"]["end"] == visit.end


async def test_being_let_in_while_away_is_replayed(here: House) -> None:
    """Waiting, cut off, admitted meanwhile: `you` in and `inside` are there when the page is back."""
    visit = await here.plan()
    board = await here.dashboard(visit)
    ana = await here.guest(visit)
    ana.vanish()
    await board.wait_for("board.seat", seat__seat=ana.seat, seat__link="lost")
    provider = await here.provider(visit)
    again = await here.back(ana)
    assert (again.ready["resumed"], again.ready["standing"]) == ("replay", "in")
    await again.wait_for("you", standing="in")
    await again.wait_for("inside")
    await provider.tell("signal", to=again.seat, data="there you are")
    await again.wait_for("relayed", data="there you are")


@pytest.mark.parametrize(
    "position", [{"stream": "", "seq": 0}, {"stream": "1.other", "seq": 0}, {"seq": 4000}], ids=str
)
async def test_an_unknown_position_is_answered_with_a_whole_state(
    here: House, position: dict[str, Any]
) -> None:
    """Another stream, a number not given out yet, none at all: `state`, never a part of what was missed."""
    visit = await here.plan()
    provider, ana = await here.provider(visit), await here.guest(visit)
    await _lost(provider, ana)
    again = await here.back(ana, **position)
    assert again.ready["resumed"] == "state"
    assert {seat["name"] for seat in again.ready["inside"]["seats"]} == {"Ana", "Dr. Rivera"}
    ben = await here.guest(visit, "Ben")
    joined = await again.wait_for("seat", seat__seat=ben.seat)
    assert joined["seq"] > again.ready["seq"]


async def test_more_than_500_messages_behind_is_a_whole_state(here: House) -> None:
    """What is no longer kept is not replayed in part."""
    visit = await here.plan()
    provider, ana, ben = await here.provider(visit), await here.guest(visit), await here.guest(visit, "Ben")
    await _lost(provider, ana)
    for one in range(130):
        await provider.tell("media", mic=one % 2 == 0, cam=False)
        await ben.tell("media", mic=one % 2 == 0, cam=False)
    await asyncio.gather(provider.round_trip(), ben.round_trip())
    kept = await here.back(ana)
    assert kept.ready["resumed"] == "replay"
    await _lost(provider, kept)
    for one in range(130):
        await provider.tell("media", mic=one % 2 == 0, cam=True)
        await ben.tell("media", mic=one % 2 == 0, cam=True)
    await asyncio.gather(provider.round_trip(), ben.round_trip())
    assert (await here.back(kept, seq=ana.position["seq"])).ready["resumed"] == "state"


@pytest.mark.parametrize("secret", ["", "x", "A" * 22, "*" * 200, None])
async def test_a_wrong_secret_resumes_nothing(here: House, secret: str | None) -> None:
    """Guessed, cut, empty or somebody else's: refused, and whoever has the seat stays in it."""
    visit = await here.plan()
    provider, ana, eve = await here.provider(visit), await here.guest(visit), await here.guest(visit, "Eve")
    if secret is None:
        secret = eve.ready["secret"]
    code = await refusal(here.back(ana, secret=secret))
    assert code == ("bad_message" if secret == "" else "resume_refused")
    await provider.tell("signal", to=ana.seat, data="still you")
    await ana.wait_for("relayed", data="still you")
    await ana.round_trip()
    assert not ana.named("bye")


async def test_a_secret_opens_its_own_seat_only(here: House) -> None:
    """Somebody else's seat id, another visit's, or none: refused."""
    visit, other = await here.plan(), await here.plan()
    await here.provider(visit)
    ana, ben = await here.guest(visit), await here.guest(visit, "Ben")
    assert await refusal(here.back(ana, seat=ben.seat)) == "resume_refused"
    assert await refusal(here.back(ana, visit=other.id)) == "resume_refused"
    assert await refusal(here.back(ana, seat="nobody")) == "resume_refused"
    assert await refusal(here.back(ana, visit="0001-000000000000")) == "link_unknown"
    assert await refusal(here.back(ana, visit="../../etc")) == "link_unknown"


async def test_who_was_removed_or_denied_does_not_resume(here: House) -> None:
    """The secret of a seat that was taken away brings nobody back (D11)."""
    await here.settle(admission=Admission.PROVIDER_ADMITS)
    visit = await here.plan()
    provider = await here.provider(visit)
    ana, ben = await here.guest(visit), await here.guest(visit, "Ben")
    await provider.ask("admit", op="in", seat=ana.seat)
    await provider.ask("remove", op="out", seat=ana.seat)
    await provider.ask("deny", op="no", seat=ben.seat)
    assert await refusal(here.back(ana)) == "removed"
    assert await refusal(here.back(ben)) == "denied"


async def test_the_same_pages_new_socket_replaces_the_old_one(here: House) -> None:
    """Half-dead sockets are told `moved`; the seat never flickers to lost."""
    visit = await here.plan()
    provider, ana = await here.provider(visit), await here.guest(visit)
    again = await here.back(ana)
    assert again.ready["resumed"] == "replay"
    assert (await ana.wait_for("bye"))["code"] == "moved"
    assert await ana.closed() == 4002
    await provider.tell("signal", to=ana.seat, data="the new one")
    await again.wait_for("relayed", data="the new one")
    assert not [it for it in provider.named("seat") if it["seat"]["link"] == "lost"]


async def test_a_provider_resumes_too(here: House) -> None:
    """With the seat's secret, without another ticket; and goes on running the visit."""
    visit = await here.plan()
    provider, ana = await here.provider(visit), await here.guest(visit)
    await _lost(ana, provider)
    again = await here.back(provider)
    assert again.ready["role"] == "provider"
    await again.ask("rename", op="name", seat=ana.seat, name="Ana Lee")


async def test_resuming_in_the_middle_of_saves_hears_everything_once(here: House) -> None:
    """However resume and changes interleave: nothing before `ready`, no number twice, no gap."""
    visit = await here.plan()
    provider, holder = await here.provider(visit), await here.guest(visit)
    for turn in range(12):
        following = await here.open()
        asked = [
            await provider.request("rename", op=f"{turn}-{one}", seat=holder.seat, name=f"Ana {turn} {one}")
            for one in range(4)
        ]
        await following.hello("hello.seat", **holder.position, page=f"page-{turn}")
        assert following.heard[0]["t"] == "ready"
        assert following.ready["resumed"] == "replay"
        await asyncio.gather(*(provider.answer(one) for one in asked))
        await following.wait_for("you", name=f"Ana {turn} 3", why="renamed")
        await following.round_trip()
        first = following.ready["seq"] + 1
        assert following.numbers == list(range(first, first + len(following.numbers)))
        holder = following
