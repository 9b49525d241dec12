"""The judge sees every broken promise and calls it by its name; and it sees none where none was broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.checker import judge
from tests.faults.history import (
    Answered,
    AnyEntry,
    Asked,
    Away,
    Bug,
    Closed,
    Counted,
    Fault,
    Gone,
    History,
    Metric,
    Numbered,
    Opened,
    Owned,
    Shown,
    Stored,
    StoredSeat,
    View,
    Watching,
)
from tests.unit.faults.story import CLINIC, LAPSES, NAME, SHARD, VISIT, history, request, seated, stored

STORED_IN = {"d": StoredSeat(standing="in"), "a": StoredSeat(standing="in", name="Anna")}


def found(told: History) -> set[str]:
    """Give the rules that a history breaks."""
    return set(judge(told).counts())


def test_a_good_history_is_clean() -> None:
    """Or the judge would be worth nothing."""
    assert judge(history()).clean


def test_a_history_can_be_written_and_read_again(tmp_path: Path) -> None:
    """So that a run can be judged anew."""
    told = history()
    told.write(tmp_path / "history.jsonl")
    assert History.read(tmp_path / "history.jsonl").entries == told.entries


# ---------------------------------------------------------------- one owner


def test_an_epoch_is_served_by_one_process() -> None:
    """Two nodes under one epoch are two owners."""
    told = history(
        Opened(at=40.0, line=9, who="ben", node="node-2/1"),
        seated(40.1, 9, "ben", "b"),
        Closed(at=41.0, line=9, code=1000),
        Gone(at=41.0, who="ben", why="left"),
    )
    assert found(told) == {"one owner"}


def taken_over(*more: AnyEntry) -> History:
    """From second 40 on the doctor is served under epoch 2 elsewhere; Ana's line stays with the old owner."""
    return history(
        Closed(at=39.0, line=1, code=1006),
        Opened(at=39.5, line=10, who="doctor", node="node-2/1"),
        seated(40.0, 10, "doctor", "d", epoch=2, resumed="state"),
        *request(41.0, "late admit", "doctor", "admit", "a", line=10),
        *(entry for entry in more),
        Owned(at=99.6, shard=SHARD, epoch=2),
        without=Owned,
    )


def test_a_takeover_is_clean() -> None:
    """The old owner may still talk for a moment."""
    assert judge(taken_over(Numbered(at=42.0, line=4, seq=3, words=23))).clean


def test_who_was_replaced_acknowledges_nothing_more() -> None:
    """Not what was asked after the new owner had acknowledged something."""
    assert found(taken_over(*request(42.0, "stale", "ana", "admit", "a", line=4))) == {"one owner"}


def test_who_was_replaced_falls_silent() -> None:
    """Its sockets are closed in time."""
    assert found(taken_over(Numbered(at=60.0, line=4, seq=3, words=23))) == {"one owner"}


def test_no_epoch_is_later_than_the_stores() -> None:
    """An epoch that the store does not know was made up."""
    assert found(history(Owned(at=99.6, shard=SHARD, epoch=0), without=Owned)) == {"one owner"}


# ---------------------------------------------------------------- nothing lost


@pytest.mark.parametrize(
    "lost",
    [
        {"visit": "0417-bbbbbbbbbbbb"},
        {"seats": {"d": StoredSeat(standing="in")}},
        {"seats": STORED_IN | {"a": StoredSeat(standing="waiting", name="Anna")}},
        {"seats": STORED_IN | {"a": StoredSeat(standing="in", name="Ana")}},
        {"labels": {}},
        {"lapses_at": LAPSES},
    ],
    ids=["a visit", "a seat", "an admission", "a name", "an invitation", "an extension"],
)
def test_what_was_acknowledged_is_stored(lost: dict[str, object]) -> None:
    """Each kind of fact."""
    told = history(stored(**lost), without=Stored)
    assert "nothing lost" in found(told)


def test_an_acknowledged_end_is_stored() -> None:
    """A visit that was completed is."""
    assert found(history(*request(60.0, "end", "doctor", "complete", line=1))) == {"nothing lost"}


def test_an_acknowledged_departure_is_stored() -> None:
    """Who left has left."""
    told = history(*request(60.0, "leave", "ana", "leave", "a", line=4))
    assert found(told) == {"nothing lost"}


