"""The figures of a run: what counts as a return from a fault, and what does not."""

from __future__ import annotations

from tests.faults.figures import figures
from tests.faults.history import AnyEntry, Closed, History, Opened, Seated, Struck, Taken

VISIT = "0005-000000000000"
SHARD = 5


def comes(at: float, line: int, node: str, epoch: int, who: str = "ana") -> list[AnyEntry]:
    """Somebody is seated at a node."""
    seated = Seated(
        at=at,
        line=line,
        who=who,
        visit=VISIT,
        seat=f"s-{who}",
        standing="in",
        stream=f"{epoch}.s-{who}",
        seq=0,
        resumed="state",
        sent=at,
        now=0,
        asked=("", 0),
    )
    return [Opened(at=at, line=line, who=who, node=node), seated]


def struck(at: float) -> Struck:
    """The node that has the visit hangs."""
    return Struck(at=at, fault="hang", node="node-1", shards=(SHARD,))


def test_a_run_without_a_fault_of_a_node_has_figures_too() -> None:
    """As one in which only the store fails."""
    assert figures(History(comes(1.0, 1, "node-1", 1))) == {}


def test_who_had_to_leave_counts_as_resumed_from_then_on() -> None:
    """From the blow to their next seat, and their shard is served when the first has it."""
    entries = [*comes(1.0, 1, "node-1", 1), struck(2.0), Taken(at=4.0, fault="hang", shard=SHARD, after=2.0)]
    entries += [Closed(at=5.0, line=1, code=1006), *comes(5.5, 2, "node-2", 2)]
    found = figures(History(entries))
    assert found["seats resumed after hang"].p99 == 3.5
    assert found["service after hang"].p99 == 3.5
    assert found["takeover after hang"].p99 == 2.0


def test_who_noticed_nothing_has_not_come_back_from_it() -> None:
    """The node went on and kept what it had; they left by the next blow, and count for that alone."""
    entries = [*comes(1.0, 1, "node-1", 1), struck(2.0), struck(10.0)]
    entries += [Taken(at=13.0, fault="hang", shard=SHARD, after=3.0), Closed(at=13.5, line=1, code=1006)]
    entries += comes(14.0, 2, "node-2", 2)
    found = figures(History(entries))
    assert (found["seats resumed after hang"].count, found["seats resumed after hang"].p99) == (1, 4.0)
    assert (found["service after hang"].count, found["service after hang"].p99) == (1, 4.0)
