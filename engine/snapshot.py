"""A visit as plain data, versioned, and back.

What is durable goes in: facts, and two texts apart, for whoever stores them to seal. Connections do not, but
for which ones there were and what they sent, so that a restart shows people as they were. After the end
nothing of a guest is in it (R15).
"""

from dataclasses import dataclass
from sys import intern
from typing import Any, Final

from engine.clinic import Clinic, ProviderOfVisit
from engine.commands import Channel
from engine.events import Standing, Status
from engine.ids import PATIENT, InvitationId, OpId, PageId, SeatId, UserId, VisitId
from engine.invitations import Invitation
from engine.letters import Kind, Letter, Progress, Via
from engine.operations import Operation, Operations
from engine.presence import GUESTS, NOBODY, UNKNOWN, Connection, Role, Seat
from engine.visit import Visit

VERSION: Final = 2
"""1 knew no letters; what it lacks is as in a new visit."""

_STARTED, _WARNED, _LOCKED, _BARRED = 1, 2, 4, 8
_WEB, _PHONE, _ASKS, _MIC, _CAM, _SCREEN = 1, 2, 4, 8, 16, 32
_NO_LETTERS: Final = (0, "", (), 0, 0)
_PLAIN: Final = {word: word.value for kind in (Status, Role, Standing) for word in kind}
"""Words as plain text; quicker than `str`, and each save writes a dozen."""
_REVOKED, _INTERPRETER, _SUSPECT = 1, 2, 4


class SnapshotTooNew(Exception):
    """The snapshot was written by a newer version than this one, and is left alone."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A visit's parts. `facts`: plain values only, ids and times; `guest_text`: names, labels and contacts of
    guests, empty after the end; `clinic_text`: names of the patient, the visit and the providers, which the
    clinic keeps.
    """

    facts: dict[str, Any]
    guest_text: dict[str, str]
    clinic_text: dict[str, str]


def dump(visit: Visit) -> Snapshot:
    """Write a visit down."""
    flags = (
        visit.started * _STARTED
        | visit.warned * _WARNED
        | visit.locked * _LOCKED
        | visit.shared_barred * _BARRED
    )
    facts: dict[str, Any] = {
        "v": VERSION,
        "id": visit.id,
        "c": visit.clinic.id,
        "s": visit.start,
        "e": visit.end,
        "st": _PLAIN[visit.status],
        "f": flags,
        "l": visit.lapsed_for,
        "em": visit.emptied,
        "n": visit.callers,
        "t": [visit.type, visit.room, visit.option],
        "p": [provider.user for provider in visit.providers],
        "ls": [visit.sequence, visit.language, list(visit.reminders), visit.reminded, visit.lettered],
        "lt": [_letter_facts(letter) for letter in visit.letters] if visit.letters else [],
        "q": [_seat_facts(seat) for seat in visit.seats.values()],
        "i": [_invitation_facts(invitation) for invitation in visit.invitations.values()],
        "o": [list(operation) for operation in visit.operations.kept],
    }
    credentials = {seat.id: seat.credential for seat in visit.seats.values() if seat.credential}
    if credentials:
        facts["k"] = credentials  # a key that versions before it did not write, and do not miss
    return Snapshot(facts, _guest_text(visit), _clinic_text(visit))


def load(snapshot: Snapshot, clinic: Clinic) -> Visit:
    """Read a visit back; call `restore` or `reattach` before anything else. Raises SnapshotTooNew."""
    facts = snapshot.facts
    if facts["v"] > VERSION:
        raise SnapshotTooNew(f"visit {facts['id']} has version {facts['v']}, this is version {VERSION}")
    kind, room, option = facts["t"]
    flags = facts["f"]
    sequence, language, reminders, reminded, lettered = facts.get("ls", _NO_LETTERS)
    text = snapshot.clinic_text | snapshot.guest_text
    credentials = facts.get("k", {})
    return Visit(
        id=VisitId(facts["id"]),
        clinic=clinic,
        start=facts["s"],
        end=facts["e"],
        patient=text.get("p", ""),
        name=text.get("v", ""),
        type=kind,
        room=room,
        option=option,
        providers=tuple(
            ProviderOfVisit(UserId(intern(user)), intern(text.get(f"p{place}", "")))
            for place, user in enumerate(facts["p"])
        ),
        status=Status(facts["st"]),
        started=bool(flags & _STARTED),
        warned=bool(flags & _WARNED),
        locked=bool(flags & _LOCKED),
        shared_barred=bool(flags & _BARRED),
        lapsed_for=facts["l"],
        emptied=facts["em"],
        callers=facts["n"],
        sequence=sequence,
        language=language,
        reminders=tuple(reminders),
        reminded=reminded,
        lettered=lettered,
        letters=[_letter(entry) for entry in facts.get("lt", ())],
        seats={seat.id: seat for seat in (_seat(entry, text, credentials) for entry in facts["q"])},
        invitations={one.id: one for one in (_invitation(entry, text) for entry in facts["i"])},
        operations=Operations([Operation(key, OpId(op), made, at) for key, op, made, at in facts["o"]]),
    )


