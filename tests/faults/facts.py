"""The rules of facts: what was acknowledged is in the store, once; nobody got in after the end, or was turned
away before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from statistics import median
from typing import Final

from tests.faults.history import Answered, Counted, History, Seated, Stored
from tests.faults.requests import Request, Requests
from tests.faults.verdict import Broken

OVER: Final = frozenset({"completed", "cancelled", "ended"})
TOO_LATE: Final = frozenset({"link_over", "pin_over", "time_over"})
NOT_IN_YET: Final = frozenset({"held", "waiting"})
MINUTE: Final = 60_000
EXPIRY_SLACK: Final = 1_000
"""Milliseconds: what is asked so soon after the end may still be let in (an expiry fires within a second);
and so much may a clock that follows the store be wrong.
"""

Check = Callable[[Request, Stored], str]
"""Says what of an acknowledged request is not in its visit as stored; "" when all is."""


# ---------------------------------------------------------------- nothing lost


def _seat(request: Request, visit: Stored) -> str:
    seat = visit.seats.get(request.made)
    if seat is None:
        return f"the seat {request.made} of {request.asked.about!r}"
    return (
        "" if request.asked.about in ("", seat.name) else f"the name of {request.made}: it is {seat.name!r}"
    )


def _admission(request: Request, visit: Stored) -> str:
    seat = visit.seats.get(request.asked.about)
    return "" if seat and seat.standing not in NOT_IN_YET else f"the admission of {request.asked.about}"


def _standing(wanted: str) -> Check:
    def check(request: Request, visit: Stored) -> str:
        seat = visit.seats.get(request.asked.about)
        return "" if seat and seat.standing == wanted else f"{wanted} of {request.asked.about}"

    return check


def _invitation(request: Request, visit: Stored) -> str:
    kept = visit.labels.get(request.made) == request.asked.about
    return "" if kept else f"the invitation {request.made} of {request.asked.about!r}"


def _end(_: Request, visit: Stored) -> str:
    return "" if visit.status == "completed" else f"the end: it is {visit.status}"


def _planned(_: Request, visit: Stored) -> str:
    return "" if visit.lapses_at else "its times"


def _extension(request: Request, visit: Stored) -> str:
    instant = request.answered.instant if request.answered else 0
    return (
        "" if visit.lapses_at >= instant else f"an extension: it lapses at {visit.lapses_at}, not {instant}"
    )


_OF_GUESTS: Final[dict[str, Check]] = {
    "join": _seat,
    "admit": _admission,
    "remove": _standing("removed"),
    "leave": _standing("left"),
    "invite": _invitation,
}
"""What nobody knows any more once a visit is over."""
_FOR_GOOD: Final[dict[str, Check]] = {"plan": _planned, "complete": _end, "extend": _extension}


def nothing_lost(history: History) -> Iterator[Broken]:
    """Find acknowledged facts that the store does not know."""
    visits = {entry.visit: entry for entry in history.of(Stored)}
    requests = Requests(history)
    renamed = {request.asked.about.partition(" ")[0] for request in requests.of("rename")}
    for kind, check in (_FOR_GOOD | _OF_GUESTS).items():
        for request in requests.done(kind):
            name = request.asked.visit or request.made
            visit = visits.get(name)
            if visit is None:
                yield _lost(request, f"the visit {name}")
            elif kind in _OF_GUESTS and (
                visit.status in OVER or (kind == "join" and request.made in renamed)
            ):
                continue
            elif what := check(request, visit):
                yield _lost(request, f"{what}, in {name}")
    yield from _renames(requests, visits)
    yield from _guesses_lost(history, requests)


def _lost(request: Request, what: str) -> Broken:
    return Broken("nothing lost", f"{what}, acknowledged to {request.asked.who}", request.over_at)


def _renames(requests: Requests, visits: dict[str, Stored]) -> Iterator[Broken]:
    """Of names given one over the other the last acknowledged stands, or one given after or beside it."""
    by_seat: dict[tuple[str, str], list[Request]] = {}
    for request in requests.of("rename"):
        seat, _, _ = request.asked.about.partition(" ")
        by_seat.setdefault((request.asked.visit, seat), []).append(request)
    for (visit, seat), renames in by_seat.items():
        stored = visits.get(visit)
        done = [one for one in renames if one.done]
        if stored is None or stored.status in OVER or not done or seat not in stored.seats:
            continue
        newest = max(one.asked.at for one in done)
        able = [one for one in renames if (one.done or one.doubtful) and one.over_at >= newest]
        names = {one.asked.about.partition(" ")[2] for one in able}
        if stored.seats[seat].name not in names:
            yield _lost(done[-1], f"the name of {seat} in {visit}: it is {stored.seats[seat].name!r}")


def _guesses_lost(history: History, requests: Requests) -> Iterator[Broken]:
    done = len(requests.done("guess"))
    for counted in history.of(Counted):
        if counted.guesses < done:
            yield Broken(
                "nothing lost", f"{done} guesses were answered, {counted.guesses} are counted", counted.at
            )


# ---------------------------------------------------------------- no double effect


def no_double_effect(history: History) -> Iterator[Broken]:
    """Find requests that had more than one effect."""
    stored, requests = history.of(Stored), Requests(history)
    planned = Counter(visit.name for visit in stored)
    for request in requests.of("plan"):
        yield from _twice(request, planned[request.asked.about], "visits are called")
    names = {visit.visit: Counter(seat.name for seat in visit.seats.values()) for visit in stored}
    for request in requests.of("join"):
        count = names.get(request.asked.visit, Counter())[request.asked.about]
        yield from _twice(request, count, "seats are of")
    labels = {visit.visit: Counter(visit.labels.values()) for visit in stored}
    for request in requests.of("invite"):
        count = labels.get(request.asked.visit, Counter())[request.asked.about]
        yield from _twice(request, count, "invitations are for")
    yield from _extensions(stored, requests)
    asked = len(list(requests.of("guess")))
    for counted in history.of(Counted):
        if counted.guesses > asked:
            yield Broken(
                "no double effect", f"{asked} guesses were made, {counted.guesses} are counted", counted.at
            )


def _twice(request: Request, count: int, what: str) -> Iterator[Broken]:
    if count > 1 and request.asked.about:
        yield Broken("no double effect", f"{count} {what} {request.asked.about!r}", request.asked.at)


def _extensions(stored: Iterable[Stored], requests: Requests) -> Iterator[Broken]:
    """A visit ends as planned and extended: by all acknowledged extensions, and any of the doubtful ones."""
    planned = {one.made: one.answered.instant for one in requests.done("plan") if one.answered}
    extended: dict[str, list[Request]] = {}
    for request in requests.of("extend"):
        extended.setdefault(request.asked.visit, []).append(request)
    for visit in stored:
        if visit.visit not in planned:
            continue
        of_visit = extended.get(visit.visit, [])
        sure = sum(int(one.asked.about) for one in of_visit if one.done)
        ends = {planned[visit.visit] + sure * MINUTE}
        for one in of_visit:
            if one.doubtful:
                ends |= {end + int(one.asked.about) * MINUTE for end in ends}
        if visit.lapses_at > max(ends) or (visit.lapses_at >= min(ends) and visit.lapses_at not in ends):
            more = (visit.lapses_at - min(ends)) / MINUTE
            yield Broken(
                "no double effect",
                f"{visit.visit} was extended by {more:.0f} minutes more than was asked for",
                visit.at,
            )


# ---------------------------------------------------------------- the end, at its time


class _Ends:
    """When visits end, as far as a history says."""

    def __init__(self, history: History, requests: Requests) -> None:
        # the answer's instant is between the hello's sending and its arrival: half the trip is the best guess
        self._ahead = median(one.now - 500 * (one.sent + one.at) for one in history.of(Seated))
        self._lapses = {one.made: one.answered.instant for one in requests.done("plan") if one.answered}
        self._extensions: dict[str, list[Request]] = {}
        for request in requests.of("extend"):
            self._extensions.setdefault(request.asked.visit, []).append(request)

    def known(self, visit: str) -> bool:
        """Whether it is known when a visit was to end."""
        return visit in self._lapses

    def after(self, visit: str, asked: float, over: float) -> float:
        """Milliseconds from the last end that a visit can have had at `over` to a request made at `asked`."""
        extended = [one for one in self._of(visit) if one.asked.at < over and (one.done or one.doubtful)]
        return self._since(visit, extended, asked)

    def before(self, visit: str, asked: float, over: float) -> float:
        """Milliseconds from an answer at `over` to the first end that a visit can have had at `asked`."""
        extended = [one for one in self._of(visit) if one.over_at < asked and one.done]
        return -self._since(visit, extended, over)

    def _of(self, visit: str) -> list[Request]:
        return self._extensions.get(visit, [])

    def _since(self, visit: str, extended: Iterable[Request], at: float) -> float:
        minutes = sum(int(one.asked.about) for one in extended)
        return 1000 * at + self._ahead - self._lapses[visit] - MINUTE * minutes


def no_admission_after_expiry(history: History) -> Iterator[Broken]:
    """Find seats that were asked for after the visit's time was over, and given."""
    yield from _joins_at_a_wrong_time(history, _late)


