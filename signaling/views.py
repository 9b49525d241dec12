"""How a visit looks, and to whom: each audience sees what it may see, and no more (R12, D12, B1).

Nothing here changes a visit. What a view leaves out, no message carries.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final, Literal

from engine.asking import ByLink
from engine.clinic import ProviderOfVisit
from engine.events import Standing, Status
from engine.ids import PATIENT, ConnectionId, Instant, SeatId
from engine.invitations import Invitation
from engine.letters import Kind, Letter, Progress, Via
from engine.presence import LinkState, Role, Seat
from engine.quality import Quality
from engine.visit import Visit
from signaling import messages as wire


class Audience(Enum):
    """Who looks at a visit; who is not let in has a `door` instead."""

    DASHBOARD = auto()
    PROVIDER = auto()
    PATIENT = auto()
    GUEST = auto()


_NO_MEDIA: Final = wire.MediaState()
_AS_LEFT: Final = frozenset({Standing.REMOVED, Standing.DENIED})


_ROLE: Final = {role: role.value for role in Role}
_STANDING: Final = {standing: standing.value for standing in Standing}
_STATUS: Final = {status: status.value for status in Status}
_LINK: Final = {link: link.value for link in LinkState}
_QUALITY: Final = {quality: quality.value for quality in Quality}
_VIA: Final = {via: via.value for via in Via}
_KIND: Final = {kind: kind.value for kind in Kind}
_PROGRESS: Final = {progress: progress.value for progress in Progress}
"""What the wire calls them; several times as quick as `value`, and every join shows people a dozen times."""


def is_clinic(audience: Audience) -> bool:
    """Say whether it is the clinic that looks."""
    return audience is Audience.PROVIDER or audience is Audience.DASHBOARD


def audience_of(seat: Seat) -> Audience:
    """Say as whom somebody in the call looks at it."""
    if seat.role is Role.PROVIDER:
        return Audience.PROVIDER
    return Audience.PATIENT if seat.role is Role.PATIENT else Audience.GUEST


# ---------------------------------------------------------------- the visit


def visit_info(visit: Visit, audience: Audience) -> wire.VisitInfo:
    """Show the visit's own facts; its name, room and option, the lock and the warning are for the clinic's
    eyes.
    """
    clinic, inside_clinic = visit.clinic, is_clinic(audience)
    return wire.VisitInfo(
        visit=visit.id,
        status=_STATUS[visit.status],
        start=visit.start,
        end=visit.end,
        lapses_at=visit.lapses_at,
        zone=clinic.zone,
        clinic=clinic.name,
        patient=visit.patient,
        providers=[provider.name for provider in visit.providers],
        name=visit.name if inside_clinic else "",
        room=visit.room if inside_clinic else "",
        option=visit.option if inside_clinic else "",
        locked=visit.locked and inside_clinic,
        warned=visit.warned and inside_clinic,
        may_invite=clinic.guests_by_provider
        if inside_clinic
        else audience is Audience.PATIENT and clinic.guests_by_patient,
        clinic_phone=clinic.phone,
        bridge=visit.bridge if audience is not Audience.DASHBOARD else "",
    )


def door(visit: Visit, *, patient: bool = False) -> wire.Door:
    """Show what somebody sees who is not let in (D12): nothing of the patient, the visit's name or who is
    there. `patient`: they look by their own link, and read what they may do (R13).
    """
    clinic = visit.clinic
    by = ByLink(visit.generation(PATIENT) or 0)
    first: Sequence[ProviderOfVisit] = visit.providers[:1]
    return wire.Door(
        clinic=clinic.name,
        provider=first[0].name if first else "",
        start=visit.start,
        end=visit.end,
        zone=clinic.zone,
        status=_STATUS[visit.status],
        opens_at=visit.opens_at,
        clinic_phone=clinic.phone,
        logo=clinic.logo,
        language=visit.language or clinic.languages[0],
        may_invite=patient and not visit.over and visit.may_invite(by) is None,
        may_cancel=patient and not visit.over and visit.may_cancel(by) is None,
        late=visit.status is Status.LAPSED,
        locked=visit.locked,
    )


# ---------------------------------------------------------------- people


def participant(visit: Visit, seat: Seat, audience: Audience) -> wire.Participant:
    """Show one seat. Label and invitation are for the clinic; who was put out has simply left, to everybody
    else.
    """
    inside_clinic, web, link, standing = is_clinic(audience), seat.web, seat.link, seat.standing
    if not inside_clinic and standing in _AS_LEFT:
        standing = Standing.LEFT
    return wire.Participant(
        seat=seat.id,
        role=_ROLE[seat.role],
        name=seat.name,
        standing=_STANDING[standing],
        link=_LINK[link],
        how=how(seat),
        page=web.page if web is not None else "",
        since=seat.since,
        lost_since=0 if link is LinkState.OK else seat.lost_since,
        media=_media(seat) if standing is Standing.IN else _NO_MEDIA,
        quality=_quality(seat) if inside_clinic else "",
        invitation=(seat.invitation or "") if inside_clinic else "",
        label=visit.label_of(seat) if inside_clinic else "",
    )


def _quality(seat: Seat) -> Literal["", "good", "poor", "bad"]:
    web = seat.web
    if web is None or not web.live or seat.standing is not Standing.IN:
        return ""
    return _QUALITY[web.quality]


def how(seat: Seat) -> Literal["browser", "phone", "both"]:
    """Say by what somebody is here, or was; of two connections one that is lost does not count."""
    web, phone = seat.web, seat.phone
    if web is not None and phone is not None:
        if web.live is phone.live:
            return "both"
        return "browser" if web.live else "phone"
    return "phone" if phone is not None or (web is None and seat.role is Role.PHONE) else "browser"


def _media(seat: Seat) -> wire.MediaState:
    """Show what somebody sends, by browser and telephone together: either may carry the voice."""
    mic = cam = screen = False
    for one in (seat.web, seat.phone):
        if one is not None and (one.mic or one.cam or one.screen):
            mic, cam, screen = mic or one.mic, cam or one.cam, screen or one.screen
    if not (mic or cam or screen):
        return _NO_MEDIA
    speaks = mic and seat.phone is not None and seat.phone.live and seat.phone.speaks
    return wire.MediaState(mic=mic, cam=cam, screen=screen, speaks=speaks)


def inside(visit: Visit, seat: SeatId) -> wire.Inside:
    """Show the whole call to somebody in it, and whom their browser offers to."""
    looks = visit.seats[seat]
    audience = audience_of(looks)
    seen = [
        one for one in visit.seats.values() if audience is Audience.PROVIDER or one.standing is Standing.IN
    ]
    return wire.Inside(
        visit=visit_info(visit, audience),
        seats=[participant(visit, one, audience) for one in seen],
        peers=_peers(visit, looks),
    )


def _peers(visit: Visit, seat: Seat) -> list[wire.Peer]:
    """Name the browsers that came into the call before this seat's: of each pair, the later one offers."""
    turn = seat.web.entered if seat.web is not None and seat.web.live else 0
    return [
        wire.Peer(seat=one.id, page=one.web.page)
        for one in visit.seats.values()
        if one.web is not None and one.web.live and 0 < one.web.entered < turn and one.standing is Standing.IN
    ]


