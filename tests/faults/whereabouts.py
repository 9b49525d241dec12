"""The rules of people: dashboards show who is there, nobody loses their seat, everybody comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tests.faults.facts import NOT_IN_YET, OVER
from tests.faults.history import (
    AnyEntry,
    Awake,
    Away,
    Bug,
    Calm,
    Closed,
    Fault,
    Gone,
    History,
    Metric,
    Opened,
    Seated,
    Shown,
    Stored,
    View,
)
from tests.faults.requests import Requests
from tests.faults.verdict import Broken

GHOST_AFTER: Final = 15.0
"""Seconds after which a dashboard shows the truth, after any fault (B2)."""
KEPT_FOR: Final = 110.0
"""Seconds for which a lost seat is surely kept (120, less what a client notices late)."""
HERE: Final = "ok"

Span = tuple[float, float]


@dataclass(slots=True)
class Track:
    """Something that is one way from a time on, and then another."""

    points: list[tuple[float, str]] = field(default_factory=list)

    def turn(self, at: float, state: str) -> None:
        """Note how it is from now on."""
        if not self.points or self.points[-1][1] != state:
            self.points.append((at, state))

    def spans(self, ends: float) -> Iterator[tuple[float, float, str]]:
        """Give from when to when it was how."""
        for (begin, state), (end, _) in zip(self.points, [*self.points[1:], (ends, "")], strict=True):
            yield begin, end, state


@dataclass(slots=True)
class Whereabouts:
    """Who was connected when, and what each dashboard showed."""

    seats: dict[tuple[str, str], Track] = field(default_factory=dict)
    """(visit, seat) -> connected or not, as its own client knows."""
    shown: dict[tuple[str, str, str], Track] = field(default_factory=dict)
    """(dashboard, visit, seat) -> link."""
    awake: dict[str, list[float]] = field(default_factory=dict)
    blind: list[Span] = field(default_factory=list)
    """When nobody can be expected to know who is there."""
    _lines: dict[int, tuple[str, str]] = field(default_factory=dict)
    _last: dict[str, tuple[tuple[str, str], int]] = field(default_factory=dict)
    _blinded: dict[tuple[str, str], float] = field(default_factory=dict)

    @classmethod
    def of(cls, history: History) -> Whereabouts:
        """Gather them."""
        found = cls()
        for entry in history.entries:
            found._take(entry)
        found.blind += [(begin, history.ends) for begin in found._blinded.values()]
        return found

    def _take(self, entry: AnyEntry) -> None:
        match entry:
            case Seated() if entry.seat:
                key = (entry.visit, entry.seat)
                self._lines[entry.line] = key
                self._last[entry.who] = key, entry.line
                self.seats.setdefault(key, Track()).turn(entry.at, "here")
            case Closed():
                self._lost(entry.line, entry.at)
            case Away() if entry.who in self._last:
                self._lost(self._last[entry.who][1], entry.at)
            case Gone() if entry.who in self._last:
                self.seats[self._last[entry.who][0]].turn(entry.at, "gone")
            case Shown():
                shown = self.shown.setdefault((entry.who, entry.visit, entry.seat), Track())
                shown.turn(entry.at, entry.link)
            case Awake():
                self.awake.setdefault(entry.who, []).append(entry.at)
            case Fault(blinds=True):
                self._dark(entry)

    def _lost(self, line: int, at: float) -> None:
        held = self._lines.pop(line, None)
        if held is not None and held not in self._lines.values():
            self.seats[held].turn(at, "away")

    def _dark(self, entry: Fault) -> None:
        key = (entry.name, entry.target)
        if not entry.over:
            self._blinded.setdefault(key, entry.at)
        elif (begin := self._blinded.pop(key, None)) is not None:
            self.blind.append((begin, entry.at))


def presence(history: History) -> Iterator[Broken]:
    """Find ghosts, and people who are there and not shown, more than 15 s after whatever happened."""
    where = Whereabouts.of(history)
    for (who, visit, seat), shown in where.shown.items():
        actual = where.seats.get((visit, seat))
        if actual is None:  # a telephone, whose client is not told its seat
            continue
        for begin, end, kind in wrong_spans(actual, shown, history.ends):
            for start, stop in without(begin, end, where.blind):
                seen = [at for at in where.awake.get(who, ()) if start + GHOST_AFTER < at < stop]
                if seen:
                    yield Broken(
                        "presence",
                        f"{who} shows {kind} {seat} of {visit} for {seen[-1] - start:.1f} s",
                        seen[0],
                    )


def wrong_spans(actual: Track, shown: Track, ends: float) -> Iterator[tuple[float, float, str]]:
    """Give from when to when a dashboard showed what was not so: "the ghost" or "as lost"."""
    begun: float | None = None
    kind = ""
    states = {"actual": "", "shown": ""}
    points = [(at, "actual", state) for at, state in actual.points]
    points += [(at, "shown", state) for at, state in shown.points]
    for at, which, state in sorted(points, key=lambda point: point[0]):
        states[which] = state
        found = _wrong(states["actual"], states["shown"])
        if found != kind:
            if kind and begun is not None:
                yield begun, at, kind
            kind, begun = found, at
    if kind and begun is not None:
        yield begun, ends, kind


def _wrong(actual: str, shown: str) -> str:
    if actual == "away" and shown == HERE:
        return "the ghost"
    if actual == "here" and shown in ("lost", "none", "restoring"):
        return "as lost"
    return ""


def without(begin: float, end: float, blind: list[Span]) -> list[Span]:
    """Give what is left of a span of time without those in which nothing could be known."""
    left = [(begin, end)]
    for start, stop in blind:
        left = [
            piece for a, b in left for piece in ((a, min(b, start)), (max(a, stop), b)) if piece[1] > piece[0]
        ]
    return left


# ---------------------------------------------------------------- seats kept, everybody back


def seat_kept(history: History) -> Iterator[Broken]:
    """Find people who were refused their seat, though it was theirs and they were not away for too long."""
    requests = Requests(history)
    ending = {one.asked.visit for one in requests.of("complete") if one.done or one.doubtful}
    out = {one.asked.about for one in requests.of("remove", "leave") if one.done or one.doubtful}
    away: dict[str, float] = {}
    seats: dict[str, Seated] = {}
    lines: dict[int, str] = {}
    for entry in history.entries:
        match entry:
            case Seated() if entry.seat:
                seats[entry.who], lines[entry.line] = entry, entry.who
                away.pop(entry.who, None)
            case Closed() if entry.line in lines:
                away.setdefault(lines[entry.line], entry.at)
            case Away():
                away.setdefault(entry.who, entry.at)
            case Gone() if entry.why.startswith("refused ") and entry.who in seats:
                held = seats[entry.who]
                excused = held.visit in ending or held.seat in out
                if not excused and entry.at - away.get(entry.who, entry.at) < KEPT_FOR:
                    yield Broken("seat kept", f"{entry.who} lost {held.seat}: {entry.why}", entry.at)


def everybody_back(history: History) -> Iterator[Broken]:
    """Find people who had not come back by the end, with nothing broken any more."""
    if not history.of(Calm):
        return
    open_lines: dict[str, int] = {}
    present: set[str] = set()
    lines: dict[int, str] = {}
    for entry in history.entries:
        match entry:
            case Opened():
                lines[entry.line] = entry.who
            case Seated():
                present.add(entry.who)
                open_lines[entry.who] = entry.line
            case Closed():
                who = lines.get(entry.line, "")
                if open_lines.get(who) == entry.line:
                    del open_lines[who]
            case Gone():
                present.discard(entry.who)
    for who in sorted(present - open_lines.keys()):
        yield Broken("everybody back", f"{who} has not come back", history.ends)


def views_agree(history: History) -> Iterator[Broken]:
    """Find pages that show something else than the store holds, when all is quiet."""
    visits = {entry.visit: entry for entry in history.of(Stored)}
    for view in history.of(View):
        visit = visits.get(view.visit)
        if visit is None or visit.status in OVER:
            continue
        inside = {key: seat.standing for key, seat in visit.seats.items() if seat.standing == "in"}
        shown = {key: words.partition(" ")[0] for key, words in view.seats.items()}
        shown_in = {key for key, standing in shown.items() if standing == "in"}
        for key in sorted(inside.keys() ^ shown_in):
            real = visit.seats[key].standing if key in visit.seats else "nothing"
            yield Broken(
                "views agree", f"{view.who} sees {key} as {shown.get(key, 'nothing')}, it is {real}", view.at
            )
        waits = {key for key, standing in shown.items() if standing in NOT_IN_YET}
        for key in sorted(waits - visit.seats.keys()):
            yield Broken("views agree", f"{view.who} sees {key} wait, whom nobody knows", view.at)


def no_bug(history: History) -> Iterator[Broken]:
    """Find bugs that nodes wrote down, and counters that have to stay 0."""
    for bug in history.of(Bug):
        yield Broken("no bug", f"{bug.node}: {bug.what}", bug.at)
    for metric in history.of(Metric):
        if metric.value:
            yield Broken("no bug", f"{metric.node}: {metric.name} is {metric.value:g}", metric.at)
