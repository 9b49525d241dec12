"""Letters: who is written to, when, and how a letter gets on (R5, R13, B1)."""

import pytest

from engine.asking import (
    ByLink,
    Cancel,
    Complete,
    Edit,
    Invite,
    Reschedule,
    Resend,
    Revoke,
)
from engine.clinic import MINUTE, ProviderOfVisit
from engine.commands import (
    LetterAnswer,
    Opened,
    SendLetter,
    SetQuality,
    Tick,
)
from engine.events import Done, InvitationChanged, SeatChanged, Status
from engine.ids import PATIENT, SHARED, InvitationId, VisitId
from engine.letters import ATTEMPTS, LINGERS, Kind, Letter, Progress, Via
from engine.planning import Contact, Plan, PlannedGuest
from engine.quality import Quality, grade
from engine.refusals import Refused
from engine.visit import Visit
from tests.unit.engine.story import DESK, NOON, RIVERA, Story

ANN = InvitationId("ann")
BOB = InvitationId("bob")
DAY = 24 * 60


def planned(
    *, ahead: int = 2 * DAY, reminders: tuple[int, ...] = (), patient: Contact | None = None
) -> Story:
    """A visit planned so many minutes ahead, with Ann (by e-mail) and Bob (by both) invited."""
    story = Story(start=NOON + ahead * MINUTE)
    plan = Plan(
        visit=VisitId("0417-7h3kq2m9xw4c"),
        clinic=story.clinic.id,
        start=story.start,
        end=story.start + 30 * MINUTE,
        patient="Pat Lee",
        providers=(ProviderOfVisit(RIVERA.user, "Dr. Rivera"),),
        contact=patient or Contact(email="pat@example.com"),
        guests=(
            PlannedGuest(invitation=ANN, contact=Contact(email="ann@example.com"), label="Daughter"),
            PlannedGuest(invitation=BOB, contact=Contact(email="bob@example.com", phone="+14155550142")),
        ),
        reminders=reminders,
    )
    visit = Visit.plan(plan, story.clinic, story.now)
    assert isinstance(visit, Visit)
    story.visit = visit
    return story


def outbox(story: Story) -> list[tuple[str, str, str]]:
    """What waits to be sent: to whom, what, and how."""
    return [(one.invitation, one.kind.value, one.via.value) for one in story.visit.letters if one.pending]


def send(story: Story, letter: Letter, result: str = "sent", reason: str = "", due: int = 0) -> None:
    """Try a letter once."""
    story.done(SendLetter(letter.number, letter.attempt + 1))
    answer(story, letter, result, reason, due)


def answer(story: Story, letter: Letter, result: str, reason: str = "", due: int = 0) -> None:
    """Say what became of its last attempt."""
    told = LetterAnswer(
        letter=letter.number,
        attempt=letter.attempt,
        result=result,  # type: ignore[arg-type]
        reason=reason,
        due=due,
    )
    story.done(told)


def send_all(story: Story) -> list[tuple[str, str, str]]:
    """Send whatever waits."""
    waiting = outbox(story)
    for letter in [one for one in story.visit.letters if one.pending]:
        send(story, letter)
    return waiting