def nobody_refused_early(history: History) -> Iterator[Broken]:
    """Find links that were said to be over before the visit's time was."""
    yield from _joins_at_a_wrong_time(history, _early)


def _late(ends: _Ends, one: Request, answered: Answered) -> Broken | None:
    late = ends.after(one.asked.visit, answered.sent, answered.at) if one.done else 0.0
    if late <= EXPIRY_SLACK:
        return None
    what = f"{one.asked.who} was let in {late / 1000:.1f} s late to {one.asked.visit}"
    return Broken("no admission after expiry", what, answered.at)


def _early(ends: _Ends, one: Request, answered: Answered) -> Broken | None:
    over = answered.code in TOO_LATE
    early = ends.before(one.asked.visit, one.asked.at, answered.at) if over else 0.0
    if early <= EXPIRY_SLACK:
        return None
    what = f"{one.asked.who} was told {early / 1000:.1f} s early that {one.asked.visit} is over"
    return Broken("nobody refused early", what, answered.at)


def _joins_at_a_wrong_time(
    history: History, judged: Callable[[_Ends, Request, Answered], Broken | None]
) -> Iterator[Broken]:
    if not history.of(Seated):
        return  # nobody knows what time it was
    requests = Requests(history)
    ends = _Ends(history, requests)
    for one in requests.of("join"):
        if one.answered is None or not ends.known(one.asked.visit):
            continue
        if (broken := judged(ends, one, one.answered)) is not None:
            yield broken
