"""Who had to move from one line to another, and for how long they were nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.history import Away, Closed, Gone, History, Opened, Seated


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody's line was closed by others, at `node`, and they were seated again; `after` is in seconds."""

    who: str
    seat: str
    """Theirs; a call has none before its PIN is known, and by it is sent to the node that has its visit."""
    node: str
    at: float
    code: int
    after: float


def moves(history: History, begin: float, end: float) -> Iterator[Move]:
    """Give the moves that began in a span of time; whoever is away by themselves does not move."""
    nodes: dict[int, str] = {}
    seated: dict[int, str] = {}
    nowhere: dict[str, Closed] = {}
    for entry in history.entries:
        match entry:
            case Opened():
                nodes[entry.line] = entry.node
            case Away() | Gone():
                nowhere.pop(entry.who, None)
                seated = {line: who for line, who in seated.items() if who != entry.who}
            case Closed() if entry.line in seated:
                nowhere[seated.pop(entry.line)] = entry
            case Seated():
                seated[entry.line] = entry.who
                closed = nowhere.pop(entry.who, None)
                if closed is not None and begin <= closed.at < end:
                    after = entry.at - closed.at
                    yield Move(entry.who, entry.seat, nodes[closed.line], closed.at, closed.code, after)


def put_out(history: History, completed: set[str]) -> list[str]:
    """Give those whose call ended though nobody had completed it."""
    visits = {one.who: one.visit for one in history.of(Seated)}
    return [
        f"{one.who}: {one.why}"
        for one in history.of(Gone)
        if one.why in ("ended", "completed", "cancelled") and visits.get(one.who) not in completed
    ]
