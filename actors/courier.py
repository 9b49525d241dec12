"""The courier: takes letters that are due from their visits to the outside, and writes down what became of
them (B1).

A visit's letters are its outbox (docs/adr/0007-letters-are-the-outbox.md). An attempt is saved before it is
made, and its outcome after; a process that dies in between leaves a letter of which nobody knows whether it
went. Such a letter is tried once more, or, where the other side knows it by its key, until it went.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from actors.deadlines import RETRY, Deadlines
from actors.live import LiveVisit
from actors.pins import letter_door
from actors.ports import (
    Delivery,
    Dispatch,
    Observer,
    OutreachLimits,
    PinStore,
    Post,
    QuotaStore,
    StopStore,
    StoreDown,
)
from actors.secrets import Secrets
from actors.shard import Shard
from actors.tasks import Tasks
from engine.clinic import MINUTE
from engine.commands import LetterAnswer, SendLetter
from engine.events import Outcome
from engine.ids import PATIENT, Instant, VisitId, shard_of_visit
from engine.letters import UNKNOWN, Kind, Letter, Progress, Via, pause_after
from engine.outreach import letter_of
from engine.refusals import Refused
from engine.visit import Visit

_Told = Callable[[Visit], None]


class _House(Protocol):
    observer: Observer
    pins: PinStore
    secrets: Secrets
    quotas: QuotaStore
    stops: StopStore
    outreach: OutreachLimits

    @property
    def public_url(self) -> str: ...
    def now(self) -> Instant: ...
    def key_of(self, visit: VisitId) -> int: ...
    def numbers(self) -> frozenset[str]: ...
    def here(self, visit: str) -> LiveVisit | None: ...


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A letter that is being sent, as it was saved; `pointless` says why it is not sent after all."""

    visit: VisitId
    number: int
    dispatch: Dispatch
    pointless: str = ""


@dataclass(slots=True)
class _Way:
    """One way to send letters: those that wait for their turn, and how many are under way."""

    at_once: int
    waiting: deque[tuple[VisitId, int]] = field(default_factory=deque)
    running: int = 0