class TestWhoIsWrittenTo:
    """The outbox follows from the facts, in the same step."""

    def test_a_plan_writes_to_everybody_with_an_address(self) -> None:
        """R5, R13: the patient's confirmation and each guest's invitation, by every way there is."""
        assert outbox(planned()) == [
            (PATIENT, "confirmation", "email"),
            (ANN, "invitation", "email"),
            (BOB, "invitation", "email"),
            (BOB, "invitation", "sms"),
        ]

    def test_without_an_address_nothing_is_written(self) -> None:
        """A link that is only shown and copied needs no letter (R4)."""
        story = Story()
        story.invitation("Daughter")
        assert outbox(story) == []

    def test_an_invitation_is_written_in_its_own_step(self) -> None:
        """R7: whoever invites has the letter in the outbox with the same save."""
        story = Story()
        one = story.invitation("Daughter", contact="ann@example.com")
        assert outbox(story) == [(one, "invitation", "email")]

    def test_a_move_tells_those_who_were_told_another_time(self) -> None:
        """Who was not told yet is told once, with the new time."""
        story = planned()
        for letter in story.visit.letters[:2]:
            send(story, letter)
        story.done(Reschedule(story.op(), DESK, NOON + DAY * MINUTE, NOON + DAY * MINUTE + 30 * MINUTE))
        assert outbox(story) == [
            (BOB, "invitation", "email"),
            (BOB, "invitation", "sms"),
            (PATIENT, "change", "email"),
            (ANN, "change", "email"),
        ]
        assert story.visit.sequence == 1

    def test_two_moves_are_told_once(self) -> None:
        """A change that was not sent yet says the last time."""
        story = planned()
        send_all(story)
        for hours in (5, 7):
            start = NOON + hours * 60 * MINUTE
            story.done(Reschedule(story.op(), DESK, start, start + 30 * MINUTE))
        assert [kind for _, kind, _ in outbox(story)] == ["change"] * 4
        send_all(story)
        assert {one.sequence for one in story.visit.letters if one.kind is Kind.CHANGE} == {2}

    def test_a_cancelled_visit_tells_those_who_know_of_it(self) -> None:
        """Who was sent nothing hears nothing, and their address is gone at once (R15)."""
        story = planned()
        send(story, story.visit.letters[1])
        story.done(Cancel(story.op(), DESK))
        assert outbox(story) == [(ANN, "cancellation", "email")]
        assert story.visit.invitations[ANN].email
        assert not story.visit.invitations[BOB].email + story.visit.invitations[BOB].phone
        assert not story.visit.invitations[PATIENT].email
        assert not story.visit.settled

    def test_with_the_last_cancellation_the_last_address_goes(self) -> None:
        """R15: nothing of a guest is left, and the visit is settled."""
        story = planned()
        send_all(story)
        story.done(Cancel(story.op(), DESK))
        send_all(story)
        assert story.visit.settled
        assert not any(one.email or one.phone for one in story.visit.invitations.values())
        assert story.visit.deadline is None

    def test_who_cannot_be_told_is_forgotten_in_time(self) -> None:
        """A cancelled visit keeps addresses for half an hour at the most."""
        story = planned()
        send_all(story)
        story.done(Cancel(story.op(), DESK))
        assert story.visit.deadline == story.now + LINGERS
        story.later(LINGERS // MINUTE)
        assert story.visit.settled
        assert not any(one.email or one.phone for one in story.visit.invitations.values())

    def test_a_completed_visit_writes_to_nobody(self) -> None:
        """Its end drops what was not sent, and every address (R14, R15)."""
        story = planned(ahead=0)
        story.provider()
        story.done(Complete(story.op(), RIVERA))
        assert story.visit.settled
        assert outbox(story) == []

    def test_a_revoked_invitation_is_not_sent(self) -> None:
        """B1: what waits is dropped."""
        story = planned()
        story.done(Revoke(story.op(), DESK, BOB))
        assert BOB not in {who for who, _, _ in outbox(story)}

    def test_resending(self) -> None:
        """Once a minute, and only to somewhere."""
        story = planned()
        assert story.refused(Resend(story.op(), DESK, ANN)) == "just_sent"
        send_all(story)
        story.later(1)
        story.done(Resend(story.op(), DESK, ANN))
        assert outbox(story) == [(ANN, "invitation", "email")]
        assert story.refused(Resend(story.op(), DESK, SHARED)) == "no_address"
        assert story.refused(Resend(story.op(), DESK, InvitationId("none"))) == "no_such_invitation"

    def test_a_new_address_gets_the_confirmation(self) -> None:
        """And the old one nothing more."""
        story = planned()
        send_all(story)
        story.done(
            Edit(op=story.op(), by=DESK, contact=Contact(email="lee@example.com", phone="+14155550143"))
        )
        assert outbox(story) == [(PATIENT, "confirmation", "email"), (PATIENT, "confirmation", "sms")]

    @pytest.mark.parametrize("email", ["a\r\nBcc: b@c", "a" * 300, " a@b"])
    def test_what_could_break_a_letters_head_is_refused(self, email: str) -> None:
        """Threat 12, also in a plan's guests."""
        story = Story()
        contact = Contact(email=email)
        asked = Invite(op=story.op(), by=DESK, invitation=ANN, contact=contact)
        assert story.refused(asked) == "bad_request"
        assert story.refused(Edit(op=story.op(), by=DESK, contact=contact)) == "bad_request"


class TestReminders:
    """Each fires once, moves with the visit and dies with it."""

    def test_each_is_sent_once_at_its_time(self) -> None:
        """To everybody who can be written to."""
        story = planned(reminders=(DAY, 60))
        send_all(story)
        story.later(DAY - 1)
        assert outbox(story) == []
        story.later(1)
        assert [kind for _, kind, _ in send_all(story)] == ["reminder"] * 4
        story.later(DAY - 61)
        assert outbox(story) == []
        story.later(1)
        assert [kind for _, kind, _ in send_all(story)] == ["reminder"] * 4
        story.later(60)
        assert outbox(story) == []

    def test_those_that_were_slept_through_are_sent_as_one(self) -> None:
        """After a long night: at once, and not once each."""
        story = planned(reminders=(DAY, 60, 15))
        send_all(story)
        story.now = story.start - 10 * MINUTE
        story.visit = story.reborn()
        story.done(Tick())
        assert len(send_all(story)) == 4
        story.later(5)
        assert outbox(story) == []

    def test_after_the_start_nobody_is_reminded(self) -> None:
        """A reminder that could not be sent before is not sent at all."""
        story = planned(reminders=(60,))
        send_all(story)
        story.now = story.start
        story.done(Tick())
        assert outbox(story) == []

    def test_what_was_due_before_the_plan_is_not_sent(self) -> None:
        """A visit in ten minutes has no reminder an hour before."""
        story = planned(ahead=10, reminders=(60,))
        send_all(story)
        story.done(Tick())
        assert outbox(story) == []

    def test_it_moves_with_the_visit(self) -> None:
        """D2: and what was written for the old time is not sent."""
        story = planned(reminders=(60,))
        send_all(story)
        story.now = story.start - 60 * MINUTE
        story.done(Tick())
        start = story.start + DAY * MINUTE
        story.done(Reschedule(story.op(), DESK, start, start + 30 * MINUTE))
        assert {kind for _, kind, _ in send_all(story)} == {"change"}
        story.later(DAY - 1)
        assert outbox(story) == []
        story.later(1)
        assert {kind for _, kind, _ in outbox(story)} == {"reminder"}

    def test_it_dies_with_the_visit(self) -> None:
        """A cancelled visit reminds nobody."""
        story = planned(reminders=(60,))
        send_all(story)
        story.done(Cancel(story.op(), DESK))
        send_all(story)
        assert story.visit.deadline is None

    def test_who_is_there_already_is_not_reminded(self) -> None:
        """Ann waits on her page."""
        story = planned(ahead=30, reminders=(10,))
        send_all(story)
        story.guest("Ann", by=ANN)
        story.later(20)
        assert ANN not in {who for who, _, _ in outbox(story)}


class TestALettersWay:
    """Queued, sending, sent, failed: each step saved before the next."""

    def test_an_attempt_is_begun_once(self) -> None:
        """Two couriers cannot both begin it."""
        story = planned()
        letter = story.visit.letters[0]
        story.done(SendLetter(letter.number, 1))
        assert letter.progress is Progress.SENDING
        assert story.refused(SendLetter(letter.number, 1)) == "no_such_letter"
        assert story.refused(SendLetter(letter.number, 2)) == "no_such_letter"
        assert story.refused(SendLetter(99, 1)) == "no_such_letter"

    def test_what_is_put_off_is_tried_again_and_then_given_up(self) -> None:
        """With the reason that a person can read."""
        story = planned()
        letter = story.visit.letters[0]
        for _ in range(ATTEMPTS):
            assert letter.pending
            send(story, letter, "later", "busy", story.now + 5_000)
        assert (letter.progress, letter.reason) == (Progress.FAILED, "busy")

    def test_what_nobody_knows_is_tried_twice_at_most(self) -> None:
        """Not sent a third time without saying so."""
        story = planned()
        letter = story.visit.letters[0]
        send(story, letter, "unknown")
        assert letter.progress is Progress.QUEUED
        send(story, letter, "unknown")
        assert (letter.progress, letter.reason) == (Progress.FAILED, "unknown")

    def test_a_refusal_for_good_is_shown_at_once(self) -> None:
        """No second attempt."""
        story = planned()
        letter = story.visit.letters[0]
        send(story, letter, "failed", "no_such_mailbox")
        assert letter.progress is Progress.FAILED
        assert InvitationChanged(letter.invitation) in story.events

    def test_a_letter_that_comes_back_has_failed(self) -> None:
        """The provider learns after sending that nobody has the number."""
        story = planned()
        letter = story.visit.letters[3]
        send(story, letter)
        answer(story, letter, "failed", "no_such_number")
        assert (letter.progress, letter.reason) == (Progress.FAILED, "no_such_number")

    def test_an_answer_to_an_older_attempt_changes_nothing(self) -> None:
        """Nor does one to a letter that is gone."""
        story = planned()
        letter = story.visit.letters[0]
        send(story, letter, "later", "busy", story.now)
        story.done(SendLetter(letter.number, 2))
        assert not story.done(LetterAnswer(letter=letter.number, attempt=1, result="sent")).durable
        assert not story.done(LetterAnswer(letter=77, attempt=1, result="sent")).durable
        assert letter.progress is Progress.SENDING

    def test_after_the_lapse_nothing_is_tried_again(self) -> None:
        """An invitation to a visit that is over would lead nowhere."""
        story = planned(ahead=0)
        letter = story.visit.letters[0]
        story.done(SendLetter(letter.number, 1))
        story.later(31)
        answer(story, letter, "later", "busy", story.now + 5_000)
        assert letter.progress is Progress.FAILED

    def test_a_visit_keeps_few_letters(self) -> None:
        """Of those that are done, the last of a kind to a person by a way."""
        story = planned()
        send_all(story)
        for _ in range(20):
            story.later(2)
            story.done(Resend(story.op(), DESK, BOB))
            send_all(story)
        assert len(story.visit.letters) == 4


class TestOpened:
    """Set by a person, once (B1)."""

    def test_the_first_act_on_the_page_counts(self) -> None:
        """And is kept with its time."""
        story = planned()
        assert story.done(Opened(ANN, 0)).durable
        first = story.visit.invitations[ANN].opened_at
        story.later(1)
        assert not story.done(Opened(ANN, 0)).durable
        assert story.visit.invitations[ANN].opened_at == first == story.now - MINUTE

    def test_a_dead_link_opens_nothing(self) -> None:
        """Revoked, or of an earlier generation."""
        story = planned()
        story.done(Revoke(story.op(), DESK, ANN))
        assert story.refused(Opened(ANN, 0)) == "link_over"
        assert story.refused(Opened(BOB, 3)) == "link_over"

    def test_of_the_shared_link_nobody_knows_whose_it_was(self) -> None:
        """Nothing is kept."""
        assert not planned().done(Opened(SHARED, 0)).durable


class TestThePatientsLink:
    """R2, R13: what the patient may do from their page."""

    def test_the_patient_invites_where_the_clinic_lets_them(self) -> None:
        """R1: and not where it does not."""
        story = Story(start=NOON + DAY * MINUTE)
        asked = Invite(op=story.op(), by=ByLink(0), invitation=ANN, contact=Contact(email="ann@example.com"))
        story.done(asked)
        story.clinic.guests_by_patient = False
        again = Invite(op=story.op(), by=ByLink(0), invitation=BOB)
        assert story.refused(again) == "invites_off"
        assert story.refused(Invite(op=story.op(), by=ByLink(1), invitation=BOB)) == "not_allowed"

    def test_the_patient_cancels_before_it_begins(self) -> None:
        """Not afterwards, and not where the clinic does not let them."""
        story = Story(start=NOON + DAY * MINUTE)
        story.clinic.patients_cancel = False
        assert story.refused(Cancel(story.op(), ByLink(0))) == "not_allowed"
        story.clinic.patients_cancel = True
        story.done(Cancel(story.op(), ByLink(0)))
        assert story.visit.status is Status.CANCELLED
        begun = Story()
        begun.provider()
        assert begun.refused(Cancel(begun.op(), ByLink(0))) == "already_started"

    def test_the_patient_runs_nothing(self) -> None:
        """Nor moves, edits or withdraws."""
        story = planned()
        by = ByLink(0)
        start = NOON + DAY * MINUTE
        assert story.refused(Reschedule(story.op(), by, start, start + MINUTE)) == "not_allowed"
        assert story.refused(Edit(op=story.op(), by=by, name="x")) == "not_allowed"
        assert story.refused(Revoke(story.op(), by, ANN)) == "not_allowed"
        assert story.refused(Complete(story.op(), by)) == "not_allowed"


class TestPlanning:
    """What a plan may not be."""

    def test_rubbish_is_refused(self) -> None:
        """Too many guests, addresses and labels that cannot be."""
        story = Story()

        def asked(*guests: PlannedGuest) -> object:
            plan = Plan(
                visit=VisitId("0417-7h3kq2m9xw4c"),
                clinic=story.clinic.id,
                start=NOON,
                end=NOON + MINUTE,
                patient="Pat",
                providers=(),
                guests=guests,
            )
            return Visit.plan(plan, story.clinic, NOON)

        def guest(email: str = "", label: str = "") -> PlannedGuest:
            return PlannedGuest(invitation=ANN, contact=Contact(email=email), label=label)

        assert asked(*[guest()] * 21) == Refused("too_many_invitations")
        assert asked(guest("a\nb")) == Refused("bad_request")
        assert asked(guest(label="\x00")) == Refused("bad_name")


class TestQuality:
    """B12: a word for the clinic alone."""

    @pytest.mark.parametrize(
        ("lost", "round_trip", "word"),
        [
            (0, 50, "good"),
            (29, 299, "good"),
            (30, 50, "poor"),
            (0, 300, "poor"),
            (100, 50, "bad"),
            (0, 600, "bad"),
        ],
    )
    def test_the_worse_of_loss_and_round_trip_counts(self, lost: int, round_trip: int, word: str) -> None:
        """In the words that the provider reads."""
        assert grade(lost, round_trip) is Quality(word)

    def test_only_another_word_is_told_and_nothing_saved(self) -> None:
        """Every two seconds the same is no news."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        told = story.done(SetQuality(ann.connection, 50, 100))
        assert not told.durable
        [change] = [event for event in told.events if isinstance(event, SeatChanged)]
        assert change.clinic_only
        assert story.ask(SetQuality(ann.connection, 51, 100)) == Done()


def test_letters_survive_being_stored() -> None:
    """What waits after a restart is what waited before."""
    story = planned(reminders=(60,))
    send(story, story.visit.letters[0], "later", "busy", NOON + 5_000)
    again = story.reborn()
    assert [(one.number, one.progress, one.attempt, one.due, one.reason) for one in again.letters] == [
        (one.number, one.progress, one.attempt, one.due, one.reason) for one in story.visit.letters
    ]
    assert {one.via for one in again.letters} == set(Via)
    assert again.invitations[PATIENT].email == "pat@example.com"
