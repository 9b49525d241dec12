"""Coming to a visit: by link, by PIN, by sign-in; early, in time, too late, twice, and when it is full."""

import pytest

from engine.asking import (
    BySeat,
    ByStaff,
    Deny,
    Extend,
    Lock,
    Remove,
    Revoke,
)
from engine.clinic import MINUTE, StaffRole
from engine.events import (
    Connected,
    Dismissed,
    Done,
    SeatChanged,
    Standing,
    Status,
    VisitChanged,
    VisitWhy,
    Why,
)
from engine.ids import PATIENT, SHARED, InvitationId, UserId
from engine.presence import Role
from engine.refusals import Refused
from tests.unit.engine.story import DESK, OKAFOR, RIVERA, Story, early_story, picky_story


class TestBeforeTheStart:
    """D7: a page goes on by itself, a caller is told when to call."""

    def test_a_day_before_the_link_says_when_the_visit_opens(self) -> None:
        """More than an hour early there is no place to hold: the refusal carries the time."""
        story = early_story(24 * 60)
        outcome = story.visit.handle(story.arriving("Ann"), story.now)
        assert outcome == Refused("early", at=story.start - 15 * MINUTE)

    def test_within_the_hour_a_browser_is_held_and_goes_on_by_itself(self) -> None:
        """Who comes 40 minutes early is held, and waits for the provider as soon as the visit opens."""
        story = early_story(40)
        ann = story.guest()
        assert story.standing(ann) is Standing.HELD
        story.later(24)
        assert story.standing(ann) is Standing.HELD
        story.later(1)
        assert story.status() is Status.OPEN
        assert story.standing(ann) is Standing.WAITING

    @pytest.mark.parametrize(("minutes", "code"), [(61, "pin_wrong"), (60, "pin_early"), (16, "pin_early")])
    def test_an_early_pin_is_wrong_and_then_early(self, minutes: int, code: str) -> None:
        """An hour before the start a PIN is not known at all; then the caller is told when to call back."""
        story = early_story(minutes)
        assert story.refused(story.arriving(phone=True)) == code

    def test_from_fifteen_minutes_before_a_caller_waits(self) -> None:
        """A caller who is a little early hears a prompt and waits."""
        story = early_story(15)
        assert story.standing(story.caller()) is Standing.WAITING

    def test_an_early_provider_is_held_and_begins_the_visit_at_its_opening(self) -> None:
        """A provider's page goes on by itself as well, and takes everybody who is held along."""
        story = early_story(30)
        ann, doctor, pat = story.guest(), story.provider(), story.patient()
        assert story.standing(doctor) is Standing.HELD
        story.later(15)
        assert story.status() is Status.IN_PROGRESS
        assert [story.standing(who) for who in (doctor, pat, ann)] == [Standing.IN] * 3


class TestUntilTheProviderIsIn:
    """D6: patient and guests wait, see nobody, and come in with the first provider, in one step."""

    def test_patient_and_guests_wait_and_come_in_in_one_step(self) -> None:
        """One command, one save: the provider's coming lets the patient and the guests in."""
        story = Story()
        pat, ann, bob = story.patient(), story.guest("Ann"), story.caller()
        assert {story.standing(who) for who in (pat, ann, bob)} == {Standing.WAITING}
        story.provider()
        assert VisitChanged(VisitWhy.STARTED) in story.events
        assert {story.standing(who) for who in (pat, ann, bob)} == {Standing.IN}

    def test_a_providers_drop_puts_nobody_back(self) -> None:
        """Who is in stays in, and who comes then comes in, while the provider's line is away and when they
        have left.
        """
        story = Story()
        doctor, ann = story.provider(), story.guest("Ann")
        story.drop(doctor)
        assert story.standing(ann) is Standing.IN
        assert story.standing(story.guest("Bob")) is Standing.IN
        story.later(3)
        assert story.standing(doctor) is Standing.LEFT
        assert story.standing(story.guest("Cho")) is Standing.IN

    def test_somebody_whose_line_is_lost_while_waiting_comes_in_with_the_others(self) -> None:
        """A place is kept for 120 s, in the waiting room too (B3)."""
        story = Story()
        ann = story.guest("Ann")
        story.drop(ann)
        story.provider()
        assert story.standing(ann) is Standing.IN
        assert story.seat(story.back(ann)).standing is Standing.IN

    def test_where_providers_admit_guests_wait_on_and_the_patient_does_not(self) -> None:
        """`provider_admits` is about guests (D5)."""
        story = picky_story()
        pat, ann, bob = story.patient(), story.guest("Ann"), story.caller()
        story.provider()
        assert story.standing(pat) is Standing.IN
        assert story.standing(ann) is story.standing(bob) is Standing.WAITING


