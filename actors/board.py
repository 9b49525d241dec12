"""A clinic's waiting room: the whole state once, then numbered changes (R11, B2)."""

from dataclasses import dataclass, field

from actors.ports import Outlet
from engine.events import OVER
from engine.ids import ConnectionId, Instant, VisitId
from engine.visit import Visit
from signaling.codec import Encoded
from signaling.messages import Board as BoardMessage
from signaling.messages import BoardRow, Ok, RowChanged, RowGone, RowSeat
from signaling.session import Stream


@dataclass(slots=True)
class Board:
    """One day of one clinic. Its rows are the live visits of that day and the finished ones, kept as they
    ended.
    """

    day: str
    zone: str
    stream: Stream
    within: tuple[Instant, Instant]
    """The day's first instant, and the next day's."""
    finished: dict[VisitId, BoardRow] = field(default_factory=dict)
    watchers: dict[ConnectionId, Outlet] = field(default_factory=dict)

    def shows(self, visit: Visit, now: Instant) -> bool:
        """Whether a visit belongs here: it starts on this day, or still goes on today from an earlier one."""
        first, end = self.within
        if visit.start >= first:
            return visit.start < end
        return visit.status not in OVER and first <= now < end

    def watch(
        self, outlet: Outlet, request: int, stream: str, seq: int, rows: list[BoardRow], now: Instant
    ) -> None:
        """Send what was missed since a position, or everything; then every change."""
        missed = self.stream.since(stream, seq, now)
        self.watchers[outlet.id] = outlet
        if missed is not None:
            outlet.answer(Ok(id=request))
            for number, encoded in missed:
                outlet.event(number, encoded)
            return
        outlet.answer(
            BoardMessage(
                id=request,
                stream=self.stream.name,
                seq=self.stream.seq,
                day=self.day,
                zone=self.zone,
                now=now,
                rows=rows + list(self.finished.values()),
            )
        )

    def tell(self, message: RowChanged | RowSeat | RowGone, now: Instant) -> None:
        """Send one change to every watcher, encoded once."""
        encoded = Encoded(message)
        seq = self.stream.append(encoded, now)
        for outlet in tuple(self.watchers.values()):
            outlet.event(seq, encoded)