def test_answered_guesses_are_counted() -> None:
    """Else guessing is free."""
    assert found(history(Counted(at=99.6, guesses=0), without=Counted)) == {"nothing lost"}


def test_what_was_never_answered_may_be_missing() -> None:
    """Nobody was promised anything."""
    assert judge(history(*request(60.0, "lost", "doctor", "invite", "Son", code=None))).clean


# ---------------------------------------------------------------- no double effect


@pytest.mark.parametrize(
    "twice",
    [
        {"labels": {"i1": "Daughter", "i2": "Daughter"}},
        {"lapses_at": LAPSES + 600_000},
    ],
    ids=["an invitation", "an extension"],
)
def test_a_request_has_one_effect(twice: dict[str, object]) -> None:
    """However often it was sent."""
    assert found(history(stored(**twice), without=Stored)) == {"no double effect"}


def test_a_join_gives_one_seat() -> None:
    """Also when its answer was lost, and nobody knows what became of it."""
    told = history(
        *request(60.0, "join ben", "ben", "join", "Ben", code=None),
        stored(
            seats=STORED_IN
            | {"b": StoredSeat(standing="in", name="Ben"), "c": StoredSeat(standing="in", name="Ben")}
        ),
        without=Stored,
    )
    assert found(told) - {"views agree"} == {"no double effect"}


def test_a_plan_makes_one_visit() -> None:
    """Two of one name, each planned once, are one too many."""
    assert found(history(stored(visit="0417-cccccccccccc", name=NAME))) >= {"no double effect"}


def test_a_doubtful_extension_may_or_may_not_be_there() -> None:
    """But not half of it."""
    asked = request(60.0, "more", "doctor", "extend", "15", code="try_later", line=1)
    for more, broken in ((0, set()), (15, set()), (10, {"no double effect"}), (30, {"no double effect"})):
        told = history(*asked, stored(lapses_at=LAPSES + (5 + more) * 60_000), without=Stored)
        assert found(told) == broken, more


def test_a_guess_counts_once() -> None:
    """More counted guesses than were made are double ones."""
    assert found(history(Counted(at=99.6, guesses=2), without=Counted)) == {"no double effect"}


# ---------------------------------------------------------------- no admission after expiry


def test_nobody_is_let_in_after_the_end() -> None:
    """The seat was asked for two seconds after the time was over."""
    late = LAPSES / 1000 + 300 + 2
    told = history(
        Opened(at=late, line=9, who="eve", node="node-1/1"),
        Asked(at=late, op="join eve", who="eve", what="join", visit=VISIT, about="Eve"),
        Answered(at=late + 0.1, op="join eve", code="", made="e", line=9, sent=late),
        stored(seats=STORED_IN | {"e": StoredSeat(standing="waiting", name="Eve")}),
        without=Stored,
    )
    assert found(told) == {"no admission after expiry"}


@pytest.mark.parametrize(("before", "broken"), [(0.5, set()), (2.0, {"nobody refused early"}), (-3.0, set())])
def test_nobody_is_turned_away_before_the_end(before: float, broken: set[str]) -> None:
    """The link is said to be over while the visit, as it was extended, goes on."""
    told_at = LAPSES / 1000 + 300 - before
    told = history(
        Opened(at=told_at - 0.1, line=9, who="eve", node="node-1/1"),
        Asked(at=told_at - 0.1, op="join eve", who="eve", what="join", visit=VISIT, about="Eve"),
        Answered(at=told_at, op="join eve", code="link_over"),
    )
    assert found(told) == broken


# ---------------------------------------------------------------- presence


def test_a_ghost_is_seen() -> None:
    """Ana's computer has been off for 30 s, and the dashboard shows her all the same."""
    told = history(Away(at=60.0, who="ana"), Closed(at=60.0, line=4, code=1006))
    assert found(told) == {"presence", "everybody back"}


def test_who_is_there_is_shown() -> None:
    """The dashboard says lost, and she is not."""
    assert found(history(Shown(at=60.0, who="board", visit=VISIT, seat="a", link="lost"))) == {"presence"}