# ---------------------------------------------------------------- texts


def _guest_text(visit: Visit) -> dict[str, str]:
    text = {f"s{seat.id}": seat.name for seat in visit.seats.values() if seat.role in GUESTS and seat.name}
    for invitation in visit.invitations.values():
        if invitation.label:
            text[f"l{invitation.id}"] = invitation.label
        if invitation.id == PATIENT:
            continue
        if invitation.email:
            text[f"m{invitation.id}"] = invitation.email
        if invitation.phone:
            text[f"c{invitation.id}"] = invitation.phone
    return text


def _clinic_text(visit: Visit) -> dict[str, str]:
    text = {"p": visit.patient, "v": visit.name}
    patient = visit.invitations[PATIENT]
    if patient.email:
        text[f"m{PATIENT}"] = patient.email
    if patient.phone:
        text[f"c{PATIENT}"] = patient.phone
    for place, provider in enumerate(visit.providers):
        text[f"p{place}"] = provider.name
    for seat in visit.seats.values():
        if seat.role not in GUESTS:
            text[f"s{seat.id}"] = seat.name
    return text


# ---------------------------------------------------------------- seats and invitations


def _seat_facts(seat: Seat) -> list[Any]:
    flags, web = seat.asks * _ASKS, seat.web
    if web is not None:
        flags |= _WEB
        if web.mic or web.cam or web.screen:
            flags |= web.mic * _MIC | web.cam * _CAM | web.screen * _SCREEN
    if seat.phone is not None:
        flags |= _PHONE
    return [
        seat.id,
        _PLAIN[seat.role],
        _PLAIN[seat.standing],
        seat.since,
        flags,
        seat.proof,
        seat.invitation or "",
        seat.user or "",
    ]


def _seat(facts: list[Any], text: dict[str, str], credentials: dict[str, str]) -> Seat:
    id_, role, standing, since, flags, proof, invitation, user = facts
    seat = Seat(
        id=SeatId(id_),
        role=Role(role),
        name=text.get(f"s{id_}", ""),
        standing=Standing(standing),
        since=since,
        proof=proof,
        invitation=InvitationId(invitation) if invitation else None,
        user=UserId(user) if user else None,
        credential=credentials.get(id_, ""),
        asks=bool(flags & _ASKS),
    )
    if flags & _WEB:
        seat.web = _kept(seat, Channel.WEB)
        seat.web.mic, seat.web.cam, seat.web.screen = (bool(flags & bit) for bit in (_MIC, _CAM, _SCREEN))
    if flags & _PHONE:
        seat.phone = _kept(seat, Channel.PHONE)
    return seat


def _kept(seat: Seat, channel: Channel) -> Connection:
    """Name a connection that there was; its page is not known any more."""
    return Connection(
        id=NOBODY, seat=seat.id, channel=channel, page=PageId(""), since=seat.since, lost_since=UNKNOWN
    )


def _invitation_facts(invitation: Invitation) -> list[Any]:
    flags = 0
    if invitation.revoked or invitation.interpreter or invitation.suspect:
        flags |= invitation.revoked * _REVOKED
        flags |= invitation.interpreter * _INTERPRETER | invitation.suspect * _SUSPECT
    facts: list[Any] = [
        invitation.id,
        invitation.generation,
        invitation.attempt,
        flags,
        invitation.created_at,
        invitation.changed_at,
        invitation.by,
        invitation.seat or "",
    ]
    if invitation.opened_at:
        facts.append(invitation.opened_at)
    return facts


def _invitation(facts: list[Any], text: dict[str, str]) -> Invitation:
    id_, generation, attempt, flags, created_at, changed_at, by, seat, *opened = facts
    return Invitation(
        id=InvitationId(id_),
        created_at=created_at,
        changed_at=changed_at,
        generation=generation,
        attempt=attempt,
        revoked=bool(flags & _REVOKED),
        interpreter=bool(flags & _INTERPRETER),
        suspect=bool(flags & _SUSPECT),
        by=by,
        seat=SeatId(seat) if seat else None,
        opened_at=opened[0] if opened else 0,
        label=text.get(f"l{id_}", ""),
        email=text.get(f"m{id_}", ""),
        phone=text.get(f"c{id_}", ""),
    )


# ---------------------------------------------------------------- letters


def _letter_facts(letter: Letter) -> list[Any]:
    facts: list[Any] = [letter.number, letter.invitation, str(letter.kind), str(letter.via)]
    facts += (str(letter.progress), letter.at, letter.due, letter.sequence)
    facts += (letter.attempt, letter.unknown, letter.reason)
    return facts


def _letter(facts: list[Any]) -> Letter:
    number, invitation, kind, via, progress, at, due, sequence, attempt, unknown, reason = facts
    return Letter(
        number=number,
        invitation=InvitationId(invitation),
        kind=Kind(kind),
        via=Via(via),
        at=at,
        due=due,
        sequence=sequence,
        progress=Progress(progress),
        attempt=attempt,
        unknown=unknown,
        reason=reason,
    )
