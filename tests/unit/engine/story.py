"""Tell a visit's story: people come, wait, talk and go, and time passes, with the real engine and a clock in
hand.
"""

from dataclasses import dataclass, field

from engine.asking import (
    Admit,
    BySeat,
    ByStaff,
    Complete,
    Invite,
)
from engine.clinic import MINUTE, Admission, Clinic, ProviderOfVisit, StaffRole
from engine.commands import (
    Arrive,
    Channel,
    Command,
    Drop,
    Enter,
    Leave,
    Resume,
    Tick,
)
from engine.events import Done, Event, Outcome, Standing, Status
from engine.ids import (
    PATIENT,
    SHARED,
    ClinicId,
    ConnectionId,
    Instant,
    InvitationId,
    OpId,
    PageId,
    SeatId,
    UserId,
    VisitId,
)
from engine.planning import Contact, Plan
from engine.presence import Seat
from engine.refusals import Refused
from engine.snapshot import dump, load
from engine.visit import Visit
from signaling.translate import Outgoing, outgoing

NOON = 1_700_000_000_000
RIVERA = ByStaff(UserId("rivera"), StaffRole.PROVIDER, "Dr. Rivera")
OKAFOR = ByStaff(UserId("okafor"), StaffRole.PROVIDER, "Dr. Okafor")
DESK = ByStaff(UserId("desk"), StaffRole.COORDINATOR, "Front desk")


def contact_of(text: str) -> Contact:
    """An e-mail address or a number, as where somebody's letters go."""
    return Contact(email=text) if "@" in text else Contact(phone=text)


@dataclass
class Person:
    """Somebody in the story, as their own browser or telephone knows them."""

    seat: SeatId
    proof: str
    connection: ConnectionId
    page: PageId