class TestOneAdmissionForBrowserAndPhone:
    """D5: whatever makes a browser wait makes a telephone wait."""

    @pytest.mark.parametrize("phone", [False, True])
    def test_direct_lets_both_in(self, phone: bool) -> None:
        """With a provider in, a guest comes in at once."""
        story = Story()
        story.provider()
        assert story.standing(story.seated(story.arriving("Ann", phone=phone))) is Standing.IN

    @pytest.mark.parametrize("phone", [False, True])
    def test_provider_admits_makes_both_wait(self, phone: bool) -> None:
        """The clinic's setting holds for both, at once when it is changed."""
        story = picky_story()
        story.provider()
        assert story.standing(story.seated(story.arriving("Ann", phone=phone))) is Standing.WAITING

    @pytest.mark.parametrize("phone", [False, True])
    def test_a_locked_visit_makes_both_wait_and_the_patient_not(self, phone: bool) -> None:
        """While locked every new guest waits for the provider."""
        story = Story()
        story.provider()
        story.done(Lock(story.op(), RIVERA, True))
        assert story.standing(story.seated(story.arriving("Ann", phone=phone))) is Standing.WAITING
        assert story.standing(story.patient()) is Standing.IN

    def test_unlocking_lets_nobody_in_by_itself(self) -> None:
        """Who waits at a locked door is let in by name."""
        story = Story()
        story.provider()
        story.done(Lock(story.op(), RIVERA, True))
        ann = story.guest("Ann")
        story.done(Lock(story.op(), RIVERA, False))
        assert story.standing(ann) is Standing.WAITING

    @pytest.mark.parametrize("code", ["link_over", "pin_over"])
    def test_the_lapse_bars_both(self, code: str) -> None:
        """From the millisecond of the lapse no link and no PIN gives a place, tick or no tick (R14, B5)."""
        story = Story()
        story.provider()
        story.now = story.visit.lapses_at - 1
        assert isinstance(story.ask(story.arriving("Ann", phone=code == "pin_over")), Done)
        story.now += 1
        assert story.refused(story.arriving("Bob", phone=code == "pin_over")) == code


class TestStrictCallers:
    """B6: while somebody guesses PINs, a right PIN is right, but its caller waits for the provider."""

    def test_a_strict_caller_waits_whatever_the_setting(self) -> None:
        """Also when the provider comes later: only a provider's word lets them in."""
        story = Story()
        first = story.caller(strict=True)
        doctor = story.provider()
        second = story.caller(strict=True)
        assert story.standing(first) is story.standing(second) is Standing.WAITING
        story.admit(first, by=doctor)
        assert story.standing(first) is Standing.IN

    def test_a_strict_caller_never_sits_down_beside_somebody(self) -> None:
        """A guessed personal PIN is not "audio by phone" of the person who is in: it is a caller of its own,
        who waits.
        """
        story = Story()
        invitation = story.invitation("Daughter")
        story.provider()
        daughter = story.guest("Ann", by=invitation)
        stranger = story.caller(by=invitation, strict=True)
        assert stranger.seat != daughter.seat
        assert story.standing(stranger) is Standing.WAITING
        assert story.seat(daughter).phone is None

    def test_a_strict_caller_by_the_patients_pin_is_a_guest(self) -> None:
        """Who is not proven to be the patient is not shown as the patient."""
        story = Story()
        story.provider()
        assert story.seat(story.caller(by=PATIENT, strict=True)).role is Role.PHONE


