"""Telling: who hears what of a visit's changes, and who does not (D12, D13, R12, B1)."""

from typing import Literal, TypeVar

import pytest
from msgspec import json

from engine.asking import (
    Admit,
    AskMute,
    BySeat,
    Complete,
    Deny,
    Extend,
    Lock,
    Remove,
    Rename,
)
from engine.clinic import StaffRole
from engine.commands import SetMedia
from engine.events import VisitChanged, VisitWhy
from engine.ids import PATIENT, OpId, SeatId
from engine.refusals import Refused
from signaling import messages as wire
from signaling.translate import (
    Close,
    ToBoard,
    ToSeat,
    ToWatchers,
    command,
    details,
    door,
    outgoing,
    ready,
    resync,
    row,
)
from tests.unit.engine.story import DESK, RIVERA, Person, Story, early_story, picky_story

Kind = TypeVar("Kind")


def heard(story: Story, who: Person, kind: type[Kind]) -> list[Kind]:
    """What somebody's seat was told last, of one kind."""
    told = [one.message for one in story.told if isinstance(one, ToSeat) and one.seat == who.seat]
    return [message for message in told if isinstance(message, kind)]


def silent(story: Story, who: Person) -> bool:
    """Whether somebody was told nothing."""
    return not any(isinstance(one, ToSeat) and one.seat == who.seat for one in story.told)


def board(story: Story) -> list[wire.RowSeat | wire.RowChanged]:
    """What the waiting room was told last."""
    return [one.message for one in story.told if isinstance(one, ToBoard)]


def welcome(story: Story, who: Person) -> wire.Ready:
    """What somebody's new connection is greeted with."""
    return ready(
        story.visit,
        who.seat,
        who.connection,
        id=1,
        secret="s",
        stream="x",
        seq=3,
        resumed="new",
        now=story.now,
        ice=[],
    )


class TestAnnouncing:
    """D13: nobody listens unnoticed; every join and leave is told to everyone in the call."""

    @pytest.mark.parametrize("phone", [False, True])
    def test_a_join_is_told_to_all_who_are_in_as_one_message(self, phone: bool) -> None:
        """Patient and guests share one message object, so that it is written once; the newcomer is not told
        of itself.
        """
        story = Story()
        doctor, pat, ann = story.provider(), story.patient(), story.guest("Ann")
        bob = story.seated(story.arriving("Bob", phone=phone))
        [first], [second] = heard(story, pat, wire.SeatChanged), heard(story, ann, wire.SeatChanged)
        assert first is second
        assert (first.seat.seat, first.why, first.seat.standing) == (bob.seat, "joined", "in")
        assert [one.why for one in heard(story, doctor, wire.SeatChanged)] == ["joined"]
        assert heard(story, bob, wire.SeatChanged) == []

    def test_lost_back_and_left_are_told(self) -> None:
        """The others see the connection go, come back, and the person leave."""
        story = Story()
        doctor, ann = story.provider(), story.guest("Ann")
        whys = []
        story.drop(ann)
        whys += heard(story, doctor, wire.SeatChanged)
        ann = story.back(ann)
        whys += heard(story, doctor, wire.SeatChanged)
        story.leave(ann)
        whys += heard(story, doctor, wire.SeatChanged)
        assert [(one.why, one.seat.link, one.seat.standing) for one in whys] == [
            ("lost", "lost", "in"),
            ("back", "ok", "in"),
            ("left", "none", "left"),
        ]

    def test_the_newcomers_browser_offers_to_those_before_it(self) -> None:
        """Of each pair exactly one side is told to offer, whatever the order they came, waited and came back
        in.
        """
        story = Story()
        ann, doctor = story.guest("Ann"), story.provider()
        bob = story.guest("Bob")
        story.caller()
        ann = story.back(ann)
        offers = {(who.seat, peer.seat) for who in (ann, doctor, bob) for peer in _inside(story, who).peers}
        assert offers == {(bob.seat, doctor.seat), (ann.seat, doctor.seat), (ann.seat, bob.seat)}

    def test_an_admission_tells_the_admitted_the_whole(self) -> None:
        """`you`, then `inside` with whom to offer to; the others learn of a seat with its page."""
        story = picky_story()
        doctor, ann = story.provider(), story.guest("Ann")
        story.admit(ann, by=doctor)
        assert [one.standing for one in heard(story, ann, wire.You)] == ["in"]
        [inside] = heard(story, ann, wire.Inside)
        assert [peer.seat for peer in inside.peers] == [doctor.seat]
        [told] = heard(story, doctor, wire.SeatChanged)
        assert (told.why, told.seat.page) == ("admitted", ann.page)

    def test_media_is_told_to_the_call_and_not_to_the_waiting_room(self) -> None:
        """Microphones going on and off are nobody's business outside."""
        story = Story()
        doctor, ann = story.provider(), story.guest("Ann")
        story.done(SetMedia(ann.connection, True, False, False))
        [told] = heard(story, doctor, wire.SeatChanged)
        assert told.seat.media == wire.MediaState(mic=True)
        assert board(story) == []

    def test_the_asked_are_asked_alone(self) -> None:
        """By whom, and nobody else hears it."""
        story = Story()
        doctor, ann = story.provider(), story.guest("Ann")
        story.done(AskMute(story.op(), BySeat(doctor.seat), ann.seat))
        assert heard(story, ann, wire.Asked) == [wire.Asked(what="mute", by="Dr. Rivera")]
        assert silent(story, doctor)


