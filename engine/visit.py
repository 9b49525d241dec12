"""The visit: one object that is asked with commands, answers with events or a refusal, and says when time is
due.

The contract of whoever holds it (actors):

- `handle(command, now)` is the only way to change it. A `Refused` has changed nothing. A `Done` that is
  `durable` must be saved before anybody hears of its events, or that it was done: what somebody asks for is,
  even when it was so already, because only a save tells that the visit was not another owner's by then. Its
  `seats_new` says that the save must be refused past `lapses_at`.
- After each `handle`, send `Tick` no later than at `deadline`. Nothing that a command decides relies on a
  tick having been sent: a late one delays announcements, and lets nobody in late or out early.
- After a failed save: `load` the last saved snapshot, then `reattach` what `connections()` of the spoilt
  visit says is there.
- After a takeover or a start: `load`, then `restore(now)`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, cast

from engine import arriving, entering, lifecycle, outreach, running, seating
from engine.asking import (
    Admit,
    Asking,
    AskMute,
    By,
    Cancel,
    Complete,
    Deny,
    Edit,
    Extend,
    Invite,
    Lock,
    Remove,
    Rename,
    Reschedule,
    Resend,
    Revoke,
)
from engine.clinic import Clinic, Right
from engine.commands import (
    Arrive,
    AssignPin,
    Command,
    Drop,
    Enter,
    Leave,
    LetterAnswer,
    Opened,
    Resume,
    SendLetter,
    SetBridge,
    SetMedia,
    SetQuality,
    Suspect,
    Tick,
)
from engine.events import Done, Outcome, Standing, Status
from engine.ids import ConnectionId, Instant, InvitationId, SeatId
from engine.operations import Operation
from engine.planning import Plan
from engine.presence import RESTORING, UNKNOWN, Connection, LinkState
from engine.record import Record, who
from engine.refusals import Refused

_Handler = Callable[[Record, Any, Instant], Outcome]

_BY_SOMEBODY: Final[dict[type, tuple[_Handler, Right]]] = {
    Admit: (running.admit, Right.RUN_VISIT),
    Deny: (running.deny, Right.RUN_VISIT),
    Remove: (running.remove, Right.RUN_VISIT),
    Rename: (running.rename, Right.RUN_VISIT),
    AskMute: (running.ask_mute, Right.RUN_VISIT),
    Lock: (running.lock, Right.RUN_VISIT),
    Extend: (lifecycle.extend, Right.RUN_VISIT),
    Complete: (lifecycle.complete, Right.RUN_VISIT),
    Reschedule: (lifecycle.reschedule, Right.SCHEDULE),
    Edit: (lifecycle.edit, Right.SCHEDULE),
    Cancel: (lifecycle.cancel, Right.SCHEDULE),
    Invite: (running.invite, Right.INVITE),
    Resend: (outreach.resend, Right.INVITE),
    Revoke: (running.revoke, Right.INVITE),
}
"""What somebody asks with an `op`: carried out once, by those who have the right."""

_BY_ITSELF: Final[dict[type, _Handler]] = {
    Arrive: arriving.arrive,
    Enter: entering.enter,
    Resume: seating.resume,
    Drop: seating.drop,
    Leave: seating.leave,
    SetMedia: running.set_media,
    AssignPin: running.assign_pin,
    Suspect: running.suspect,
    Opened: outreach.opened,
    SetQuality: running.set_quality,
    SetBridge: running.set_bridge,
    SendLetter: outreach.send_letter,
    LetterAnswer: outreach.letter_answer,
    Tick: lifecycle.tick,
}
"""What proves itself: by an invitation, a sign-in, a secret or a connection."""


class Visit(Record):
    """A visit: its record, and the one door to it."""

    __slots__ = ()

    @classmethod
    def plan(cls, plan: Plan, clinic: Clinic, now: Instant) -> "Visit | Refused":
        """Make a new visit, open already if it starts now or within 15 minutes (R6); the caller saves it."""
        refused = lifecycle.checked(plan, now)
        if refused is not None:
            return refused
        visit = cls(
            id=plan.visit,
            clinic=clinic,
            start=plan.start,
            end=plan.end,
            patient=plan.patient,
            providers=plan.providers,
            name=plan.name,
            type=plan.type,
            room=plan.room,
            option=plan.option,
            emptied=now,
            language=plan.language,
            reminders=plan.reminders,
            reminded=now,
            invitations=lifecycle.invited(plan, now),
        )
        visit.status = Status.OPEN if now >= visit.opens_at else Status.SCHEDULED
        visit.warned = now >= visit.warns_at
        for invitation in visit.invitations.values():
            outreach.write(visit, invitation, outreach.first_kind(invitation), now)
        return visit

    def handle(self, command: Command, now: Instant) -> Outcome:
        """Carry out one command at `now`; a refusal has changed nothing."""
        self.step += 1
        alone = _BY_ITSELF.get(type(command))
        outcome = (
            alone(self, command, now) if alone is not None else self._asked(cast("Asking", command), now)
        )
        if isinstance(outcome, Done) and outcome.durable and self.dismissed_step != self.step:
            self.dismissed = []  # what was dismissed before is saved, or this would not have been asked
        return outcome

    def _asked(self, command: Asking, now: Instant) -> Outcome:
        handler, right = _BY_SOMEBODY[type(command)]
        by = command.by
        key = who(by)
        earlier = self.operations.find(command.op, now)
        if earlier is not None:
            return _repeated(earlier, key)
        refused = self._refused(by, handler, right)
        if refused is None and self.over:
            refused = Refused("visit_over")
        outcome = refused or handler(self, command, now)
        if isinstance(outcome, Done):
            self.operations.keep(key, command.op, outcome.created, now)
            if not outcome.durable and not isinstance(command, AskMute):
                outcome = replace(outcome, durable=True)  # a stale owner could say of it that it is so
        return outcome

    def _refused(self, by: By, handler: _Handler, right: Right) -> Refused | None:
        if handler is running.invite or handler is outreach.resend:
            return self.may_invite(by)
        return self.may_cancel(by) if handler is lifecycle.cancel else self.allowed(by, right)

    # ------------------------------------------------------------ time

    @property
    def deadline(self) -> Instant | None:
        """When `Tick` must be sent at the latest; in the past when something is due already, None when
        nothing ever will be.
        """
        phase, loss = self.next_phase(), self.next_loss()
        if phase is None or loss is None:
            return phase if loss is None else loss
        return min(phase, loss)

    # ------------------------------------------------------------ invitations

    def generation(self, invitation: InvitationId) -> int | None:
        """Return the generation of this invitation's link, raised by revoking; None when there is none or the
        visit is over.
        """
        known = self.invitations.get(invitation)
        return None if known is None or self.over else known.generation

    def attempt(self, invitation: InvitationId) -> int:
        """Return the attempt that this invitation's PIN is derived from; 0 when none was assigned."""
        known = self.invitations.get(invitation)
        return (known.attempt or 0) if known is not None else 0

    def pinned_invitations(self) -> list[InvitationId]:
        """Return the invitations for which the PIN index holds a PIN; also when the visit is over, so that
        they can be let go.
        """
        return [known.id for known in self.invitations.values() if known.attempt is not None]

    def link_refusal(self, invitation: InvitationId, generation: int, now: Instant) -> Refused | None:
        """Say why a link shows nothing (any more), or None when whoever has it may see the door (D12)."""
        return arriving.dead_link(self, invitation, generation, now)

    # ------------------------------------------------------------ connections

    def connections_of(self, seat: SeatId) -> list[ConnectionId]:
        """Return the connections of a seat that can hear: the live ones, and those that are being said
        goodbye to.
        """
        known = self.seats.get(seat)
        here = [one.id for one in known.connections() if one.live] if known is not None else []
        if self.dismissed:
            here += [one.id for one in self.dismissed if one.seat == seat and one.live]
        return here

    def browsers_inside(self) -> list[tuple[SeatId, ConnectionId]]:
        """Return the seats in the call that have a live browser: those between whom signals are relayed."""
        return [
            (seat.id, seat.web.id)
            for seat in self.seats.values()
            if seat.standing is Standing.IN and seat.web is not None and seat.web.live
        ]

    @property
    def phoned(self) -> bool:
        """Whether somebody is in the call by telephone."""
        return any(seat.phone is not None and seat.standing is Standing.IN for seat in self.seats.values())

    def attending(self) -> list[SeatId]:
        """Return the seats in the call that have a browser, connected or kept: those who may hear its
        telephones.
        """
        return [
            seat.id for seat in self.seats.values() if seat.standing is Standing.IN and seat.web is not None
        ]

    def standings(self) -> Iterator[tuple[Standing, LinkState]]:
        """Count who is there: each seat's standing and link."""
        for seat in self.seats.values():
            if seat.present:
                yield seat.standing, seat.link

    def connections(self) -> list[Connection]:
        """Return all connections after a command that could not be saved, for `reattach`.

        Those that it took from their seats, the live ones, and those lost and kept.
        """
        lost = [one for seat in self.seats.values() for one in seat.connections() if not one.live]
        return [*self.dismissed, *self.live.values(), *lost]

    def reattach(self, connections: Iterable[Connection], now: Instant) -> list[ConnectionId]:
        """Put connections back at their seats, after `load`; return the numbers of those for whom there is no
        place any more.

        A seat that is held without any of them is lost from now on.
        """
        homeless = []
        for connection in connections:
            seat = self.seats.get(connection.seat)
            kept = seat.at(connection.channel) if seat is not None else None
            if seat is None or not seat.present or (kept is not None and kept.lost_since != UNKNOWN):
                if connection.live:
                    homeless.append(connection.id)
                continue
            seat.put(connection.channel, connection)
            self._put_back(connection, inside=seat.standing is Standing.IN)
        self._lost_from(now, 0)
        return homeless

    def _put_back(self, connection: Connection, *, inside: bool) -> None:
        if connection.live:
            self.live[connection.id] = connection
        if not inside:
            connection.entered = 0
        elif not connection.entered:
            self.enter_call(connection)
        self.turn = max(self.turn, connection.entered)

    def restore(self, now: Instant) -> None:
        """After a takeover or a start: who was there is `restoring` for 5 s, then lost, and may resume for
        120 s from now.
        """
        self._lost_from(now, now + RESTORING)

    def _lost_from(self, now: Instant, restoring_until: Instant) -> None:
        for seat in self.seats.values():
            for connection in seat.connections():
                if connection.lost_since == UNKNOWN:
                    connection.lost_since, connection.restoring_until = now, restoring_until
                    self.emptied = now


def _repeated(earlier: Operation, key: str) -> Outcome:
    if earlier.key != key:
        return Refused("op_reused")
    return Done(created=earlier.created, repeated=True)