class TestPersonalInvitations:
    """D11: one person, at most one browser and one telephone."""

    def test_a_second_browser_is_asked_and_the_newest_wins(self) -> None:
        """They read "Already open on another device. Move here?"; after Yes the first browser is told where
        it went.
        """
        story = Story()
        invitation = story.invitation()
        laptop = story.guest("Ann", by=invitation)
        assert story.refused(story.arriving("Ann", by=invitation)) == "already_open"
        phone = story.seated(story.arriving("Ann", by=invitation, move=True))
        assert phone.seat == laptop.seat
        assert Dismissed(laptop.connection, "moved", laptop.seat) in story.events
        assert story.visit.connections_of(phone.seat)[0] == phone.connection

    def test_the_seats_secret_moves_along(self) -> None:
        """The old browser's secret does not bring the seat back to it."""
        story = Story()
        invitation = story.invitation()
        laptop = story.guest("Ann", by=invitation)
        story.seated(story.arriving("Ann", by=invitation, move=True))
        assert story.refused(story.resuming(laptop)) == "resume_refused"

    def test_the_same_page_is_not_asked(self) -> None:
        """A page that lost its line, and whose old connection is not noticed as gone yet, is no second
        device.
        """
        story = Story()
        invitation = story.invitation()
        first = story.guest("Ann", by=invitation)
        again = story.seated(story.arriving("Ann", by=invitation, page=first.page))
        assert again.seat == first.seat

    def test_browser_and_telephone_stand_side_by_side(self) -> None:
        """This is "audio by phone": one seat, both connected; leaving by one keeps the other."""
        story = Story()
        invitation = story.invitation()
        story.provider()
        ann = story.guest("Ann", by=invitation)
        call = story.caller(by=invitation)
        assert call.seat == ann.seat
        assert story.seat(ann).web is not None
        assert story.seat(ann).phone is not None
        story.leave(call)
        assert story.standing(ann) is Standing.IN

    def test_a_second_call_replaces_the_first(self) -> None:
        """Nobody can be asked by telephone, so the newest call wins."""
        story = Story()
        invitation = story.invitation()
        first, second = story.caller(by=invitation), story.caller(by=invitation)
        assert first.seat == second.seat
        assert Dismissed(first.connection, "moved", first.seat) in story.events

    def test_a_caller_is_named_by_their_invitation(self) -> None:
        """B4: the name comes from the PIN, not from a number; by the shared PIN callers are numbered."""
        story = Story()
        invitation = story.invitation("Interpreter", interpreter=True)
        interpreter = story.seat(story.caller(by=invitation))
        assert (interpreter.name, interpreter.role) == ("Interpreter", Role.INTERPRETER)
        assert [story.seat(story.caller()).name for _ in range(2)] == ["Phone guest 1", "Phone guest 2"]

    def test_who_left_comes_back_to_their_seat_under_a_new_name(self) -> None:
        """The same link, the same seat, the name as typed now."""
        story = Story()
        invitation = story.invitation()
        story.provider()
        ann = story.guest("Ann", by=invitation)
        story.leave(ann)
        again = story.guest("Ann Lee", by=invitation)
        assert again.seat == ann.seat
        assert story.seat(again).name == "Ann Lee"
        assert story.standing(again) is Standing.IN

    def test_a_caller_who_then_opens_the_link_is_the_same_person(self) -> None:
        """The seat is no telephone guest's any more, and bears the typed name."""
        story = Story()
        invitation = story.invitation()
        call = story.caller(by=invitation)
        assert story.refused(story.arriving("", by=invitation)) == "bad_name"
        page = story.guest("Ann", by=invitation)
        assert page.seat == call.seat
        assert (story.seat(page).role, story.seat(page).name) == (Role.GUEST, "Ann")

    def test_the_patients_link_seats_the_patient(self) -> None:
        """One seat, whatever name is typed: the visit knows who its patient is."""
        story = Story()
        pat = story.seated(story.arriving("Somebody else", by=PATIENT))
        assert (story.seat(pat).role, story.seat(pat).name) == (Role.PATIENT, "Pat Lee")
        assert story.refused(story.arriving(by=PATIENT)) == "already_open"

    def test_a_revoked_invitation_is_dead_by_link_and_pin(self) -> None:
        """It can be revoked alone (D3); who is in the call stays, who waits by it is turned away."""
        story = picky_story()
        kept, revoked = story.invitation("Son"), story.invitation("Daughter")
        story.provider()
        ann = story.guest("Ann", by=revoked)
        story.done(Revoke(story.op(), DESK, revoked))
        assert story.standing(ann) is Standing.DENIED
        assert story.refused(story.arriving("Ann", by=revoked)) == "link_revoked"
        assert story.refused(story.arriving(by=revoked, phone=True)) == "pin_over"
        assert story.refused(story.arriving("Ann", by=revoked, generation=1)) == "link_revoked"
        assert story.standing(story.guest("Bob", by=kept)) is Standing.WAITING

    def test_who_is_in_stays_when_their_invitation_is_revoked(self) -> None:
        """Revoking is about the link; putting somebody out is Remove."""
        story = Story()
        invitation = story.invitation()
        story.provider()
        ann = story.guest("Ann", by=invitation)
        story.done(Revoke(story.op(), DESK, invitation))
        assert story.standing(ann) is Standing.IN
        story.drop(ann)
        assert story.standing(story.back(ann)) is Standing.IN


