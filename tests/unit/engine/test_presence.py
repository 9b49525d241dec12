"""Presence: lost, back, left, restoring; seats that survive a server, a failed save and a drop (B2, B3)."""

from engine.asking import Complete, Remove
from engine.clinic import MINUTE
from engine.commands import (
    Drop,
    Leave,
    SetMedia,
    Tick,
)
from engine.events import Connected, Dismissed, Done, SeatChanged, Standing, Status, Why
from engine.ids import ConnectionId, SeatId
from engine.presence import KEPT, RESTORING, LinkState
from engine.snapshot import dump, load
from tests.unit.engine.story import RIVERA, Story, early_story


class TestDropping:
    """A connection is gone without a word: lost at once, left after 120 s."""

    def test_lost_then_back(self) -> None:
        """The seat's secret brings the same seat, name and standing back, and nothing is saved for it."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        outcome = story.drop(ann)
        assert outcome == Done((SeatChanged(ann.seat, Why.LOST, Standing.IN),))
        assert story.seat(ann).link is LinkState.LOST
        assert story.seat(ann).lost_since == story.now
        story.later(1)
        back = story.resuming(ann)
        again = story.done(back)
        assert not again.durable
        assert again.events == (
            SeatChanged(ann.seat, Why.BACK, Standing.IN),
            Connected(ann.seat, back.connection, resumed=True),
        )
        assert story.seat(ann).link is LinkState.OK

    def test_lost_then_left_to_the_millisecond(self) -> None:
        """120 s later the seat is given up, durably; then only the link helps."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        story.drop(ann)
        story.later(ms=KEPT - 1)
        assert story.standing(ann) is Standing.IN
        story.later(ms=1)
        assert story.standing(ann) is Standing.LEFT
        assert story.refused(story.resuming(ann)) == "resume_refused"

    def test_who_waits_and_who_is_held_may_drop_as_well(self) -> None:
        """B3: the place in the waiting room survives a drop."""
        story = early_story(16)
        ann, bob = story.guest("Ann"), story.guest("Bob")
        story.drop(ann)
        story.drop(bob)
        assert story.standing(story.back(ann)) is Standing.HELD
        story.later(2)
        assert story.standing(ann) is Standing.WAITING
        assert story.standing(bob) is Standing.LEFT

    def test_muted_stays_muted(self) -> None:
        """The same page is shown as it was; another load of the page starts anew."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        story.done(SetMedia(ann.connection, True, False, False))
        story.drop(ann)
        again = story.back(ann)
        web = story.seat(again).web
        assert web is not None
        assert web.mic
        reloaded = story.seat(story.back(again, page="another")).web
        assert reloaded is not None
        assert not reloaded.mic

    def test_one_line_of_two(self) -> None:
        """Who loses the browser and stays on the telephone is connected; after 120 s only the telephone is
        shown.
        """
        story = Story()
        invitation = story.invitation()
        story.provider()
        ann = story.guest("Ann", by=invitation)
        story.caller(by=invitation)
        story.drop(ann)
        assert story.events == (SeatChanged(ann.seat, Why.CHANGED, Standing.IN),)
        assert story.seat(ann).link is LinkState.OK
        story.later(2)
        assert story.seat(ann).web is None
        assert story.standing(ann) is Standing.IN

    def test_a_connection_nobody_knows_changes_nothing(self) -> None:
        """A late drop of a connection that was dismissed already, say."""
        story = Story()
        assert story.done(Drop(ConnectionId(99))) == Done()
        assert story.refused(Leave(ConnectionId(99))) == "no_such_seat"


class TestResuming:
    """D1, D11: only the seat's secret, whatever the lapse or a lock say, until the end."""

    def test_nothing_but_the_secret(self) -> None:
        """A wrong proof, no proof, somebody else's seat, a seat that never was."""
        story = Story()
        ann, bob = story.guest("Ann"), story.guest("Bob")
        story.drop(ann)
        assert story.refused(story.resuming(ann, proof=bob.proof)) == "resume_refused"
        assert story.refused(story.resuming(ann, proof="")) == "resume_refused"
        nobody = story.person()
        assert story.refused(story.resuming(nobody)) == "resume_refused"
        story.drop(bob)
        story.later(2)
        assert story.refused(story.resuming(bob, proof="")) == "resume_refused"

    def test_the_newest_connection_wins(self) -> None:
        """A connection that we do not know to be dead yet gives way to the one that speaks."""
        story = Story()
        ann = story.guest("Ann")
        again = story.back(ann)
        assert Dismissed(ann.connection, "moved", ann.seat) in story.events
        assert story.visit.connections_of(ann.seat) == [again.connection]

    def test_what_was_locked_and_lapsed_meanwhile_does_not_matter(self) -> None:
        """A seat that is held is held."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        story.later(29)
        story.drop(ann)
        story.later(1.5)
        story.visit.locked = True
        assert story.status() is Status.LAPSED
        assert story.standing(story.back(ann)) is Standing.IN


class TestLeaving:
    """On purpose, and told at once."""

    def test_leaving_gives_the_seat_up(self) -> None:
        """Durable; the connection is said goodbye to, the secret is dead."""
        story = Story()
        ann = story.guest("Ann")
        outcome = story.leave(ann)
        assert outcome.durable
        assert outcome.events[:2] == (
            SeatChanged(ann.seat, Why.LEFT, Standing.WAITING),
            Dismissed(ann.connection, "left", ann.seat),
        )
        assert story.refused(story.resuming(ann)) == "resume_refused"
        assert story.seat(ann).proof == ""


class TestAfterATakeover:
    """A restart never flashes "everyone left", and shows nobody who is gone for longer than 120 s."""

    def test_restoring_then_lost_then_left(self) -> None:
        """Five seconds of restoring, then lost, and 120 s after the start left."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        story.visit = story.reborn()
        story.visit.restore(story.now)
        assert story.seat(ann).link is LinkState.RESTORING
        assert story.standing(ann) is Standing.IN
        story.later(ms=RESTORING - 1)
        assert story.seat(ann).link is LinkState.RESTORING
        story.later(ms=1)
        assert story.seat(ann).link is LinkState.LOST
        story.later(ms=KEPT - RESTORING - 1)
        assert story.standing(ann) is Standing.IN
        story.later(ms=1)
        assert story.standing(ann) is Standing.LEFT

    def test_everybody_is_back_as_they_were(self) -> None:
        """Role, name, admission, waiting and expiry are as before (B3)."""
        story = Story()
        doctor, ann = story.provider(), story.guest("Ann")
        bob = story.caller()
        story.visit.locked = True
        cho = story.guest("Cho")
        before = {seat.id: (seat.role, seat.name, seat.standing) for seat in story.visit.seats.values()}
        story.visit = story.reborn()
        story.visit.restore(story.now)
        for who in (doctor, ann, cho):
            story.back(who)
        assert {
            seat.id: (seat.role, seat.name, seat.standing) for seat in story.visit.seats.values()
        } == before
        assert story.seat(bob).link is LinkState.RESTORING
        story.later(2)
        assert story.standing(bob) is Standing.LEFT

    def test_a_lapsed_visit_gives_them_time_to_come_back(self) -> None:
        """Fifteen minutes count from the restart, for nobody knows when they were last here."""
        story = Story()
        doctor = story.provider()
        story.later(40)
        story.visit = story.reborn()
        story.now += 60 * MINUTE
        story.visit.restore(story.now)
        story.ask(Tick())
        assert story.status() is Status.LAPSED
        assert story.standing(story.back(doctor)) is Standing.IN


