"""Any order of anything that may happen to a visit, and the promises that hold all the same."""

from dataclasses import replace

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import json

from engine.asking import (
    Admit,
    By,
    BySeat,
    Cancel,
    Complete,
    Deny,
    Extend,
    Invite,
    Lock,
    Remove,
    Rename,
    Reschedule,
    Revoke,
)
from engine.clinic import MINUTE, Admission
from engine.commands import (
    Arrive,
    Channel,
    Command,
    Drop,
    Enter,
    Leave,
    Resume,
    SetMedia,
    Tick,
)
from engine.events import Connected, Done, Outcome, Standing
from engine.ids import PATIENT, SHARED, ConnectionId, InvitationId, OpId, PageId, SeatId
from engine.planning import Contact
from engine.presence import Connection, Role, Seat
from engine.record import who as asker
from engine.refusals import Refused
from engine.snapshot import dump, load
from engine.visit import Visit
from signaling import messages as wire
from signaling.translate import Close, ToConnection, ToSeat, outgoing, ready
from tests.unit.engine.story import DESK, NOON, OKAFOR, RIVERA, Story

pick = st.integers(0, 10**6)
"""Chooses one of whatever there is by then."""

AT_THE_DOOR = (wire.AtDoor, wire.You, wire.Ended)
"""What may be told to somebody who is not let in (D12)."""


