"""Taking, keeping and giving up seats: arrive, enter, resume, drop, leave."""

from typing import Final

from engine.admission import Caller, admission, barred
from engine.clinic import Right, may
from engine.commands import Arrive, Channel, Drop, Enter, Leave, Resume
from engine.events import Audited, Connected, Dismissed, Done, Outcome, SeatChanged, Standing, Why
from engine.ids import PATIENT, SHARED, Instant, InvitationId, PageId, SeatId
from engine.invitations import Invitation
from engine.lifecycle import begin
from engine.names import safe_name
from engine.presence import GUESTS, Role, Seat
from engine.record import Changes, Record
from engine.refusals import Refused

WAITING_AT_MOST: Final = 24
"""How many may wait, or be held, before the shared link and strangers' calls bring no more: it is in many hands."""

GONE_AT_MOST: Final = 24
"""How many seats of those who are gone are kept to be shown (R12)."""

_WHY: Final = {Standing.HELD: Why.EARLY, Standing.WAITING: Why.WAITING, Standing.IN: Why.JOINED}


# ---------------------------------------------------------------- arriving by link or PIN


def arrive(visit: Record, command: Arrive, now: Instant) -> Outcome:
    """Seat somebody who comes by an invitation, or say why not (D1, D5-D7, D11, D13)."""
    earlier = visit.operations.find(command.op, now)
    if earlier is not None and earlier.key != command.invitation:
        return Refused("op_reused")
    refused = _uninvited(visit, command, now)
    if refused is not None:
        return refused
    invitation = visit.invitations[command.invitation]
    changes = Changes(durable=True, seats_new=True)
    if earlier is not None and earlier.created in visit.seats:
        seat = visit.seats[SeatId(earlier.created)]
        if seat.present:
            _sit_again(visit, seat, command, now, changes)
            return Done(tuple(changes.events), durable=True, created=seat.id, repeated=True)
    own = visit.seats.get(invitation.seat) if invitation.seat is not None and not command.strict else None
    if own is not None and own.present:
        outcome = _join_own_seat(visit, own, command, now, changes)
    else:
        outcome = _take_place(visit, own, invitation, command, now, changes)
    if isinstance(outcome, Refused):
        return outcome
    visit.operations.keep(command.invitation, command.op, outcome.id, now)
    return changes.done(outcome.id)


def _uninvited(visit: Record, command: Arrive, now: Instant) -> Refused | None:
    refused = None if visit.over else _dead(visit, command.invitation, command.generation, command.channel)
    return refused or barred(visit, Role.GUEST, command.channel, now)


def dead_link(visit: Record, invitation: InvitationId, generation: int, now: Instant) -> Refused | None:
    """Say why a link shows nothing (any more): being early is no reason (D7)."""
    refused = None if visit.over else _dead(visit, invitation, generation, Channel.WEB)
    refused = refused or barred(visit, Role.GUEST, Channel.WEB, now)
    return None if refused is not None and refused.code == "early" else refused


def _dead(visit: Record, invitation: InvitationId, generation: int, channel: Channel) -> Refused | None:
    phone = channel is Channel.PHONE
    known = visit.invitations.get(invitation)
    if known is None or not 0 <= generation <= known.generation:
        return Refused("pin_wrong" if phone else "link_unknown")
    if known.revoked or generation != known.generation:
        return Refused("pin_over" if phone else "link_revoked")
    return None


def _join_own_seat(
    visit: Record, seat: Seat, command: Arrive, now: Instant, changes: Changes
) -> Seat | Refused:
    """A personal invitation's person is here already: the same seat, by another browser, or by telephone side by side."""
    at = seat.at(command.channel)
    if command.channel is Channel.WEB and _elsewhere(seat, command.page) and not command.move:
        return Refused("already_open")
    if at is None and seat.standing is Standing.IN and not visit.has_room(command.channel):
        return Refused("visit_full")
    name = _name(visit, seat, command)
    if name is None:
        return Refused("bad_name")
    seat.name = name
    if seat.role is Role.PHONE and command.channel is Channel.WEB:
        seat.role = Role.GUEST
    _sit_again(visit, seat, command, now, changes)
    return seat