class Courier:
    """Sends what is due. `post` None: letters stay queued. `chance` gives a number from 0 to 1.

    Life: `told` of each visit whose letters were saved, loaded or restored; `forget` when another owner has
    it; `check` when time has moved; `stop` once.
    """

    __slots__ = (
        "_alarms",
        "_chance",
        "_hands",
        "_house",
        "_landed",
        "_passing",
        "_post",
        "_stopping",
        "_tasks",
        "_under_way",
        "_ways",
    )

    def __init__(
        self,
        house: _House,
        post: Post | None,
        chance: Callable[[], float],
        report: Callable[[BaseException], None],
    ) -> None:
        self._house = house
        self._post = post
        self._chance = chance
        self._tasks = Tasks(report)
        self._alarms = Deadlines(house.now, self._due)
        limits = house.outreach
        self._ways = {Via.EMAIL: _Way(limits.emails_at_once), Via.SMS: _Way(limits.texts_at_once)}
        self._hands: set[tuple[VisitId, int]] = set()
        """Letters that wait for their turn here, or are under way."""
        self._under_way: set[tuple[VisitId, int]] = set()
        """Those of them that are being handed over right now."""
        self._landed = asyncio.Event()
        self._passing: set[int] = set()
        """Shards that are being given to another node."""
        self._stopping = False

    # ------------------------------------------------------------ what is due

    def told(self, live: LiveVisit) -> None:
        """Look at a visit's letters: what is due now or later, and what somebody else left under way."""
        if self._post is None or self._stopping or shard_of_visit(live.visit.id) in self._passing:
            return
        visit, soonest = live.visit, None
        for letter in visit.letters:
            if not letter.pending or (visit.id, letter.number) in self._hands:
                continue
            if letter.progress is Progress.SENDING:
                self._orphaned(visit, letter, self._post)
            elif soonest is None or letter.due < soonest:
                soonest = letter.due
        self._alarms.set(live, soonest)

    def forget(self, live: LiveVisit) -> None:
        """Another owner sends a visit's letters now, or it has none any more."""
        self._alarms.set(live, None)

    def check(self) -> None:
        """Send what is due by the clock as it is now."""
        self._alarms.check()

    async def quiet(self, shards: Collection[int]) -> None:
        """Begin nothing for visits of these shards, which another node is to have; what is being handed over
        gets a moment, and stays `sending` after it. `resume` when they stay after all.
        """
        self._passing |= set(shards)
        try:
            async with asyncio.timeout(self._house.outreach.drain_within / 1000):
                while any(shard_of_visit(visit) in shards for visit, _ in self._under_way):
                    self._landed.clear()
                    await self._landed.wait()
        except TimeoutError:
            return

    def resume(self, shards: Iterable[Shard]) -> None:
        """Go on with the letters of these shards, as far as they are still ours."""
        for shard in shards:
            self._passing.discard(shard.number)
            for live in tuple(shard.visits.values()):
                if self._house.here(live.visit.id) is live:
                    self.told(live)

    async def stop(self) -> None:
        """Begin nothing more; what is being handed over gets a moment, and stays `sending` after it."""
        self._stopping = True
        self._alarms.close()
        await self._tasks.finish(self._house.outreach.drain_within / 1000)

    def _due(self, live: LiveVisit, _: Instant) -> None:
        visit, now = live.visit, self._house.now()
        for letter in visit.letters:
            named = (visit.id, letter.number)
            if letter.progress is Progress.QUEUED and letter.due <= now and named not in self._hands:
                self._hands.add(named)
                self._ways[letter.via].waiting.append(named)
        for way in self._ways.values():
            for _ in range(min(way.at_once - way.running, len(way.waiting))):
                way.running += 1
                self._tasks.start(self._work(way))
        self.told(live)

    async def _work(self, way: _Way) -> None:
        try:
            while way.waiting and not self._stopping:
                await self._in_hand(*way.waiting.popleft())
        finally:
            way.running -= 1

    async def _in_hand(self, visit: VisitId, number: int) -> None:
        """Bring one letter on its way; whatever happens to it, the others go on."""
        if shard_of_visit(visit) in self._passing:
            self._let_go(visit, number)
            return
        self._under_way.add((visit, number))
        try:
            attempt = await self._begun(visit, number)
            if attempt is not None:
                await self._note(visit, number, attempt.dispatch, await self._handed_over(attempt))
        except Exception as error:  # noqa: BLE001 - a bug in one letter is not the next one's
            self._tasks.report(error)
        finally:
            self._under_way.discard((visit, number))
            self._landed.set()
            self._let_go(visit, number)

    def _let_go(self, visit: VisitId, number: int) -> None:
        self._hands.discard((visit, number))
        live = self._house.here(visit)
        if live is not None:
            self.told(live)

    # ------------------------------------------------------------ one attempt

    async def _begun(self, visit: VisitId, number: int) -> _Attempt | None:
        """Save that a letter is about to be sent, and read from the visit as it is saved what it says."""
        live = self._house.here(visit)
        letter = letter_of(live.visit, number) if live is not None else None
        if letter is None or letter.progress is not Progress.QUEUED:
            return None
        found: list[_Attempt] = []
        command = SendLetter(number, letter.attempt + 1)

        def told(now: Visit) -> None:  # a save of unknown outcome may have been written: then this is refused
            own = letter_of(now, number)
            if own is not None and (own.progress, own.attempt) == (Progress.SENDING, command.attempt):
                found.append(self._attempt(now, own))

        await self._saved(visit, command, told)
        return found[0] if found else None

    def _attempt(self, visit: Visit, letter: Letter) -> _Attempt:
        now = self._house.now()
        if letter.kind is Kind.REMINDER and letter.attempt == 1:
            self._house.observer.reminder(max(0, now - _meant_for(visit, letter)) / 1000)
        dispatch = self._dispatch(visit, letter)
        return _Attempt(visit.id, letter.number, dispatch, _pointless(visit, letter, dispatch.to, now))

    def _dispatch(self, visit: Visit, letter: Letter) -> Dispatch:
        clinic, invitation = visit.clinic, visit.invitations[letter.invitation]
        link, number, pin = ("", "", "") if visit.over else letter_door(self._house, visit, invitation.id)
        return Dispatch(
            key=f"{visit.id}.{letter.number}",
            attempt=letter.attempt,
            visit=visit.id,
            kind=letter.kind,
            via=letter.via,
            to=invitation.email if letter.via is Via.EMAIL else invitation.phone,
            language=visit.language or clinic.languages[0],
            clinic=clinic,
            provider=visit.providers[0].name if visit.providers else "",
            start=visit.start,
            end=visit.end,
            sequence=letter.sequence,
            patient=invitation.id == PATIENT,
            link=link,
            number=number,
            pin=pin,
        )

    async def _handed_over(self, attempt: _Attempt) -> Delivery:
        """Hand a letter over, unless it must not go; an answer that does not come in time is not known."""
        if attempt.pointless:
            return Delivery("failed", attempt.pointless)
        dispatch, post = attempt.dispatch, self._post
        try:
            barred = await self._barred(dispatch) if dispatch.via is Via.SMS else ""
        except StoreDown:
            return Delivery("later", "try_later")
        if barred or post is None:
            return Delivery("failed", barred)
        began = perf_counter()
        try:
            async with asyncio.timeout(self._house.outreach.send_within / 1000):
                return await post.send(dispatch)
        except TimeoutError:
            return _unknown(post, dispatch.via)
        except Exception as error:  # noqa: BLE001 - a bug of one way to send; nobody knows what it did
            self._tasks.report(error)
            return _unknown(post, dispatch.via)
        finally:
            self._house.observer.letter_sent(dispatch.via.value, perf_counter() - began)

    async def _barred(self, dispatch: Dispatch) -> str:
        """Say why this number gets no text message: it asked for none, or a day's money is spent."""
        if await self._house.stops.stopped(dispatch.clinic.id, dispatch.to):
            return "opted_out"
        paid = await self._house.quotas.text(self._house.outreach.texts_per_day)
        return "" if paid else "too_many_messages"

    # ------------------------------------------------------------ what became of it

    async def _note(self, visit: VisitId, number: int, dispatch: Dispatch, delivery: Delivery) -> None:
        if delivery.result == "unknown" and self._post is not None:
            delivery = _unknown(self._post, dispatch.via)
        await self._answered(visit, number, dispatch.attempt, delivery)
        self._house.observer.letter(dispatch.via.value, dispatch.kind.value, delivery.result)

    async def _answered(self, visit: VisitId, number: int, attempt: int, delivery: Delivery) -> None:
        now, pause = self._house.now(), pause_after(attempt)
        wait = max(round(pause * (1 + self._chance() / 2)), delivery.retry_after)
        command = LetterAnswer(
            letter=number,
            attempt=attempt,
            result=delivery.result,
            reason=delivery.reason,
            due=now + wait,
        )
        await self._saved(visit, command, _nothing)

    def _orphaned(self, visit: Visit, letter: Letter, post: Post) -> None:
        """A letter was under way when its owner died: nobody knows whether it went."""
        self._hands.add((visit.id, letter.number))
        self._tasks.start(self._settle(visit.id, letter, _unknown(post, letter.via)))

    async def _settle(self, visit: VisitId, letter: Letter, delivery: Delivery) -> None:
        via, kind = letter.via.value, letter.kind.value
        try:
            await self._answered(visit, letter.number, letter.attempt, delivery)
            self._house.observer.letter(via, kind, delivery.result)
        finally:
            self._let_go(visit, letter.number)

    async def _saved(self, visit: VisitId, command: SendLetter | LetterAnswer, told: _Told) -> None:
        """Ask until the visit has an answer that will stay, or is somebody else's.

        `told` is called at that very moment, when the visit is as it is saved.
        """
        while (live := self._house.here(visit)) is not None:
            answer = _Answer(live, told)
            live.submit(answer, command)
            if await answer.final:
                return
            await asyncio.sleep(RETRY / 1000)


