"""The life of a visit: it opens, begins, warns, lapses, is extended or moved, and ends; the same with late
ticks.
"""

import pytest

from engine.asking import (
    BySeat,
    ByStaff,
    Cancel,
    Complete,
    Extend,
    Invite,
    Reschedule,
)
from engine.clinic import MINUTE, ProviderOfVisit, StaffRole
from engine.commands import Tick
from engine.events import Dismissed, Done, Standing, Status, VisitChanged, VisitWhy
from engine.ids import PATIENT, SHARED, ClinicId, InvitationId, UserId, VisitId
from engine.planning import Plan
from engine.refusals import Refused
from engine.snapshot import dump
from engine.visit import Visit
from tests.unit.engine.story import DESK, NOON, RIVERA, Story, early_story


def why(story: Story) -> list[VisitWhy]:
    """What the last command changed about the visit itself."""
    return [event.why for event in story.events if isinstance(event, VisitChanged)]


def warned(story: Story) -> bool:
    """Whether the provider was warned of the lapse."""
    return story.visit.warned


class TestPlanning:
    """R5, R6: a visit has a start and an end; "now" is a start."""

    def test_a_visit_that_starts_now_is_open_at_once(self) -> None:
        """Nobody waits for a deadline to pass first."""
        assert Story().visit.status is Status.OPEN
        assert early_story(20).visit.status is Status.SCHEDULED

    @pytest.mark.parametrize(
        ("start", "end"),
        [(0, 0), (10, 5), (0, 25 * 60), (-60, -30)],
        ids=["empty", "backwards", "too long", "past"],
    )
    def test_impossible_times_are_refused(self, start: int, end: int) -> None:
        """The end is after the start, at most a day later, and not over already."""
        plan = Plan(
            visit=VisitId("0001-00000000"),
            clinic=ClinicId("hill"),
            start=NOON + start * MINUTE,
            end=NOON + end * MINUTE,
            patient="Pat",
            providers=(ProviderOfVisit(UserId("rivera"), "Dr. Rivera"),),
        )
        assert Visit.plan(plan, Story().clinic, NOON) == Refused("bad_time")


class TestTheLapse:
    """R14, D1: new seats are barred at once, nobody is put out."""

    def test_who_talks_goes_on_talking_and_comes_back_after_a_drop(self) -> None:
        """The lapse ejects nobody, and the seat's secret works until the visit ends."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        story.later(31)
        assert story.status() is Status.LAPSED
        assert story.standing(ann) is Standing.IN
        story.drop(ann)
        story.later(1)
        assert story.standing(story.back(ann)) is Standing.IN

    def test_who_left_has_no_seat_to_come_back_to(self) -> None:
        """Leaving, and being away for 120 s, give the seat up; past the lapse there is no new one."""
        story = Story()
        invitation = story.invitation()
        story.provider()
        ann = story.guest("Ann", by=invitation)
        story.later(31)
        story.leave(ann)
        assert story.refused(story.resuming(ann)) == "resume_refused"
        assert story.refused(story.arriving("Ann", by=invitation)) == "link_over"

    def test_the_lobby_is_barred_as_well(self) -> None:
        """Who waits is not let in past the lapse, by anybody (B5)."""
        story = Story()
        story.clinic.admission = story.clinic.admission.PROVIDER_ADMITS
        story.provider()
        ann = story.guest("Ann")
        story.now = story.visit.lapses_at
        assert story.admit(ann) == Refused("time_over")

    def test_grace_moves_the_lapse_and_not_the_end(self) -> None:
        """D2: `grace_after_end`, 0 by default."""
        story = Story()
        story.clinic.grace = 10 * MINUTE
        story.later(39)
        assert story.status() is Status.OPEN
        story.later(1)
        assert story.status() is Status.LAPSED

    def test_more_grace_brings_a_lapsed_visit_back(self) -> None:
        """A clinic's setting takes effect at once: the deadline is due, and the tick undoes the lapse."""
        story = Story()
        story.later(32)
        story.clinic.grace = 30 * MINUTE
        assert story.visit.deadline is not None
        assert story.visit.deadline <= story.now
        story.ask(Tick())
        assert story.status() is Status.OPEN
        assert isinstance(story.ask(story.arriving("Ann")), Done)

    def test_a_tick_that_comes_late_lets_nobody_in_late(self) -> None:
        """Decisions look at the time, not at what a tick has brought about (B5)."""
        story = Story()
        story.now = story.visit.lapses_at + 5 * MINUTE
        assert story.status() is Status.OPEN
        assert story.refused(story.arriving("Ann")) == "link_over"
        assert story.refused(story.entering()) == "time_over"


