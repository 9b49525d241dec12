"""A visit's record: its facts, what follows from them, and who is connected. The rules that change it stand
elsewhere.
"""

from dataclasses import dataclass, field
from typing import Final

from engine.asking import (
    By,
    ByLink,
    BySeat,
    ByStaff,
)
from engine.clinic import MINUTE, Clinic, ProviderOfVisit, Right, may
from engine.commands import Channel
from engine.events import OVER, Audited, Dismissed, Done, Event, Goodbye, Standing, Status
from engine.ids import (
    PATIENT,
    SHARED,
    ConnectionId,
    Instant,
    InvitationId,
    PageId,
    SeatId,
    UserId,
    VisitId,
)
from engine.invitations import Invitation
from engine.letters import LINGERS, Letter
from engine.operations import Operations
from engine.presence import KEPT, Connection, Role, Seat
from engine.refusals import Refused

KNOWN_BEFORE: Final = 60 * MINUTE
"""Milliseconds before the start from which links hold a place and PINs are known (D7)."""

WARNS_BEFORE: Final = 5 * MINUTE
NO_PAGE: Final = PageId("")
EMPTY_FOR: Final = 15 * MINUTE
"""Milliseconds after its last connection when a lapsed visit ends by itself (D2)."""

LAPSED_FOR: Final = 240 * MINUTE
"""Milliseconds after its lapse when a visit ends by itself, whoever is still in (D2)."""


@dataclass(slots=True)
class Changes:
    """What a command brought about, gathered while it is carried out."""

    events: list[Event] = field(default_factory=list)
    durable: bool = False
    seats_new: bool = False

    def done(self, created: str = "") -> Done:
        """Return it as the command's outcome."""
        return Done(tuple(self.events), self.durable, self.seats_new, created)


