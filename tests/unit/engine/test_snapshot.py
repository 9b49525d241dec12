"""Snapshots: plain, small, versioned, the same when read back, and without guests after the end."""

from dataclasses import fields
from typing import Any

import pytest
from msgspec import msgpack

from engine.asking import Lock, Remove
from engine.commands import AssignPin
from engine.ids import SHARED, OpId
from engine.invitations import Invitation
from engine.letters import Letter
from engine.presence import GUESTS, Seat
from engine.record import Record
from engine.snapshot import VERSION, Snapshot, SnapshotTooNew, dump, load
from tests.unit.engine.story import DESK, RIVERA, Story


def busy_story() -> Story:
    """A visit with everything in it."""
    story = Story()
    interpreter = story.invitation("Interpreter", contact="+15550177", interpreter=True)
    daughter = story.invitation("Daughter", contact="ann@example.com")
    story.done(AssignPin(SHARED, 1))
    story.provider()
    story.patient()
    story.guest("Ann Novak", by=daughter)
    story.caller(by=interpreter)
    story.leave(story.guest("Bob Tall"))
    story.done(Remove(story.op(), RIVERA, story.guest("Cho Small").seat))
    story.later(26)
    return story


def plain(value: Any) -> bool:
    """Whether a value is made of what any codec can write."""
    if isinstance(value, dict):
        return all(type(key) is str and plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    return value is None or type(value) in (str, int, bool)


def test_what_is_read_back_is_the_same() -> None:
    """Facts and texts survive a round trip, through a real codec."""
    story = busy_story()
    snapshot = dump(story.visit)
    facts = msgpack.decode(msgpack.encode(snapshot.facts))
    again = dump(load(Snapshot(facts, snapshot.guest_text, snapshot.clinic_text), story.clinic))
    assert again == snapshot


NOT_KEPT = {
    Record: {
        "clinic",
        "seats",
        "invitations",
        "letters",
        "operations",
        "live",
        "dismissed",
        "step",
        "dismissed_step",
        "turn",
    },
    Seat: {"web", "phone"},
    Invitation: set(),
    Letter: set(),
}
"""What is given to `load`, compared by itself, or no fact but a matter of connections."""


def facts_of(thing: Record | Seat | Invitation | Letter, kind: type) -> dict[str, object]:
    """Return all fields that must survive."""
    return {one.name: getattr(thing, one.name) for one in fields(kind) if one.name not in NOT_KEPT[kind]}


def test_every_fact_survives() -> None:
    """Whatever field a visit, a seat or an invitation has, or will have: it is read back as it was."""
    story = busy_story()
    story.visit.locked = True
    ann = next(seat for seat in story.visit.seats.values() if seat.name == "Ann Novak")
    ann.asks = True
    again = story.reborn()
    assert story.visit.shared_barred
    assert story.visit.warned
    assert facts_of(again, Record) == facts_of(story.visit, Record)
    assert again.operations == story.visit.operations
    assert list(again.seats) == list(story.visit.seats)
    for mine, theirs in zip(story.visit.seats.values(), again.seats.values(), strict=True):
        assert facts_of(theirs, Seat) == facts_of(mine, Seat)
        assert [one.channel for one in theirs.connections()] == [one.channel for one in mine.connections()]
    for made, read in zip(story.visit.invitations.values(), again.invitations.values(), strict=True):
        assert facts_of(read, Invitation) == facts_of(made, Invitation)
    assert story.visit.letters
    for made_letter, read_letter in zip(story.visit.letters, again.letters, strict=True):
        assert facts_of(read_letter, Letter) == facts_of(made_letter, Letter)


def test_a_snapshot_is_plain_data() -> None:
    """Text, whole numbers, lists and nothing else: no class of ours is in stored data."""
    assert plain(dump(busy_story().visit).facts)


def test_a_visit_of_three_is_small() -> None:
    """1.5 KB for three people, ids as long as real ones, texts included."""
    story = Story()
    story.provider()
    story.patient()
    story.guest("Ann Novak")
    snapshot = dump(story.visit)
    assert len(msgpack.encode([snapshot.facts, snapshot.guest_text, snapshot.clinic_text])) < 1500


def test_guest_text_is_apart_and_whole() -> None:
    """Names, labels and contacts of guests are in the part that is sealed and removed, and nowhere else
    (R15).
    """
    snapshot = dump(busy_story().visit)
    texts = " ".join(snapshot.guest_text.values())
    for text in (
        "Ann Novak",
        "Interpreter",
        "Daughter",
        "ann@example.com",
        "+15550177",
        "Cho Small",
        "Bob Tall",
    ):
        assert text in texts
        assert text not in str(snapshot.facts) + str(snapshot.clinic_text)
    assert "Pat Lee" not in str(snapshot.facts)
    assert "Knee" not in str(snapshot.facts)


def test_after_the_end_nothing_of_a_guest_is_left() -> None:
    """No text, no proof, no contact; seats and invitations by id, role and state."""
    story = busy_story()
    story.complete()
    snapshot = dump(story.visit)
    assert snapshot.guest_text == {}
    assert all(not seat.name and not seat.proof for seat in story.visit.seats.values() if seat.role in GUESTS)
    for text in ("Ann", "Interpreter", "Daughter", "example.com", "0177", "Cho", "Bob", "Phone guest"):
        assert text not in str(snapshot)


def test_a_newer_version_is_left_alone() -> None:
    """During a rolling deploy an old node does not misread what a new one wrote."""
    snapshot = dump(Story().visit)
    with pytest.raises(SnapshotTooNew):
        load(Snapshot(snapshot.facts | {"v": VERSION + 1}, {}, {}), Story().clinic)


def test_a_snapshot_from_before_credentials_were_kept_is_read() -> None:
    """Its providers' seats stand on no session that is known; nobody else's ever do."""
    story = busy_story()
    facts = dump(story.visit).facts
    (seat,) = [seat for seat in story.visit.seats.values() if seat.credential]
    assert facts.pop("k") == {seat.id: seat.credential}
    again = load(Snapshot(facts, {}, {}), story.clinic)
    assert list(again.seats) == list(story.visit.seats)
    assert not any(seat.credential for seat in again.seats.values())


def test_after_the_end_no_seat_stands_on_a_session() -> None:
    """Nobody resumes a visit that is over."""
    story = busy_story()
    story.complete()
    assert "k" not in dump(story.visit).facts


def test_after_the_end_no_operation_is_remembered() -> None:
    """Nobody asks a visit anything that is over."""
    story = busy_story()
    story.ask(Lock(OpId("for ann@example.com"), DESK, on=False))
    assert "ann@example.com" in str(dump(story.visit).facts)
    story.complete()
    assert "ann@example.com" not in str(dump(story.visit))
