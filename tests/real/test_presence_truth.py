"""Chance plays a visit on real sockets; in the end everybody's copy is the truth (R11, R12, B2, B3)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from actors.ports import Save, SaveResult, StoreDown
from engine.ids import OpId, VisitId
from engine.presence import Role, Seat
from engine.refusals import Refused as EngineRefused
from engine.visit import Visit
from signaling.translate import Audience, participant, row
from tests.support.client import Refused, WireClient
from tests.support.node import House, token_of
from tests.support.views import BoardView, SeatView, seen

pytestmark = pytest.mark.asyncio(loop_scope="session")

TURNS, AT_ONCE = 20, 4


@dataclass(eq=False)
class Page:
    """A browser's page: its connection, and what it knows."""

    client: WireClient
    view: SeatView = field(default_factory=SeatView)
    applied: int = 0
    token: str = ""

    @property
    def alive(self) -> bool:
        """Whether anything said there may be answered."""
        return self.client.socket.close_code is None and not self.client.named("bye")

    def catch_up(self) -> None:
        """Apply what came; numbers must follow each other."""
        self.view.follow(self.client.heard[self.applied :])
        self.applied = len(self.client.heard)
        first = self.client.ready["seq"] + 1
        assert self.client.numbers == list(range(first, first + len(self.client.numbers)))


@dataclass
class Play:
    """One visit, and who is in it."""

    here: House
    planned: VisitId
    chance: random.Random
    provider: Page
    board: WireClient
    pages: list[Page] = field(default_factory=list)
    phones: list[WireClient] = field(default_factory=list)
    busy: list[Page] = field(default_factory=list)
    ops: Any = field(default_factory=count)

    @property
    def visit(self) -> Visit:
        """What the node knows."""
        live = self.here.node.host.live(self.planned)
        assert live is not None
        return live.visit

    async def turn(self) -> None:
        """Do some things at once, each page one at most."""
        self.busy = []
        await asyncio.gather(*(self._act() for _ in range(AT_ONCE)))

    async def _act(self) -> None:
        """Do one thing at random; a refusal is an answer too, and so is being put out."""
        acts = [
            self.guest, self.guest, self.invited, self.patient, self.phone, self.leave, self.vanish,
            self.reload, self.return_, self.return_, self.media, self.media, self.rename, self.remove,
            self.deny, self.admit, self.admit, self.lock, self.hang_up, self.wait,
        ]  # fmt: skip
        try:
            await self.chance.choice(acts)()
        except Refused as refused:
            assert refused.code in EXPECTED, refused  # noqa: PT017
        except (ConnectionError, ConnectionClosed):
            assert self.provider.alive

    async def guest(self) -> None:
        """Somebody comes by the shared link."""
        self._sits(await self.here.guest(self.visit, f"Guest {next(self.ops)}"))

    async def invited(self) -> None:
        """Somebody comes by a personal link."""
        desk, op = self.here.node.desk, next(self.ops)
        made = await desk.invite(self.planned, self.here.doctor, OpId(f"invite-{op}"), label=f"Label {op}")
        if isinstance(made, EngineRefused):
            assert made.code in EXPECTED
            return
        token = token_of(made[1].link)
        self._sits(await self.here.join(token, f"Invited {next(self.ops)}"), token)

    async def patient(self) -> None:
        """The patient comes, or moves to another device."""
        self._sits(await self.here.patient(self.visit, move=True, page=f"p{next(self.ops)}"))

    async def phone(self) -> None:
        """Somebody calls, sometimes by an invitation whose browser is here."""
        if len(self.phones) < 5:
            self.phones.append(await self.here.caller_in(self.visit, f"+1555{next(self.ops):04}"))

    async def hang_up(self) -> None:
        """A call ends, or breaks off."""
        if self.phones:
            phone = self.phones.pop(self.chance.randrange(len(self.phones)))
            if self.chance.random() < 0.5:
                phone.vanish()
            else:
                await phone.close()

    async def leave(self) -> None:
        """Somebody leaves."""
        if page := self._one(alive=True):
            await page.client.ask("leave")

    async def vanish(self) -> None:
        """A connection tears."""
        if page := self._one():
            page.client.vanish()
            await page.client.closed()

    async def return_(self) -> None:
        """A page goes on where it was, whether its old socket is dead, half-dead or sound."""
        if page := self._one():
            page.catch_up()
            page.client = await self.here.back(page.client, page=self._page_of(page))
            page.applied = 0

    async def reload(self) -> None:
        """A page is loaded anew: it knows nothing but its secret."""
        if page := self._one():
            page.client = await self.here.back(page.client, stream="", page=f"p{next(self.ops)}")
            page.applied, page.view = 0, SeatView()

    async def media(self) -> None:
        """A microphone, a camera."""
        if page := self._one(alive=True):
            mic, cam = self.chance.random() < 0.5, self.chance.random() < 0.5
            await page.client.tell("media", mic=mic, cam=cam)
            await page.client.round_trip()

    async def rename(self) -> None:
        """The provider renames somebody."""
        await self._run("rename", seat=self._seat(), name=f"Name {next(self.ops)}")

    async def remove(self) -> None:
        """The provider puts somebody out."""
        if self.chance.random() < 0.4:
            await self._run("remove", seat=self._seat())

    async def deny(self) -> None:
        """The provider turns somebody away."""
        await self._run("deny", seat=self._seat())

    async def admit(self) -> None:
        """The provider lets somebody in."""
        await self._run("admit", seat=self._seat())

    async def lock(self) -> None:
        """The door is locked, or unlocked."""
        await self._run("lock", on=self.chance.random() < 0.5)

    async def wait(self) -> None:
        """Half a minute passes."""
        self.here.later(seconds=30)

    async def settle(self, minutes: int) -> None:
        """Wait until all have heard of one last change, and so of everything before it."""
        await self.provider.client.round_trip()
        asked = await self.provider.client.request("extend", op=f"last-{next(self.ops)}", minutes=minutes)
        await self.provider.client.answer(asked)
        end = self.visit.end
        await self.board.wait_for("board.row", visit__end=end)
        for page in [self.provider, *self.pages]:
            if page.alive:
                await page.client.wait(
                    lambda it: (
                        it.get("visit", {}).get("end") == end or it.get("door", {}).get("end") == end
                        if it["t"] in ("visit", "door")
                        else it["t"] == "bye"
                    )
                )

    def _sits(self, client: WireClient, token: str = "") -> None:
        self.pages.append(Page(client, token=token))

    def _one(self, *, alive: bool = False) -> Page | None:
        pages = [one for one in self.pages if one not in self.busy and (one.alive or not alive)]
        if not pages:
            return None
        self.busy.append(one := self.chance.choice(pages))
        return one

    def _seat(self) -> str:
        return self.chance.choice([one.id for one in self.visit.seats.values()] or ["nobody"])

    def _page_of(self, page: Page) -> str:
        seat = self.visit.seats.get(page.client.seat)  # type: ignore[call-overload]
        return seat.web.page if seat is not None and seat.web is not None else f"p{next(self.ops)}"

    async def _run(self, t: str, **fields: Any) -> None:
        await self.provider.client.ask(t, op=f"op-{next(self.ops)}", **fields)