class TestTheSharedLink:
    """D11: everyone who joins by the shared link is a new seat."""

    def test_everyone_is_a_new_seat(self) -> None:
        """Also the same person, a second time."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        story.leave(ann)
        again = story.guest("Ann")
        assert again.seat != ann.seat

    def test_nobody_sits_without_a_name(self) -> None:
        """A guest types a name (R9)."""
        story = Story()
        assert story.refused(story.arriving("  ")) == "bad_name"
        assert story.refused(story.arriving("Ann\u202e")) == "bad_name"

    def test_unknown_invitations_and_generations_are_refused(self) -> None:
        """What the visit does not know is a link that does not work, or a wrong PIN."""
        story = Story()
        assert story.refused(story.arriving("Ann", by=InvitationId("none"))) == "link_unknown"
        assert story.refused(story.arriving(by=InvitationId("none"), phone=True)) == "pin_wrong"
        assert story.refused(story.arriving("Ann", generation=1)) == "link_unknown"
        assert story.refused(story.arriving("Ann", generation=-1)) == "link_unknown"

    def test_a_flood_by_the_shared_link_keeps_nobody_else_out(self) -> None:
        """The waiting room takes 24 strangers; the patient and personal guests still find a place."""
        story = Story()
        invitation = story.invitation()
        for _ in range(24):
            story.guest("Stranger")
        assert story.refused(story.arriving("Stranger")) == "visit_full"
        assert story.refused(story.arriving(phone=True)) == "visit_full"
        assert story.standing(story.patient()) is Standing.WAITING
        assert story.standing(story.guest("Ann", by=invitation)) is Standing.WAITING

    def test_comings_and_goings_leave_the_visit_small(self) -> None:
        """Of those who are gone, the last two dozen are remembered; a personal guest's seat always is."""
        story = Story()
        invitation = story.invitation()
        story.provider()
        daughter = story.guest("Ann", by=invitation)
        story.leave(daughter)
        for _ in range(100):
            story.leave(story.guest("Stranger"))
        assert len(story.visit.seats) < 40
        assert story.guest("Ann", by=invitation).seat == daughter.seat


class TestCapacity:
    """D13: six browsers and six telephones."""

    def test_the_seventh_browser_is_refused_and_the_seventh_phone(self) -> None:
        """Browsers and telephones are counted apart."""
        story = Story()
        story.provider()
        for _ in range(5):
            story.guest()
        assert story.refused(story.arriving("Ann")) == "visit_full"
        for _ in range(6):
            story.caller()
        assert story.refused(story.arriving(phone=True)) == "visit_full"

    def test_waiting_takes_no_place_and_the_provider_comes_in_first(self) -> None:
        """With ten waiting, the provider, the patient and the first four come in; the others wait on."""
        story = Story()
        guests = [story.guest(f"Guest {number}") for number in range(10)]
        pat = story.patient()
        story.provider()
        assert story.standing(pat) is Standing.IN
        assert [story.standing(one) for one in guests] == [Standing.IN] * 4 + [Standing.WAITING] * 6
        assert story.admit(guests[4]) == Refused("visit_full")
        story.leave(guests[0])
        assert isinstance(story.admit(guests[4]), Done)

    def test_a_lost_connection_keeps_its_place_for_two_minutes(self) -> None:
        """Nobody takes the place of somebody who reconnects."""
        story = Story()
        story.provider()
        guests = [story.guest() for _ in range(5)]
        story.drop(guests[0])
        assert story.refused(story.arriving("Ann")) == "visit_full"
        story.later(2)
        assert story.standing(story.guest("Ann")) is Standing.IN

    def test_adding_a_telephone_needs_a_telephones_place(self) -> None:
        """A seventh line does not fit, also not beside a browser."""
        story = Story()
        invitation = story.invitation()
        story.provider()
        story.guest("Ann", by=invitation)
        for _ in range(6):
            story.caller()
        assert story.refused(story.arriving(by=invitation, phone=True)) == "visit_full"


