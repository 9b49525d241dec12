"""Seats and who sits on them: new ones, new connections, coming back and going."""

from typing import Final

from engine.commands import (
    Arrive,
    Channel,
    Drop,
    Enter,
    Leave,
    Resume,
)
from engine.events import Audited, Connected, Dismissed, Done, Outcome, SeatChanged, Standing, Why
from engine.ids import Instant, PageId, SeatId
from engine.presence import Role, Seat
from engine.record import Changes, Record
from engine.refusals import Refused

GONE_AT_MOST: Final = 24
"""How many seats of those who are gone are kept to be shown (R12)."""

WHY: Final = {Standing.HELD: Why.EARLY, Standing.WAITING: Why.WAITING, Standing.IN: Why.JOINED}
"""Why a seat is shown that was just taken, by where it stands."""


def new_seat(visit: Record, seat: SeatId, role: Role, now: Instant) -> Seat:
    """Make a seat that nobody holds yet; of those who are gone, the first are forgotten when there are too
    many.
    """
    if len(visit.seats) >= GONE_AT_MOST:
        _forget_gone(visit)
    fresh = Seat(id=seat, role=role, name="", standing=Standing.LEFT, since=now, proof="")
    visit.seats[seat] = fresh
    return fresh


def sit_again(visit: Record, seat: Seat, command: Arrive | Enter, now: Instant, changes: Changes) -> None:
    """Put a new connection at a seat that is held: the newest wins, and a browser gets its own secret."""
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
    elif kept is not None:
        visit.remember(kept)


def elsewhere(seat: Seat, page: PageId) -> bool:
    """Whether another load of a page holds this seat now."""
    return seat.web is not None and seat.web.live and seat.web.page != page


def _forget_gone(visit: Record) -> None:
    """Forget those who went first and never come back to their seat, so that a visit stays small."""
    gone = [seat for seat in visit.seats.values() if not seat.present and not _may_return(visit, seat)]
    for seat in gone[: max(0, len(gone) - GONE_AT_MOST)]:
        del visit.seats[seat.id]


def _may_return(visit: Record, seat: Seat) -> bool:
    invitation = visit.invitations.get(seat.invitation) if seat.invitation is not None else None
    return invitation is None or invitation.seat == seat.id


# ---------------------------------------------------------------- coming back and going


def resume(visit: Record, command: Resume, now: Instant) -> Outcome:
    """Give a seat back to the holder of its secret, whatever the lapse or a lock say, until the visit is over
    (D1, B3).

    Who was denied, removed or was away for more than 120 s does not: they join again, as far as D11 lets
    them.
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
    """Note that a connection is gone without a word; its place is kept for 120 s. Not durable; unknown ones
    change nothing.
    """
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