class TestTheWarning:
    """D2: five minutes before the lapse, once."""

    def test_the_provider_is_warned_once_and_again_after_an_extension(self) -> None:
        """The warning moves with the lapse."""
        story = Story()
        story.later(ms=25 * MINUTE - 1)
        assert not warned(story)
        story.later(ms=1)
        assert warned(story)
        story.done(Extend(story.op(), DESK, 15))
        assert not warned(story)
        story.later(15)
        assert warned(story)

    def test_a_short_extension_does_not_warn_at_once(self) -> None:
        """Who has just given it five more minutes knows."""
        story = Story()
        story.later(35)
        story.done(Extend(story.op(), DESK, 5))
        assert warned(story)
        assert story.visit.deadline == story.visit.lapses_at


class TestTheLateProvider:
    """D2: who waited keeps their place and goes on by itself."""

    def test_lapse_with_patient_and_guest_waiting_then_extended(self) -> None:
        """Extended from the waiting room, entered by the provider: both come in without touching anything."""
        story = Story()
        pat, ann = story.patient(), story.guest("Ann")
        story.later(50)
        assert story.status() is Status.LAPSED
        assert story.refused(story.entering()) == "time_over"
        story.done(Extend(story.op(), DESK, 15))
        assert story.visit.lapses_at == story.now + 15 * MINUTE
        assert story.status() is Status.OPEN
        assert {story.standing(who) for who in (pat, ann)} == {Standing.WAITING}
        story.provider()
        assert {story.standing(who) for who in (pat, ann)} == {Standing.IN}

    def test_an_extension_opens_links_and_pins_again_in_one_step(self) -> None:
        """One change moves the lapse for link, PIN and lobby alike."""
        story = Story()
        story.provider()
        story.later(31)
        assert story.refused(story.arriving("Ann")) == "link_over"
        promised = story.visit.lapse_if_extended(30, story.now)
        story.done(Extend(story.op(), RIVERA, 30))
        assert story.visit.lapses_at == story.visit.known_until == promised
        assert story.status() is Status.IN_PROGRESS
        assert story.standing(story.guest("Ann")) is Standing.IN
        assert story.standing(story.caller()) is Standing.IN

    def test_before_the_lapse_the_extension_counts_from_the_end(self) -> None:
        """Five minutes more are five minutes more."""
        story = Story()
        story.later(28)
        story.done(Extend(story.op(), RIVERA, 5))
        assert story.visit.end == NOON + 35 * MINUTE

    @pytest.mark.parametrize("minutes", [0, -5, 1, 10, 60, 10**9])
    def test_only_the_offered_minutes(self, minutes: int) -> None:
        """5, 15 and 30 are what the buttons say."""
        story = Story()
        assert story.refused(Extend(story.op(), RIVERA, minutes)) == "bad_minutes"

    def test_a_visit_is_never_longer_than_a_day(self) -> None:
        """However often it is extended."""
        story = Story()
        for _ in range(47):
            assert isinstance(story.ask(Extend(story.op(), RIVERA, 30)), Done)
        assert story.refused(Extend(story.op(), RIVERA, 30)) == "bad_time"


