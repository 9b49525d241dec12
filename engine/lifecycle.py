"""The life of a visit: it opens, begins, is warned, lapses, is moved, and ends (R14, D1, D2, D6)."""

from typing import Final, Literal

from engine.admission import Caller, admission
from engine.asking import (
    By,
    Cancel,
    Complete,
    Edit,
    Extend,
    Reschedule,
)
from engine.clinic import MINUTE
from engine.commands import Tick
from engine.events import (
    Audited,
    Done,
    Goodbye,
    InvitationChanged,
    Outcome,
    SeatChanged,
    Standing,
    Status,
    VisitChanged,
    VisitWhy,
    Why,
)
from engine.ids import PATIENT, SHARED, Instant, InvitationId
from engine.invitations import PERSONAL_INVITATIONS, Invitation
from engine.letters import LINGERS, Kind, Via
from engine.names import safe_label
from engine.outreach import bad_contact, remind, tell_all, write
from engine.planning import Contact, Plan
from engine.presence import KEPT, PRESENT, Connection, Role, Seat
from engine.purge import purge
from engine.record import Changes, Record, audited, first_invitations
from engine.refusals import Refused

_Over = Literal[Status.COMPLETED, Status.CANCELLED, Status.ENDED]

_GOODBYES: Final[dict[_Over, Goodbye]] = {
    Status.COMPLETED: "completed",
    Status.CANCELLED: "cancelled",
    Status.ENDED: "ended",
}

EXTENSIONS: Final = (5, 15, 30)
"""Minutes by which a visit can be extended."""

LONGEST: Final = 24 * 60 * MINUTE
"""The longest time from a visit's start to its end."""

_FIRST_IN: Final = {Role.PROVIDER: 0, Role.PATIENT: 1}


def bad_time(start: Instant, end: Instant, now: Instant) -> Refused | None:
    """Say that a visit cannot take place then, or None when it can."""
    return None if start < end <= start + LONGEST and end > now else Refused("bad_time")


def checked(plan: Plan, now: Instant) -> Refused | None:
    """Say why this plan makes no visit, or None when it does."""
    if len(plan.guests) > PERSONAL_INVITATIONS:
        return Refused("too_many_invitations")
    contacts = (plan.contact, *(guest.contact for guest in plan.guests))
    unfit = next((refused for refused in map(bad_contact, contacts) if refused), None)
    if unfit is None and any(safe_label(guest.label) is None for guest in plan.guests):
        unfit = Refused("bad_name")
    return bad_time(plan.start, plan.end, now) or unfit


def invited(plan: Plan, now: Instant) -> dict[InvitationId, Invitation]:
    """Make a new visit's invitations: the shared one, the patient's own, and one for each guest."""
    invitations = first_invitations(now)
    patient = invitations[PATIENT]
    patient.email, patient.phone = plan.contact.email, plan.contact.phone
    for guest in plan.guests:
        invitations[guest.invitation] = Invitation(
            id=guest.invitation,
            created_at=now,
            changed_at=now,
            interpreter=guest.interpreter,
            by=plan.by,
            label=safe_label(guest.label) or "",
            email=guest.contact.email,
            phone=guest.contact.phone,
        )
    return invitations


# ---------------------------------------------------------------- what time brings


def tick(visit: Record, _: Tick, now: Instant) -> Outcome:
    """Bring about whatever time has brought; nothing when nothing is due, however often and however late it
    is called.
    """
    changes = Changes()
    if visit.over:
        return _forget(visit, now)
    _lose(visit, now, changes)
    if now >= visit.lapses_at:
        _lapse(visit, now, changes)
    elif visit.status is Status.LAPSED:  # the clinic's grace has grown
        _unlapse(visit, now)
        _tell(changes, VisitWhy.EXTENDED)
    if visit.status is Status.LAPSED and now >= visit.ends_at:
        finish(visit, Status.ENDED, now, changes)
        return changes.done()
    if visit.status is Status.SCHEDULED and now >= visit.opens_at:
        _open(visit, now, changes)
    if not visit.warned and now >= visit.warns_at and visit.status is not Status.SCHEDULED:
        visit.warned = True
        _tell(changes, VisitWhy.WARNED)
    remind(visit, now, changes)
    return changes.done()


def _forget(visit: Record, now: Instant) -> Outcome:
    """Let go of addresses of a cancelled visit whose people could not be told in all this time."""
    if not visit.letters or now < visit.emptied + LINGERS:
        return Done()
    visit.letters = []
    purge(visit)
    return Done(durable=True)


def _tell(changes: Changes, why: VisitWhy) -> None:
    changes.events.append(VisitChanged(why))
    changes.durable = True


