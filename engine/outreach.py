"""Outreach: which letters a visit's facts call for, and how a letter gets on (R5, R13, B1).

What is still to be said when it is sent, and to whom, the visit knows; so a letter that waits is not written
twice because something changed meanwhile, and one that nobody was sent needs no cancellation.
"""

from collections.abc import Iterable
from typing import Final

from engine.asking import Resend
from engine.clinic import MINUTE
from engine.commands import LetterAnswer, Opened, SendLetter
from engine.events import Done, InvitationChanged, Outcome
from engine.ids import SHARED, Instant
from engine.invitations import Invitation
from engine.letters import (
    ATTEMPTS,
    REASON_LONGEST,
    UNKNOWN,
    UNKNOWN_AT_MOST,
    Kind,
    Letter,
    Progress,
    Via,
)
from engine.planning import Contact
from engine.purge import purge
from engine.record import Changes, Record, audited
from engine.refusals import Refused

CONTACT_LONGEST: Final = 254
"""Characters in an e-mail address (RFC 5321, section 4.5.3.1.3) or a telephone number."""

RESEND_AFTER: Final = MINUTE
"""Milliseconds that have to pass before the same invitation is sent again."""

_FIRST: Final = frozenset({Kind.INVITATION, Kind.CONFIRMATION})


def bad_contact(contact: Contact) -> Refused | None:
    """Say that this cannot be an address or a number, or None when it may; whoever asks has checked more."""
    for text in (contact.email, contact.phone):
        if len(text) > CONTACT_LONGEST or not text.isprintable() or text != text.strip():
            return Refused("bad_request")
    return None


# ---------------------------------------------------------------- which letters there are


def first_kind(invitation: Invitation) -> Kind:
    """Return what an invitation's first letter is."""
    return Kind.INVITATION if invitation.personal else Kind.CONFIRMATION


def write(visit: Record, invitation: Invitation, kind: Kind, now: Instant, only: Iterable[Via] = Via) -> bool:
    """Put a letter into the outbox for every way there is to an invitation's person; say whether any was.

    One that waits already, and has not been tried, says what there is to say now as well.
    """
    written = False
    if not invitation.revoked:
        for via in only:
            if invitation.email if via is Via.EMAIL else invitation.phone:
                written |= _write(visit, invitation, kind, via, now)
    return written


def _write(visit: Record, invitation: Invitation, kind: Kind, via: Via, now: Instant) -> bool:
    earlier = [one for one in visit.letters if one.invitation == invitation.id and one.via is via]
    waiting = [one for one in earlier if one.pending and not one.attempt]
    if kind in _FIRST:
        if any(one.pending and one.kind is kind for one in earlier):
            return False
    elif kind is Kind.CANCELLATION:
        visit.letters = [one for one in visit.letters if one not in waiting]
        if not any(one.attempt for one in earlier):
            return False
    elif waiting:
        if kind is Kind.CHANGE:
            _drop_reminders(visit, waiting)
        if any(one.kind is not Kind.REMINDER for one in waiting):
            return False
    visit.lettered += 1
    fresh = Letter(number=visit.lettered, invitation=invitation.id, kind=kind, via=via, at=now, due=now)
    visit.letters = [one for one in visit.letters if one.pending or not _same(one, fresh)] + [fresh]
    return True


def _drop_reminders(visit: Record, waiting: list[Letter]) -> None:
    dropped = [one for one in waiting if one.kind is Kind.REMINDER]
    visit.letters = [one for one in visit.letters if one not in dropped]


def _same(one: Letter, other: Letter) -> bool:
    return (one.invitation, one.via, one.kind) == (other.invitation, other.via, other.kind)


def tell_all(visit: Record, kind: Kind, now: Instant) -> bool:
    """Write to everybody who can be written to; a reminder only to who is not there already."""
    here = {seat.invitation for seat in visit.seats.values() if seat.present}
    written = False
    for invitation in visit.invitations.values():
        if kind is not Kind.REMINDER or invitation.id not in here:
            written |= write(visit, invitation, kind, now)
    return written


