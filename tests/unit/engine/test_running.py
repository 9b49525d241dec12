"""Running a visit: admit, deny, remove, rename, lock, ask to mute, invite, revoke; each op once."""

import pytest

from engine.asking import (
    Admit,
    AskMute,
    BySeat,
    Deny,
    Invite,
    Lock,
    Remove,
    Rename,
    Revoke,
)
from engine.commands import AssignPin, SetMedia
from engine.events import Audited, Done, InvitationChanged, MuteAsked, SeatChanged, Standing, Why
from engine.ids import PATIENT, SHARED, ConnectionId, InvitationId, OpId, SeatId
from engine.refusals import Refused
from tests.unit.engine.story import DESK, OKAFOR, RIVERA, Story, contact_of, early_story, picky_story


class TestAdmitting:
    """D5: individuals, phones too."""

    def test_by_the_provider_in_the_call_and_from_the_waiting_room(self) -> None:
        """Both may; the event says that they waited before."""
        story = picky_story()
        doctor = story.provider()
        ann, bob = story.guest("Ann"), story.caller()
        story.admit(ann, by=doctor)
        assert SeatChanged(ann.seat, Why.ADMITTED, Standing.WAITING) in story.events
        story.admit(bob, by=DESK)
        assert {story.standing(one) for one in (ann, bob)} == {Standing.IN}

    def test_nobody_is_let_in_to_an_empty_room(self) -> None:
        """D6: until a provider is in, patient and guests wait."""
        story = Story()
        ann = story.guest("Ann")
        assert story.admit(ann) == Refused("not_yet")
        assert early_story(30).admit(ann) == Refused("no_such_seat")

    def test_only_who_waits_is_admitted_or_denied(self) -> None:
        """Who is in already, who left, and who never was are told apart."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        for kind in (Admit, Deny):
            assert story.refused(kind(story.op(), RIVERA, ann.seat)) == "not_waiting"
            assert story.refused(kind(story.op(), RIVERA, SeatId("none"))) == "no_such_seat"
        story.leave(ann)
        assert story.refused(Admit(story.op(), RIVERA, ann.seat)) == "no_such_seat"


class TestOneEffectARequest:
    """The same op again has one effect and the first one's answer."""

    def test_a_repetition_is_answered_and_changes_nothing(self) -> None:
        """No events, nothing to save, the same id."""
        story = Story()
        asked = Invite(op=OpId("same"), by=DESK, invitation=InvitationId("one"), label="Son")
        assert story.done(asked).created == "one"
        again = Invite(op=OpId("same"), by=DESK, invitation=InvitationId("two"), label="Son")
        outcome = story.done(again)
        assert outcome == Done(created="one", repeated=True)
        assert InvitationId("two") not in story.visit.invitations

    def test_somebody_elses_op_is_refused(self) -> None:
        """Ids of requests are their sender's own."""
        story = Story()
        story.done(Lock(OpId("same"), RIVERA, True))
        assert story.refused(Lock(OpId("same"), OKAFOR, False)) == "op_reused"
        assert story.visit.locked

    def test_a_refusal_is_not_remembered(self) -> None:
        """What was refused changed nothing, so the same request may be done later."""
        story = picky_story()
        ann = story.guest("Ann")
        asked = Admit(OpId("same"), DESK, ann.seat)
        assert story.refused(asked) == "not_yet"
        story.provider()
        assert isinstance(story.ask(asked), Done)

    def test_after_ten_minutes_or_32_others_an_op_is_new(self) -> None:
        """The memory is bounded by time and by number."""
        story = Story()
        story.done(Lock(OpId("same"), RIVERA, True))
        story.later(10)
        assert not story.done(Lock(OpId("same"), OKAFOR, False)).repeated
        for _ in range(32):
            story.done(Lock(story.op(), RIVERA, True))
        assert not story.done(Lock(OpId("same"), RIVERA, False)).repeated

    def test_a_restart_remembers(self) -> None:
        """The answer was lost in the crash; the request comes again and is not done twice."""
        story = Story()
        asked = Invite(op=OpId("same"), by=DESK, invitation=InvitationId("one"))
        story.done(asked)
        story.visit = story.reborn()
        assert story.done(asked) == Done(created="one", repeated=True)

    def test_a_completion_sent_twice_is_done_once(self) -> None:
        """Also when the visit is over by it."""
        from engine.asking import Complete

        story = Story()
        asked = Complete(OpId("same"), RIVERA)
        story.done(asked)
        assert story.done(asked) == Done(repeated=True)