def _take_place(
    visit: Record,
    own: Seat | None,
    invitation: Invitation,
    command: Arrive,
    now: Instant,
    changes: Changes,
) -> Seat | Refused:
    """Seat somebody who has no place: anew, or on the personal seat that they left."""
    role = _role(invitation, command)
    caller = Caller(
        role,
        command.channel,
        invitation.id == SHARED,
        command.strict or (own is not None and own.asks),
        visit.has_room(command.channel),
    )
    standing = admission(visit, caller, now)
    if isinstance(standing, Refused):
        return standing
    if standing is not Standing.IN and (caller.shared or command.strict) and _crowded(visit):
        return Refused("visit_full")
    name = _name(visit, own, command)
    if name is None:
        return Refused("bad_name")
    before = own.standing if own is not None else None
    seat = own if own is not None else _new_seat(visit, command.seat, role, now)
    seat.role, seat.name, seat.standing, seat.since = role, name or _caller_name(visit, seat), standing, now
    seat.invitation, seat.asks = invitation.id, caller.asks
    seat.proof = command.proof
    if invitation.id != SHARED and not command.strict:
        invitation.seat = seat.id
    visit.attach(seat, command.connection, command.channel, command.page, now)
    changes.events += (
        SeatChanged(seat.id, _WHY[standing], before),
        Connected(seat.id, command.connection, resumed=False),
        Audited("arrive", seat.id, invitation.id),
    )
    return seat


def _sit_again(visit: Record, seat: Seat, command: Arrive | Enter, now: Instant, changes: Changes) -> None:
    """Put a new connection at a seat that is held: the newest wins, and a browser gets a secret of its own."""
    channel = command.channel if isinstance(command, Arrive) else Channel.WEB
    if channel is Channel.WEB:
        seat.proof = command.proof
    kept = seat.at(channel)
    replaced = visit.attach(seat, command.connection, channel, command.page, now)
    why = Why.MOVED if replaced else Why.BACK if kept else Why.CHANGED
    changes.events += (
        SeatChanged(seat.id, why, seat.standing),
        Connected(seat.id, command.connection, resumed=False),
    )
    if replaced is not None:
        visit.dismiss(replaced, "moved", changes, now)


def _role(invitation: Invitation, command: Arrive) -> Role:
    if command.strict:
        return Role.PHONE if command.channel is Channel.PHONE else Role.GUEST
    if invitation.id == PATIENT:
        return Role.PATIENT
    if invitation.interpreter:
        return Role.INTERPRETER
    return Role.PHONE if command.channel is Channel.PHONE else Role.GUEST


def _name(visit: Record, seat: Seat | None, command: Arrive) -> str | None:
    """Say what somebody is called: as they typed, or as their invitation or their seat says; None when they must type again.

    A caller without either gets an empty name here, and then a number (`_caller_name`).
    """
    if command.invitation == PATIENT and not command.strict:
        return visit.patient
    if command.channel is Channel.PHONE:
        return seat.name if seat is not None else visit.invitations[command.invitation].label
    if not command.name and seat is not None and seat.name and seat.role is not Role.PHONE:
        return seat.name
    return safe_name(command.name)


def _caller_name(visit: Record, seat: Seat) -> str:
    if seat.role not in GUESTS:
        return ""
    visit.callers += 1
    return f"Phone guest {visit.callers}"


def _elsewhere(seat: Seat, page: PageId) -> bool:
    """Whether another load of a page holds this seat now."""
    return seat.web is not None and seat.web.live and seat.web.page != page


def _crowded(visit: Record) -> bool:
    waiting = sum(seat.standing in (Standing.WAITING, Standing.HELD) for seat in visit.seats.values())
    return waiting >= WAITING_AT_MOST


def _new_seat(visit: Record, seat: SeatId, role: Role, now: Instant) -> Seat:
    if len(visit.seats) >= GONE_AT_MOST:
        _forget_gone(visit)
    fresh = Seat(id=seat, role=role, name="", standing=Standing.LEFT, since=now, proof="")
    visit.seats[seat] = fresh
    return fresh


def _forget_gone(visit: Record) -> None:
    """Forget those who went first and never come back to their seat, so that a visit stays small."""
    gone = [seat for seat in visit.seats.values() if not seat.present and not _may_return(visit, seat)]
    for seat in gone[: max(0, len(gone) - GONE_AT_MOST)]:
        del visit.seats[seat.id]


