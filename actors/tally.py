"""What a visit's events mean for the metrics (metrics.md)."""

from collections.abc import Sequence

from actors.ports import Observer
from engine.clinic import Admission
from engine.events import Audited, Event, SeatChanged, Standing, Status, VisitChanged, VisitWhy, Why
from engine.presence import GUESTS, Role, Seat
from engine.visit import Visit

_INTO = {VisitWhy.OPENED: Status.OPEN, VisitWhy.STARTED: Status.IN_PROGRESS, VisitWhy.LAPSED: Status.LAPSED}
"""States that a visit may have left again in the same step, as one that lapses with nobody inside."""
_LIFE = frozenset({*_INTO, VisitWhy.EXTENDED, VisitWhy.OVER})
_COMINGS_IN = frozenset({Why.JOINED, Why.ADMITTED})
_ENDS_OF_WAITING = frozenset({Why.ADMITTED, Why.DENIED, Why.LEFT})


def tally(observer: Observer, visit: Visit, events: Sequence[Event]) -> None:
    """Count what was said about a visit, once it was said."""
    for event in events:
        if isinstance(event, VisitChanged):
            if event.why in _LIFE:
                observer.transition(_INTO.get(event.why, visit.status).value)
        elif isinstance(event, SeatChanged):
            _seat(observer, visit, event, events)


def _seat(observer: Observer, visit: Visit, event: SeatChanged, events: Sequence[Event]) -> None:
    seat = visit.seats.get(event.seat)
    if event.why is Why.MOVED:
        observer.seat_moved()
    elif event.before is Standing.WAITING and event.why in _ENDS_OF_WAITING:
        observer.admission(event.why.value, "phone" if seat and seat.role is Role.PHONE else "web")
        if event.why is Why.ADMITTED:
            observer.waited(event.waited / 1000)
    if event.why in _COMINGS_IN and seat is not None and _has_to_wait(visit, seat) and not _by_word(events):
        observer.admission_bypassed()


def _by_word(events: Sequence[Event]) -> bool:
    """Whether a provider let somebody in."""
    return any(isinstance(event, Audited) and event.action == "admit" for event in events)


def _has_to_wait(visit: Visit, seat: Seat) -> bool:
    """Whether somebody is in whom only a provider lets in: looked at apart from what decided about it."""
    asks = seat.asks or visit.clinic.admission is Admission.PROVIDER_ADMITS
    return seat.standing is Standing.IN and seat.role in GUESTS and asks