class TestNames:
    """B12: a provider renames a guest, and nobody else."""

    def test_a_guest_is_renamed_and_a_patient_is_not(self) -> None:
        """The clinic knows its patients and providers by their own names."""
        story = Story()
        doctor = story.provider()
        ann, pat = story.guest("Ann"), story.patient()
        story.done(Rename(story.op(), BySeat(doctor.seat), ann.seat, " Ann  (daughter) "))
        assert story.seat(ann).name == "Ann (daughter)"
        assert story.refused(Rename(story.op(), RIVERA, ann.seat, "\u202e")) == "bad_name"
        assert story.refused(Rename(story.op(), RIVERA, pat.seat, "X")) == "not_allowed"
        assert story.refused(Rename(story.op(), RIVERA, SeatId("none"), "X")) == "no_such_seat"


class TestMuting:
    """Asked, never forced, never saved."""

    def test_the_asked_seat_hears_by_whom(self) -> None:
        """Only who is in the call can be asked."""
        story = Story()
        doctor, ann = story.provider(), story.guest("Ann")
        outcome = story.done(AskMute(story.op(), BySeat(doctor.seat), ann.seat))
        assert outcome.events == (MuteAsked(ann.seat, "Dr. Rivera"),)
        assert not outcome.durable
        story.leave(ann)
        assert story.refused(AskMute(story.op(), RIVERA, ann.seat)) == "no_such_seat"


class TestMedia:
    """What a browser sends is shown, and not saved."""

    def test_a_change_is_told_once_and_only_of_who_is_in(self) -> None:
        """Who waits may try camera and microphone; nobody is told."""
        story = Story()
        ann = story.guest("Ann")
        assert story.done(SetMedia(ann.connection, True, True, False)).events == ()
        story.provider()
        outcome = story.done(SetMedia(ann.connection, False, True, False))
        assert outcome == Done((SeatChanged(ann.seat, Why.CHANGED, Standing.IN, media=True),))
        assert story.done(SetMedia(ann.connection, False, True, False)) == Done()
        assert story.done(SetMedia(ConnectionId(999), False, True, False)) == Done()
        (told,) = story.done(SetMedia(ann.connection, True, False, False, speaks=True)).events
        assert isinstance(told, SeatChanged)
        assert told.media
        assert told.speech