def _inside(story: Story, who: Person) -> wire.Inside:
    inside = welcome(story, who).inside
    assert inside is not None
    return inside


class TestAtTheDoor:
    """D12: before admission a guest sees the clinic, the provider's name, the times and the state; nothing
    else.
    """

    def test_a_welcome_to_the_waiting_shows_the_door_alone(self) -> None:
        """Not the patient, the visit's name, its room, or who is there."""
        story = picky_story()
        story.provider()
        story.patient()
        ann = story.guest("Ann")
        greeting = welcome(story, ann)
        assert greeting.inside is None
        assert greeting.door is not None
        assert greeting.door.provider == "Dr. Rivera"
        text = json.encode(greeting).decode()
        for secret in ("Pat Lee", "Knee", "Main", "Consultation", "rivera"):
            assert secret not in text

    def test_the_waiting_hear_nothing_of_those_who_come_and_go(self) -> None:
        """Neither of the call nor of each other."""
        story = picky_story()
        ann = story.guest("Ann")
        doctor = story.provider()
        bob = story.guest("Bob")
        assert silent(story, ann)
        pat = story.patient()
        assert silent(story, ann)
        story.done(SetMedia(doctor.connection, True, True, False))
        assert silent(story, ann)
        story.leave(pat)
        story.leave(bob)
        assert silent(story, ann)

    def test_the_waiting_are_told_that_it_is_locked(self) -> None:
        """So that a caller hears what they wait for; those inside who are not the clinic's are not told."""
        story = picky_story()
        story.provider()
        ann, pat = story.guest("Ann"), story.patient()
        story.done(Lock(story.op(), RIVERA, True))
        [shut] = heard(story, ann, wire.AtDoor)
        assert shut.door.locked
        assert silent(story, pat)
        story.done(Lock(story.op(), RIVERA, False))
        [opened] = heard(story, ann, wire.AtDoor)
        assert not opened.door.locked

    def test_patient_and_guests_in_the_call_do_not_see_who_waits(self) -> None:
        """The provider does, and hears of them; who was never in is not announced when they go."""
        story = picky_story()
        doctor, pat = story.provider(), story.patient()
        ann = story.guest("Ann")
        assert [one.why for one in heard(story, doctor, wire.SeatChanged)] == ["waiting"]
        assert silent(story, pat)
        assert ann.seat not in {one.seat for one in _inside(story, pat).seats}
        assert ann.seat in {one.seat for one in _inside(story, doctor).seats}
        story.done(Deny(story.op(), RIVERA, ann.seat))
        assert silent(story, pat)

    def test_the_waiting_are_told_of_new_times_and_of_lateness(self) -> None:
        """D2: "Your provider is running late. You keep your place.", and then the new end."""
        story = Story()
        pat, ann, bob = story.patient(), story.guest("Ann"), story.guest("Bob")
        story.later(30)
        [first], [second] = heard(story, ann, wire.AtDoor), heard(story, bob, wire.AtDoor)
        assert first is second
        [own] = heard(story, pat, wire.AtDoor)
        assert first.door.late
        assert own.door.late
        story.done(Extend(story.op(), DESK, 15))
        [after] = heard(story, ann, wire.AtDoor)
        assert not after.door.late
        assert after.door.end == story.visit.end

    def test_who_is_turned_away_is_told_and_closed(self) -> None:
        """`you`, then `bye` with what to do next."""
        story = Story()
        ann = story.guest("Ann")
        story.done(Deny(story.op(), DESK, ann.seat))
        assert [one.standing for one in heard(story, ann, wire.You)] == ["denied"]
        [close] = [one for one in story.told if isinstance(one, Close)]
        assert (close.connection, close.bye.code) == (ann.connection, "denied")
        assert "555-0123" in close.bye.message

    def test_an_early_page_goes_on_by_itself(self) -> None:
        """Held, then waiting, without a reload."""
        story = early_story(20)
        ann = story.guest("Ann")
        story.later(5)
        assert [(one.standing, one.why) for one in heard(story, ann, wire.You)] == [("waiting", "waiting")]
        assert [one.door.status for one in heard(story, ann, wire.AtDoor)] == ["open"]