EXPECTED = {
    "visit_full", "resume_refused", "removed", "denied", "link_revoked", "no_such_seat", "not_waiting",
    "not_allowed", "too_many_invitations", "op_reused", "try_later",
}  # fmt: skip


def _truth(visit: Visit, audience: Audience, *standings: str) -> dict[str, dict[str, Any]]:
    shown = [participant(visit, seat, audience) for seat in visit.seats.values()]
    wire = [msgspec.to_builtins(one) for one in shown]
    return {one["seat"]: seen(one) for one in wire if one["standing"] in standings}


@pytest.mark.parametrize("seed", range(4))
async def test_everybodys_copy_is_the_truth_in_the_end(here: House, seed: int) -> None:
    """Eighty random acts, four at once; then pages and dashboard show what the visit knows, without a gap."""
    play = await _begun(here, seed)
    for _ in range(TURNS):
        await play.turn()
    await _all_know_the_truth(play)


@pytest.mark.parametrize("seed", range(4))
async def test_it_is_after_saves_that_failed_too(
    here: House, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One save in six is not written, one in six is and nobody hears of it: what was told is taken back."""
    play, store = await _begun(here, seed), here.node.host.store
    save, fails = store.save, random.Random(seed)  # noqa: S311

    async def unsure(saves: Sequence[Save]) -> list[SaveResult]:
        if fails.random() < 1 / 6:
            raise StoreDown
        return ["unknown" if fails.random() < 1 / 6 else result for result in await save(saves)]

    with monkeypatch.context() as failing:
        failing.setattr(store, "save", unsure)
        for _ in range(TURNS):
            await play.turn()
    await _all_know_the_truth(play)


async def _begun(here: House, seed: int) -> Play:
    visit = await here.plan(minutes=120)
    board, provider = await here.dashboard(visit), await here.provider(visit)
    return Play(here, visit.id, random.Random(seed), Page(provider), board)  # noqa: S311


async def _all_know_the_truth(play: Play) -> None:
    await play.settle(5)
    await play.settle(15)
    truth, known = play.visit, ("in", "waiting", "held")
    play.provider.catch_up()
    assert play.provider.view.shown(*known) == _truth(truth, Audience.PROVIDER, *known)
    for page in play.pages:
        seat = truth.seats.get(page.client.seat)  # type: ignore[call-overload]
        if page.alive and seat is not None:
            page.catch_up()
            _knows_the_truth(page, seat, truth)
    _shows_the_truth(play.board, truth, *known)


def _knows_the_truth(page: Page, seat: Seat, truth: Visit) -> None:
    assert page.view.standing == seat.standing
    assert page.view.name == seat.name
    if seat.standing == "in":
        audience = Audience.PATIENT if seat.role is Role.PATIENT else Audience.GUEST
        mine, theirs = page.view.shown("in"), _truth(truth, audience, "in")
        mine.pop(seat.id), theirs.pop(seat.id)
        assert mine == theirs
    else:
        assert page.view.door["end"] == truth.end
        assert not page.view.seats


def _shows_the_truth(board: WireClient, truth: Visit, *standings: str) -> None:
    """The dashboard knows it too, but for who has which microphone on, which is no news there."""
    shown = BoardView()
    shown.follow(board.heard)
    whole: dict[str, Any] = msgspec.to_builtins(row(truth))
    assert shown.visits[truth.id] == {
        key: value for key, value in whole["visit"].items() if value not in ("", False)
    }
    seats = {key: seen(one) for key, one in shown.seats[truth.id].items() if one["standing"] in standings}
    assert _quiet(seats) == _quiet(_truth(truth, Audience.DASHBOARD, *standings))


def _quiet(seats: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: {name: it for name, it in seat.items() if name != "media"} for key, seat in seats.items()}