class VisitMachine(RuleBasedStateMachine):
    """A visit, its host in miniature (open sockets, saves that fail, restarts), and a model of who may do
    what.
    """

    def __init__(self) -> None:
        super().__init__()
        self.story = Story()
        self.open: set[ConnectionId] = set()
        self.secrets: dict[SeatId, str] = {}
        self.arrivals: list[Arrive | Enter] = []
        self.invitations = [SHARED, PATIENT]
        self.revoked: set[InvitationId] = set()
        self.need_a_word: set[SeatId] = set()
        self.shared_needs_a_word = False
        self.came_barred: set[SeatId] = set()

    @initialize(
        starts_in=st.sampled_from([0, 0, 0, 0, 10, 30, 90]),
        admits=st.booleans(),
        grace=st.sampled_from([0, 0, 20]),
        guests=st.integers(0, 4),
        provider=st.sampled_from([True, True, False]),
    )
    def begin(self, starts_in: int, admits: bool, grace: int, guests: int, provider: bool) -> None:
        """A visit now, soon or later, of a clinic with these settings; some are there already."""
        self.story = Story(start=NOON + starts_in * MINUTE)
        self.story.clinic.admission = Admission.PROVIDER_ADMITS if admits else Admission.DIRECT
        self.story.clinic.grace = grace * MINUTE
        self.invitations.append(self.story.invitation("Label-0"))
        for number in range(guests):
            self.arrive(number, phone=False, strict=False, move=False)
        if provider:
            self.enter(0, move=False)

    @property
    def visit(self) -> Visit:
        """The visit as it is now."""
        return self.story.visit

    # ------------------------------------------------------------ the host in miniature

    def do(self, command: Command) -> Outcome:
        """Carry a command out, here and on a copy that went through a snapshot, and check what must hold of
        it.
        """
        before = {seat.id: seat.standing for seat in self.visit.seats.values()}
        lapsed, copy = self.story.now >= self.visit.lapses_at, self.copy()
        saved = dump(self.visit)
        outcome = self.visit.handle(command, self.story.now)
        assert copy.handle(command, self.story.now) == outcome
        assert dump(copy) == dump(self.visit)
        if not isinstance(outcome, Done):
            assert dump(self.visit) == saved
            return outcome
        if not outcome.durable and not isinstance(command, (SetMedia, Drop, Resume, Tick, Lock, Revoke)):
            assert outcome.repeated
        self.check_places(command, before, lapsed)
        self.deliver(command, outcome, before)
        return outcome

    def copy(self) -> Visit:
        """The visit as it is after a failed save: loaded from its snapshot, its connections put back."""
        copy = self.story.reborn()
        here = [replace(one) for seat in self.visit.seats.values() for one in seat.connections()]
        assert copy.reattach(here, self.story.now) == []
        return copy

    def check_places(self, command: Command, before: dict[SeatId, Standing], lapsed: bool) -> None:
        """Nobody gets a place past the lapse (B5), and who needs a provider's word has it (D11, B6)."""
        taken = (Standing.HELD, Standing.WAITING, Standing.IN)
        for seat in self.visit.seats.values():
            was = before.get(seat.id)
            if seat.present and was not in taken:
                assert not lapsed
            if seat.standing is Standing.IN and was is not Standing.IN:
                assert not lapsed
                if isinstance(command, Admit):
                    self.need_a_word.discard(seat.id)
                    self.came_barred.discard(seat.id)
                assert seat.id not in self.need_a_word
                assert seat.id not in self.came_barred

    def deliver(self, command: Command, outcome: Done, before: dict[SeatId, Standing]) -> None:
        """Do what a host does with an outcome, and look at every message with the receiver's eyes."""
        for event in outcome.events:
            if isinstance(event, Connected):
                self.open.add(event.connection)
                self.look(
                    event.seat,
                    self.welcome(event),
                    inside=self.visit.seats[event.seat].standing is Standing.IN,
                )
        for item in outgoing(self.visit, outcome.events):
            if isinstance(item, ToSeat):
                inside = Standing.IN in (before.get(item.seat), self.visit.seats[item.seat].standing)
                self.look(item.seat, item.message, inside=inside)
            elif isinstance(item, Close):
                self.open.discard(item.connection)
            else:
                assert not isinstance(item, ToConnection)
        if isinstance(command, (Drop, Leave)):
            self.open.discard(command.connection)

    def welcome(self, event: Connected) -> wire.Ready:
        """Make the `ready` of a new connection."""
        resumed = "state" if event.resumed else "new"
        return ready(
            self.visit,
            event.seat,
            event.connection,
            id=1,
            secret="",
            stream="",
            seq=0,
            resumed="state" if resumed == "state" else "new",
            now=self.story.now,
            ice=[],
        )

    def look(self, receiver: SeatId, message: wire.Message, *, inside: bool) -> None:
        """Who is not let in learns nothing beyond D12; who is in learns of nobody who waits, unless they are
        a provider.
        """
        seat, text = self.visit.seats[receiver], json.encode(message).decode()
        if not inside:
            assert isinstance(message, (*AT_THE_DOOR, wire.Ready))
            assert not isinstance(message, wire.Ready) or message.inside is None
            assert "Knee" not in text
            assert ("Pat Lee" in text) <= (seat.role is Role.PATIENT)
            others = {
                one.name for one in self.visit.seats.values() if one is not seat and one.name != seat.name
            }
            assert not any(f'"{name}"' in text for name in others - {"Dr. Rivera", ""})
        elif seat.role is not Role.PROVIDER:
            assert '"label"' not in text
            assert '"invitation"' not in text
            shown = message.inside.seats if isinstance(message, wire.Ready) and message.inside else []
            shown = message.seats if isinstance(message, wire.Inside) else shown
            assert all(one.standing == "in" for one in shown)

    # ------------------------------------------------------------ choosing

    def by(self, choice: int) -> By:
        """Somebody who asks: mostly staff, now and then any seat."""
        somebody: list[By] = [RIVERA, DESK, OKAFOR] * 6
        somebody += map(BySeat, self.visit.seats)
        return somebody[choice % len(somebody)]

    def seat(self, choice: int) -> SeatId:
        """Mostly a seat that somebody holds; now and then any, or one that never was."""
        present = [seat.id for seat in self.visit.seats.values() if seat.present]
        waiting = [seat for seat in present if self.visit.seats[seat].standing is not Standing.IN]
        some = [*waiting * 4, *present * 3, *self.visit.seats, SeatId("none")]
        return some[choice % len(some)]

    def connection(self, choice: int) -> ConnectionId:
        """Any live connection, or one that is gone."""
        return [*self.visit.live, ConnectionId(0)][choice % (len(self.visit.live) + 1)]

    # ------------------------------------------------------------ rules: coming and going

    @rule(choice=pick, phone=st.booleans(), strict=st.booleans(), move=st.booleans())
    def arrive(self, choice: int, phone: bool, strict: bool, move: bool) -> None:
        """Somebody comes by a link or a PIN."""
        known = [SHARED, *self.invitations, InvitationId("none")]
        self.come(known[choice % len(known)], phone=phone, strict=strict and phone, move=move)

    @rule(phone=st.booleans())
    def arrive_by_the_shared_one(self, phone: bool) -> None:
        """Somebody comes by the link or the PIN that is in many hands."""
        self.come(SHARED, phone=phone)

    @precondition(lambda self: self.need_a_word)
    @rule(choice=pick, phone=st.booleans())
    def come_again(self, choice: int, phone: bool) -> None:
        """Somebody who was denied or removed comes by the same invitation; perhaps the provider follows."""
        seat = self.visit.seats.get(sorted(self.need_a_word)[choice % len(self.need_a_word)])
        if seat is None or seat.invitation is None:
            return
        self.come(seat.invitation, phone=phone)
        if choice % 2:
            self.enter(0, move=True)

    def come(self, by: InvitationId, *, phone: bool, strict: bool = False, move: bool = False) -> None:
        """Somebody comes by an invitation, under a name that nobody else has."""
        name = f"Guest-{self.story.number()}-"
        command = self.story.arriving(name, by=by, phone=phone, strict=strict, move=move)
        self.arrived(command, self.do(command))

    @precondition(lambda self: self.arrivals)
    @rule(choice=pick)
    def arrive_again(self, choice: int) -> None:
        """A hello is sent again, on a new connection, after its answer was lost."""
        first = self.arrivals[choice % len(self.arrivals)]
        who = self.story.person()
        command = replace(first, seat=who.seat, proof=who.proof, connection=who.connection)
        outcome = self.do(command)
        self.arrived(command, outcome)

    def arrived(self, command: Arrive | Enter, outcome: Outcome) -> None:
        """Note whose seat it is, and how it may be come back to."""
        if not isinstance(outcome, Done):
            return
        seat = SeatId(outcome.created)
        self.arrivals.append(command)
        by_web = isinstance(command, Enter) or command.channel is Channel.WEB
        if by_web or self.visit.seats[seat].proof == command.proof:
            self.secrets[seat] = command.proof
        if isinstance(command, Arrive):
            assert command.invitation not in self.revoked
            if command.strict:
                assert seat == command.seat or outcome.repeated
            if command.strict and seat == command.seat:
                self.came_barred.add(seat)
                assert self.visit.seats[seat].standing is not Standing.IN
            if command.invitation == SHARED and seat == command.seat and self.shared_needs_a_word:
                self.came_barred.add(seat)
                assert self.visit.seats[seat].standing is not Standing.IN

    @rule(choice=pick, move=st.booleans())
    def enter(self, choice: int, move: bool) -> None:
        """A provider comes; the front desk tries."""
        command = self.story.entering([RIVERA, OKAFOR, DESK][choice % 3], move=move)
        self.arrived(command, self.do(command))

    @rule(choice=pick, right=st.booleans(), reload=st.booleans())
    def resume(self, choice: int, right: bool, reload: bool) -> None:
        """Somebody claims a seat with a secret; only the last one given for it resumes it."""
        seat = self.seat(choice)
        proofs = ["", "guess", *self.secrets.values()]
        proof = self.secrets.get(seat, "") if right else proofs[choice % len(proofs)]
        page = PageId("another" if reload else "page")
        command = Resume(seat=seat, proof=proof, connection=ConnectionId(self.story.number()), page=page)
        held = seat in self.visit.seats and self.visit.seats[seat].present
        outcome = self.do(command)
        if isinstance(outcome, Done):
            assert proof
            assert proof == self.secrets[seat]
            assert held
        elif right and held:
            assert outcome == Refused("visit_full")
            assert self.visit.seats[seat].web is None

    @rule(choice=pick)
    def drop(self, choice: int) -> None:
        """A connection is lost."""
        self.do(Drop(self.connection(choice)))

    @rule(choice=pick)
    def leave(self, choice: int) -> None:
        """Somebody leaves."""
        self.do(Leave(self.connection(choice)))

    # ------------------------------------------------------------ rules: running the visit

    @rule(who=pick, whom=pick)
    def admit(self, who: int, whom: int) -> None:
        """Somebody is let in."""
        self.do(Admit(self.story.op(), self.by(who), self.seat(whom)))

    @rule(whom=pick)
    def admit_by_the_desk(self, whom: int) -> None:
        """The front desk lets somebody in."""
        self.do(Admit(self.story.op(), DESK, self.seat(whom)))

    @rule(who=pick, whom=pick, deny=st.booleans())
    def put_out(self, who: int, whom: int, deny: bool) -> None:
        """Somebody is denied, or removed."""
        seat = self.visit.seats.get(self.seat(whom))
        command = (Deny if deny else Remove)(self.story.op(), self.by(who), self.seat(whom))
        if not isinstance(self.do(command), Done) or seat is None:
            return
        self.need_a_word.add(seat.id)
        if seat.invitation == SHARED:
            self.shared_needs_a_word = True
        elif not deny and seat.invitation != PATIENT and seat.invitation is not None:
            self.revoked.add(seat.invitation)

    @rule(who=pick, whom=pick, what=st.sampled_from(["rename", "lock", "unlock", "media"]))
    def fiddle(self, who: int, whom: int, what: str) -> None:
        """A guest is renamed, the door is locked or unlocked, a microphone goes on or off."""
        if what == "rename":
            self.do(Rename(self.story.op(), self.by(who), self.seat(whom), f"Guest-{self.story.number()}-"))
        elif what == "media":
            self.do(SetMedia(self.connection(whom), bool(who % 2), False, False))
        else:
            self.do(Lock(self.story.op(), self.by(who), what == "lock"))

    @rule(who=pick)
    def invite(self, who: int) -> None:
        """A personal invitation is made."""
        invitation = InvitationId(f"inv{self.story.number()}")
        label = f"Label-{self.story.number()}"
        command = Invite(
            op=self.story.op(),
            by=self.by(who),
            invitation=invitation,
            label=label,
            contact=Contact(email="guest@example.com"),
        )
        if isinstance(self.do(command), Done):
            self.invitations.append(invitation)

    @rule(who=pick, choice=pick)
    def revoke(self, who: int, choice: int) -> None:
        """An invitation is withdrawn."""
        invitation = self.invitations[choice % len(self.invitations)]
        waiting = [one.id for one in self.visit.seats.values() if one.invitation == invitation]
        if isinstance(self.do(Revoke(self.story.op(), self.by(who), invitation)), Done):
            self.revoked.add(invitation)
            self.need_a_word.update(
                one for one in waiting if self.visit.seats[one].standing is Standing.DENIED
            )

    @rule(who=pick, minutes=st.sampled_from([5, 15, 30, 7]))
    def extend(self, who: int, minutes: int) -> None:
        """The end is moved."""
        self.do(Extend(self.story.op(), self.by(who), minutes))

    @rule(who=pick, later=st.sampled_from([-30, -10, 0, 10, 40, 120]), really=st.integers(0, 5))
    def reschedule(self, who: int, later: int, really: int) -> None:
        """The visit is moved to another time, now and then."""
        if really != 3:
            return
        start = self.story.now + later * MINUTE
        self.do(Reschedule(self.story.op(), self.by(who), start, start + 30 * MINUTE))

    @rule(who=pick, cancel=st.booleans(), really=st.integers(0, 9))
    def end(self, who: int, cancel: bool, really: int) -> None:
        """The visit is completed or cancelled, now and then."""
        if really == 7:
            self.do((Cancel if cancel else Complete)(self.story.op(), self.by(who)))

    @precondition(lambda self: self.visit.operations.kept)
    @rule(choice=pick, who=pick)
    def reuse_an_op(self, choice: int, who: int) -> None:
        """An op that was used is used again, by somebody: answered for its owner, refused to others, done for
        nobody.
        """
        kept = self.visit.operations.kept
        operation, by = kept[choice % len(kept)], self.by(who)
        saved = dump(self.visit)
        outcome = self.do(Lock(OpId(operation.op), by, not self.visit.locked))
        if self.story.now - operation.at < 10 * MINUTE:
            mine = operation.key == asker(by)
            assert isinstance(outcome, Done) == mine
            assert dump(self.visit) == saved

    # ------------------------------------------------------------ rules: time and trouble

    @rule(minutes=st.sampled_from([0, 0, 1, 2, 5, 15]), seconds=st.integers(0, 59), attentive=st.booleans())
    def wait(self, minutes: int, seconds: int, attentive: bool) -> None:
        """Time passes; the host ticks when it should, or wakes up late."""
        until = self.story.now + minutes * MINUTE + seconds * 1000
        while attentive and self.visit.deadline is not None and self.visit.deadline <= until:
            self.story.now = max(self.story.now, self.visit.deadline)
            self.tick()
        self.story.now = until

    @rule()
    def tick(self) -> None:
        """A tick does what is due, and nothing when nothing is."""
        due = self.visit.deadline
        outcome = self.do(Tick())
        if due is None or due > self.story.now:
            assert outcome == Done()
        assert self.visit.deadline is None or self.visit.deadline > self.story.now

    @precondition(lambda self: not self.visit.over)
    @rule(before=st.sampled_from([0, 1, 1000]))
    def wait_for_the_lapse(self, before: int) -> None:
        """The lapse comes, or almost; nobody ticks."""
        self.story.now = max(self.story.now, self.visit.lapses_at - before)

    @rule()
    def restart(self) -> None:
        """The process dies and another one loads the visit: all are restoring, and nobody is connected."""
        standings = {seat.id: (seat.standing, seat.name, seat.role) for seat in self.visit.seats.values()}
        self.story.visit = self.story.reborn()
        self.visit.restore(self.story.now)
        self.open.clear()
        assert {
            seat.id: (seat.standing, seat.name, seat.role) for seat in self.visit.seats.values()
        } == standings

    @rule(choice=pick)
    def fail_a_save(self, choice: int) -> None:
        """A change is made, cannot be saved, and is undone; every connection that was there is back."""
        saved, spoilt = dump(self.visit), self.visit
        commands: list[Command] = [
            Complete(self.story.op(), RIVERA),
            Leave(self.connection(choice)),
            Remove(self.story.op(), RIVERA, self.seat(choice)),
            self.story.arriving("Guest-x-"),
            self.story.entering(RIVERA, move=True),
        ]
        live = {one: (connection.seat, connection.channel) for one, connection in self.visit.live.items()}
        outcome = self.visit.handle(commands[choice % len(commands)], self.story.now)
        if not isinstance(outcome, Done) or not outcome.durable:
            return
        self.story.visit = load(saved, self.story.clinic)
        here = [one for one in spoilt.connections() if not one.live or one.id in live]
        assert self.visit.reattach(here, self.story.now) == []
        assert {one: (at.seat, at.channel) for one, at in self.visit.live.items()} == live
        assert dump(self.visit) == saved

    # ------------------------------------------------------------ what always holds

    @invariant()
    def a_seat_has_at_most_one_browser_and_one_telephone(self) -> None:
        """Every live connection is the one of its seat and channel; who is present has one, live or kept."""
        for one in self.visit.live.values():
            assert self.visit.seats[one.seat].at(one.channel) is one
        for seat in self.visit.seats.values():
            assert bool(seat.connections()) == seat.present
            assert all(self.known(one, seat) for one in seat.connections())
        assert set(self.visit.live) <= self.open

    def known(self, one: Connection, seat: Seat) -> bool:
        """Whether a connection at a seat is that seat's, and live exactly if it is counted so."""
        return one.seat == seat.id and one.live == (self.visit.live.get(one.id) is one)

    @invariant()
    def nobody_is_in_before_a_provider_was_and_nobody_beyond_the_capacity(self) -> None:
        """D6 and D13."""
        inside = [seat for seat in self.visit.seats.values() if seat.standing is Standing.IN]
        assert self.visit.started or not inside
        assert sum(seat.web is not None for seat in inside) <= 6
        assert sum(seat.phone is not None for seat in inside) <= 6

    @invariant()
    def something_is_always_due_until_the_end(self) -> None:
        """No visit is forgotten, and no visit that is over is woken."""
        assert (self.visit.deadline is None) == self.visit.over

    @invariant()
    def after_the_end_no_guest_text_is_anywhere(self) -> None:
        """R15: names, labels, contacts; nor is anybody connected."""
        if self.visit.over:
            text = str(dump(self.visit))
            assert not any(word in text for word in ("Guest-", "Label-", "@", "Phone guest"))
            assert not self.visit.live
            assert all(self.visit.generation(one) is None for one in self.invitations)

    @invariant()
    def a_visit_stays_small(self) -> None:
        """Everything that grows is bounded."""
        assert len(self.visit.seats) <= 24 + 24 + 12 + 22 + 2
        assert len(self.visit.operations.kept) <= 32


TestVisitMachine = VisitMachine.TestCase
TestVisitMachine.settings = settings(max_examples=120, stateful_step_count=60)
