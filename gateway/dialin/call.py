"""The driver of one call: brings together its leg, the caller's way, the visits and the bridge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from gateway.dialin.acts import Act, End, Hush, Say, Talk, Try
from gateway.dialin.audio import Sound
from gateway.dialin.journal import Journal
from gateway.dialin.leg import HangUp, Leg
from gateway.dialin.prompts import Prompts
from gateway.dialin.speaking import Speaking
from gateway.dialin.stages import Patience, Stage
from gateway.dialin.tally import Tally, Untold
from gateway.dialin.visits import Dialled, Exchange, Line, VisitsGone
from gateway.dialin.way import Way
from signaling import messages as wire
from signaling.codes import Close

DIGITS_A_SECOND: Final = 15.0
DIGITS_AT_ONCE: Final = 30.0
"""Keys that are listened to; nobody types faster, and no dialler has more to say."""
_VANISHED: Final = frozenset({HangUp.LOST, HangUp.FAILED})
"""Ends of which nobody knows whether the caller wanted them: the seat is lost first, and left later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all calls of a process share."""

    exchange: Exchange
    prompts: Prompts
    patience: Patience = field(default_factory=Patience)
    tally: Tally = field(default_factory=Untold)
    clock: Callable[[], float] = monotonic
    """Seconds that only go on."""


class Call:
    """One call, from its leg's coming in to its end; its origin's `Caller`. `run` lives as long as that."""

    def __init__(self, leg: Leg, house: House, language: str, *, typed: str | None = None) -> None:
        self._leg = leg
        self._house = house
        self._language = language
        self._typed = typed
        self._way = Way(house.patience)
        self._line = Line(house.exchange, Dialled(leg.id, leg.dialled, leg.caller), self._heard)
        self._sound: Sound | None = None
        self._speaking = Speaking(lambda speaks: self._line.tell(mic=self._way.mic, speaks=speaks))
        self._sounding: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._reason = HangUp.FAILED
        self._saying = 0
        self._playing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for: float | None = None
        self._loop = asyncio.get_running_loop()
        self._now = house.clock
        self._journal = Journal(leg.origin)
        self._began = self._now()
        self._asked: float | None = None
        self._counted: Stage | None = None
        self._digits_left, self._digits_at = DIGITS_AT_ONCE, self._began
        self._failure: BaseException | None = None

    async def run(self) -> None:
        """Go the whole way. Raises what a mistake of ours raised, once the call has ended."""
        self._count()
        self._leg.answer()
        talking = self._start(self._talk())
        try:
            await self._over.wait()
        finally:
            if self._timer is not None:
                self._timer.cancel()
            self._speaking.hush()
            self.ended(HangUp.STOPPING)  # unless it has ended by itself
            self._leg.hang_up(self._reason)
            await _end(talking, *self._tasks)
            self._house.tally.stage(self._counted, None)
            self._house.tally.ended(self._reason)
            self._journal.hung_up(self._reason, self._now() - self._began)
            await self._line.close(Close.GOING_AWAY if self._reason in _VANISHED else Close.DONE)
        if self._failure is not None:
            if self._journal.join:
                self._failure.add_note(self._journal.join)
            raise self._failure

    def tend(self) -> None:
        """Look at the clock now: it has been set ahead."""
        self._armed_for = None
        self._do(self._way.late(self._now()))

    def stop(self) -> None:
        """This process is being stopped: say so, and hang up."""
        self._do(self._way.stop(self._now()))

    # ------------------------------------------------------------ from the leg

    def digit(self, digit: str) -> None:
        """The caller pressed a key."""
        now = self._now()
        self._digits_left = min(DIGITS_AT_ONCE, self._digits_left + (now - self._digits_at) * DIGITS_A_SECOND)
        self._digits_at = now
        if self._digits_left >= 1.0:
            self._digits_left -= 1.0
            self._do(self._way.digit(digit, now))

    def audio(self, frame: bytes) -> None:
        """The caller's voice; the others hear it unless the caller is muted."""
        if self._sound is not None and self._way.mic:
            self._sound.send(frame)
            self._speaking.heard(frame)

    def ended(self, reason: HangUp) -> None:
        """The leg is gone."""
        if not self._over.is_set():
            self._reason = reason
            self._over.set()

    # ------------------------------------------------------------ from the visits and the bridge

    async def _talk(self) -> None:
        try:
            await self._line.run()
        except VisitsGone:
            self._do(self._way.lost(self._now()))

    def _heard(self, message: wire.Message) -> None:
        now = self._now()
        if isinstance(message, wire.ReadyPhone):
            self._house.tally.set_up(now - self._began)
            self._journal.greeted(message.join, now - self._began)
            self._asked = now
            greeted = self._typed is not None
            self._do(self._way.began(message, now, greeted=greeted, typed=self._typed or ""))
            self._typed = None
            return
        if isinstance(message, wire.Audio):
            self._connect(message.url, message.ticket)
            return
        if isinstance(message, wire.Ok) and self._asked is not None:
            self._house.tally.pin(now - self._asked)
            self._asked = None
        self._do(self._way.heard(message, now))

    def _connect(self, url: str, ticket: str) -> None:
        """The visits say where the bridge is: from now on the sound goes there."""
        self._disconnect()
        self._sound = Sound(url, ticket, self._leg.send)
        self._sounding = self._start(self._sound.run())

    def _disconnect(self) -> None:
        self._sound = None
        if self._sounding is not None:
            self._sounding.cancel()
            self._sounding = None

    # ------------------------------------------------------------ acts

    def _do(self, acts: Sequence[Act]) -> None:
        for act in acts:
            match act:
                case Say(clips):
                    self._say(clips)
                case Hush():
                    self._saying += 1
                    self._leg.interrupt()
                case Try(digits):
                    self._line.ask(digits)
                case Talk(mic):
                    self._speaking.hush()
                    self._line.tell(mic=mic)
                case End(reason):
                    self._leg.hang_up(reason)
        if self._way.stage is not Stage.IN and self._sound is not None:
            self._disconnect()
        self._count()
        self._arm()

    def _say(self, clips: tuple[str, ...]) -> None:
        self._saying += 1
        self._house.tally.prompt(clips[0])
        sound = self._house.prompts.sound(self._leg.dialled, self._language, clips)
        self._playing = self._start(self._play(sound, self._saying))

    async def _play(self, sound: bytes, which: int) -> None:
        await self._leg.play(sound)
        if which == self._saying and not self._over.is_set():
            self._do(self._way.played(self._now()))

    def _arm(self) -> None:
        """Wake up when the way wants to."""
        due = self._way.due
        if self._timer is not None:
            if self._armed_for == due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None and not self._over.is_set():
            self._armed_for = due
            self._timer = self._loop.call_later(max(0.0, due - self._now()), self._late)

    def _late(self) -> None:
        self._timer = None
        # a loop's timer may be early by its own resolution
        self._do(self._way.late(max(self._now(), self._way.due or 0.0)))

    def _count(self) -> None:
        stage = self._way.stage
        if stage is not self._counted:
            self._house.tally.stage(self._counted, stage)
            self._journal.stage(stage)
            self._counted = stage

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        """A mistake in one of the call's tasks ends this call, and no other."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
            self.ended(HangUp.FAILED)


async def _end(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
