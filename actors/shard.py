"""One shard in memory: its clinics, their visits and waiting rooms, under one epoch (architecture.md,
Ownership).
"""

import asyncio
from collections.abc import Callable
from sys import intern
from typing import Protocol

from actors.board import Board
from actors.body import BodyCodec
from actors.commit import SaveOutcome
from actors.days import bounds, day_of
from actors.live import LiveVisit
from actors.ports import Observer, Outlet, Save, StoredVisit
from engine.clinic import Clinic
from engine.events import Connected
from engine.ids import ClinicId, ConnectionId, Instant, VisitId
from engine.visit import Visit
from signaling.messages import BoardRow, Bye, Message, RowChanged, RowGone, RowSeat
from signaling.session import Stream
from signaling.translate import row, row_changed


class Landlord(Protocol):
    """What a shard needs from the host that owns it."""

    observer: Observer

    def now(self) -> Instant:
        """Give the instant that it is, by the one clock."""

    def can_save(self) -> bool:
        """Say whether the store is there and this node's lease is sound."""

    def put(self, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Write a save with the others of this tick."""

    def random_id(self, letters: int) -> str:
        """Draw a random id of so many letters."""

    def store_deadline(self, at: Instant) -> Instant:
        """Translate an instant into the store's own time."""

    def arm(self, live: LiveVisit) -> Instant | None:
        """See to it that the visit is ticked at its deadline; give that."""

    def disarm(self, live: LiveVisit) -> None:
        """Tick the visit no more."""

    def welcome(self, live: LiveVisit, connected: Connected) -> None:
        """Greet a connection that has its seat."""

    def stale(self, shard: "Shard") -> None:
        """Forget what another owner has: the store refused a save of ours."""

    def doubt(self, live: LiveVisit, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Find out whether a save was written, then settle it."""

    def late(self, lapses: Instant, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Believe the store that a visit's time is over, unless its clock jumped."""

    def over(self, live: LiveVisit) -> None:
        """Take note that a visit is over, and saved so."""

    def letters(self, live: LiveVisit) -> None:
        """Look at the letters of a visit as it is saved."""

    def rerouted(self, live: LiveVisit) -> None:
        """Take note of who is connected now, for the sound of telephones."""

    def codec(self, visit: VisitId, body: bytes) -> BodyCodec:
        """Make the codec of one visit's bytes; `body` is empty for a new one."""


class Shard:
    """A clinic group: everything of its clinics that is not settled, and the surroundings of its visits."""

    __slots__ = (
        "_boards",
        "_host",
        "_quiet",
        "_sealed",
        "_streams",
        "_writing",
        "clinics",
        "epoch",
        "number",
        "observer",
        "visits",
    )

    def __init__(self, host: Landlord, number: int, epoch: int) -> None:
        self._host = host
        self.observer = host.observer
        self.number = number
        self.epoch = epoch
        self.clinics: dict[ClinicId, Clinic] = {}
        self.visits: dict[VisitId, LiveVisit] = {}
        self._boards: dict[tuple[ClinicId, str], Board] = {}
        self._streams = 0
        self._sealed = False
        self._writing = 0
        """How many saves are under way."""
        self._quiet: asyncio.Event | None = None

    @property
    def connections(self) -> int:
        """How many people and dashboards are connected to it."""
        boards = sum(len(board.watchers) for board in self._boards.values())
        return boards + sum(len(live.outlets) + len(live.watchers) for live in self.visits.values())

    # ------------------------------------------------------------ visits

    def add(self, visit: Visit, stored: StoredVisit | None = None) -> LiveVisit:
        """Take a visit into memory: a loaded one with what the store holds, or a new one."""
        codec = self.codec(visit.id, stored.body if stored else b"")
        live = LiveVisit(self, visit, codec, stored)
        _date(live)
        self.visits[visit.id] = live
        self._host.arm(live)
        return live

    # ------------------------------------------------------------ the waiting rooms

    def board(self, clinic: ClinicId, day: str) -> Board | None:
        """The waiting room of a day, if somebody has watched it lately."""
        return self._boards.get((clinic, day))

    def open_board(self, clinic: Clinic, day: str, finished: list[Visit]) -> None:
        """Make the waiting room of a day, unless somebody just did; `finished` are that day's visits that
        are over.
        """
        if (clinic.id, day) not in self._boards:
            self._streams += 1
            within = bounds(day, clinic.zone) or (0, 0)
            board = Board(day, clinic.zone, Stream(f"b{self._streams}", self.epoch), within)
            board.finished = {visit.id: row(visit) for visit in finished}
            self._boards[(clinic.id, day)] = board

    def outdated(self, clinic: Clinic) -> list[str]:
        """The days whose waiting rooms were made by another zone than the clinic has now."""
        return [
            day for (of, day), board in self._boards.items() if of == clinic.id and board.zone != clinic.zone
        ]

    def replace_board(self, clinic: Clinic, day: str, finished: list[Visit]) -> None:
        """Make a day's waiting room anew, by the clinic's zone as it is now; show it to who watches it."""
        old = self._boards.pop((clinic.id, day))
        self.open_board(clinic, day, finished)
        board, now = self._boards[(clinic.id, day)], self.now()
        for outlet in old.watchers.values():
            board.watch(outlet, 0, "", 0, self.rows(clinic.id, board), now)

    def close_board(self, clinic: ClinicId, day: str) -> None:
        """Forget a waiting room that cannot be shown rightly now; whoever watches it comes back and asks."""
        board = self._boards.pop((clinic, day))
        for outlet in tuple(board.watchers.values()):
            outlet.bye(Bye(code="restarting", message="Reconnecting...", retry_after_ms=500))

    def unwatch(self, connection: ConnectionId) -> None:
        """A dashboard looks elsewhere, or is gone."""
        for board in self._boards.values():
            board.watchers.pop(connection, None)

    def watchers(self) -> list[Outlet]:
        """All dashboards that watch a waiting room or a visit of this shard."""
        return self.board_watchers() + [
            one for live in self.visits.values() for one in live.watchers.values()
        ]

    def board_watchers(self) -> list[Outlet]:
        """All dashboards that watch a waiting room of this shard."""
        return [one for board in self._boards.values() for one in board.watchers.values()]

    def rows(self, clinic: ClinicId, board: Board) -> list[BoardRow]:
        """The live visits that belong to a waiting room."""
        now = self.now()
        return [
            row(live.visit)
            for live in self.visits.values()
            if live.visit.clinic.id == clinic and live.version and board.shows(live.visit, now)
        ]

    def drop_boards(self) -> None:
        """Forget waiting rooms that nobody watches and whose changes nobody may ask for any more."""
        if not self._boards:
            return  # as of most shards, most of the time
        now = self.now()
        for key in [
            key for key, board in self._boards.items() if not board.watchers and board.stream.idle(now)
        ]:
            del self._boards[key]

    def forget_told(self) -> None:
        """Let go of what nobody may ask for again: messages that are past their replay."""
        if not self.visits:
            return
        now = self.now()
        for live in self.visits.values():
            for stream in live.streams.values():
                stream.forget(now)

    def to_board(self, live: LiveVisit, message: Message, now: Instant) -> None:
        """Tell a clinic's waiting rooms of a change; a visit that moved to another day leaves its old one."""
        if not self._boards:
            return
        visit, day = live.visit, live.day
        if _date(live) != day:
            if (old := self._boards.get((visit.clinic.id, day))) is not None:
                old.tell(RowGone(visit=visit.id), now)
            message = row_changed(visit, seats=True)
        if isinstance(message, (RowChanged, RowSeat)):
            for (clinic, _), board in self._boards.items():
                if clinic == visit.clinic.id and board.shows(visit, now):
                    board.tell(message, now)

    def finished(self, live: LiveVisit) -> None:
        """A visit is settled: it leaves memory and stays in the waiting rooms as it ended."""
        visit, now = live.visit, self.now()
        self.visits.pop(visit.id, None)
        for (clinic, _), board in self._boards.items():
            if clinic == visit.clinic.id and board.shows(visit, now):
                board.finished[visit.id] = row(visit)

    def today(self, clinic: Clinic) -> str:
        """The clinic's day now."""
        return day_of(self.now(), clinic.zone)

    def within(self, clinic: Clinic, day: str) -> tuple[Instant, Instant] | None:
        """The bounds of a clinic's day; "" is today."""
        return bounds(day or day_of(self.now(), clinic.zone), clinic.zone)

    # ------------------------------------------------------------ surroundings of its visits

    def now(self) -> Instant:
        """Give the instant that it is, by the one clock."""
        return self._host.now()

    def can_save(self) -> bool:
        """Say whether the store is there, our lease is sound, and the shard is not being given away."""
        return not self._sealed and self._host.can_save()

    def put(self, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Write a save with the others of this tick."""
        self._writing += 1

        def written(outcome: SaveOutcome) -> None:
            self._writing -= 1
            try:
                settled(outcome)
            finally:
                if not self._writing and self._quiet is not None:
                    self._quiet.set()

        self._host.put(save, written)

    async def seal(self, within: float) -> bool:
        """Take no further facts, and wait so many seconds until every save that is under way was answered;
        False, and open again, when that takes longer. The shard is to be given to another node.
        """
        self._sealed = True
        self._quiet = asyncio.Event()
        try:
            async with asyncio.timeout(within):
                while self._writing:
                    self._quiet.clear()
                    await self._quiet.wait()
        except TimeoutError:
            self.unseal()
        return self._sealed

    def unseal(self) -> None:
        """Take facts again: it stays here."""
        self._sealed = False
        self._quiet = None

    def codec(self, visit: VisitId, body: bytes) -> BodyCodec:
        """Make the codec of one visit's bytes; `body` is empty for a new one."""
        return self._host.codec(visit, body)

    def save_id(self) -> str:
        """Draw an id for one save."""
        return self._host.random_id(12)

    def store_deadline(self, at: Instant) -> Instant:
        """Translate an instant into the store's own time."""
        return self._host.store_deadline(at)

    def arm(self, live: LiveVisit) -> Instant | None:
        """See to it that the visit is ticked at its deadline; give that."""
        return self._host.arm(live)

    def welcome(self, live: LiveVisit, connected: Connected) -> None:
        """Greet a connection that has its seat."""
        self._host.welcome(live, connected)

    def lost(self, live: LiveVisit) -> None:
        """Forget a visit that was never saved."""
        self.visits.pop(live.visit.id, None)
        self._host.disarm(live)

    def stale(self, live: LiveVisit) -> None:
        """Forget what another owner has."""
        self._host.stale(self)

    def doubt(self, live: LiveVisit, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Find out whether a save was written, then settle it."""
        self._host.doubt(live, save, settled)

    def late(self, live: LiveVisit, save: Save, settled: Callable[[SaveOutcome], None]) -> None:
        """Believe the store that a visit's time is over, unless its clock jumped."""
        self._host.late(live.visit.lapses_at, save, settled)

    def over(self, live: LiveVisit) -> None:
        """Take note that a visit is over, and saved so."""
        self._host.over(live)

    def settled(self, live: LiveVisit) -> None:
        """Let go of a visit about which nothing will ever change."""
        self.finished(live)
        self._host.disarm(live)

    def letters(self, live: LiveVisit) -> None:
        """Look at the letters of a visit as it is saved."""
        self._host.letters(live)

    def rerouted(self, live: LiveVisit) -> None:
        """Take note of who is connected now, for the sound of telephones."""
        self._host.rerouted(live)


def _date(live: LiveVisit) -> str:
    """Give the clinic's day of a visit, worked out anew when its start or its zone has changed."""
    visit = live.visit
    start, zone = visit.start, visit.clinic.zone
    if live.day_of != start or live.day_in != zone:
        live.day_of, live.day_in = start, zone
        live.day = intern(day_of(start, zone))
    return live.day
