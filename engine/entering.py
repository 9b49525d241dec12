"""Providers taking their seats, by their sign-in."""

from engine.admission import Caller, admission
from engine.clinic import Right, may
from engine.commands import Channel, Enter
from engine.events import Audited, Connected, Done, Outcome, SeatChanged, Standing
from engine.ids import Instant
from engine.lifecycle import begin
from engine.presence import Role, Seat
from engine.record import Changes, Record
from engine.refusals import Refused
from engine.seating import WHY, elsewhere, new_seat, sit_again


def enter(visit: Record, command: Enter, now: Instant) -> Outcome:
    """Seat a provider of the clinic: one seat a user; the first one in begins the visit (D6).

    Past the lapse a provider who is not in extends the visit first (`time_over`): the lapse bars every new
    seat (D1).
    """
    by = command.by
    if not may(by.role, Right.ENTER_VISIT):
        return Refused("not_allowed")
    earlier = visit.operations.find(command.op, now)
    if earlier is not None and earlier.key != by.user:
        return Refused("op_reused")
    if visit.over:
        return Refused("visit_over")
    seat = visit.seat_of_user(by.user)
    if seat is not None and seat.present:
        return _enter_again(visit, seat, command, now, repeated=earlier is not None)
    caller = Caller(Role.PROVIDER, Channel.WEB, shared=False, asks=False, room=visit.has_room(Channel.WEB))
    standing = admission(visit, caller, now)
    if isinstance(standing, Refused):
        return standing
    return _seat_provider(visit, seat, standing, command, now)


def _enter_again(visit: Record, seat: Seat, command: Enter, now: Instant, *, repeated: bool) -> Outcome:
    if elsewhere(seat, command.page) and not (command.move or repeated):
        return Refused("already_open")
    changes = Changes(durable=True)
    sit_again(visit, seat, command, now, changes)
    seat.credential = command.credential
    visit.operations.keep(command.by.user, command.op, seat.id, now)
    return Done(tuple(changes.events), durable=True, created=seat.id, repeated=repeated)


def _seat_provider(
    visit: Record, own: Seat | None, standing: Standing, command: Enter, now: Instant
) -> Outcome:
    before = own.standing if own is not None else None
    seat = own if own is not None else new_seat(visit, command.seat, Role.PROVIDER, now)
    seat.user, seat.name = command.by.user, _provider_name(visit, command)
    seat.proof, seat.credential = command.proof, command.credential
    changes = Changes(durable=True, seats_new=True)
    changes.events += (
        SeatChanged(seat.id, WHY[standing], before),
        Audited("enter", command.by.user, seat.id),
    )
    visit.stand(seat, standing, now)
    visit.attach(seat, command.connection, Channel.WEB, command.page, now)
    if standing is Standing.IN and not visit.started:
        begin(visit, seat, now, changes)
    changes.events.append(Connected(seat.id, command.connection, resumed=False))
    visit.operations.keep(command.by.user, command.op, seat.id, now)
    return changes.done(seat.id)


def _provider_name(visit: Record, command: Enter) -> str:
    if command.by.name:
        return command.by.name
    named = (provider.name for provider in visit.providers if provider.user == command.by.user)
    return next(named, "")