def ready(  # noqa: PLR0913  (what `ready` carries and a visit does not know)
    visit: Visit,
    seat: SeatId,
    connection: ConnectionId,
    *,
    id: int,  # noqa: A002  (the message's own word)
    secret: str,
    stream: str,
    seq: int,
    resumed: Literal["new", "replay", "state"],
    now: Instant,
    ice: list[wire.IceServer],
) -> wire.Ready:
    """Welcome a connection to its seat: with the whole call, or the door, or, for a replay, neither.

    `ice` goes to who is in the call only: a relay's credentials are none of a door's business (D12).
    """
    mine = visit.seats[seat]
    whole = resumed != "replay"
    within = mine.standing is Standing.IN
    return wire.Ready(
        id=id,
        visit=visit.id,
        seat=seat,
        secret=secret,
        role=_ROLE[mine.role],
        name=mine.name,
        standing=_STANDING[mine.standing],
        stream=stream,
        seq=seq,
        now=now,
        resumed=resumed,
        inside=inside(visit, seat) if whole and within else None,
        door=door(visit, patient=mine.role is Role.PATIENT) if whole and not within else None,
        ice=ice if within else [],
    )


# ---------------------------------------------------------------- the clinic's dashboard


def row(visit: Visit) -> wire.BoardRow:
    """Show a visit in the waiting room."""
    return wire.BoardRow(visit=visit_info(visit, Audience.DASHBOARD), seats=_everybody(visit))