class TestProviders:
    """One seat a user, by right of sign-in."""

    def test_one_seat_a_user_and_several_providers(self) -> None:
        """A second browser is asked, and the same user always has the same seat."""
        story = Story()
        rivera = story.provider()
        okafor = story.provider(OKAFOR)
        assert rivera.seat != okafor.seat
        assert story.refused(story.entering(RIVERA)) == "already_open"
        moved = story.seated(story.entering(RIVERA, move=True))
        assert moved.seat == rivera.seat
        story.leave(moved)
        assert story.provider().seat == rivera.seat

    @pytest.mark.parametrize("role", [StaffRole.COORDINATOR, StaffRole.SRE])
    def test_who_may_not_enter_does_not(self, role: StaffRole) -> None:
        """Coordinators run visits from the waiting room; operators see none."""
        story = Story()
        assert story.refused(story.entering(ByStaff(UserId("x"), role))) == "not_allowed"

    def test_past_the_lapse_a_late_provider_extends_first(self) -> None:
        """The lapse bars every new seat (D1), a provider's too; who is in comes back."""
        story = Story()
        rivera = story.provider()
        story.later(31)
        assert story.refused(story.entering(OKAFOR)) == "time_over"
        again = story.seated(story.entering(RIVERA, move=True))
        assert again.seat == rivera.seat


class TestWhoWasPutOut:
    """D11: removing revokes a personal invitation, and bars the shared one; denying lets them ask again."""

    def test_the_removed_do_not_come_back_by_their_invitation_or_secret(self) -> None:
        """Link, PIN and secret are dead, and they are told so."""
        story = Story()
        invitation = story.invitation()
        doctor = story.provider()
        ann = story.guest("Ann", by=invitation)
        story.done(Remove(story.op(), BySeat(doctor.seat), ann.seat))
        assert Dismissed(ann.connection, "removed", ann.seat) in story.events
        assert story.refused(story.arriving("Ann", by=invitation)) == "link_revoked"
        assert story.refused(story.arriving(by=invitation, phone=True)) == "pin_over"
        assert story.refused(story.resuming(ann)) == "removed"

    def test_after_a_removal_from_the_shared_link_everyone_by_it_waits(self) -> None:
        """By link and PIN, for the rest of the visit; personal guests and the patient come in as before."""
        story = Story()
        invitation = story.invitation()
        story.provider()
        ann = story.guest("Ann")
        story.done(Remove(story.op(), RIVERA, ann.seat))
        story.done(Extend(story.op(), RIVERA, 30))
        story.later(29)
        assert story.standing(story.guest("Ann again")) is Standing.WAITING
        assert story.standing(story.caller()) is Standing.WAITING
        assert story.standing(story.guest("Bob", by=invitation)) is Standing.IN
        assert story.standing(story.patient()) is Standing.IN

    def test_who_was_denied_may_ask_again_and_is_never_let_in_by_itself(self) -> None:
        """From their own seat, waiting, also when a provider comes in direct admission; then a provider may
        let them in.
        """
        story = Story()
        invitation = story.invitation()
        ann = story.guest("Ann", by=invitation)
        story.done(Deny(story.op(), DESK, ann.seat))
        assert Dismissed(ann.connection, "denied", ann.seat) in story.events
        assert story.refused(story.resuming(ann)) == "denied"
        again = story.guest("Ann", by=invitation)
        assert again.seat == ann.seat
        story.provider()
        assert story.standing(again) is Standing.WAITING
        assert isinstance(story.admit(again), Done)

    def test_who_was_denied_by_the_shared_link_does_not_slip_in_with_the_provider(self) -> None:
        """Nobody can tell them from others, so whoever comes by the shared link waits for the provider's
        word.
        """
        story = Story()
        ann = story.guest("Ann")
        story.done(Deny(story.op(), DESK, ann.seat))
        again = story.guest("Ann")
        story.provider()
        assert story.standing(again) is Standing.WAITING

    def test_a_removed_patient_waits_for_the_providers_word(self) -> None:
        """Nobody could make them another link, so theirs is not revoked."""
        story = Story()
        story.provider()
        pat = story.patient()
        story.done(Remove(story.op(), RIVERA, pat.seat))
        assert story.standing(story.patient()) is Standing.WAITING

    def test_providers_are_neither_removed_nor_denied(self) -> None:
        """They would come back by their own right."""
        early = early_story(30)
        held = early.provider()
        assert early.refused(Deny(early.op(), OKAFOR, held.seat)) == "not_allowed"
        story = Story()
        rivera, _ = story.provider(), story.provider(OKAFOR)
        assert story.refused(Remove(story.op(), OKAFOR, rivera.seat)) == "not_allowed"