def remind(visit: Record, now: Instant, changes: Changes) -> None:
    """Write the reminder whose time has come: once, however many were slept through, and none after the
    start.
    """
    due = visit.next_reminder()
    if due is None or now < due:
        return
    visit.reminded = now
    if now < visit.start and tell_all(visit, Kind.REMINDER, now):
        changes.durable = True
        changes.events += [InvitationChanged(one.invitation) for one in visit.letters if one.at == now]


def drop_letters_of(visit: Record, invitation: Invitation) -> None:
    """An invitation was revoked: what of it was not sent yet, is not sent."""
    visit.letters = [
        one
        for one in visit.letters
        if one.invitation != invitation.id or not one.pending or one.progress is Progress.SENDING
    ]


def resend(visit: Record, command: Resend, now: Instant) -> Outcome:
    """Send an invitation again, the patient's confirmation too."""
    invitation = visit.invitations.get(command.invitation)
    if invitation is None or invitation.revoked:
        return Refused("no_such_invitation")
    if now >= visit.lapses_at:
        return Refused("time_over")
    if not invitation.email and not invitation.phone:
        return Refused("no_address")
    kind = first_kind(invitation)
    sent = [one.at for one in visit.letters if one.invitation == invitation.id and one.kind is kind]
    last = max(sent, default=0)
    if now - last < RESEND_AFTER:
        return Refused("just_sent", last + RESEND_AFTER)
    write(visit, invitation, kind, now)
    fact = audited("resend", command.by, invitation.id)
    return Done((InvitationChanged(invitation.id), fact), durable=True, created=invitation.id)


def opened(visit: Record, command: Opened, now: Instant) -> Outcome:
    """Note that a person has an invitation's page before them; only the first time is kept."""
    invitation = visit.invitations.get(command.invitation)
    if invitation is None or visit.over or invitation.revoked or invitation.generation != command.generation:
        return Refused("link_over")
    if invitation.opened_at or invitation.id == SHARED:  # of the shared one nobody could say whose it was
        return Done()
    invitation.opened_at = now
    return Done((InvitationChanged(invitation.id),), durable=True)


# ---------------------------------------------------------------- how a letter gets on


def letter_of(visit: Record, number: int) -> Letter | None:
    """Return a visit's letter by its number."""
    return next((one for one in visit.letters if one.number == number), None)


def send_letter(visit: Record, command: SendLetter, now: Instant) -> Outcome:
    """Begin an attempt; refused when the letter is gone, done or begun meanwhile."""
    letter = letter_of(visit, command.letter)
    if letter is None or letter.progress is not Progress.QUEUED or command.attempt != letter.attempt + 1:
        return Refused("no_such_letter")
    letter.progress, letter.attempt, letter.at, letter.reason = Progress.SENDING, command.attempt, now, ""
    letter.sequence = visit.sequence
    return Done((InvitationChanged(letter.invitation),), durable=True)


def letter_answer(visit: Record, command: LetterAnswer, now: Instant) -> Outcome:
    """Note what became of an attempt; with the last letter of a cancelled visit the addresses go."""
    letter = letter_of(visit, command.letter)
    if letter is None or letter.attempt != command.attempt:
        return Done()
    bounced = letter.progress is Progress.SENT and command.result == "failed"
    if letter.progress is not Progress.SENDING and not bounced:
        return Done()
    _settle(visit, letter, command, now)
    changes = Changes([InvitationChanged(letter.invitation)], durable=True)
    if visit.over:
        purge(visit)
    return changes.done()


def _settle(visit: Record, letter: Letter, command: LetterAnswer, now: Instant) -> None:
    letter.at, letter.reason = now, command.reason[:REASON_LONGEST]
    if command.result == "sent":
        letter.progress = Progress.SENT
        return
    letter.unknown += command.result == "unknown"
    doubtful = letter.unknown >= UNKNOWN_AT_MOST
    pointless = now >= visit.lapses_at and letter.kind is not Kind.CANCELLATION
    if command.result == "failed" or doubtful or pointless or letter.attempt >= ATTEMPTS:
        letter.progress = Progress.FAILED
        letter.reason = UNKNOWN if doubtful else letter.reason
    else:
        letter.progress, letter.due = Progress.QUEUED, command.due