def row_changed(visit: Visit, *, seats: bool = False) -> wire.RowChanged:
    """Tell the waiting room of a visit, with everybody in it if asked."""
    return wire.RowChanged(
        visit=visit_info(visit, Audience.DASHBOARD), seats=_everybody(visit) if seats else None
    )


def _everybody(visit: Visit) -> list[wire.Participant]:
    return [participant(visit, seat, Audience.DASHBOARD) for seat in visit.seats.values()]


def details(visit: Visit, *, id: int = 0) -> wire.Details:  # noqa: A002  (the message's own word)
    """Show the personal invitations of a visit (B1)."""
    seats: dict[str, list[Seat]] = {}
    for seat in visit.seats.values():
        if seat.invitation is not None:
            seats.setdefault(seat.invitation, []).append(seat)
    return wire.Details(
        id=id,
        visit=visit.id,
        invitations=[
            _invitation_info(visit, one, seats.get(one.id, []))
            for one in visit.invitations.values()
            if one.personal
        ],
        patient=_patients_own(visit, seats.get(PATIENT, [])),
    )


def _patients_own(visit: Visit, seats: list[Seat]) -> wire.InvitationInfo | None:
    own = visit.invitations[PATIENT]
    return _invitation_info(visit, own, seats) if own.email or own.phone else None


def _invitation_info(visit: Visit, invitation: Invitation, seats: list[Seat]) -> wire.InvitationInfo:
    own = visit.seats.get(invitation.seat) if invitation.seat is not None else None
    letters = [letter for letter in visit.letters if letter.invitation == invitation.id]
    moments = [invitation.changed_at, invitation.opened_at, own.since if own is not None else 0]
    return wire.InvitationInfo(
        invitation=invitation.id,
        label=invitation.label,
        state=_state(visit, invitation, own, letters),
        email=masked(invitation.email),
        phone=masked(invitation.phone),
        interpreter=invitation.interpreter,
        created_at=invitation.created_at,
        changed_at=max(moments + [letter.at for letter in letters]),
        opened_at=invitation.opened_at,
        letters=[
            wire.LetterInfo(
                via=_VIA[letter.via],
                kind=_KIND[letter.kind],
                progress=_PROGRESS[letter.progress],
                at=letter.at,
                attempt=letter.attempt,
                reason=letter.reason,
            )
            for letter in letters
        ],
        seats=[seat.id for seat in seats],
    )


def _state(visit: Visit, invitation: Invitation, own: Seat | None, letters: list[Letter]) -> str:
    if invitation.revoked:
        return "revoked"
    if own is not None and own.standing is Standing.IN:
        return "in" if own.link is LinkState.OK else "lost"
    if own is not None and own.standing is Standing.WAITING:
        return "waiting"
    if visit.over or visit.status is Status.LAPSED:
        return "expired"
    if own is not None:
        return "early" if own.standing is Standing.HELD else own.standing.value
    return "opened" if invitation.opened_at else _sent(letters)


def _sent(letters: list[Letter]) -> str:
    """Say how far the best way has got of all that there are to somebody."""
    progress = {letter.progress for letter in letters}
    if Progress.SENT in progress:
        return "sent"
    if Progress.QUEUED in progress or Progress.SENDING in progress:
        return "queued"
    return "failed" if progress else "made"


def masked(contact: str) -> str:
    """Show enough of an address or number to know it again, and no more: "j***@e***.com", "***23"."""
    if not contact:
        return ""
    name, at, domain = contact.rpartition("@")
    if not at:
        return f"***{contact[-2:]}"
    return f"{name[:1]}***@{domain[:1]}***{domain[domain.rfind('.') :] if '.' in domain else ''}"