class _Answer:
    """Waits for one answer; `final` is False when it is worth asking again."""

    __slots__ = ("_live", "_told", "final")

    def __init__(self, live: LiveVisit, told: _Told) -> None:
        self._live = live
        self._told = told
        self.final: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def __call__(self, outcome: Outcome) -> None:
        final = not (isinstance(outcome, Refused) and outcome.code == "try_later")
        if self.final.done():
            return
        if final:
            self._told(self._live.visit)
        self.final.set_result(final)


def _pointless(visit: Visit, letter: Letter, to: str, now: Instant) -> str:
    """Say why a letter is not worth sending any more, as a code; "" when it is."""
    if not to:
        return "no_address"
    if letter.kind is Kind.CANCELLATION:
        return ""
    if visit.over:
        return "visit_over"
    if visit.invitations[letter.invitation].revoked:
        return "revoked"
    over = now >= visit.lapses_at or (letter.kind is Kind.REMINDER and now >= visit.start)
    return "time_over" if over else ""


def _meant_for(visit: Visit, letter: Letter) -> Instant:
    """Return the time for which a reminder was written: the last one before it."""
    times = [visit.start - minutes * MINUTE for minutes in visit.reminders]
    return max((at for at in times if at <= letter.due), default=letter.due)


def _unknown(post: Post, via: Via) -> Delivery:
    """Nobody knows what became of a letter; where that does no harm it is simply sent again."""
    return Delivery("later" if post.safe_to_repeat(via) else "unknown", UNKNOWN)


def _nothing(_: Visit) -> None:
    """Nothing has to be read."""