@dataclass(slots=True, kw_only=True, eq=False)
class Record:
    """The facts of one visit. All times are instants."""

    id: VisitId
    clinic: Clinic
    start: Instant
    end: Instant
    patient: str
    providers: tuple[ProviderOfVisit, ...]
    name: str = ""
    type: str = "video"
    room: str = ""
    option: str = ""
    status: Status = Status.SCHEDULED
    started: bool = False
    """Whether a provider has been in (D6)."""
    warned: bool = False
    locked: bool = False
    shared_barred: bool = False
    """Whether who comes by the shared link or PIN waits for the provider, somebody from it having been put
    out (D11).
    """
    lapsed_for: Instant = 0
    """The lapse that made the visit `lapsed`; another one, by a longer grace, say, undoes it."""
    emptied: Instant = 0
    """When the last connection went."""
    callers: int = 0
    """How many callers were given a number for a name."""
    sequence: int = 0
    """How often its times were changed: the SEQUENCE of its calendar event."""
    language: str = ""
    """Of its letters; empty: the clinic's own."""
    reminders: tuple[int, ...] = ()
    """Minutes before the start."""
    reminded: Instant = 0
    """Reminders that were due by then are done with."""
    letters: list[Letter] = field(default_factory=list)
    """Its outbox: what is to be sent, and what became of it."""
    lettered: int = 0
    """How many letters it has written."""
    seats: dict[SeatId, Seat] = field(default_factory=dict)
    invitations: dict[InvitationId, Invitation] = field(default_factory=dict)
    operations: Operations = field(default_factory=Operations)
    live: dict[ConnectionId, Connection] = field(default_factory=dict)
    bridge: PageId = NO_PAGE
    """Which bridge carries the telephones now; "" when none does. Not in the snapshot."""
    dismissed: list[Connection] = field(default_factory=list)
    """Connections that the last durable command took from their seats; they come back if it is not saved."""
    step: int = 0
    dismissed_step: int = 0
    turn: int = 0

    # ------------------------------------------------------------ times

    @property
    def known_from(self) -> Instant:
        """When its PINs begin to be known and its links to hold a place: 60 minutes before the start."""
        return self.start - KNOWN_BEFORE

    @property
    def known_until(self) -> Instant:
        """When its PINs cease to be known: the lapse."""
        return self.lapses_at

    @property
    def opens_at(self) -> Instant:
        """When the visit opens: 15 minutes before the start, if the clinic says nothing else."""
        return self.start - self.clinic.opens_before

    @property
    def lapses_at(self) -> Instant:
        """When links, PINs and the lobby close to everyone new (R14, D1): the end and the clinic's grace."""
        return self.end + self.clinic.grace

    @property
    def warns_at(self) -> Instant:
        """When the provider is warned: 5 minutes before the lapse (D2)."""
        return self.lapses_at - WARNS_BEFORE

    @property
    def ends_at(self) -> Instant:
        """When the visit, once lapsed and as connected as it is now, ends by itself (D2)."""
        latest = self.lapses_at + LAPSED_FOR
        return latest if self.live else min(latest, max(self.lapses_at, self.emptied) + EMPTY_FOR)

    def lapse_if_extended(self, minutes: int, now: Instant) -> Instant:
        """Return what `lapses_at` an extension makes: from the end, or from now when the time is over already
        (D2).
        """
        end = self.end if now < self.lapses_at else now
        return end + minutes * MINUTE + self.clinic.grace

    def next_reminder(self) -> Instant | None:
        """Return when the next reminder is due; None when there is none any more."""
        if not self.reminders or self.started or self.over:
            return None
        dues = (self.start - minutes * MINUTE for minutes in self.reminders)
        return min((due for due in dues if due > self.reminded), default=None)

    @property
    def settled(self) -> bool:
        """Whether it is over and nobody has still to be told so: nothing will ever change about it."""
        return self.over and not self.letters

    @property
    def over(self) -> bool:
        """Whether it is completed, cancelled or ended by itself: for good."""
        return self.status in OVER

    # ------------------------------------------------------------ people

    def seat_of_user(self, user: UserId) -> Seat | None:
        """Return the seat of a member of staff, whatever its standing."""
        for seat in self.seats.values():
            if seat.user == user:
                return seat
        return None

    def anybody_in(self) -> bool:
        """Whether somebody is in the call, connected or kept."""
        return any(seat.standing is Standing.IN for seat in self.seats.values())

    def has_room(self, channel: Channel) -> bool:
        """Whether one more browser or telephone fits into the call (D13)."""
        taken = 0
        for seat in self.seats.values():
            if seat.standing is Standing.IN and seat.at(channel) is not None:
                taken += 1
        return taken < (self.clinic.browsers if channel is Channel.WEB else self.clinic.phones)

    def fits(self, seat: Seat) -> bool:
        """Whether all connections of a waiting seat fit into the call."""
        return all(self.has_room(connection.channel) for connection in seat.connections())

    def label_of(self, seat: Seat) -> str:
        """Return what the clinic called the person of this seat's invitation; empty when nothing."""
        invitation = self.invitations.get(seat.invitation) if seat.invitation else None
        return invitation.label if invitation else ""

    # ------------------------------------------------------------ rights

    def allowed(self, by: By, right: Right) -> Refused | None:
        """Say why this person may not do that, or None when they may: staff by role, a provider's seat in the
        call as a provider.
        """
        if isinstance(by, ByStaff):
            return None if may(by.role, right) else Refused("not_allowed")
        if isinstance(by, ByLink):
            return Refused("not_allowed")
        seat = self.seats.get(by.seat)
        if seat is None or seat.role is not Role.PROVIDER or seat.standing is not Standing.IN:
            return Refused("not_allowed")
        return None

    def may_invite(self, by: By) -> Refused | None:
        """Say why this person may not invite, or see the panel, or None when they may (R1, R2)."""
        if self._is_patient(by):
            return None if self.clinic.guests_by_patient else Refused("invites_off")
        refused = self.allowed(by, Right.INVITE)
        if refused is not None:
            return refused
        return None if self.clinic.guests_by_provider else Refused("invites_off")

    def may_cancel(self, by: By) -> Refused | None:
        """Say why this person may not call the visit off, or None when they may: the clinic, and the patient
        before it begins where the clinic lets them (R13).
        """
        if not self._is_patient(by):
            return self.allowed(by, Right.SCHEDULE)
        if not self.clinic.patients_cancel:
            return Refused("not_allowed")
        return Refused("already_started") if self.started or self.status is Status.LAPSED else None

    def _is_patient(self, by: By) -> bool:
        if isinstance(by, ByLink):
            return by.generation == self.invitations[PATIENT].generation
        if isinstance(by, BySeat):
            seat = self.seats.get(by.seat)
            return seat is not None and seat.role is Role.PATIENT and seat.present
        return False

    def called(self, by: By) -> str:
        """Return the name of who asks, as others know them."""
        if isinstance(by, ByStaff):
            return by.name
        seat = self.seats.get(by.seat) if isinstance(by, BySeat) else None
        return seat.name if seat else self.patient

    # ------------------------------------------------------------ connections

    def attach(
        self, seat: Seat, connection: ConnectionId, channel: Channel, page: PageId, now: Instant
    ) -> Connection | None:
        """Put a connection at a seat; return the live one that it replaced, if there was one."""
        before = seat.at(channel)
        replaced = before if before is not None and before.live else None
        if replaced is not None:
            self.live.pop(replaced.id, None)
        fresh = Connection(id=connection, seat=seat.id, channel=channel, page=page, since=now)
        if before is not None and before.page in (page, ""):
            fresh.mic, fresh.cam, fresh.screen = before.mic, before.cam, before.screen
        seat.put(channel, fresh)
        self.live[connection] = fresh
        if seat.standing is Standing.IN:
            self.enter_call(fresh)
        return replaced

    def enter_call(self, connection: Connection) -> None:
        """Give a connection its turn in the call: it offers to every browser whose turn was before."""
        self.turn += 1
        connection.entered = self.turn

    def detach(self, connection: Connection, now: Instant) -> None:
        """Forget a connection that was said goodbye to."""
        self.live.pop(connection.id, None)
        seat = self.seats.get(connection.seat)
        if seat is not None and seat.at(connection.channel) is connection:
            seat.put(connection.channel, None)
        if not self.live:
            self.emptied = now

    def dismiss(self, connection: Connection, code: Goodbye, changes: Changes, now: Instant) -> None:
        """Say goodbye to a connection, once this is saved."""
        self.remember(connection)
        if connection.live:
            changes.events.append(Dismissed(connection.id, code, connection.seat))
        self.detach(connection, now)

    def remember(self, connection: Connection) -> None:
        """Keep a connection that a seat no longer has until that is saved: it may have to come back."""
        if self.dismissed_step != self.step:
            self.dismissed_step = self.step
            self.dismissed = []
        self.dismissed.append(connection)

    def stand(self, seat: Seat, standing: Standing, now: Instant) -> None:
        """Set where a seat stands; who comes in gets their turn in the call."""
        seat.standing = standing
        seat.since = now
        for connection in seat.connections():
            if standing is Standing.IN:
                self.enter_call(connection)
            else:
                connection.entered = 0

    def let_go(self, seat: Seat, standing: Standing, now: Instant) -> None:
        """Set a seat to one of the standings in which nobody holds it: its connections and its secret are
        forgotten.
        """
        for connection in seat.connections():
            self.remember(connection)
            self.detach(connection, now)
        self.stand(seat, standing, now)
        if standing is Standing.LEFT:
            seat.proof = seat.credential = ""

    def next_loss(self) -> Instant | None:
        """Return when the next lost connection changes by time alone."""
        soonest: Instant | None = None
        for seat in self.seats.values():
            for connection in (seat.web, seat.phone):
                if connection is None or not connection.lost_since:
                    continue
                due = connection.restoring_until or connection.lost_since + KEPT
                if soonest is None or due < soonest:
                    soonest = due
        return soonest

    def next_phase(self) -> Instant | None:
        """Return when the visit's own life changes next by time alone; None when it is over."""
        if self.over:
            return self.emptied + LINGERS if self.letters else None
        if self.status is Status.LAPSED:
            return self.lapsed_for if self.lapses_at > self.lapsed_for else self.ends_at
        if self.status is Status.SCHEDULED:
            phase = min(self.opens_at, self.lapses_at)
        else:
            phase = self.lapses_at if self.warned else self.warns_at
        reminder = self.next_reminder()
        return phase if reminder is None else min(phase, reminder)


def first_invitations(now: Instant) -> dict[InvitationId, Invitation]:
    """Make the two that every visit has: the shared one and the patient's own."""
    return {kind: Invitation(id=kind, created_at=now, changed_at=now, by="") for kind in (SHARED, PATIENT)}


def audited(action: str, by: By, target: str = "") -> Audited:
    """Write down who did what to whom."""
    return Audited(action, who(by), target)


def who(by: By) -> UserId | SeatId:
    """Name who asked, for the audit trail and for what was asked lately."""
    if isinstance(by, BySeat):
        return by.seat
    return by.user if isinstance(by, ByStaff) else UserId(PATIENT)