def _lose(visit: Record, now: Instant, changes: Changes) -> None:
    """Show as lost who was restoring for 5 s, and as left who was lost for 120 s."""
    for seat in visit.seats.values():
        for connection in seat.connections():
            if connection.lost_since and connection.due <= now:
                _lose_one(visit, seat, connection, now, changes)


def _lose_one(visit: Record, seat: Seat, connection: Connection, now: Instant, changes: Changes) -> None:
    if now < connection.lost_since + KEPT:
        connection.restoring_until = 0
        changes.events.append(SeatChanged(seat.id, Why.LOST, seat.standing))
        return
    seat.put(connection.channel, None)
    if not seat.connections():
        before = seat.standing
        visit.let_go(seat, Standing.LEFT, now)
        changes.events.append(SeatChanged(seat.id, Why.LEFT, before))
        changes.durable = True
    elif any(other.live for other in seat.connections()):
        changes.events.append(SeatChanged(seat.id, Why.CHANGED, seat.standing))


def _open(visit: Record, now: Instant, changes: Changes) -> None:
    """Open the doors: who was held goes on by themselves (D7)."""
    visit.status = Status.OPEN
    _tell(changes, VisitWhy.OPENED)
    for seat in _in_order(visit, Standing.HELD):
        standing = _admitted(visit, seat, now)
        visit.stand(seat, standing, now)
        why = Why.ADMITTED if standing is Standing.IN else Why.WAITING
        changes.events.append(SeatChanged(seat.id, why, Standing.HELD))
        if standing is Standing.IN and not visit.started:
            begin(visit, seat, now, changes)


def begin(visit: Record, provider: Seat, now: Instant, changes: Changes) -> None:
    """The first provider is in: the visit is in progress, and patient and (direct) guests come in, in one
    step (D6).

    Whom only a provider's word lets in, and for whom there is no room, go on waiting.
    """
    visit.started = True
    visit.status = Status.IN_PROGRESS
    _tell(changes, VisitWhy.STARTED)
    changes.seats_new = True
    for seat in _in_order(visit, Standing.WAITING):
        if seat is not provider and _admitted(visit, seat, now) is Standing.IN:
            waited = now - seat.since
            visit.stand(seat, Standing.IN, now)
            changes.events.append(SeatChanged(seat.id, Why.ADMITTED, Standing.WAITING, waited=waited))
    for connection in provider.connections():
        visit.enter_call(connection)  # last of all: the provider's browser offers to those who waited


def _in_order(visit: Record, standing: Standing) -> list[Seat]:
    """Those who stand so: providers, then the patient, then the others as they came."""
    seats = [seat for seat in visit.seats.values() if seat.standing is standing]
    return sorted(seats, key=lambda seat: (_FIRST_IN.get(seat.role, 2), seat.since))


def _admitted(visit: Record, seat: Seat, now: Instant) -> Standing:
    """Ask admission again for somebody who is held or waits: waiting or in."""
    for connection in seat.connections():
        caller = Caller(seat.role, connection.channel, seat.invitation == SHARED, seat.asks, visit.fits(seat))
        standing = admission(visit, caller, now)
        if standing is not Standing.IN:
            return Standing.WAITING
    return Standing.IN


# ---------------------------------------------------------------- the lapse, and moving it


def _lapse(visit: Record, now: Instant, changes: Changes) -> None:
    """The time is over: every new seat is barred, nobody is put out, and who waits keeps their place (D1,
    D2).
    """
    visit.lapsed_for = visit.lapses_at
    if visit.status is Status.LAPSED:
        return
    for seat in _in_order(visit, Standing.HELD):
        visit.stand(seat, Standing.WAITING, now)
        changes.events.append(SeatChanged(seat.id, Why.WAITING, Standing.HELD))
    visit.status = Status.LAPSED
    visit.warned = True
    _tell(changes, VisitWhy.LAPSED)


def _unlapse(visit: Record, now: Instant) -> None:
    """Set status and warning as they are by the visit's times now."""
    visit.lapsed_for = 0
    visit.warned = now >= visit.warns_at
    if visit.started:
        visit.status = Status.IN_PROGRESS
    else:
        visit.status = Status.OPEN if now >= visit.opens_at else Status.SCHEDULED


def extend(visit: Record, command: Extend, now: Instant) -> Outcome:
    """Move the end by 5, 15 or 30 minutes: from the end, or from now when the time is over already (D2)."""
    if command.minutes not in EXTENSIONS:
        return Refused("bad_minutes")
    end = visit.lapse_if_extended(command.minutes, now) - visit.clinic.grace
    refused = bad_time(visit.start, end, now)
    if refused is not None:
        return refused
    visit.end = end
    _unlapse(visit, now)
    changes = Changes([VisitChanged(VisitWhy.EXTENDED), audited("extend", command.by)], durable=True)
    return changes.done()


