"""Arriving by link or PIN: the invitation's proof becomes a seat, or a refusal (D1, D5-D7, D11, D13)."""

from dataclasses import replace
from typing import Final

from engine.admission import Caller, admission, barred
from engine.commands import Arrive, Channel
from engine.events import Audited, Connected, Done, Outcome, SeatChanged, Standing
from engine.ids import PATIENT, SHARED, Instant, InvitationId, SeatId
from engine.invitations import Invitation
from engine.names import safe_name
from engine.presence import GUESTS, Role, Seat
from engine.record import Changes, Record
from engine.refusals import Refused
from engine.seating import WHY, elsewhere, new_seat, sit_again

WAITING_AT_MOST: Final = 24
"""How many may wait, or be held, before the shared link and strict callers bring no more: it is in many
hands.
"""


def arrive(visit: Record, command: Arrive, now: Instant) -> Outcome:
    """Seat somebody who comes by an invitation, or say why not (D1, D5-D7, D11, D13)."""
    earlier = visit.operations.find(command.op, now)
    if earlier is not None and earlier.key != command.invitation:
        return Refused("op_reused")
    refused = _uninvited(visit, command, now)
    if refused is not None:
        return refused
    invitation = visit.invitations[command.invitation]
    if command.channel is Channel.PHONE and invitation.suspect and not command.strict:
        command = replace(command, strict=True)
    changes = Changes(durable=True, seats_new=True)
    if earlier is not None and earlier.created in visit.seats:
        seat = visit.seats[SeatId(earlier.created)]
        if seat.present:
            sit_again(visit, seat, command, now, changes)
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
    """A personal invitation's person is here already: the same seat, by another browser, or by telephone side
    by side.
    """
    at = seat.at(command.channel)
    if command.channel is Channel.WEB and elsewhere(seat, command.page) and not command.move:
        return Refused("already_open")
    if at is None and seat.standing is Standing.IN and not visit.has_room(command.channel):
        return Refused("visit_full")
    name = _name(visit, seat, command)
    if name is None:
        return Refused("bad_name")
    seat.name = name
    if seat.role is Role.PHONE and command.channel is Channel.WEB:
        seat.role = Role.GUEST
    sit_again(visit, seat, command, now, changes)
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
    seat = own if own is not None else new_seat(visit, command.seat, role, now)
    seat.role, seat.name, seat.standing, seat.since = role, name or _caller_name(visit, seat), standing, now
    seat.invitation, seat.asks = invitation.id, caller.asks
    seat.proof = command.proof
    if invitation.id != SHARED and not command.strict:
        invitation.seat = seat.id
    visit.attach(seat, command.connection, command.channel, command.page, now)
    changes.events += (
        SeatChanged(seat.id, WHY[standing], before),
        Connected(seat.id, command.connection, resumed=False),
        Audited("arrive", seat.id, invitation.id),
    )
    return seat


def _role(invitation: Invitation, command: Arrive) -> Role:
    if command.strict:
        return Role.PHONE if command.channel is Channel.PHONE else Role.GUEST
    if invitation.id == PATIENT:
        return Role.PATIENT
    if invitation.interpreter:
        return Role.INTERPRETER
    return Role.PHONE if command.channel is Channel.PHONE else Role.GUEST


def _name(visit: Record, seat: Seat | None, command: Arrive) -> str | None:
    """Say what somebody is called: as they typed, or as their invitation or their seat says; None when they
    must type again.

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


def _crowded(visit: Record) -> bool:
    waiting = sum(seat.standing in (Standing.WAITING, Standing.HELD) for seat in visit.seats.values())
    return waiting >= WAITING_AT_MOST