class TestInside:
    """What those in the call see of each other and of the visit."""

    def test_labels_and_invitations_are_for_the_clinic(self) -> None:
        """B1, B4: the provider sees whose invitation it was; patient and guests see names and roles."""
        story = Story()
        invitation = story.invitation("Daughter")
        doctor, pat = story.provider(), story.patient()
        ann = story.guest("Ann", by=invitation)
        [to_doctor], [to_patient] = (
            heard(story, doctor, wire.SeatChanged),
            heard(story, pat, wire.SeatChanged),
        )
        assert (to_doctor.seat.label, to_doctor.seat.invitation) == ("Daughter", invitation)
        assert (to_patient.seat.label, to_patient.seat.invitation, to_patient.seat.name) == ("", "", "Ann")
        seen = {one.seat: one.label for one in _inside(story, ann).seats}
        assert set(seen.values()) == {""}

    def test_the_visits_name_and_the_warning_are_for_the_clinic(self) -> None:
        """Guests see whom the visit is with and until when."""
        story = Story()
        doctor, pat, ann = story.provider(), story.patient(), story.guest("Ann")
        story.later(26)
        to_doctor, to_guest = _inside(story, doctor).visit, _inside(story, ann).visit
        assert (to_doctor.name, to_doctor.room, to_doctor.warned) == ("Knee, second look", "Main", True)
        assert (to_guest.name, to_guest.room, to_guest.option, to_guest.warned) == ("", "", "", False)
        assert silent(story, ann)
        assert silent(story, pat)

    def test_who_may_invite_is_shown_who_may(self) -> None:
        """R1: off means that no control is shown; guests never have one."""
        story = Story()
        people = story.provider(), story.patient(), story.guest("Ann")
        assert [_inside(story, one).visit.may_invite for one in people] == [True, True, False]
        story.clinic.guests_by_patient = False
        assert [_inside(story, one).visit.may_invite for one in people] == [True, False, False]
        story.clinic.guests_by_provider = False
        assert [_inside(story, one).visit.may_invite for one in people] == [False, False, False]

    def test_a_patient_at_the_door_reads_what_they_may_do(self) -> None:
        """R13: with a seat as without one; a guest beside them reads nothing of it."""
        story = Story()
        pat, ann = story.patient(), story.guest("Ann")
        doors = [welcome(story, one).door for one in (pat, ann)]
        assert [(one.may_invite, one.may_cancel) for one in doors if one] == [(True, True), (False, False)]
        story.clinic.guests_by_patient = False
        story.told = outgoing(story.visit, (VisitChanged(VisitWhy.CHANGED),))
        [[to_pat], [to_ann]] = [heard(story, one, wire.AtDoor) for one in (pat, ann)]
        assert (to_pat.door.may_invite, to_pat.door.may_cancel) == (False, True)
        assert not to_ann.door.may_cancel

    def test_a_changed_setting_is_shown_without_a_reload(self) -> None:
        """The host tells `changed` after the clinic's settings did."""
        story = Story()
        pat = story.patient()
        story.provider()
        story.clinic.guests_by_patient = False
        story.told = outgoing(story.visit, (VisitChanged(VisitWhy.CHANGED),))
        [told] = heard(story, pat, wire.VisitChanged)
        assert not told.visit.may_invite

    def test_who_was_put_out_has_left_for_everybody_but_the_clinic(self) -> None:
        """Nobody is shamed before the others."""
        story = Story()
        doctor, pat, ann = story.provider(), story.patient(), story.guest("Ann")
        story.done(Remove(story.op(), RIVERA, ann.seat))
        assert [(one.why, one.seat.standing) for one in heard(story, pat, wire.SeatChanged)] == [
            ("left", "left")
        ]
        assert [one.why for one in heard(story, doctor, wire.SeatChanged)] == ["removed"]
        assert ann.seat in {one.seat for one in _inside(story, doctor).seats}
        assert ann.seat not in {one.seat for one in _inside(story, pat).seats}

    def test_a_new_name_is_told_to_its_bearer_and_the_others(self) -> None:
        """B12."""
        story = Story()
        doctor, ann = story.provider(), story.guest("Ann")
        story.done(Rename(story.op(), RIVERA, ann.seat, "Ann Lee"))
        assert [one.name for one in heard(story, ann, wire.You)] == ["Ann Lee"]
        assert [one.seat.name for one in heard(story, doctor, wire.SeatChanged)] == ["Ann Lee"]

    def test_the_end_is_told_to_everyone_and_then_goodbye(self) -> None:
        """`ended` in each stream, then `bye` on each connection; one message for all."""
        story = Story()
        people = story.provider(), story.patient(), story.guest("Ann"), story.caller()
        story.done(Complete(story.op(), RIVERA))
        ended = [heard(story, one, wire.Ended)[0] for one in people]
        assert all(one is ended[0] for one in ended)
        assert {one.connection for one in story.told if isinstance(one, Close)} == {
            one.connection for one in people
        }
        for who in people:
            places = [
                place
                for place, one in enumerate(story.told)
                if (isinstance(one, ToSeat) and one.seat == who.seat)
                or (isinstance(one, Close) and one.connection == who.connection)
            ]
            assert isinstance(story.told[places[-1]], Close)

    def test_who_is_shown_the_whole_is_not_told_its_parts_as_well(self) -> None:
        """The provider who lets everybody in finds them in `ready`."""
        story = Story()
        story.patient()
        story.guest("Ann")
        doctor = story.provider()
        assert silent(story, doctor)
        assert len(_inside(story, doctor).seats) == 3


