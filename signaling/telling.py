"""Telling: what an outcome means for whom (D12, D13), each message made at most once for an audience."""

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from engine import events as fact
from engine.clinic import Clinic
from engine.commands import Channel
from engine.events import Standing, VisitWhy, Why
from engine.ids import PATIENT, SHARED, ConnectionId, SeatId
from engine.presence import Role, Seat
from engine.visit import Visit
from signaling import messages as wire
from signaling import words
from signaling.views import Audience, audience_of, details, door, inside, participant, row_changed, visit_info


class ToSeat(Struct, frozen=True, gc=False):
    """Number this in the seat's stream and send it to the seat's connections."""

    seat: SeatId
    message: wire.Numbered


class ToConnection(Struct, frozen=True, gc=False):
    """Send this bare to one connection."""

    connection: ConnectionId
    message: wire.Message


class Close(Struct, frozen=True, gc=False):
    """Say goodbye to a connection and close it, with the close code that belongs to `bye.code`."""

    connection: ConnectionId
    bye: wire.Bye


class ToBoard(Struct, frozen=True, gc=False):
    """Tell the clinic's waiting room."""

    message: wire.RowChanged | wire.RowSeat


class ToWatchers(Struct, frozen=True, gc=False):
    """Send this bare to everybody who watches the visit's details."""

    message: wire.Details


Outgoing = ToSeat | ToConnection | Close | ToBoard | ToWatchers


def outgoing(visit: Visit, events: Sequence[fact.Event]) -> list[Outgoing]:
    """Say what these events mean for whom, in order, by the visit as it is right after them.

    Who got a connection by them is not told of them: `ready` shows them the whole. `Connected` itself is the
    host's to answer. The same thing said to many is the same message object, so that it is written once.
    """
    telling = _Telling(visit, events)
    for event in events:
        telling.tell(event)
    return telling.finished()


def resync(visit: Visit) -> list[Outgoing]:
    """Show everybody the whole again, after a save that failed was undone, or one in doubt was found."""
    telling = _Telling(visit, ())
    for seat in visit.seats.values():
        if seat.present:
            whole = inside(visit, seat.id) if seat.standing is Standing.IN else telling.at_door(seat)
            you = wire.You(standing=seat.standing.value, why=Why.CHANGED.value, name=seat.name)
            telling.out += (ToSeat(seat.id, you), ToSeat(seat.id, whole))
    telling.out.append(ToBoard(row_changed(visit, seats=True)))
    telling.invitations = True
    return telling.finished()


def bye(code: wire.Farewell, clinic: Clinic) -> wire.Bye:
    """Say goodbye to one connection."""
    return wire.Bye(code=code, message=words.goodbye(code, clinic))


_DOOR_TELLS: Final = frozenset(VisitWhy) - {VisitWhy.WARNED, VisitWhy.BRIDGED, VisitWhy.OVER}
_CLINIC_ONLY: Final = frozenset({VisitWhy.WARNED, VisitWhy.LOCKED, VisitWhy.UNLOCKED})
_WhyVisit = Literal["started", "warned", "lapsed", "extended", "rescheduled", "locked", "unlocked", "changed"]
_TO_WIRE: Final[dict[VisitWhy, _WhyVisit]] = {
    VisitWhy.OPENED: "changed",
    VisitWhy.STARTED: "started",
    VisitWhy.WARNED: "warned",
    VisitWhy.LAPSED: "lapsed",
    VisitWhy.EXTENDED: "extended",
    VisitWhy.RESCHEDULED: "rescheduled",
    VisitWhy.LOCKED: "locked",
    VisitWhy.UNLOCKED: "unlocked",
    VisitWhy.CHANGED: "changed",
    VisitWhy.BRIDGED: "changed",
}
_NOT_PERSONAL: Final = (None, SHARED, PATIENT)
_WHY: Final = {why: why.value for why in Why}
_TO_PARTY: Final = {Why.REMOVED: Why.LEFT, Why.DENIED: Why.LEFT}