def _may_return(visit: Record, seat: Seat) -> bool:
    invitation = visit.invitations.get(seat.invitation) if seat.invitation is not None else None
    return invitation is None or invitation.seat == seat.id


# ---------------------------------------------------------------- providers


def enter(visit: Record, command: Enter, now: Instant) -> Outcome:
    """Seat a provider of the clinic: one seat a user; the first one in begins the visit (D6).

    Past the lapse a provider who is not in extends the visit first (`time_over`): the lapse bars every new seat (D1).
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
    if _elsewhere(seat, command.page) and not (command.move or repeated):
        return Refused("already_open")
    changes = Changes(durable=True)
    _sit_again(visit, seat, command, now, changes)
    visit.operations.keep(command.by.user, command.op, seat.id, now)
    return Done(tuple(changes.events), durable=True, created=seat.id, repeated=repeated)


def _seat_provider(
    visit: Record, own: Seat | None, standing: Standing, command: Enter, now: Instant
) -> Outcome:
    before = own.standing if own is not None else None
    seat = own if own is not None else _new_seat(visit, command.seat, Role.PROVIDER, now)
    seat.user, seat.name = command.by.user, _provider_name(visit, command)
    seat.proof = command.proof
    changes = Changes(durable=True, seats_new=True)
    changes.events += (
        SeatChanged(seat.id, _WHY[standing], before),
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


# ---------------------------------------------------------------- coming back and going


def resume(visit: Record, command: Resume, now: Instant) -> Outcome:
    """Give a seat back to the holder of its secret, whatever the lapse or a lock say, until the visit is over (D1, B3).

    Who was denied, removed or was away for more than 120 s does not: they join again, as far as D11 lets them.
    """
    if visit.over:
        return Refused("visit_over")
    seat = visit.seats.get(command.seat)
    if seat is None or not seat.proof or seat.proof != command.proof:
        return Refused("resume_refused")
    if seat.standing is Standing.DENIED:
        return Refused("denied")
    if seat.standing is Standing.REMOVED:
        return Refused("removed")
    if not seat.present:
        return Refused("resume_refused")
    if seat.web is None and seat.standing is Standing.IN and not visit.has_room(Channel.WEB):
        return Refused("visit_full")
    return _resume_present(visit, seat, command, now)


def _resume_present(visit: Record, seat: Seat, command: Resume, now: Instant) -> Outcome:
    changes = Changes()
    was_lost = seat.web is not None and not seat.web.live
    replaced = visit.attach(seat, command.connection, Channel.WEB, command.page, now)
    why = Why.BACK if was_lost else Why.CHANGED
    changes.events += (
        SeatChanged(seat.id, why, seat.standing),
        Connected(seat.id, command.connection, resumed=True),
    )
    if replaced is not None:
        changes.events.append(Dismissed(replaced.id, "moved", seat.id))
    return changes.done()


def drop(visit: Record, command: Drop, now: Instant) -> Outcome:
    """Note that a connection is gone without a word; its place is kept for 120 s. Not durable; unknown ones change nothing."""
    connection = visit.live.pop(command.connection, None)
    if connection is None:
        visit.dismissed = [gone for gone in visit.dismissed if gone.id != command.connection]
        return Done()
    seat = visit.seats[connection.seat]
    connection.lost_since = now
    if not visit.live:
        visit.emptied = now
    still = any(other.live for other in seat.connections())
    return Done((SeatChanged(seat.id, Why.CHANGED if still else Why.LOST, seat.standing),))


def leave(visit: Record, command: Leave, now: Instant) -> Outcome:
    """Let the person at a connection go: the seat is left when it was the last one that was live."""
    connection = visit.live.get(command.connection)
    if connection is None:
        return Refused("no_such_seat")
    seat = visit.seats[connection.seat]
    changes = Changes(durable=True)
    visit.dismiss(connection, "left", changes, now)
    before = seat.standing
    if any(other.live for other in seat.connections()):
        changes.events.insert(0, SeatChanged(seat.id, Why.CHANGED, before))
    else:
        visit.let_go(seat, Standing.LEFT, now)
        changes.events.insert(0, SeatChanged(seat.id, Why.LEFT, before))
        changes.events.append(Audited("leave", seat.id))
    return changes.done()
