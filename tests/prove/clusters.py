"""What happens to those in a call while nodes are restarted in order, and while Ray's head is down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.faults.chaos import Chaos, Outcome, Plan
from tests.faults.history import OK, Answered, Asked, Fault, History, Seated
from tests.faults.line import LOST
from tests.faults.moves import moves, put_out
from tests.faults.schedule import Planned
from tests.faults.story import Pace
from tests.prove.proof import Round
from tests.prove.towns import NODES, judged, took

TALKING: Final = Pace(visits=40, life=(25.0, 50.0), think=(1.0, 3.0), away=(9.0, 12.0), short=0.0)
CLINICS: Final = 20
MOVED_WITHIN: Final = 10.0
"""Seconds in which everybody of a node has to be at another one when it is restarted in order."""
HEAD_DOWN: Final = 30.0
HEAD_DOWN_AT: Final = 15.0
SETTLES: Final = 18.0
TOLD_WHERE: Final = 1000
"""How the line of somebody is closed who was told which node has their visit."""
TOLD_WHEN: Final = 1012


async def rolling(folder: Path, seed: int) -> Round:
    """Restart three nodes of Ray's one after the other amid visits."""
    outcome = await _played(folder, seed, 90.0, Planned(10.0, "rolling", 0.0, seed))
    found, history = judged(outcome), History.read(outcome.history)
    begin, end = _span(history, "rolling")
    moved = list(moves(history, begin, end))
    figures = found.figures + took("moved", (one.after for one in moved))
    codes = Counter(one.code for one in moved)
    for how, code in (("told where", TOLD_WHERE), ("told when", TOLD_WHEN), ("told nothing", LOST)):
        figures[how] = codes[code]
    completed = {one.visit for one in history.of(Asked) if one.what == "complete"}
    ended = put_out(history, completed)
    figures["calls ended"] = len(ended)
    broken = [f"ended by nobody: {who}" for who in ended]
    if not moved:
        broken.append("nobody had to move")
    if any(one.after > MOVED_WITHIN for one in moved):
        broken.append(f"somebody was nowhere for {max(one.after for one in moved):.1f} s")
    return Round(figures, (*found.broken, *broken))


async def headless(folder: Path, seed: int) -> Round:
    """Keep Ray's head down for half a minute amid visits."""
    outcome = await _played(folder, seed, 60.0, Planned(HEAD_DOWN_AT, "head_down", HEAD_DOWN, seed))
    found, history = judged(outcome), History.read(outcome.history)
    begin, _ = _span(history, "head_down")
    end = begin + HEAD_DOWN
    asked = {one.op: one for one in history.of(Asked)}
    done = [one for one in history.of(Answered) if one.code == OK and one.op in asked]
    within = [one for one in done if begin <= one.at < end]
    acts = [one for one in done if one.sent]
    figures = found.figures + took("acts meanwhile", _times(acts, begin, end))
    figures += took("acts before", _times(acts, 0.0, begin))
    figures["visits opened meanwhile"] = sum(asked[one.op].what == "plan" for one in within)
    figures["seats taken meanwhile"] = sum(
        one.resumed == "new" and begin <= one.at < end for one in history.of(Seated)
    )
    moved = [one for one in moves(history, begin, end) if one.seat or one.code != TOLD_WHERE]
    figures["lines lost meanwhile"] = len(moved)
    broken = [f"{one.who} noticed: closed with {one.code}" for one in moved]
    if not figures["visits opened meanwhile"] or not figures["seats taken meanwhile"]:
        broken.append("no new visit worked")
    return Round(figures, (*found.broken, *broken))


async def _played(folder: Path, seed: int, seconds: float, fault: Planned) -> Outcome:
    plan = Plan(seed, seconds, NODES, CLINICS, TALKING, [fault], clocks=False, world="ray", settles=SETTLES)
    return await Chaos(plan, folder).run()


def _span(history: History, fault: str) -> tuple[float, float]:
    """Give from when to when something was broken."""
    at = [entry.at for entry in history.of(Fault) if entry.name == fault]
    return at[0], at[-1]


def _times(answered: Iterable[Answered], begin: float, end: float) -> Iterable[float]:
    return (one.at - one.sent for one in answered if begin <= one.sent < end)
