"""Who had to move, and who went by themselves."""

from __future__ import annotations

from tests.faults.history import Away, Closed, Gone, History, Opened
from tests.faults.moves import moves, put_out
from tests.unit.faults.story import VISIT, seated


def opened(at: float, line: int, who: str, node: str) -> Opened:
    """Somebody's hello is on its way."""
    return Opened(at=at, line=line, who=who, node=node)


def test_a_closed_line_and_the_next_seat_are_a_move() -> None:
    """With its node, its code, and how long there was no seat."""
    told = History(
        [
            opened(1.0, 1, "ana", "node-1/1"),
            seated(1.1, 1, "ana", "a"),
            Closed(at=5.0, line=1, code=1012),
            opened(5.5, 2, "ana", "node-2/1"),
            seated(6.0, 2, "ana", "a"),
        ]
    )
    (move,) = moves(told, 4.0, 10.0)
    assert (move.who, move.seat, move.node, move.code, move.after) == ("ana", "a", "node-1/1", 1012, 1.0)
    assert not list(moves(told, 5.5, 10.0))


def test_whoever_goes_by_themselves_does_not_move() -> None:
    """Neither who loses their power nor who is done."""
    told = History(
        [
            opened(1.0, 1, "ana", "node-1/1"),
            seated(1.1, 1, "ana", "a"),
            opened(1.0, 2, "ben", "node-1/1"),
            seated(1.1, 2, "ben", "b"),
            Away(at=4.0, who="ana"),
            Closed(at=4.0, line=1, code=1006),
            Gone(at=5.0, who="ben", why="ended"),
            Closed(at=5.1, line=2, code=1000),
            opened(8.0, 3, "ana", "node-1/1"),
            seated(9.0, 3, "ana", "a"),
        ]
    )
    assert not list(moves(told, 0.0, 20.0))


def test_a_call_that_nobody_completed_was_put_out() -> None:
    """Completing a visit ends its people's calls, nothing else may."""
    told = History([seated(1.1, 1, "ana", "a"), Gone(at=5.0, who="ana", why="ended")])
    assert put_out(told, set()) == ["ana: ended"]
    assert not put_out(told, {VISIT})
