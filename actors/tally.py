"""What a visit's events mean for the metrics (metrics.md)."""

from collections.abc import Sequence

from actors.ports import Observer
from engine.events import Event, SeatChanged, Standing, VisitChanged, VisitWhy, Why
from engine.presence import Role
from engine.visit import Visit

_LIFE = frozenset({VisitWhy.OPENED, VisitWhy.STARTED, VisitWhy.LAPSED, VisitWhy.EXTENDED, VisitWhy.OVER})
_ENDS_OF_WAITING = frozenset({Why.ADMITTED, Why.DENIED, Why.LEFT})


def tally(observer: Observer, visit: Visit, events: Sequence[Event]) -> None:
    """Count what was said about a visit, once it was said."""
    for event in events:
        if isinstance(event, VisitChanged):
            if event.why in _LIFE:
                observer.transition(visit.status.value)
        elif isinstance(event, SeatChanged):
            _seat(observer, visit, event)


def _seat(observer: Observer, visit: Visit, event: SeatChanged) -> None:
    if event.why is Why.MOVED:
        observer.seat_moved()
    elif event.before is Standing.WAITING and event.why in _ENDS_OF_WAITING:
        seat = visit.seats.get(event.seat)
        observer.admission(event.why.value, "phone" if seat and seat.role is Role.PHONE else "web")
        if event.why is Why.ADMITTED:
            observer.waited(event.waited / 1000)
