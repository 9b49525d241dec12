"""Running a visit: admit, deny, remove, rename, ask to mute, lock, invite, revoke. Who may is checked by the
visit before.
"""

from typing import Literal

from engine.asking import (
    Admit,
    AskMute,
    Deny,
    Invite,
    Lock,
    Remove,
    Rename,
    Revoke,
)
from engine.commands import (
    AssignPin,
    SetBridge,
    SetMedia,
    SetQuality,
    Suspect,
)
from engine.events import (
    Audited,
    Done,
    Goodbye,
    InvitationChanged,
    MuteAsked,
    Outcome,
    SeatChanged,
    Standing,
    VisitChanged,
    VisitWhy,
    Why,
)
from engine.ids import SHARED, Instant
from engine.invitations import PERSONAL_INVITATIONS, Invitation
from engine.letters import Kind
from engine.names import safe_label, safe_name
from engine.outreach import bad_contact, drop_letters_of, write
from engine.presence import GUESTS, Role, Seat
from engine.quality import grade
from engine.record import Changes, Record, audited
from engine.refusals import Refused

_Out = Literal[Standing.DENIED, Standing.REMOVED]


def admit(visit: Record, command: Admit, now: Instant) -> Outcome:
    """Let in somebody who waits (D5): past the lapse nobody is, and before a provider is in neither."""
    seat = visit.seats.get(command.seat)
    refused = _not_waiting(seat)
    if seat is None or refused is not None:
        return refused or Refused("no_such_seat")
    if now >= visit.lapses_at:
        return Refused("time_over")
    if not visit.started or seat.standing is Standing.HELD:
        return Refused("not_yet")
    if not visit.fits(seat):
        return Refused("visit_full")
    seat.asks = False
    admitted = SeatChanged(seat.id, Why.ADMITTED, Standing.WAITING, waited=now - seat.since)
    visit.stand(seat, Standing.IN, now)
    return Done(
        (admitted, audited("admit", command.by, seat.id)),
        durable=True,
        seats_new=True,
    )


def deny(visit: Record, command: Deny, now: Instant) -> Outcome:
    """Turn away somebody who waits. They may ask again, and then only a provider's word lets them in (D11).

    By a personal invitation they ask from their own seat. By the shared link nobody can tell them from
    others, so whoever comes by it waits for the provider for the rest of the visit. The seat's secret does
    not bring anybody back.
    """
    seat = visit.seats.get(command.seat)
    refused = _not_waiting(seat)
    if seat is None or refused is not None:
        return refused or Refused("no_such_seat")
    changes = Changes(durable=True)
    _put_out(visit, seat, Standing.DENIED, now, changes)
    changes.events.append(audited("deny", command.by, seat.id))
    return changes.done()


def _not_waiting(seat: Seat | None) -> Refused | None:
    if seat is None or not seat.present:
        return Refused("no_such_seat")
    if seat.role is Role.PROVIDER:
        return Refused("not_allowed")  # they come and go by their own right
    return Refused("not_waiting") if seat.standing is Standing.IN else None


def remove(visit: Record, command: Remove, now: Instant) -> Outcome:
    """Put somebody out (D11): their personal invitation is revoked; from the shared link, whoever comes next
    by it waits.

    The patient's own link is not revoked, for nobody could make them another: they wait for the provider's
    word instead. A provider is not removed: they would come back by their own right.
    """
    seat = visit.seats.get(command.seat)
    if seat is None or not seat.present:
        return Refused("no_such_seat")
    if seat.role is Role.PROVIDER:
        return Refused("not_allowed")
    changes = Changes(durable=True)
    _put_out(visit, seat, Standing.REMOVED, now, changes)
    invitation = visit.invitations.get(seat.invitation) if seat.invitation is not None else None
    if invitation is not None and invitation.personal and not invitation.revoked:
        invitation.revoke(now)
        drop_letters_of(visit, invitation)
        changes.events.append(InvitationChanged(invitation.id))
    changes.events.append(audited("remove", command.by, seat.id))
    return changes.done()


def _put_out(visit: Record, seat: Seat, standing: _Out, now: Instant, changes: Changes) -> None:
    before = seat.standing
    code: Goodbye = "denied" if standing is Standing.DENIED else "removed"
    changes.events.append(SeatChanged(seat.id, Why(code), before))
    for connection in seat.connections():
        visit.dismiss(connection, code, changes, now)
    visit.let_go(seat, standing, now)
    seat.asks = True
    if seat.invitation == SHARED:
        visit.shared_barred = True


def rename(visit: Record, command: Rename, _: Instant) -> Outcome:
    """Give a guest another name."""
    seat = visit.seats.get(command.seat)
    if seat is None or not seat.present:
        return Refused("no_such_seat")
    if seat.role not in GUESTS:
        return Refused("not_allowed")
    name = safe_name(command.name)
    if name is None:
        return Refused("bad_name")
    seat.name = name
    return Done(
        (SeatChanged(seat.id, Why.RENAMED, seat.standing), audited("rename", command.by, seat.id)),
        durable=True,
    )