class _Telling:
    """One outcome, as it is told: who is told what, each message made at most once for an audience."""

    __slots__ = ("_at_door", "_called", "_ended", "_fresh", "_whole", "invitations", "out", "visit")

    def __init__(self, visit: Visit, events: Sequence[fact.Event]) -> None:
        self.visit = visit
        self.out: list[Outgoing] = []
        self.invitations = False
        self._at_door: dict[bool, wire.AtDoor] = {}
        self._ended: wire.Ended | None = None
        self._fresh: set[SeatId] = set()
        """Seats that a new browser shows whole, by `ready`."""
        self._called: set[SeatId] = set()
        """Seats that a telephone has just come to; where it stands is told by `you`."""
        self._whole: set[SeatId] = set()
        """Those, and seats that come into the call now and are shown it whole."""
        for event in events:
            if isinstance(event, fact.Connected):
                self._connected(event)
            elif isinstance(event, fact.SeatChanged) and self._came_in(event):
                self._whole.add(event.seat)

    def _connected(self, event: fact.Connected) -> None:
        connection = self.visit.live.get(event.connection)
        if connection is None or event.resumed:
            return
        if connection.channel is Channel.PHONE:
            self._called.add(event.seat)
        else:
            self._fresh.add(event.seat)
            self._whole.add(event.seat)

    def _came_in(self, event: fact.SeatChanged) -> bool:
        return event.before is not Standing.IN and self.visit.seats[event.seat].standing is Standing.IN

    def finished(self) -> list[Outgoing]:
        """Return all that is to be said."""
        if self.invitations:
            self.out.append(ToWatchers(details(self.visit)))
        return self.out

    def at_door(self, seat: Seat) -> wire.AtDoor:
        """Return the one message for all guests who are not let in, or the patient's own (R13)."""
        patient = seat.role is Role.PATIENT
        if patient not in self._at_door:
            self._at_door[patient] = wire.AtDoor(door=door(self.visit, patient=patient))
        return self._at_door[patient]

    def tell(self, event: fact.Event) -> None:
        """Say one event to whom it concerns."""
        if isinstance(event, fact.SeatChanged):
            self._seat_changed(event)
        elif isinstance(event, fact.VisitChanged):
            self._visit_changed(event.why)
        elif isinstance(event, fact.Dismissed):
            self._dismissed(event)
        elif isinstance(event, fact.InvitationChanged):
            self.invitations = True
        elif isinstance(event, fact.MuteAsked):
            self.out.append(ToSeat(event.seat, wire.Asked(what="mute", by=event.by)))

    # ------------------------------------------------------------ seats

    def _seat_changed(self, event: fact.SeatChanged) -> None:
        visit, seat, why = self.visit, self.visit.seats[event.seat], event.why
        to_clinic = participant(visit, seat, Audience.PROVIDER)
        if not event.media or event.speech:
            self.out.append(ToBoard(wire.RowSeat(visit=visit.id, seat=to_clinic, why=_WHY[why])))
        self._to_others(event, seat, to_clinic)
        if event.clinic_only:
            return
        if seat.id not in self._fresh:
            self._to_oneself(seat, event)
        if not event.media and seat.invitation not in _NOT_PERSONAL:
            self.invitations = True

    def _to_others(self, event: fact.SeatChanged, about: Seat, to_clinic: wire.Participant) -> None:
        """Tell everybody else in the call: first the providers, then those who saw the seat in."""
        others = [
            one
            for one in self.visit.seats.values()
            if one.standing is Standing.IN and one is not about and one.id not in self._whole
        ]
        providers = [one.id for one in others if one.role is Role.PROVIDER]
        if providers:
            self._say(providers, wire.SeatChanged(seat=to_clinic, why=_WHY[event.why]))
        if event.clinic_only or len(providers) == len(others):
            return
        if Standing.IN in (event.before, about.standing):
            party = [one.id for one in others if one.role is not Role.PROVIDER]
            to_party = participant(self.visit, about, Audience.GUEST)
            self._say(party, wire.SeatChanged(seat=to_party, why=_WHY[_TO_PARTY.get(event.why, event.why)]))

    def _say(self, seats: Sequence[SeatId], message: wire.SeatChanged) -> None:
        self.out += [ToSeat(seat, message) for seat in seats]

    def _to_oneself(self, seat: Seat, event: fact.SeatChanged) -> None:
        renamed, called = event.why is Why.RENAMED, seat.id in self._called
        if event.before is seat.standing and not renamed and not called:
            if seat.standing is Standing.IN and event.why is Why.CHANGED and not event.media:
                # their browser has the sound back when their telephone is gone (D11)
                mine = participant(self.visit, seat, audience_of(seat))
                self.out.append(ToSeat(seat.id, wire.SeatChanged(seat=mine, why="changed")))
            return
        name = seat.name if renamed else ""
        self.out.append(
            ToSeat(seat.id, wire.You(standing=seat.standing.value, why=_WHY[event.why], name=name))
        )
        if seat.standing is Standing.IN and not renamed:
            self.out.append(ToSeat(seat.id, inside(self.visit, seat.id)))
        elif called and seat.present:
            self.out.append(ToSeat(seat.id, self.at_door(seat)))  # a telephone has no `ready` that shows it

    # ------------------------------------------------------------ the visit

    def _visit_changed(self, why: VisitWhy) -> None:
        if why is VisitWhy.OVER:
            self.out.append(ToBoard(row_changed(self.visit, seats=True)))
            self.invitations = True
            return
        if why is not VisitWhy.BRIDGED:
            self.out.append(ToBoard(row_changed(self.visit)))
        made: dict[Audience, wire.VisitChanged] = {}
        for seat in self.visit.seats.values():
            if seat.id in self._whole:
                continue
            if seat.standing is Standing.IN:
                self._to_one_inside(seat, why, made)
            elif seat.present and why in _DOOR_TELLS:
                self.out.append(ToSeat(seat.id, self.at_door(seat)))
        if why in (VisitWhy.LAPSED, VisitWhy.EXTENDED, VisitWhy.RESCHEDULED):
            self.invitations = True

    def _to_one_inside(self, seat: Seat, why: VisitWhy, made: dict[Audience, wire.VisitChanged]) -> None:
        audience = audience_of(seat)
        if why in _CLINIC_ONLY and audience is not Audience.PROVIDER:
            return
        message = made.get(audience)
        if message is None:
            message = made[audience] = wire.VisitChanged(
                visit=visit_info(self.visit, audience), why=_TO_WIRE[why]
            )
        self.out.append(ToSeat(seat.id, message))

    def _dismissed(self, event: fact.Dismissed) -> None:
        visit = self.visit
        if visit.over:
            if self._ended is None:
                message = words.goodbye(event.code, visit.clinic)
                self._ended = wire.Ended(status=visit.status.value, message=message)
            self.out.append(ToSeat(event.seat, self._ended))
        self.out.append(Close(event.connection, bye(event.code, visit.clinic)))