class TestCallers:
    """A telephone is told where it stands by `you`, for it gets no `ready`."""

    def test_a_new_caller(self) -> None:
        """Waiting first, then in, with the whole call for whoever announces it."""
        story = Story()
        bob = story.caller()
        assert [one.standing for one in heard(story, bob, wire.You)] == ["waiting"]
        story.provider()
        assert [one.standing for one in heard(story, bob, wire.You)] == ["in"]
        assert len(heard(story, bob, wire.Inside)) == 1

    def test_a_telephone_beside_a_browser(self) -> None:
        """The seat stands where it stood."""
        story = Story()
        doctor = story.provider()
        pat = story.patient()
        story.caller(by=PATIENT)
        assert [one.standing for one in heard(story, pat, wire.You)] == ["in"]
        assert [one.seat.how for one in heard(story, doctor, wire.SeatChanged)] == ["both"]


class TestTheWaitingRoom:
    """R11, B2: the dashboard sees everybody, at once."""

    def test_arrivals_are_on_the_board_with_their_label(self) -> None:
        """One message a change, with the visit it belongs to."""
        story = Story()
        invitation = story.invitation("Daughter")
        ann = story.guest("Ann", by=invitation)
        [told] = board(story)
        assert isinstance(told, wire.RowSeat)
        assert (told.visit, told.seat.seat, told.seat.label, told.why) == (
            story.visit.id,
            ann.seat,
            "Daughter",
            "waiting",
        )

    def test_the_end_clears_the_names_on_the_board(self) -> None:
        """The row's seats come anew, without guests' names (R15)."""
        story = Story()
        story.provider()
        story.guest("Ann")
        story.complete()
        [told] = board(story)
        assert isinstance(told, wire.RowChanged)
        assert told.seats is not None
        assert {one.name for one in told.seats} == {"Dr. Rivera", ""}

    def test_a_row_is_what_its_changes_make(self) -> None:
        """State once, then differences: both show the same seats."""
        story = picky_story()
        seen: dict[str, wire.Participant] = {}
        for step in (story.patient, story.provider, story.guest, story.caller):
            step()
            for one in board(story):
                if isinstance(one, wire.RowSeat):
                    seen[one.seat.seat] = one.seat
        assert seen == {one.seat: one for one in row(story.visit).seats}


