"""Event loops without I/O and without real time: one for each process, and a scheduler that drives them all.

Within a process callbacks run in the order in which they were asked for, as asyncio promises. Which process
goes on next is drawn from the seed; so is, elsewhere, how long everything takes that goes over a network.
"""

from __future__ import annotations

import asyncio
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import ref

from msgspec import Struct

T = TypeVar("T")
Call = Callable[[], object]

ENDLESS: Final = 500_000
"""Callbacks after which a schedule is taken to be caught in a loop."""

TICK: Final = 1e-6
"""Seconds: what is due so soon is due now, however a clock that stood still is rounded."""

FEW_TASKS: Final = 64
"""So many tasks of a process are remembered at least before those that have ended are forgotten."""


class StuckError(Exception):
    """The schedule did not come to its end: a loop without a pause, or something that nobody will ever do."""


class Scheduler:
    """Time, and whose turn it is. `now` is in seconds since the schedule began."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.now = 0.0
        self.steps = 0
        self.turns: ProcessLoop | None = None
        """The process whose turn it is."""
        self._order = 0
        self._timers: list[tuple[float, int, Handle | Call]] = []
        self._ready: list[ProcessLoop] = []
        self.bugs: list[BaseException] = []
        """What was raised where nobody waited for it."""

    def at(self, when: float, call: Call) -> None:
        """Call at a moment, whatever happens to any process: the world outside, a network, a fault."""
        self._order = order = self._order + 1
        heappush(self._timers, (when, order, call))

    def timer(self, when: float, handle: Handle) -> None:
        """Tell a process that it is time for something, at this moment or now if that is past."""
        self._order = order = self._order + 1
        heappush(self._timers, (max(self.now, when), order, handle))

    def after(self, seconds: float, call: Call) -> None:
        """Call after so many seconds."""
        self.at(self.now + seconds, call)

    def run(self, until: Callable[[], bool], most: float) -> None:
        """Go on until something is so. Raises StuckError after so many seconds of virtual time."""
        with self._running():
            if not self._go_on(self.now + most, until):
                raise StuckError(f"not there after {most} s, at {self.now:.3f}")

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self.now + seconds
        with self._running():
            self._go_on(end, lambda: False)
        self.now = end

    @contextmanager
    def _running(self) -> Iterator[None]:
        """Let the loops of the processes be the running ones, in the place of whatever runs this."""
        before = events._get_running_loop()
        try:
            yield
        finally:
            self.turns = None
            events._set_running_loop(before)

    def _go_on(self, end: float, until: Callable[[], bool]) -> bool:
        """Let one process after the other have its turn, and time pass while none has anything to do; whether
        something was so before nothing more is due by `end`.
        """
        ready, timers, draw = self._ready, self._timers, self.random.random
        while not until():
            if ready:
                self._turn(ready[int(draw() * len(ready))] if len(ready) > 1 else ready[0])
            elif timers and timers[0][0] <= end:
                self._moment(*heappop(timers))
            else:
                return False
        return True

    def _turn(self, loop: ProcessLoop) -> None:
        """Run what is ready now in a process, as one iteration of a loop does."""
        if self.turns is not loop:  # to say so takes a system call
            self.turns = loop
            events._set_running_loop(loop)
        queue = loop.ready
        for _ in range(len(queue)):
            if not loop.runs or not queue:  # it was stopped or killed, by what it did itself
                break
            handle = queue.popleft()
            if handle.call is not None:
                try:
                    handle.call(*handle.args)
                except Exception as error:  # noqa: BLE001 - a bug in one callback is not the others' end
                    self.bugs.append(error)
        if not queue or not loop.runs:
            loop.listed = False
            self._ready.remove(loop)
        self.steps += 1
        if self.steps > ENDLESS:
            raise StuckError(f"{ENDLESS} callbacks, at {self.now:.3f}")

    def _moment(self, when: float, _: int, due: Handle | Call) -> None:
        """Let time pass until something is due, in a process or in the world outside."""
        if not isinstance(due, Handle):
            self.now = when
            try:
                due()
            except Exception as error:  # noqa: BLE001 - likewise
                self.bugs.append(error)
        elif due.call is not None:
            self.now = when
            due.loop.due(due)

    def wake(self, loop: ProcessLoop) -> None:
        """A process has something to do."""
        if not loop.listed and loop.runs and loop.ready:
            loop.listed = True
            self._ready.append(loop)


class Handle(Struct):
    """Something to be called, at a moment of its process's clock or in its next turn.

    It is called as it is, without a context of its own: nothing here uses one.
    """

    loop: ProcessLoop
    call: Callable[..., object] | None
    args: tuple[Any, ...]
    at: float = 0.0

    def cancel(self) -> None:
        """Call it off."""
        self.call = None

    def cancelled(self) -> bool:
        """Whether it was called off."""
        return self.call is None

    def when(self) -> float:
        """Give its moment."""
        return self.at


if TYPE_CHECKING:  # what nobody asks of these loops is not there
    _Loop = asyncio.BaseEventLoop
else:
    _Loop = asyncio.AbstractEventLoop


class ProcessLoop(_Loop):
    """The event loop of one process: it can be stopped, go on, and be killed at any moment.

    `pause` is SIGSTOP: the clock goes on, nothing else does. `freeze` is a machine that stands still with all
    its clocks, as a suspended virtual machine does.
    """

    def __init__(self, scheduler: Scheduler, name: str) -> None:
        self.scheduler = scheduler
        self.name = name
        self.ready: deque[Handle] = deque()
        self.listed = False
        self.runs = True
        self.dead = False
        self._frozen_at: float | None = None
        self._behind = 0.0
        """Seconds by which its clock is behind the world's, from the times it was frozen."""
        self._late: list[Handle] = []
        self._tasks: list[ref[asyncio.Task[Any]]] = []
        """Its tasks, in the order in which they were started; some of them are no more."""
        self._looked_through = FEW_TASKS
        """How many there may be until those are forgotten."""

    # ------------------------------------------------------------ what asyncio asks of a loop

    def time(self) -> float:
        """Seconds of this process's monotonic clock."""
        return (self.scheduler.now if self._frozen_at is None else self._frozen_at) - self._behind

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        """Call in this process's next turn."""
        handle = Handle(self, callback, args)
        if not self.dead:
            self.ready.append(handle)
            if not self.listed:
                self.scheduler.wake(self)
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        """Call after so many seconds of this process's clock."""
        return self.call_at(self.time() + delay, callback, *args)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        """Call at a moment of this process's clock."""
        handle = Handle(self, callback, args, when)
        if not self.dead:
            self.scheduler.timer(when + self._behind, handle)
        return handle

    def due(self, handle: Handle) -> None:
        """It is time for this, by the world's clock."""
        if self.dead or handle.call is None:
            return
        if self._frozen_at is not None:
            self._late.append(handle)
        elif handle.at > self.scheduler.now - self._behind + TICK:
            self.scheduler.timer(handle.at + self._behind, handle)
        else:
            self.ready.append(handle)
            if not self.listed:
                self.scheduler.wake(self)

    def create_future(self) -> asyncio.Future[Any]:
        """Make a future of this process."""
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Coroutine[Any, Any, T] | Generator[Any, None, T],
        *,
        name: object = None,
        context: Any = None,
    ) -> asyncio.Task[T]:
        """Start a task in this process."""
        task: asyncio.Task[T] = asyncio.Task(coro, loop=self, name="task", context=context)
        self._tasks.append(ref(task))
        if len(self._tasks) > self._looked_through:
            self._tasks = [one for one in self._tasks if one() is not None]
            self._looked_through = 2 * len(self._tasks) + FEW_TASKS
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep what was raised where nobody waits for it."""
        error = context.get("exception")
        if not self.dead and not isinstance(error, GeneratorExit):
            self.scheduler.bugs.append(error or RuntimeError(context["message"]))

    def get_debug(self) -> bool:
        """No debugging: it looks at the real clock."""
        return False

    def is_running(self) -> bool:
        """Always, to those who ask."""
        return not self.dead

    def is_closed(self) -> bool:
        """Whether this process has ended."""
        return self.dead

    # ------------------------------------------------------------ what happens to a process

    def start(self, work: Coroutine[Any, Any, object]) -> None:
        """Start work in this process from outside; nobody waits for it."""
        task = self.create_task(work)
        task.add_done_callback(_raised)

    def pause(self) -> None:
        """Stop the process (SIGSTOP); its clock goes on."""
        self.runs = False

    def freeze(self) -> None:
        """Stop the process and its clock."""
        self.runs = False
        if self._frozen_at is None:
            self._frozen_at = self.scheduler.now

    def go_on(self) -> None:
        """Let a stopped process go on."""
        if self.dead:
            return
        self.runs = True
        if self._frozen_at is not None:
            self._behind += self.scheduler.now - self._frozen_at
            self._frozen_at = None
            late, self._late = self._late, []
            for handle in late:
                self.scheduler.timer(handle.at + self._behind, handle)
        self.scheduler.wake(self)

    def kill(self) -> None:
        """End the process (SIGKILL): nothing of it ever runs again."""
        self.dead, self.runs = True, False
        self.ready.clear()
        self._late.clear()
        for task in [task for one in self._tasks if (task := one()) is not None]:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            coroutine = task.get_coro()
            if not task.done() and coroutine is not None:
                with suppress(Exception):  # whatever it would do on its way out reaches nobody any more
                    coroutine.close()


def settle(future: asyncio.Future[T], value: T) -> None:
    """Give a future its value, unless it has one, or nobody waits for it any more."""
    if not future.done():
        future.set_result(value)


def _raised(task: asyncio.Task[Any]) -> None:
    """Let what ended a task that nobody waits for be known."""
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error


class Line:
    """A one-way connection that keeps the order: nothing arrives before what was sent earlier."""

    __slots__ = ("_last", "_queue", "_scheduler", "delay", "held")

    def __init__(self, scheduler: Scheduler, delay: Callable[[], float]) -> None:
        self._scheduler = scheduler
        self.delay = delay
        self._last = 0.0
        self._queue: deque[Callable[[], object]] = deque()
        self.held = False
        """Whether nothing gets through now."""

    def send(self, arrives: Callable[[], object]) -> None:
        """Send something."""
        self._queue.append(arrives)
        if not self.held:
            self._later()

    def _later(self) -> None:
        when = self._scheduler.now + self.delay()
        self._last = max(self._last, when)
        self._scheduler.at(self._last, self._arrived)

    def _arrived(self) -> None:
        if self._queue and not self.held:
            self._queue.popleft()()

    def hold(self) -> None:
        """Let nothing through from now on."""
        self.held = True

    def release(self) -> None:
        """Let everything through again, what was held first."""
        self.held = False
        for _ in self._queue:
            self._later()

    def lose(self) -> None:
        """Lose what is on its way."""
        self._queue.clear()