class TestTheEnd:
    """D1, D2, R15: completed, cancelled and ended by itself run the same purge."""

    @pytest.mark.parametrize("end", [Complete, Cancel])
    def test_everyone_is_said_goodbye_to_and_links_and_pins_are_dead(
        self, end: type[Complete | Cancel]
    ) -> None:
        """No page stays, no link works, no name of a guest is left."""
        story = Story()
        invitation = story.invitation("Daughter", contact="ann@example.com")
        doctor, pat = story.provider(), story.patient()
        ann, bob = story.guest("Ann", by=invitation), story.caller()
        story.done(end(story.op(), RIVERA))
        gone = {event.connection: event.code for event in story.events if isinstance(event, Dismissed)}
        assert set(gone) == {one.connection for one in (doctor, pat, ann, bob)}
        assert set(gone.values()) == {str(story.status())}
        assert why(story) == [VisitWhy.OVER]
        assert story.refused(story.arriving("Ann")) == "visit_over"
        assert story.refused(story.resuming(ann)) == "visit_over"
        assert story.visit.generation(SHARED) is story.visit.generation(invitation) is None
        assert dump(story.visit).guest_text == {}
        assert story.visit.deadline is None
        assert not story.visit.live

    def test_over_is_for_good(self) -> None:
        """Nothing that changes a visit is done to one that is over."""
        story = Story()
        story.complete()
        assert story.refused(Extend(story.op(), RIVERA, 15)) == "visit_over"
        assert story.refused(Cancel(story.op(), RIVERA)) == "visit_over"
        assert (
            story.refused(Invite(op=story.op(), by=RIVERA, invitation=InvitationId("late"))) == "visit_over"
        )
        assert story.done(Tick()) == Done()

    def test_the_patients_and_the_providers_names_stay_with_the_clinic(self) -> None:
        """The clinic keeps who its patient was; of guests it keeps nothing (R15)."""
        story = Story()
        story.patient()
        story.guest("Ann")
        story.complete()
        text = " ".join(dump(story.visit).clinic_text.values())
        assert "Pat Lee" in text
        assert "Dr. Rivera" in text
        assert "Ann" not in text

    def test_leaving_never_completes(self) -> None:
        """When everybody has left, the visit is in progress and the provider may come back (D2)."""
        story = Story()
        story.leave(story.provider())
        assert story.status() is Status.IN_PROGRESS
        assert story.standing(story.provider()) is Standing.IN

    def test_an_empty_lapsed_visit_ends_by_itself_after_fifteen_minutes(self) -> None:
        """Nobody ever came: the purge runs all the same."""
        story = Story()
        story.invitation("Daughter", contact="ann@example.com")
        story.later(ms=45 * MINUTE - 1)
        assert story.status() is Status.LAPSED
        story.later(ms=1)
        assert story.status() is Status.ENDED
        assert dump(story.visit).guest_text == {}

    def test_fifteen_minutes_count_from_the_last_connection(self) -> None:
        """Who talks past the lapse is not cut off; a quarter of an hour after they went, the visit ends."""
        story = Story()
        doctor = story.provider()
        story.later(60)
        story.leave(doctor)
        story.later(ms=15 * MINUTE - 1)
        assert story.status() is Status.LAPSED
        story.later(ms=1)
        assert story.status() is Status.ENDED

    def test_four_hours_after_the_lapse_it_ends_whoever_is_in(self) -> None:
        """A forgotten browser keeps no visit open for ever."""
        story = Story()
        doctor = story.provider()
        story.later(ms=(30 + 240) * MINUTE - 1)
        assert story.standing(doctor) is Standing.IN
        story.later(ms=1)
        assert story.status() is Status.ENDED
        assert Dismissed(doctor.connection, "ended", doctor.seat) in story.events

    def test_a_start_that_slept_through_everything_ends_it_at_the_first_tick(self) -> None:
        """One tick, one step, no detour over states that nobody saw."""
        story = early_story(40)
        story.guest("Ann")
        visit = story.reborn()
        visit.restore(story.now)
        outcome = visit.handle(Tick(), story.start + 6 * 60 * MINUTE)
        assert isinstance(outcome, Done)
        assert visit.status is Status.ENDED
        assert dump(visit).guest_text == {}