class TestAfterAFailedSave:
    """The last saved state is put back, with the connections that are there."""

    def test_a_refused_arrival_is_undone_and_the_others_stay(self) -> None:
        """The newcomer has no place; everybody else is connected as before."""
        story = Story()
        story.provider()
        ann = story.guest("Ann")
        saved = dump(story.visit)
        bob = story.guest("Bob")
        spoilt = story.visit
        story.visit = load(saved, story.clinic)
        assert story.visit.reattach(spoilt.connections(), story.now) == [bob.connection]
        assert story.visit.connections_of(ann.seat) == [ann.connection]
        assert story.seat(ann).link is LinkState.OK
        assert dump(story.visit) == saved

    def test_who_was_removed_or_left_or_ended_is_there_again(self) -> None:
        """Nobody heard of what was not saved, so every connection is still open."""
        story = Story()
        doctor, ann, bob = story.provider(), story.guest("Ann"), story.guest("Bob")
        for spoil in (
            Remove(story.op(), RIVERA, ann.seat),
            Leave(bob.connection),
            Complete(story.op(), RIVERA),
        ):
            saved = dump(story.visit)
            spoilt = story.visit
            story.done(spoil)
            story.visit = load(saved, story.clinic)
            assert story.visit.reattach(spoilt.connections(), story.now) == []
            assert {story.seat(one).link for one in (doctor, ann, bob)} == {LinkState.OK}
            assert dump(story.visit) == saved

    def test_a_move_is_undone(self) -> None:
        """The old browser has the seat again, the new one has none, and the old secret works."""
        story = Story()
        invitation = story.invitation()
        laptop = story.guest("Ann", by=invitation)
        saved = dump(story.visit)
        spoilt = story.visit
        phone = story.seated(story.arriving("Ann", by=invitation, move=True))
        story.visit = load(saved, story.clinic)
        assert story.visit.reattach(spoilt.connections(), story.now) == [phone.connection]
        assert story.visit.connections_of(laptop.seat) == [laptop.connection]
        story.back(laptop)

    def test_who_dropped_or_resumed_meanwhile_is_as_they_are_now(self) -> None:
        """What is not durable is not undone."""
        story = Story()
        story.provider()
        ann, bob = story.guest("Ann"), story.guest("Bob")
        saved = dump(story.visit)
        spoilt = story.visit
        story.done(Remove(story.op(), RIVERA, bob.seat))
        story.drop(bob)
        again = story.back(ann, page="reloaded")
        story.visit = load(saved, story.clinic)
        story.visit.reattach(spoilt.connections(), story.now)
        assert story.visit.connections_of(ann.seat) == [again.connection]
        assert story.seat(bob).link is LinkState.LOST


def test_of_each_pair_of_browsers_the_later_one_offers() -> None:
    """Everybody who comes into the call gets a turn of their own; the provider who lets the waiting in is the
    last.
    """
    story = Story()
    ann, doctor = story.guest("Ann"), story.provider()
    bob = story.guest("Bob")
    turns = [one.web.entered for who in (ann, doctor, bob) if (one := story.seat(who)).web is not None]
    assert turns == sorted(turns)
    assert len(set(turns)) == 3
    assert 0 not in turns
    web = story.seat(story.back(ann)).web
    assert web is not None
    assert web.entered > max(turns)


def test_the_host_asks_who_can_be_relayed_to() -> None:
    """Live browsers in the call; not who waits, is lost, or listens by telephone."""
    story = Story()
    doctor, ann = story.provider(), story.guest("Ann")
    story.caller()
    bob = story.guest("Bob")
    story.drop(bob)
    story.visit.locked = True
    story.guest("Cho")
    inside = {(doctor.seat, doctor.connection), (ann.seat, ann.connection)}
    assert set(story.visit.browsers_inside()) == inside
    assert len(list(story.visit.standings())) == 5
    assert story.visit.connections_of(SeatId("none")) == []