class TestInvitations:
    """D3: one shared, one for the patient, up to twenty personal ones."""

    def test_twenty_personal_invitations(self) -> None:
        """The twenty-first is refused."""
        story = Story()
        for _ in range(20):
            story.invitation()
        asked = Invite(op=story.op(), by=RIVERA, invitation=InvitationId("one too many"))
        assert story.refused(asked) == "too_many_invitations"

    def test_the_patient_invites_from_the_waiting_page_and_from_the_call(self) -> None:
        """R2; and does nothing else that runs a visit."""
        story = Story()
        pat = story.patient()
        mine = BySeat(pat.seat)
        story.done(Invite(op=story.op(), by=mine, invitation=InvitationId("one")))
        story.provider()
        story.done(Invite(op=story.op(), by=mine, invitation=InvitationId("two")))
        assert story.refused(Revoke(story.op(), mine, InvitationId("one"))) == "not_allowed"
        assert story.refused(Lock(story.op(), mine, True)) == "not_allowed"
        story.leave(pat)
        assert (
            story.refused(Invite(op=story.op(), by=mine, invitation=InvitationId("three"))) == "not_allowed"
        )

    def test_guests_do_not_invite(self) -> None:
        """Neither switch is theirs."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        assert (
            story.refused(Invite(op=story.op(), by=BySeat(ann.seat), invitation=InvitationId("x")))
            == "not_allowed"
        )

    @pytest.mark.parametrize(
        ("label", "contact", "code"),
        [("\x00", "", "bad_name"), ("", "a" * 300, "bad_request"), ("", "a@b\r\nBcc: c@d", "bad_request")],
    )
    def test_hostile_labels_and_contacts_are_refused(self, label: str, contact: str, code: str) -> None:
        """Threats 11 and 12: nothing that could break a page or a mail header gets in."""
        story = Story()
        asked = Invite(
            op=story.op(), by=DESK, invitation=InvitationId("x"), label=label, contact=contact_of(contact)
        )
        assert story.refused(asked) == code

    def test_an_id_is_used_once(self) -> None:
        """A candidate id that is taken already is refused, also one of the visit's own two."""
        story = Story()
        for taken in (story.invitation(), SHARED, PATIENT):
            assert story.refused(Invite(op=story.op(), by=DESK, invitation=taken)) == "bad_request"

    def test_past_the_lapse_nobody_is_invited(self) -> None:
        """The link would be dead when it arrives."""
        story = Story()
        story.now = story.visit.lapses_at
        assert story.refused(Invite(op=story.op(), by=DESK, invitation=InvitationId("x"))) == "time_over"

    def test_revoking_raises_the_generation_and_only_personal_ones_are_revoked(self) -> None:
        """The shared link is barred by removing somebody, the patient's is not withdrawn."""
        story = Story()
        invitation = story.invitation()
        story.done(Revoke(story.op(), DESK, invitation))
        assert InvitationChanged(invitation) in story.events
        assert story.visit.generation(invitation) == 1
        assert story.done(Revoke(story.op(), DESK, invitation)).events == ()
        for kind in (SHARED, PATIENT):
            assert story.refused(Revoke(story.op(), DESK, kind)) == "not_allowed"
        assert story.refused(Revoke(story.op(), DESK, InvitationId("none"))) == "no_such_invitation"

    def test_the_visit_confirms_the_pin_index(self) -> None:
        """The index is a hint; which attempt counts is the visit's fact, also when it is over, so that PINs
        are let go.
        """
        story = Story()
        invitation = story.invitation()
        assert story.visit.pinned_invitations() == []
        story.done(AssignPin(SHARED, 2))
        assert story.done(AssignPin(invitation, 1)).durable
        assert not story.done(AssignPin(invitation, 1)).durable
        assert story.visit.attempt(SHARED) == 2
        assert story.refused(AssignPin(InvitationId("none"), 0)) == "no_such_invitation"
        story.complete()
        assert story.visit.pinned_invitations() == [SHARED, invitation]
        assert story.refused(AssignPin(SHARED, 3)) == "visit_over"


def test_the_audit_trail_names_who_did_what_to_whom_by_ids_only() -> None:
    """No name, label or contact is in an audit fact (R15)."""
    story = picky_story()
    invitation = story.invitation("Daughter", contact="ann@example.com")
    doctor = story.provider()
    ann = story.guest("Ann", by=invitation)
    story.admit(ann, by=doctor)
    assert Audited("admit", doctor.seat, ann.seat) in story.events
    story.done(Remove(story.op(), RIVERA, ann.seat))
    assert Audited("remove", RIVERA.user, ann.seat) in story.events
    story.complete()
    assert Audited("end", None, "completed") in story.events


def test_locking_twice_is_announced_once() -> None:
    """What is so already is no change to announce. But it is saved before it is said: only by that does an
    owner that was replaced learn that it cannot say so.
    """
    story = Story()
    assert story.done(Lock(story.op(), RIVERA, True)).durable
    again = story.done(Lock(story.op(), RIVERA, True))
    assert (again.events, again.durable) == ((), True)
