"""A good history of one visit, told in a few words, into which tests forge what must not be."""

from __future__ import annotations

from engine.ids import shard_of_visit
from tests.faults.history import (
    Answered,
    AnyEntry,
    Asked,
    Awake,
    Calm,
    Closed,
    Counted,
    History,
    Metric,
    Numbered,
    Opened,
    Owned,
    Seated,
    Shown,
    Stored,
    StoredSeat,
    View,
    Watching,
)

VISIT = "0417-aaaaaaaaaaaa"
NAME = "V1"
LAPSES = 3_600_000
"""The visit's planned end; the server's clock is 0 when the history begins."""
SHARD = shard_of_visit(VISIT) or 0
CLINIC = "clinic-07"
ENDS = 100.0


def seated(at: float, line: int, who: str, seat: str, *, epoch: int = 1, **facts: object) -> Seated:
    """Somebody has a seat."""
    given = {"stream": f"{epoch:x}.{seat}", "seq": 0, "resumed": "new", "standing": "in"} | facts
    return Seated(
        at=at,
        line=line,
        who=who,
        visit=VISIT,
        seat=seat,
        sent=at - 0.02,
        now=round(1000 * (at - 0.01)),
        **given,  # type: ignore[arg-type]
    )


def request(at: float, op: str, who: str, what: str, about: str = "", **answer: object) -> list[AnyEntry]:
    """A request and its answer, a hundredth of a second later; with `code` None it was never answered."""
    asked = Asked(at=at, op=op, who=who, what=what, visit="" if what == "plan" else VISIT, about=about)
    given: dict[str, object] = {"code": "", "sent": at} | answer
    if given["code"] is None:
        return [asked]
    return [asked, Answered(at=at + 0.01, op=op, **given)]  # type: ignore[arg-type]


def good() -> list[AnyEntry]:
    """A provider, two guests and a dashboard: planned, joined, run, a drop and a return, an extension."""
    told: list[AnyEntry] = [
        *request(1.0, "plan", "program", "plan", NAME, made=VISIT, instant=LAPSES),
        Opened(at=2.0, line=1, who="doctor", node="node-1/1"),
        Asked(at=2.0, op="join doctor", who="doctor", what="join", visit=VISIT),
        seated(2.1, 1, "doctor", "d"),
        Answered(at=2.1, op="join doctor", code="", made="d", line=1, sent=2.08),
        Opened(at=3.0, line=2, who="ana", node="node-1/1"),
        Asked(at=3.0, op="join ana", who="ana", what="join", visit=VISIT, about="Ana"),
        seated(3.1, 2, "ana", "a", standing="waiting"),
        Answered(at=3.1, op="join ana", code="", made="a", line=2, sent=3.08),
        Numbered(at=3.2, line=1, seq=1, words=11),
        Opened(at=4.0, line=3, who="board", node="node-1/1"),
        Watching(at=4.1, line=3, who="board", clinic=CLINIC, stream="1.b1", seq=0, resumed="state"),
        Shown(at=4.1, who="board", visit=VISIT, seat="d", link="ok"),
        Shown(at=4.1, who="board", visit=VISIT, seat="a", link="ok"),
        *request(5.0, "admit", "doctor", "admit", "a", line=1),
        Numbered(at=5.1, line=2, seq=1, words=21),
        Numbered(at=5.1, line=1, seq=2, words=12),
        *request(6.0, "invite", "doctor", "invite", "Daughter", made="i1", line=1),
        *request(7.0, "extend", "program", "extend", "5", instant=LAPSES + 300_000),
        *request(8.0, "rename", "doctor", "rename", "a Anna", line=1),
        *request(9.0, "guess", "guesser", "guess"),
        Closed(at=20.0, line=2, code=1006),
        Shown(at=20.5, who="board", visit=VISIT, seat="a", link="lost"),
        Opened(at=30.0, line=4, who="ana", node="node-1/1"),
        seated(30.1, 4, "ana", "a", resumed="replay", seq=1, asked=("1.a", 1)),
        Shown(at=30.2, who="board", visit=VISIT, seat="a", link="ok"),
        Numbered(at=31.0, line=4, seq=2, words=22),
        Calm(at=50.0),
    ]
    told += [Awake(at=float(at), who="board") for at in range(5, 100)]
    view = {"d": "in ok", "a": "in ok"}
    told += [
        View(at=99.0, who="ana", visit=VISIT, seats=view),
        Stored(
            at=99.5,
            visit=VISIT,
            status="in_progress",
            name=NAME,
            lapses_at=LAPSES + 300_000,
            seats={"d": StoredSeat(standing="in"), "a": StoredSeat(standing="in", name="Anna")},
            labels={"i1": "Daughter"},
        ),
        Counted(at=99.5, guesses=1),
        Owned(at=99.5, shard=SHARD, epoch=1),
        Metric(at=ENDS, node="node-1", name="vestibule_join_after_expiry_total", value=0.0),
    ]
    return told


def history(*forged: AnyEntry, without: type[AnyEntry] | None = None) -> History:
    """The good history with something put into it, in the order of time; without what is of one kind."""
    entries = [entry for entry in good() if without is None or type(entry) is not without]
    return History(sorted([*entries, *forged], key=lambda entry: entry.at))


def stored(**changes: object) -> Stored:
    """The visit as stored, but for some facts."""
    kept = next(entry for entry in good() if isinstance(entry, Stored))
    facts = {name: getattr(kept, name) for name in kept.__struct_fields__}
    return Stored(**(facts | changes))