def ask_mute(visit: Record, command: AskMute, _: Instant) -> Outcome:
    """Ask somebody in the call to mute; nothing is forced, and nothing saved."""
    seat = visit.seats.get(command.seat)
    if seat is None or seat.standing is not Standing.IN:
        return Refused("no_such_seat")
    return Done((MuteAsked(seat.id, visit.called(command.by)),))


def lock(visit: Record, command: Lock, _: Instant) -> Outcome:
    """Lock or unlock: while locked every new guest waits for the provider. Unlocking lets nobody in who waits
    already.
    """
    if visit.locked == command.on:
        return Done()
    visit.locked = command.on
    why = VisitWhy.LOCKED if command.on else VisitWhy.UNLOCKED
    return Done((VisitChanged(why), audited(str(why), command.by)), durable=True)


def set_media(visit: Record, command: SetMedia, _: Instant) -> Outcome:
    """Note what a browser sends now; not durable. Those in the call are told only of who is in it."""
    connection = visit.live.get(command.connection)
    if connection is None:
        return Done()
    sends = (command.mic, command.cam, command.screen, command.speaks)
    if (connection.mic, connection.cam, connection.screen, connection.speaks) == sends:
        return Done()
    speech = connection.speaks != command.speaks
    connection.mic, connection.cam, connection.screen, connection.speaks = sends
    seat = visit.seats[connection.seat]
    if seat.standing is not Standing.IN:
        return Done()
    return Done((SeatChanged(seat.id, Why.CHANGED, seat.standing, media=True, speech=speech),))


def set_quality(visit: Record, command: SetQuality, _: Instant) -> Outcome:
    """Note how good a browser's connection is (B12); only the clinic is told, and only of another word."""
    connection = visit.live.get(command.connection)
    quality = grade(command.lost, command.round_trip)
    if connection is None or connection.quality is quality:
        return Done()
    connection.quality = quality
    seat = visit.seats[connection.seat]
    if seat.standing is not Standing.IN:
        return Done()
    return Done((SeatChanged(seat.id, Why.CHANGED, seat.standing, clinic_only=True),))


def set_bridge(visit: Record, command: SetBridge, _: Instant) -> Outcome:
    """Note which bridge carries the telephones; every browser in the call makes its connection to it."""
    if visit.bridge == command.page:
        return Done()
    visit.bridge = command.page
    return Done((VisitChanged(VisitWhy.BRIDGED),))


# ---------------------------------------------------------------- invitations


def invite(visit: Record, command: Invite, now: Instant) -> Outcome:
    """Make a personal invitation (D3)."""
    if now >= visit.lapses_at:
        return Refused("time_over")
    if sum(invitation.personal for invitation in visit.invitations.values()) >= PERSONAL_INVITATIONS:
        return Refused("too_many_invitations")
    label = safe_label(command.label)
    if label is None:
        return Refused("bad_name")
    refused = bad_contact(command.contact)
    if refused is not None or command.invitation in visit.invitations:
        return refused or Refused("bad_request")
    fact = audited("invite", command.by, command.invitation)
    made = visit.invitations[command.invitation] = Invitation(
        id=command.invitation,
        created_at=now,
        changed_at=now,
        label=label,
        email=command.contact.email,
        phone=command.contact.phone,
        interpreter=command.interpreter,
        by=fact.by or "",
    )
    write(visit, made, Kind.INVITATION, now)
    return Done((InvitationChanged(command.invitation), fact), durable=True, created=command.invitation)


def revoke(visit: Record, command: Revoke, now: Instant) -> Outcome:
    """Make one personal invitation's link and PIN dead. Who waits by it is turned away; who is in the call
    stays in it.
    """
    invitation = visit.invitations.get(command.invitation)
    if invitation is None:
        return Refused("no_such_invitation")
    if not invitation.personal:
        return Refused("not_allowed")
    if invitation.revoked:
        return Done()
    invitation.revoke(now)
    drop_letters_of(visit, invitation)
    changes = Changes([InvitationChanged(invitation.id)], durable=True)
    for seat in visit.seats.values():
        if seat.invitation == invitation.id and seat.present and seat.standing is not Standing.IN:
            _put_out(visit, seat, Standing.DENIED, now, changes)
    changes.events.append(audited("revoke", command.by, invitation.id))
    return changes.done()


def assign_pin(visit: Record, command: AssignPin, _: Instant) -> Outcome:
    """Note which attempt's PIN the index holds for an invitation."""
    if visit.over:
        return Refused("visit_over")
    invitation = visit.invitations.get(command.invitation)
    if invitation is None:
        return Refused("no_such_invitation")
    if invitation.attempt == command.attempt:
        return Done()
    invitation.attempt = command.attempt
    return Done(durable=True)


def suspect(visit: Record, command: Suspect, _: Instant) -> Outcome:
    """Note that an invitation's PIN may have been guessed (B6): nobody comes in directly by it any more.

    The caller under guessing waits; without this they would have learned that the PIN is right, and come in
    by calling again from another number.
    """
    invitation = visit.invitations.get(command.invitation)
    if invitation is None:
        return Refused("no_such_invitation")
    if invitation.suspect or visit.over:
        return Done()
    invitation.suspect = True
    return Done((Audited("suspect", None, invitation.id),), durable=True)