def test_a_loss_that_is_shown_in_time_is_no_ghost() -> None:
    """Nor is one that the dashboard cannot know of, because the store is away."""
    gone = Away(at=60.0, who="ana"), Closed(at=60.0, line=4, code=1006), Gone(at=98.0, who="ana", why="left")
    shown = Shown(at=70.0, who="board", visit=VISIT, seat="a", link="lost")
    assert judge(history(*gone, shown)).clean
    blind = (
        Fault(at=58.0, name="pause", blinds=True),
        Fault(at=88.0, name="pause", over=True, blinds=True),
    )
    assert judge(history(*gone, *blind)).clean


# ---------------------------------------------------------------- sequence


def test_numbers_have_no_gap() -> None:
    """Nothing is silently lost."""
    assert found(history(Numbered(at=60.0, line=4, seq=4, words=24))) == {"sequence"}


def test_nothing_is_told_twice() -> None:
    """A number comes once."""
    assert found(history(Numbered(at=60.0, line=4, seq=2, words=22))) == {"sequence"}


def test_a_position_says_one_thing() -> None:
    """The same number of the same stream is the same message, on whatever line."""
    told = history(
        Closed(at=60.0, line=4, code=1006),
        Opened(at=60.5, line=9, who="ana", node="node-1/1"),
        seated(61.0, 9, "ana", "a", resumed="replay", seq=1, asked=("1.a", 1)),
        Numbered(at=61.1, line=9, seq=2, words=99),
    )
    assert found(told) == {"sequence"}


def test_a_replay_goes_on_from_where_it_was_asked() -> None:
    """Anything else is a whole state, and says so."""
    told = history(
        Closed(at=60.0, line=4, code=1006),
        Opened(at=60.5, line=9, who="ana", node="node-1/1"),
        seated(61.0, 9, "ana", "a", resumed="replay", seq=1, asked=("1.a", 2)),
    )
    assert found(told) == {"sequence"}


def test_a_dashboards_numbers_have_no_gap_either() -> None:
    """It is a stream like any other."""
    assert found(history(Numbered(at=60.0, line=3, seq=2, words=5))) == {"sequence"}
    again = Watching(
        at=60.0, line=3, who="board", clinic=CLINIC, stream="1.b1", seq=7, resumed="replay", asked=("1.b1", 6)
    )
    assert found(history(again)) == {"sequence"}


# ---------------------------------------------------------------- people and bugs


def test_a_seat_is_kept() -> None:
    """Ana was away for ten seconds, and is refused her own seat."""
    told = history(
        Closed(at=60.0, line=4, code=1006),
        Shown(at=61.0, who="board", visit=VISIT, seat="a", link="lost"),
        Gone(at=70.0, who="ana", why="refused resume_refused"),
    )
    assert found(told) == {"seat kept"}


def test_who_was_away_too_long_or_left_has_no_seat() -> None:
    """That is as it should be."""
    away = history(
        Closed(at=60.0, line=4, code=1006),
        Shown(at=61.0, who="board", visit=VISIT, seat="a", link="lost"),
        Gone(at=180.0, who="ana", why="refused resume_refused"),
    )
    assert judge(away).clean


def test_everybody_comes_back() -> None:
    """Who has not by the end is lost for good."""
    told = history(
        Closed(at=60.0, line=1, code=1006), Shown(at=61.0, who="board", visit=VISIT, seat="d", link="lost")
    )
    assert found(told) == {"everybody back"}


def test_views_agree_with_the_store() -> None:
    """A page that shows somebody who is not in, or not who is, missed something."""
    for seats in ({"d": "in ok"}, {"d": "in ok", "a": "in ok", "x": "in ok"}):
        told = history(View(at=99.1, who="ana", visit=VISIT, seats=seats), without=View)
        assert found(told) == {"views agree"}


def test_bugs_are_told() -> None:
    """Also by counters that have to stay 0."""
    assert found(history(Bug(at=60.0, node="node-1", what="ValueError"))) == {"no bug"}
    counter = Metric(at=60.0, node="node-1", name="vestibule_join_after_expiry_total", value=1.0)
    assert found(history(counter)) == {"no bug"}


def test_a_verdict_says_what_was_broken() -> None:
    """Each rule by its name, kept or broken, with what happened when."""
    verdict = judge(history(Numbered(at=60.0, line=4, seq=4, words=24)))
    said = list(verdict.lines())
    assert "  kept    one owner" in said
    assert "  BROKEN  sequence: 1" in said
    assert any("60.00 s  1.a goes from 2 to 4" in line for line in said)
