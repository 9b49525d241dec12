"""One visit in memory: what it decides is saved, then said (architecture.md, State).

`handle` is synchronous. At most one save is in flight; further commands that change facts queue behind it,
in order and bounded. Everything a command says to anybody is worked out right after `handle` and held until
its save is acknowledged, so that each connection's output is one FIFO and nobody hears of what was not
saved. A save that failed puts the last saved bytes back.

One of unknown outcome does so too, and whoever asked is told to try later. Until it is known what became of
it no further fact is taken, while people in the call talk, drop out and resume. If it was written after all,
its bytes are put in their place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Final, Protocol

from actors.body import BodyCodec
from actors.commit import SaveOutcome
from actors.ports import Observer, Outlet, Save, StoredVisit
from actors.tally import tally
from engine.asking import AskMute
from engine.commands import (
    Command,
    Drop,
    Resume,
    SetBridge,
    SetMedia,
    SetQuality,
)
from engine.events import Audited, Connected, Done, Outcome, VisitChanged, VisitWhy
from engine.ids import ConnectionId, Instant, SeatId
from engine.presence import Role
from engine.refusals import Refused
from engine.visit import Visit
from signaling.codec import Encoded
from signaling.messages import Bye, Message
from signaling.session import Stream
from signaling.translate import (
    Close,
    Outgoing,
    ToBoard,
    ToConnection,
    ToSeat,
    ToWatchers,
    outgoing,
    resync,
    row_changed,
)

QUEUE: Final = 64
"""How many commands may wait behind a save before `try_later`."""

BRIDGE: Final = SeatId("bridge")
"""Where signals to the visit's bridge go; a seat's own id is longer."""

PASSING: Final = (Drop, SetMedia, SetQuality, SetBridge, AskMute)
"""Commands that change nothing durable, and so need not wait for a save in flight, nor for the store."""

Answer = Callable[[Outcome], None]
"""Told once, when the outcome may be told: after the save, where there is one."""


class Surroundings(Protocol):
    """What a live visit needs from its shard and host."""

    observer: Observer
    epoch: int
    number: int

    def now(self) -> Instant:
        """Give the instant that it is, by the one clock."""

    def can_save(self) -> bool:
        """Whether the store is there and this node's lease is sound."""
        ...

    def put(self, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Write a save with the others of this tick."""

    def save_id(self) -> str:
        """Draw an id for one save."""

    def store_deadline(self, at: Instant) -> Instant:
        """An instant of the one clock, as the store's own clock shows it."""
        ...

    def arm(self, live: "LiveVisit") -> Instant | None:
        """See to it that the visit is ticked at its deadline; give that."""

    def welcome(self, live: "LiveVisit", connected: Connected) -> None:
        """Send `ready`, and what was missed."""
        ...

    def to_board(self, live: "LiveVisit", message: Message, now: Instant) -> None:
        """Tell the clinic's waiting rooms."""

    def lost(self, live: "LiveVisit") -> None:
        """Forget a visit that was never saved."""
        ...

    def stale(self, live: "LiveVisit") -> None:
        """Another owner has the shard: this node's copy is worthless."""
        ...

    def doubt(self, live: "LiveVisit", save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """The outcome is not known: find out, then settle with `ok` or `down`."""
        ...

    def late(self, live: "LiveVisit", save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """The store finds the visit's time over: believe it unless its clock jumped, then settle."""
        ...

    def over(self, live: "LiveVisit") -> None:
        """Take note that a visit is over, and saved so."""

    def settled(self, live: "LiveVisit") -> None:
        """Take note that nothing will ever change about a visit: whoever had to hear that it is over, did."""

    def letters(self, live: "LiveVisit") -> None:
        """Look at the letters of a visit as it is saved."""

    def rerouted(self, live: "LiveVisit") -> None:
        """Take note of who is connected now, for the sound of telephones."""


@dataclass(slots=True)
class _Said:
    """One command's outcome, and what is to be said once it may be."""

    answer: Answer
    outcome: Outcome
    out: Sequence[Outgoing]
    began: float


class LiveVisit:
    """A visit with its connections, its streams and its place in the store."""

    __slots__ = (
        "_codec",
        "_doubt",
        "_ended",
        "_env",
        "_gone",
        "_held",
        "_queue",
        "_saving",
        "_times",
        "bridge",
        "day",
        "day_in",
        "day_of",
        "outlets",
        "routes",
        "save_id",
        "saved",
        "streams",
        "version",
        "visit",
        "watchers",
    )

    def __init__(self, env: Surroundings, visit: Visit, codec: BodyCodec, stored: StoredVisit | None) -> None:
        self._env = env
        self.visit = visit
        self._codec = codec
        self.version = stored.version if stored else 0
        self.save_id = stored.save_id if stored else ""
        self.saved = stored.body if stored else b""
        self._gone = False
        """Whether this copy is nobody's any more: another owner has the shard."""
        self._saving = False
        self._times: tuple[Instant, Instant | None] | None = None
        """The start and the deadline that are surely stored, as we wrote them."""
        self._doubt = False
        """Whether it is not known yet if the last save was written."""
        self._ended = False
        """Whether it was said that the visit is over."""
        self._queue: list[tuple[tuple[Command, ...], Answer]] = []
        self._held: list[_Said] = []
        self.outlets: dict[ConnectionId, Outlet] = {}
        self.streams: dict[SeatId, Stream] = {}
        self.routes: dict[SeatId, Outlet] = {}
        self.watchers: dict[ConnectionId, Outlet] = {}
        self.bridge: Outlet | None = None
        """Who carries the telephones to the browsers, while somebody does."""
        self.day = ""
        self.day_of: Instant = 0
        self.day_in = ""
        """The start and the zone by which `day` was worked out."""

    @property
    def key(self) -> int:
        """The id of the pepper's key that its links and PINs are derived from."""
        return self._codec.key

    # ------------------------------------------------------------ commands

    def submit(self, answer: Answer, *commands: Command) -> None:
        """Carry out `commands` as one: all in one save, answered once with the first one's outcome."""
        if self._gone:
            answer(Refused("try_later"))
        elif self._passes(commands[0]):
            self._run(commands, answer)
        elif not self._can_save() or len(self._queue) >= QUEUE:
            answer(Refused("try_later"))
        elif self._saving:
            self._queue.append((commands, answer))
        else:
            self._run(commands, answer)

    def announce(self) -> None:
        """Show the visit anew to everybody: the clinic's settings, and so what may be done, have changed."""
        changed = (VisitChanged(VisitWhy.CHANGED),)
        out = outgoing(self.visit, changed)
        self._say_when_due(_Said(lambda _: None, Done(changed), out, perf_counter()))

    def _can_save(self) -> bool:
        return not self._doubt and self._env.can_save()

    def _passes(self, command: Command) -> bool:
        """Whether a command needs no save; so does who resumes a seat that they hold.

        A seat that is not known here may be one that another owner has given: that is found out first.
        """
        if isinstance(command, Resume):
            seat = self.visit.seats.get(command.seat)
            return seat is not None and seat.present
        return isinstance(command, PASSING)

    def begin(self, answer: Answer) -> None:
        """Save a visit that was just planned."""
        said = _Said(answer, Done(durable=True), [ToBoard(row_changed(self.visit))], perf_counter())
        self._save(said, self._env.now(), self.visit.deadline)

    def _run(self, commands: Sequence[Command], answer: Answer) -> None:
        began, now = perf_counter(), self._env.now()
        outcome = self.visit.handle(commands[0], now)
        if isinstance(outcome, Done):
            for command in commands[1:]:
                outcome = _joined(outcome, self.visit.handle(command, now))
        self._env.observer.handled(perf_counter() - began)
        due = self._env.arm(self)
        if isinstance(outcome, Refused):
            self._say_when_due(_Said(answer, outcome, (), began))
            return
        said = _Said(answer, outcome, outgoing(self.visit, outcome.events), began)
        if outcome.durable and not self._saving:
            self._save(said, now, due)
        else:
            self._say_when_due(said)

    # ------------------------------------------------------------ saving

    def _save(self, said: _Said, now: Instant, due: Instant | None) -> None:
        visit, done = self.visit, said.outcome
        seats_new, events = (done.seats_new, done.events) if isinstance(done, Done) else (False, ())
        gone = visit.settled
        due = None if gone else due
        save = Save(
            shard=self._env.number,
            epoch=self._env.epoch,
            visit=visit.id,
            clinic=visit.clinic.id,
            version=self.version + 1,
            save_id=self._env.save_id(),
            body=self._codec.encode(visit),
            start=visit.start,
            due=due,
            timed=self._times != (visit.start, due),
            lapses_at=self._env.store_deadline(visit.lapses_at) if seats_new else 0,
            over=gone,
            purged=visit.over,
            made_at=now,
            audit=tuple(_audit_row(visit, event) for event in events if isinstance(event, Audited)),
        )
        self._saving = True
        self._env.put(save, partial(self._settled, save, said))

    def _settled(self, save: Save, said: _Said, outcome: SaveOutcome) -> None:
        if self._gone:
            said.answer(Refused("try_later"))
        elif outcome == "ok":
            self._committed(save, said)
        elif outcome == "stale":
            self._env.stale(self)
            said.answer(Refused("try_later"))
        elif outcome in ("unknown", "conflict"):
            self._doubt = True
            self._restore(said, Refused("try_later"))
            self._env.doubt(self, save, lambda found: self._cleared(found, save))
        elif outcome == "late":
            self._env.late(self, save, partial(self._settled, save, said))
        else:
            self._restore(said, self._too_late(said) if outcome == "expired" else Refused("try_later"))

    def _too_late(self, said: _Said) -> Refused:
        """Who came by a link, or its PIN, is told so; a provider extends the visit first."""
        events = said.outcome.events if isinstance(said.outcome, Done) else ()
        came = [self.visit.seats[event.seat].role for event in events if isinstance(event, Connected)]
        return Refused("link_over" if any(role is not Role.PROVIDER for role in came) else "time_over")

    def _cleared(self, outcome: SaveOutcome, save: Save) -> None:
        """It is known now what became of a doubtful save; whoever asked for it was told to try later."""
        self._doubt = False
        if self._gone:
            return
        if outcome == "stale" and self.version:
            self._env.stale(self)
        elif outcome == "ok":
            self._written(save)
            self._put_back()
            self.take_note()
        elif not self.saved:
            self._env.lost(self)

    def _written(self, save: Save) -> None:
        self.saved, self.version, self.save_id = save.body, save.version, save.save_id
        self._times = (save.start, save.due)
        if save.lapses_at and save.made_at >= self.visit.lapses_at:
            self._env.observer.joined_after_expiry()

    def _committed(self, save: Save, said: _Said) -> None:
        self._written(save)
        try:
            self._say(said)
            while self._held:  # what saying this brings about (somebody is gone already) is said after it
                self._say(self._held.pop(0))
        finally:
            self._saving = False
        self.take_note()
        self._go_on()

    def take_note(self) -> None:
        """Let others act on what is saved; called when the visit is just that: saved, or loaded."""
        if self.visit.over and not self._ended:
            self._ended = True
            self._env.over(self)
        if self.visit.settled:
            self._env.settled(self)
        elif self.visit.letters:
            self._env.letters(self)

    def _go_on(self) -> None:
        while self._queue and not self._saving:
            commands, answer = self._queue.pop(0)
            if self._can_save():
                self._run(commands, answer)
            else:
                answer(Refused("try_later"))

    def _restore(self, said: _Said, refused: Refused) -> None:
        """Put the last saved state back, with the connections that are here now, and show everybody a
        whole state.
        """
        held, self._held = self._held, []
        self._saving = False
        if not self.saved:
            said.answer(refused)
            if not self._doubt:
                self._env.lost(self)
            return

        def answer() -> None:
            said.answer(refused)
            for later in held:
                self._answer_after_all(later)

        self._put_back(answer)
        self._go_on()

    def _answer_after_all(self, later: _Said) -> None:
        """Answer what was decided by facts that were not saved. A refusal may have rested on them; who
        resumed their seat has it, and the connection that they replaced is told so.
        """
        later.answer(Refused("try_later") if isinstance(later.outcome, Refused) else later.outcome)
        self._welcome(later)
        self._publish([item for item in later.out if isinstance(item, Close)], self._env.now())

    def _put_back(self, answer: Callable[[], None] = lambda: None) -> None:
        """Make the visit what was saved last, with the connections that are here; answer; show the whole."""
        now, connections, bridge = self._env.now(), self.visit.connections(), self.visit.bridge
        self.visit = self._codec.decode(self.saved, self.visit.clinic)
        self.visit.bridge = bridge
        homeless = self.visit.reattach(
            [one for one in connections if one.id in self.outlets or not one.live], now
        )
        self._env.arm(self)
        answer()
        self._publish(resync(self.visit), now)
        for connection in homeless:
            if (outlet := self.outlets.pop(connection, None)) is not None:
                outlet.bye(Bye(code="restarting", message="Reconnecting...", retry_after_ms=500))
        self._reroute()
        if self.visit.letters:
            self._env.letters(self)

    def give_up(self) -> None:
        """Answer whoever still waits: another owner has the shard, and this copy does nothing any more."""
        self._gone = True
        waiting = [later.answer for later in self._held] + [answer for _, answer in self._queue]
        self._held, self._queue = [], []
        for answer in waiting:
            answer(Refused("try_later"))

    # ------------------------------------------------------------ saying

    def _say_when_due(self, said: _Said) -> None:
        if self._saving:
            self._held.append(said)
        else:
            self._say(said)

    def _say(self, said: _Said) -> None:
        said.answer(said.outcome)
        self._welcome(said)
        self._publish(said.out, self._env.now())
        if isinstance(said.outcome, Done) and said.outcome.events:
            self._reroute()
            self._env.observer.presence(perf_counter() - said.began)
            tally(self._env.observer, self.visit, said.outcome.events)

    def _welcome(self, said: _Said) -> None:
        if isinstance(said.outcome, Done):
            for event in said.outcome.events:
                if isinstance(event, Connected):
                    self._env.welcome(self, event)

    def _publish(self, out: Sequence[Outgoing], now: Instant) -> None:
        encoded: dict[int, Encoded] = {}
        for item in out:
            if isinstance(item, ToSeat):
                key = id(item.message)
                shared = encoded.get(key)
                if shared is None:
                    shared = encoded[key] = Encoded(item.message)
                self._to_seat(item.seat, shared, now)
            elif isinstance(item, ToBoard):
                self._env.to_board(self, item.message, now)
            elif isinstance(item, ToConnection):
                if (outlet := self.outlets.get(item.connection)) is not None:
                    outlet.answer(item.message)
            elif isinstance(item, ToWatchers):
                shared = Encoded(item.message)
                for watcher in tuple(self.watchers.values()):
                    watcher.bare(shared)
            elif (outlet := self.outlets.pop(item.connection, None)) is not None:  # Close
                outlet.bye(item.bye)

    def _to_seat(self, seat: SeatId, encoded: Encoded, now: Instant) -> None:
        """Append to a seat's stream and send to whoever is connected to it."""
        seq = self.stream(seat).append(encoded, now)
        for connection in self.visit.connections_of(seat):
            if (outlet := self.outlets.get(connection)) is not None:
                outlet.event(seq, encoded)

    def stream(self, seat: SeatId) -> Stream:
        """The seat's stream of this epoch."""
        stream = self.streams.get(seat)
        if stream is None:
            stream = self.streams[seat] = Stream(seat, self._env.epoch)
        return stream

    def _reroute(self) -> None:
        self.routes = {
            seat: outlet
            for seat, connection in self.visit.browsers_inside()
            if (outlet := self.outlets.get(connection)) is not None
        }
        if self.bridge is not None:
            self.routes[BRIDGE] = self.bridge
        if len(self.streams) > len(self.visit.seats):  # of seats that were forgotten
            self.streams = {seat: one for seat, one in self.streams.items() if seat in self.visit.seats}
        self._env.rerouted(self)


def _joined(first: Done, second: Outcome) -> Done:
    """Two outcomes of one submission as one; the second command is ours and is never refused."""
    if isinstance(second, Refused):
        return first
    return replace(first, events=first.events + second.events, durable=first.durable or second.durable)


def _audit_row(visit: Visit, event: Audited) -> bytes:
    return "\t".join((visit.id, event.action, str(event.by or ""), event.target)).encode()