@dataclass
class Story:
    """A clinic, one visit, and the time."""

    clinic: Clinic = field(
        default_factory=lambda: Clinic(
            id=ClinicId("hill"),
            name="Hill Clinic",
            zone="America/Los_Angeles",
            phone="555-0123",
            dial_in=("+15550100",),
        )
    )
    start: Instant = NOON
    minutes: int = 30
    now: Instant = NOON
    counter: int = 0
    told: list[Outgoing] = field(default_factory=list)
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        plan = Plan(
            visit=VisitId("0417-7h3kq2m9xw4c"),
            clinic=self.clinic.id,
            start=self.start,
            end=self.start + self.minutes * MINUTE,
            patient="Pat Lee",
            providers=(ProviderOfVisit(RIVERA.user, "Dr. Rivera"),),
            name="Knee, second look",
            room="Main",
            option="30-min Consultation",
        )
        visit = Visit.plan(plan, self.clinic, self.now)
        assert isinstance(visit, Visit)
        self.visit = visit

    # ------------------------------------------------------------ asking

    def number(self) -> int:
        """Return a number that nobody had."""
        self.counter += 1
        return self.counter

    def op(self) -> OpId:
        """Return an operation's id that nobody used."""
        return OpId(f"op{self.number()}")

    def ask(self, command: Command) -> Outcome:
        """Ask the visit, and note what it says to whom."""
        outcome = self.visit.handle(command, self.now)
        self.events = outcome.events if isinstance(outcome, Done) else ()
        self.told = outgoing(self.visit, self.events)
        return outcome

    def done(self, command: Command) -> Done:
        """Ask for something that is not refused."""
        outcome = self.ask(command)
        assert isinstance(outcome, Done), outcome
        return outcome

    def refused(self, command: Command) -> str:
        """Ask for something that is refused; return the code."""
        before = dump(self.visit)
        outcome = self.ask(command)
        assert isinstance(outcome, Refused), outcome
        assert dump(self.visit) == before, "a refusal changes nothing"
        return outcome.code

    # ------------------------------------------------------------ time

    def later(self, minutes: float = 0, *, ms: int = 0) -> None:
        """Let time pass, and tick whenever the visit wants it, as its host does."""
        until = self.now + int(minutes * MINUTE) + ms
        for _ in range(100):
            due = self.visit.deadline
            if due is None or due > until:
                break
            self.now = max(self.now, due)
            self.ask(Tick())
        else:
            raise AssertionError("the visit's deadline never passes")
        self.now = until

    # ------------------------------------------------------------ people

    def person(self) -> Person:
        """Make somebody with ids of their own."""
        number = self.number()
        return Person(
            SeatId(f"seat{number}"), f"proof{number}", ConnectionId(number), PageId(f"page{number}")
        )

    def arriving(
        self,
        name: str = "",
        *,
        by: InvitationId = SHARED,
        phone: bool = False,
        move: bool = False,
        strict: bool = False,
        generation: int = 0,
        op: OpId | None = None,
        page: PageId | None = None,
    ) -> Arrive:
        """Make the command of somebody who comes by a link or a PIN."""
        who = self.person()
        return Arrive(
            op=op or self.op(),
            seat=who.seat,
            proof=who.proof,
            invitation=by,
            generation=generation,
            channel=Channel.PHONE if phone else Channel.WEB,
            connection=who.connection,
            page=page or who.page,
            name=name,
            move=move,
            strict=strict,
        )

    def entering(self, by: ByStaff = RIVERA, *, move: bool = False) -> Enter:
        """Make the command of a provider who comes."""
        who = self.person()
        return Enter(
            op=self.op(),
            seat=who.seat,
            proof=who.proof,
            credential=f"session-of-{by.user}",
            by=by,
            connection=who.connection,
            page=who.page,
            move=move,
        )

    def seated(self, command: Arrive | Enter) -> Person:
        """Carry out an arrival that is not refused; return who sits there now."""
        outcome = self.done(command)
        return Person(SeatId(outcome.created), command.proof, command.connection, command.page)

    def guest(self, name: str = "Ann", *, by: InvitationId = SHARED) -> Person:
        """A guest comes by a link."""
        return self.seated(self.arriving(name, by=by))

    def caller(self, *, by: InvitationId = SHARED, strict: bool = False) -> Person:
        """A guest calls."""
        return self.seated(self.arriving(by=by, phone=True, strict=strict))

    def patient(self) -> Person:
        """The patient comes."""
        return self.seated(self.arriving(by=PATIENT))

    def provider(self, by: ByStaff = RIVERA) -> Person:
        """A provider comes."""
        return self.seated(self.entering(by))

    def invitation(
        self, label: str = "Daughter", *, contact: str = "", interpreter: bool = False
    ) -> InvitationId:
        """The front desk makes a personal invitation."""
        invitation = InvitationId(f"inv{self.number()}")
        self.done(
            Invite(
                op=self.op(),
                by=DESK,
                invitation=invitation,
                label=label,
                contact=contact_of(contact),
                interpreter=interpreter,
            )
        )
        return invitation

    def drop(self, who: Person) -> Outcome:
        """Somebody's connection is lost."""
        return self.ask(Drop(who.connection))

    def leave(self, who: Person) -> Done:
        """Somebody leaves."""
        return self.done(Leave(who.connection))

    def resuming(self, who: Person, *, proof: str | None = None, page: str = "") -> Resume:
        """Make the command of somebody who comes back by their seat's secret."""
        return Resume(
            seat=who.seat,
            proof=who.proof if proof is None else proof,
            connection=ConnectionId(self.number()),
            page=PageId(page or who.page),
        )

    def back(self, who: Person, *, page: str = "") -> Person:
        """Somebody comes back by their seat's secret."""
        command = self.resuming(who, page=page)
        self.done(command)
        return Person(who.seat, who.proof, command.connection, command.page)

    def admit(self, who: Person, by: ByStaff | Person = DESK) -> Outcome:
        """Somebody is let in."""
        return self.ask(Admit(self.op(), by if isinstance(by, ByStaff) else BySeat(by.seat), who.seat))

    def complete(self) -> Done:
        """The visit ends for everyone."""
        return self.done(Complete(self.op(), RIVERA))

    # ------------------------------------------------------------ looking

    def seat(self, who: Person) -> Seat:
        """Return somebody's seat."""
        return self.visit.seats[who.seat]

    def standing(self, who: Person) -> Standing:
        """Say where somebody stands."""
        return self.seat(who).standing

    def status(self) -> Status:
        """Say where the visit stands in its life."""
        return self.visit.status

    def reborn(self) -> Visit:
        """Return the visit as a new process loads it."""
        return load(dump(self.visit), self.clinic)


def early_story(minutes: float) -> Story:
    """A visit that starts in so many minutes."""
    return Story(start=NOON + int(minutes * MINUTE))


def picky_story() -> Story:
    """A visit of a clinic whose providers let each guest in (D5)."""
    story = Story()
    story.clinic.admission = Admission.PROVIDER_ADMITS
    return story