def reschedule(visit: Record, command: Reschedule, now: Instant) -> Outcome:
    """Move the visit to another time, as long as nobody is in it; who waits is held or waits on, callers are
    told to call then.
    """
    refused = bad_time(command.start, command.end, now)
    if refused is not None:
        return refused
    if visit.anybody_in():
        return Refused("already_started")
    visit.start, visit.end, visit.started = command.start, command.end, False
    _unlapse(visit, now)
    visit.sequence += 1
    visit.reminded = now
    tell_all(visit, Kind.CHANGE, now)
    changes = Changes(durable=True)
    for seat in visit.seats.values():
        if seat.present:
            _replace(visit, seat, now, changes)
    changes.events += (VisitChanged(VisitWhy.RESCHEDULED), audited("reschedule", command.by))
    return changes.done()


def _replace(visit: Record, seat: Seat, now: Instant, changes: Changes) -> None:
    """Find a place for somebody whose visit was moved."""
    before = seat.standing
    if now >= visit.opens_at:
        _restand(visit, seat, Standing.WAITING, now, changes)
        return
    phone = seat.phone
    if seat.web is not None:
        _restand(visit, seat, Standing.HELD, now, changes)
    else:
        changes.events.append(SeatChanged(seat.id, Why.LEFT, before))
    if phone is not None:
        visit.dismiss(phone, "rescheduled", changes, now)
    if seat.web is None:
        visit.let_go(seat, Standing.LEFT, now)


def _restand(visit: Record, seat: Seat, standing: Standing, now: Instant, changes: Changes) -> None:
    before = seat.standing
    if before is not standing:
        visit.stand(seat, standing, now)
        why = Why.EARLY if standing is Standing.HELD else Why.WAITING
        changes.events.append(SeatChanged(seat.id, why, before))


def edit(visit: Record, command: Edit, now: Instant) -> Outcome:
    """Change what a visit is called and who it is with; nothing that is given stays as it was."""
    if command.contact is not None and (refused := bad_contact(command.contact)) is not None:
        return refused
    for part in ("name", "type", "room", "option", "patient", "providers", "language"):
        value = getattr(command, part)
        if value is not None:
            setattr(visit, part, value)
    if command.reminders is not None and command.reminders != visit.reminders:
        visit.reminders, visit.reminded = command.reminders, now
    if command.contact is not None:
        _readdress(visit, command.contact, now)
    why = VisitChanged(VisitWhy.CHANGED)
    return Done((why, InvitationChanged(PATIENT), audited("edit", command.by)), durable=True)


def _readdress(visit: Record, contact: Contact, now: Instant) -> None:
    """Give the patient another address, and send the confirmation to what is new of it."""
    patient = visit.invitations[PATIENT]
    fresh = [
        via
        for via, before, after in (
            (Via.EMAIL, patient.email, contact.email),
            (Via.SMS, patient.phone, contact.phone),
        )
        if before != after
    ]
    visit.letters = [one for one in visit.letters if one.invitation != PATIENT or one.via not in fresh]
    patient.email, patient.phone = contact.email, contact.phone
    write(visit, patient, Kind.CONFIRMATION, now, only=fresh)


# ---------------------------------------------------------------- the end


def complete(visit: Record, command: Complete, now: Instant) -> Outcome:
    """End the visit for everyone (D1)."""
    return _end(visit, command.by, "complete", Status.COMPLETED, now)


def cancel(visit: Record, command: Cancel, now: Instant) -> Outcome:
    """Call the visit off; links and PINs are dead at once (D2)."""
    return _end(visit, command.by, "cancel", Status.CANCELLED, now)


def _end(visit: Record, by: By, action: str, status: _Over, now: Instant) -> Outcome:
    changes = Changes([audited(action, by)])
    finish(visit, status, now, changes)
    return changes.done()


def finish(visit: Record, status: _Over, now: Instant, changes: Changes) -> None:
    """End the visit: everyone is said goodbye to, and no guest text is left (R15), but for the addresses of
    those who have still to hear that it was cancelled.
    """
    visit.status = status
    visit.emptied = now
    for seat in visit.seats.values():
        for connection in seat.connections():
            if connection.live:
                visit.dismiss(connection, _GOODBYES[status], changes, now)
        if seat.standing in PRESENT:
            visit.let_go(seat, Standing.LEFT, now)
    if status is not Status.CANCELLED:
        visit.letters = []
    else:
        tell_all(visit, Kind.CANCELLATION, now)
    purge(visit)
    changes.events.append(VisitChanged(VisitWhy.OVER))
    changes.events.append(Audited("end", None, status.value))
    changes.durable = True
