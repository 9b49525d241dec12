"""The figures of a run: how long after each kind of fault things were as they should be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.ids import shard_of_visit
from tests.faults.history import (
    OK,
    STEADY,
    Answered,
    Asked,
    Away,
    Closed,
    Fault,
    Gone,
    History,
    Opened,
    Seated,
    Shown,
    Struck,
    Taken,
)

FOLLOWED_FOR: Final = 40.0
"""Seconds after a fault in which a return counts as a return from it."""

SAME: Final = 0.01
"""Seconds by which two readings of one moment differ at most."""
MENDED: Final = 8.0
"""Seconds after the end of a fault in which what it did is not over yet: people come back."""
HERD: Final = 3.0
"""Seconds in which nearly all of a herd come back; later ones are too few to be noticed."""
AFTER_A_HERD: Final = 20.0
"""Seconds after which nothing is left of it."""
ANSWERS: Final = "answers"
IN_A_HERD: Final = "answers in a herd"
"""How long who is let alone waits for an answer, while nothing else happens, and while a herd comes back."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in seconds."""

    count: int
    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Spread:
        """Sum up."""
        ordered = sorted(seconds)
        return cls(len(ordered), _at(ordered, 0.5), _at(ordered, 0.99))

    def __str__(self) -> str:
        return f"p50 {self.p50:.2f} s, p99 {self.p99:.2f} s ({self.count})" if self.count else "none"

    def plain(self) -> dict[str, float]:
        """Give it for a line of JSON."""
        return {"count": self.count, "p50": round(self.p50, 3), "p99": round(self.p99, 3)}


def _at(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def figures(history: History) -> dict[str, Spread]:
    """Give every figure by its name: `takeover after kill`, `service after kill`, `seats resumed after kill`,
    and so on for each fault of a process, and `presence loss`.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for taken in history.of(Taken):
        found[f"takeover after {taken.fault}"].append(taken.after)
    struck = history.of(Struck)
    nexts = [one.at for one in struck[1:]] + [history.ends]
    for one, until in zip(struck, nexts, strict=False):  # of none there is an end, too
        found[f"service after {one.fault}"] += _served(history, one)
        found[f"seats resumed after {one.fault}"] += _resumed(history, one, until)
    whole, amid = _losses(history)
    found["presence loss"], found["presence loss amid faults"] = whole, amid
    found[ANSWERS], found[IN_A_HERD] = _answers(history)
    return {name: Spread.of(seconds) for name, seconds in sorted(found.items()) if seconds}


def _served(history: History, struck: Struck) -> list[float]:
    """From a fault of a process to the first person seated under a later epoch, for each shard it cost."""
    cost = {one.shard for one in history.of(Taken) if abs(one.at - one.after - struck.at) < SAME}
    epochs: dict[int, int] = {}
    first: dict[int, float] = {}
    for seated in history.of(Seated):
        number = shard_of_visit(seated.visit)
        if number not in cost or not seated.stream:
            continue
        epoch = int(seated.stream.partition(".")[0], 16)
        if seated.at < struck.at:
            epochs[number] = max(epoch, epochs.get(number, 0))
        elif epoch > epochs.get(number, 0) and number not in first and seated.at < struck.at + FOLLOWED_FOR:
            first[number] = seated.at - struck.at
    return [after for number, after in first.items() if number in epochs]


def _resumed(history: History, struck: Struck, until: float) -> list[float]:
    """From a fault of a process to the return of each person whose connection to it ended by that, and so
    before the next one.
    """
    nodes: dict[int, str] = {}
    lines: dict[str, int] = {}
    back: dict[str, float] = {}
    out: set[str] = set()
    ended = {one.line for one in history.of(Closed) if struck.at <= one.at < until}
    for entry in history.entries:
        if entry.at > struck.at + FOLLOWED_FOR:
            break
        match entry:
            case Opened():
                nodes[entry.line] = entry.node
            case Seated() if entry.at < struck.at:
                lines[entry.who] = entry.line
            case Seated():
                back.setdefault(entry.who, entry.at - struck.at)
            case Closed() if entry.at < struck.at:
                lines = (
                    {who: line for who, line in lines.items() if line != entry.line}
                    if (entry.line in lines.values())
                    else lines
                )
            case Away() | Gone():
                if entry.who not in back:
                    out.add(entry.who)
                if isinstance(entry, Away) and entry.at < struck.at:
                    lines.pop(entry.who, None)
    there = {who for who, line in lines.items() if nodes.get(line) == struck.node} - out
    return [back[who] for who in there if who in back and lines[who] in ended]


def _losses(history: History) -> tuple[list[float], list[float]]:
    """From the moment when a computer was off to the moment when a dashboard says so: when nothing else
    was broken in between, and when something was.
    """
    seats: dict[str, tuple[str, str]] = {}
    away: dict[tuple[str, str], float] = {}
    trouble = [*_trouble(history)]
    whole, amid = list[float](), list[float]()
    for entry in history.entries:
        match entry:
            case Seated() if entry.seat:
                seats[entry.who] = entry.visit, entry.seat
                away.pop((entry.visit, entry.seat), None)
            case Away(silently=True) if entry.who in seats:
                away[seats[entry.who]] = entry.at
            case Shown(link="lost"):
                began = away.pop((entry.visit, entry.seat), None)
                if began is not None:
                    met = any(start < entry.at and began < end for start, end in trouble)
                    (amid if met else whole).append(entry.at - began)
    return whole, amid


def _trouble(history: History) -> Iterator[tuple[float, float]]:
    """Give from when to when something was broken, or had just been mended."""
    begun: dict[tuple[str, str], float] = {}
    for entry in history.of(Fault):
        key = entry.name, entry.target
        if not entry.over:
            begun[key] = entry.at
        elif key in begun:
            yield begun.pop(key), entry.at + MENDED
    for start in begun.values():
        yield start, history.ends


def _answers(history: History) -> tuple[list[float], list[float]]:
    """How long steady requests took: apart from herds, and in them."""
    herds = [entry.at for entry in history.of(Fault) if entry.name == "herd" and not entry.over]
    steady = {entry.op for entry in history.of(Asked) if entry.what == STEADY}
    apart, within = [], []
    for entry in history.of(Answered):
        if entry.op in steady and entry.code == OK:
            since = min((entry.sent - herd for herd in herds if entry.sent >= herd), default=AFTER_A_HERD)
            if since < HERD:
                within.append(entry.at - entry.sent)
            elif since >= AFTER_A_HERD:
                apart.append(entry.at - entry.sent)
    return apart, within