class TestRescheduling:
    """D2: links, PINs and reminders move with the visit."""

    def test_who_waits_is_held_and_goes_on_at_the_new_time(self) -> None:
        """The page stays and shows the new time; a caller is told to call then."""
        story = Story()
        pat, bob = story.patient(), story.caller()
        story.done(Reschedule(story.op(), DESK, NOON + 120 * MINUTE, NOON + 150 * MINUTE))
        assert story.status() is Status.SCHEDULED
        assert story.standing(pat) is Standing.HELD
        assert story.standing(bob) is Standing.LEFT
        assert Dismissed(bob.connection, "rescheduled", bob.seat) in story.events
        assert story.refused(story.arriving("Ann")) == "early"
        story.later(105)
        assert story.standing(pat) is Standing.WAITING

    def test_a_visit_that_somebody_is_in_is_not_moved(self) -> None:
        """It can be extended, or completed."""
        story = Story()
        doctor = story.provider()
        move = Reschedule(story.op(), DESK, NOON + 120 * MINUTE, NOON + 150 * MINUTE)
        assert story.refused(move) == "already_started"
        story.leave(doctor)
        assert isinstance(story.ask(move), Done)
        assert story.status() is Status.SCHEDULED
        assert not story.visit.started

    def test_a_lapsed_visit_can_be_moved(self) -> None:
        """Nobody came today; tomorrow is another day, and the links are the same."""
        story = Story()
        story.later(35)
        story.done(Reschedule(story.op(), DESK, story.now, story.now + 30 * MINUTE))
        assert story.status() is Status.OPEN
        assert story.standing(story.guest("Ann")) is Standing.WAITING

    def test_backwards_is_no_time(self) -> None:
        """The same rule as for planning."""
        story = Story()
        assert story.refused(Reschedule(story.op(), DESK, NOON, NOON)) == "bad_time"


class TestWhoMay:
    """Rights: staff by role, a provider's seat in the call, and nobody else."""

    @pytest.mark.parametrize(
        ("role", "code"), [(StaffRole.SRE, "not_allowed"), (StaffRole.COORDINATOR, ""), (StaffRole.ADMIN, "")]
    )
    def test_staff_complete_by_role(self, role: StaffRole, code: str) -> None:
        """Coordinators run visits without being in them; operators do not."""
        story = Story()
        outcome = story.ask(Complete(story.op(), ByStaff(UserId("x"), role)))
        assert (outcome.code if isinstance(outcome, Refused) else "") == code

    def test_patients_and_guests_run_nothing(self) -> None:
        """Nor does a provider's seat that is not in the call."""
        story = early_story(30)
        for who in (story.patient(), story.guest("Ann"), story.provider()):
            assert story.refused(Complete(story.op(), BySeat(who.seat))) == "not_allowed"

    def test_the_deadline_is_the_next_thing_that_is_due(self) -> None:
        """Opening, warning, lapse, end: never none while the visit is not over."""
        story = early_story(60)
        due = []
        while story.visit.deadline is not None:
            due.append((story.visit.deadline - story.start) // MINUTE)
            story.now = story.visit.deadline
            story.ask(Tick())
        assert due == [-15, 25, 30, 45]
        assert story.status() is Status.ENDED


def test_the_patient_may_be_invited_for_by_nobody_when_it_is_switched_off() -> None:
    """R1: the server refuses, whatever the page shows."""
    story = Story()
    pat = story.patient()
    asked = Invite(op=story.op(), by=BySeat(pat.seat), invitation=InvitationId("one"))
    story.clinic.guests_by_patient = False
    assert story.refused(asked) == "invites_off"
    assert story.visit.may_invite(RIVERA) is None
    story.clinic.guests_by_provider = False
    assert story.visit.may_invite(RIVERA) == Refused("invites_off")
    story.clinic.guests_by_patient = True
    assert isinstance(story.ask(asked), Done)
    assert story.visit.generation(PATIENT) == 0