class TestTheSameHelloTwice:
    """One effect a request: a hello sent again after a lost answer gets the same seat."""

    def test_the_same_seat_with_the_new_secret(self) -> None:
        """The first answer was lost, so its secret was too: the second one's counts."""
        story = Story()
        story.provider()
        first = story.arriving("Ann", op=story.op())
        seat = story.seated(first)
        story.drop(seat)
        second = story.arriving("Ann", op=first.op, page=first.page)
        outcome = story.done(second)
        assert outcome.repeated
        assert outcome.durable
        assert outcome.created == seat.seat
        assert Connected(seat.seat, second.connection, resumed=False) in outcome.events
        assert story.refused(story.resuming(seat)) == "resume_refused"
        assert len([one for one in story.visit.seats.values() if one.role is Role.GUEST]) == 1

    def test_another_invitations_op_is_not_ones_own(self) -> None:
        """An op that somebody else used is refused."""
        story = Story()
        invitation = story.invitation()
        story.seated(story.arriving("Ann", op=(op := story.op())))
        assert story.refused(story.arriving("Bob", by=invitation, op=op)) == "op_reused"

    def test_after_leaving_the_same_op_is_a_new_arrival(self) -> None:
        """A page that rejoins with its old op gets a place, not a ghost."""
        story = Story()
        story.provider()
        first = story.arriving("Ann")
        story.leave(story.seated(first))
        again = story.seated(story.arriving("Ann", op=first.op))
        assert story.standing(again) is Standing.IN


def test_an_arrival_says_what_the_save_must_refuse_past_the_lapse() -> None:
    """Every arrival by link or PIN, a provider's first coming and an admission are new places (D1, B5)."""
    story = picky_story()
    ann = story.arriving("Ann")
    assert story.done(ann).seats_new
    assert story.done(story.entering()).seats_new
    outcome = story.admit(story.guest("Bob"))
    assert isinstance(outcome, Done)
    assert outcome.seats_new


def test_events_tell_the_newcomer_apart_from_the_others() -> None:
    """Who comes in is new (`before` is None), who was let in had waited."""
    story = Story()
    ann = story.guest("Ann")
    doctor = story.provider()
    changes = {event.seat: event for event in story.events if isinstance(event, SeatChanged)}
    assert changes[doctor.seat] == SeatChanged(doctor.seat, Why.JOINED, None)
    assert changes[ann.seat] == SeatChanged(ann.seat, Why.ADMITTED, Standing.WAITING)


def test_an_arrival_on_a_visit_that_is_over_is_told_so() -> None:
    """Whatever link it was."""
    story = Story()
    story.complete()
    assert story.refused(story.arriving("Ann")) == "visit_over"
    assert story.refused(story.arriving(phone=True)) == "pin_over"
    assert story.refused(story.entering()) == "visit_over"


def test_links_may_be_looked_at_until_they_are_dead() -> None:
    """Looking changes nothing and being early is no reason not to show the door (D8, D12)."""
    story = early_story(24 * 60)
    assert story.visit.link_refusal(SHARED, 0, story.now) is None
    assert story.visit.link_refusal(SHARED, 1, story.now) == Refused("link_unknown")
    assert story.visit.link_refusal(SHARED, 0, story.visit.lapses_at) == Refused("link_over")
    story.complete()
    assert story.visit.link_refusal(SHARED, 0, story.now) == Refused("visit_over")