class TestInvitations:
    """B1: each invitation's life, its contact masked."""

    def test_an_invitations_life(self) -> None:
        """Made, waiting, in, lost, left; revoked when its person is removed; expired with the visit."""
        story = Story()
        one, other = (
            story.invitation("Daughter", contact="ann@example.com"),
            story.invitation("Son", contact="+15550177"),
        )

        def states() -> list[str]:
            return [info.state for info in details(story.visit).invitations]

        assert states() == ["queued", "queued"]
        ann = story.guest("Ann", by=one)
        assert states()[0] == "waiting"
        story.provider()
        assert states()[0] == "in"
        story.drop(ann)
        assert states()[0] == "lost"
        story.later(3)
        assert states()[0] == "left"
        bob = story.guest("Bob", by=other)
        story.done(Remove(story.op(), RIVERA, bob.seat))
        assert states() == ["left", "revoked"]
        story.later(30)
        assert states() == ["expired", "revoked"]

    def test_contacts_are_masked(self) -> None:
        """Enough to know it again, and no more; whoever watches is told of changes."""
        story = Story()
        for contact in ("ann@example.com", "+15550177", ""):
            story.invitation(contact=contact)
        [told] = [one.message for one in story.told if isinstance(one, ToWatchers)]
        assert [(info.email, info.phone) for info in told.invitations] == [
            ("a***@e***.com", ""),
            ("", "***77"),
            ("", ""),
        ]

    def test_shared_arrivals_do_not_trouble_the_watchers(self) -> None:
        """The list of invitations does not change by them."""
        story = Story()
        story.guest("Ann")
        assert not any(isinstance(one, ToWatchers) for one in story.told)


class TestAfterAFailedSave:
    """Everybody is shown the whole again."""

    def test_resync_shows_each_what_they_may_see(self) -> None:
        """Inside to those in, the door to those who wait, rows and details to the clinic."""
        story = picky_story()
        doctor, ann = story.provider(), story.guest("Ann")
        story.told = resync(story.visit)
        assert len(heard(story, doctor, wire.Inside)) == 1
        assert len(heard(story, ann, wire.AtDoor)) == 1
        assert heard(story, ann, wire.Inside) == []
        assert len(board(story)) == 1
        assert any(isinstance(one, ToWatchers) for one in story.told)


OP = OpId("what is kept of o")


def known(op: str) -> OpId:
    """Name an operation, as a node does by a keyed hash."""
    return OpId(f"what is kept of {op}")


def test_requests_become_commands_of_whoever_asks() -> None:
    """Each request that runs a visit, as the engine understands it, under an operation's id that is not the
    client's own text; everything else is not one.
    """
    by = BySeat(SeatId("me"))
    assert command(wire.Admit(id=1, op="o", seat="s"), by, known) == Admit(OP, by, SeatId("s"))
    assert command(wire.Deny(id=1, op="o", seat="s"), by, known) == Deny(OP, by, SeatId("s"))
    assert command(wire.Remove(id=1, op="o", seat="s"), by, known) == Remove(OP, by, SeatId("s"))
    assert command(wire.Rename(id=1, op="o", seat="s", name="N"), by, known) == Rename(
        OP, by, SeatId("s"), "N"
    )
    assert command(wire.AskMute(id=1, op="o", seat="s"), by, known) == AskMute(OP, by, SeatId("s"))
    assert command(wire.Lock(id=1, op="o", on=True), by, known) == Lock(OP, by, True)
    assert command(wire.Extend(id=1, op="o", minutes=5), by, known) == Extend(OP, by, 5)
    assert command(wire.Complete(id=1, op="o"), by, known) == Complete(OP, by)
    assert command(wire.Leave(id=1), by, known) == Refused("bad_message")
    assert RIVERA.role is StaffRole.PROVIDER


def test_a_replay_shows_neither_call_nor_door() -> None:
    """What was missed follows; a whole state would be one thing too many."""
    story = Story()
    doctor = story.provider()
    greeting = ready(
        story.visit,
        doctor.seat,
        doctor.connection,
        id=1,
        secret="s",
        stream="x",
        seq=3,
        resumed="replay",
        now=story.now,
        ice=[],
    )
    assert (greeting.inside, greeting.door) == (None, None)


def test_who_is_at_the_door_gets_no_relay() -> None:
    """D12: credentials for the relay go to seats in the call, whatever the caller of `ready` brings."""
    story = Story()
    ann = story.guest("Ann")
    servers = [wire.IceServer(urls=["turn:turn.example.com"], username="u", credential="c")]

    def greeted(resumed: Literal["new", "replay", "state"]) -> list[wire.IceServer]:
        return ready(
            story.visit,
            ann.seat,
            ann.connection,
            id=1,
            secret="s",
            stream="x",
            seq=3,
            resumed=resumed,
            now=story.now,
            ice=servers,
        ).ice

    assert [greeted(how) for how in ("new", "replay", "state")] == [[], [], []]
    story.provider()
    assert [greeted(how) for how in ("new", "replay", "state")] == [servers] * 3


def test_the_door_names_the_first_provider_and_the_clinic() -> None:
    """D12: clinic, provider, start with zone, length, state."""
    shown = door(Story().visit)
    assert (shown.clinic, shown.provider, shown.zone, shown.status) == (
        "Hill Clinic",
        "Dr. Rivera",
        "America/Los_Angeles",
        "open",
    )
