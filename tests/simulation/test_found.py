"""What schedules found once, told shortly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from actors.days import day_of
from actors.ports import Member
from engine.ids import SHARED, shard_of_clinic
from tests.faults.history import OK, Answered
from tests.simulation.dashboards import Dashboard
from tests.simulation.keys import Answer
from tests.simulation.node import SECRETS, NodeProcess, Street
from tests.simulation.people import Guest
from tests.simulation.story import few_shards
from tests.simulation.town import Story, Town

SHORT = 3
"""The seed of a town whose visit is over within a minute."""


@contextmanager
def town_of(nodes: int, seed: int = 7) -> Iterator[Town]:
    """Found a town with one visit, to which nobody comes by themselves."""
    with few_shards():
        town = Town(Story(seed=seed, nodes=nodes, visits=1, guests=0), {})
        town.settle_in()
        town.scheduler.pass_time(1.0)
        yield town
        for process in town.processes():
            process.kill()
        town.people.kill()


def owner_in(town: Town) -> NodeProcess:
    """Give the process that believes to have the visit, the newest of them."""
    visit = town.planned[0].visit
    return [one for one in town.processes() if one.serves and one.host.live(visit) is not None][-1]


def goes_to(town: Town, process: NodeProcess) -> None:
    """Let everybody who connects from now on come to this process."""
    town.door = lambda moved_to="", last=None: process  # type: ignore[method-assign]


def guest_of(town: Town) -> Guest:
    """Let a guest come."""
    visit = town.planned[0].visit
    guest = Guest(town, "guest", visit, SECRETS.link(visit, SHARED, 0), "Ana")
    town.people.start(guest.live())
    return guest


def is_back(town: Town, guest: Guest) -> None:
    """Let the guest come to whichever node; they must not have been turned away for good."""
    del town.door
    town.scheduler.pass_time(10.0)
    assert not guest.done
    assert guest.line is not None


def test_who_hands_a_visit_over_refuses_nobody_the_seat_that_the_next_owner_gave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until it knows that the other node has the visit, its own memory of it is not the last word."""
    claim = Street.claim

    async def claim_and_be_slow_to_say_so(street: Street, member: Member, shards: Sequence[int]) -> None:
        await claim(street, member, shards)
        await asyncio.sleep(2.0)

    monkeypatch.setattr(Street, "claim", claim_and_be_slow_to_say_so)
    with town_of(2) as town:
        old = owner_in(town)
        new = next(one for one in town.processes() if one is not old)
        old.host._handover.ask({new.slot: [shard_of_clinic(town.planned[0].clinic.id)]})
        goes_to(town, new)
        guest = guest_of(town)
        town.scheduler.pass_time(0.7)
        assert guest.line is not None
        goes_to(town, old)
        guest.line.break_off()
        town.scheduler.pass_time(0.9)
        is_back(town, guest)


def test_who_was_replaced_within_its_lease_refuses_nobody_the_seat_that_another_gave() -> None:
    """A process that stood still while its slot was given to another one does not know it yet."""
    with town_of(1) as town:
        old = owner_in(town)
        old.way.slow = 0.5
        old.pause()
        new = town.start(old.slot)
        town.scheduler.pass_time(0.5)
        goes_to(town, new)
        guest = guest_of(town)
        town.scheduler.pass_time(0.5)
        assert guest.line is not None
        goes_to(town, old)
        guest.line.break_off()
        town.scheduler.pass_time(0.8)
        old.loop.go_on()
        town.scheduler.pass_time(0.5)
        is_back(town, guest)


@pytest.mark.parametrize("after", [at / 100 for at in range(10, 70, 6)])
def test_a_waiting_room_read_while_its_shard_moves_is_that_of_the_new_owner(after: float) -> None:
    """A dashboard is never left with the room of an owner that is none any more, which nobody writes to."""
    with town_of(1) as town:
        clinic, owner = town.planned[0].clinic, owner_in(town)
        dashboard = Dashboard(town, "desk-00", clinic.id, day_of(town.server.keys.now(), clinic.zone))
        owner.way.slow = 0.2
        town.people.start(dashboard.live())
        town.scheduler.pass_time(after)
        owner.host.lost(owner.host.held[shard_of_clinic(clinic.id)])
        town.scheduler.pass_time(12.0)
        epoch = town.server.keys.do([b"HGET", b"{s%04d}:owner" % shard_of_clinic(clinic.id), b"epoch"])
        assert isinstance(epoch, bytes)
        assert dashboard.stream.startswith(f"{int(epoch):x}.b")


@pytest.mark.parametrize("nodes", [1, 2])
def test_a_machine_that_stood_still_with_its_clocks_is_not_late_for_good(nodes: int) -> None:
    """It takes what it sees for a jump of the store's clock at first, and finds out that it is none."""
    with town_of(nodes) as town:
        owner = owner_in(town)
        town.scheduler.pass_time(5.0)
        owner.freeze()
        town.scheduler.pass_time(2.5)
        owner.loop.go_on()
        town.scheduler.pass_time(2.0)
        assert late(town, owner) > 2_000
        town.scheduler.pass_time(6.0)
        assert abs(late(town, owner)) < 100


def test_a_node_that_starts_while_the_stores_clock_is_wrong_has_the_time_of_the_others() -> None:
    """Nobody's visit is over early because of it, and no other node begins to believe that clock."""
    with town_of(2) as town:
        town.scheduler.pass_time(5.0)
        town.server.ahead += 3_600_000
        town.scheduler.pass_time(2.0)
        town.start("node-3")
        town.scheduler.pass_time(15.0)
        assert all(abs(late(town, one) - 3_600_000) < 100 for one in town.processes())
        assert len(town.processes()) == 3


def test_who_was_replaced_has_nothing_again_when_the_lease_lapses() -> None:
    """A process that lingers does not take the name back, as when the store's clock is set ahead."""
    with town_of(1) as town:
        old = owner_in(town)
        new = town.start(old.slot)
        town.scheduler.pass_time(3.0)
        assert new.host.ready
        assert not old.host.ready
        new.pause()
        town.scheduler.pass_time(10.0)
        assert not old.host.ready
        new.loop.go_on()
        town.scheduler.pass_time(3.0)
        assert new.host.ready
        assert owner_in(town) is new


@pytest.mark.parametrize("after", [at / 100 for at in range(0, 100, 4)])
@pytest.mark.parametrize("slow", [0.2, 0.4, 0.6])
def test_whenever_the_stores_clock_is_set_nobody_is_told_that_a_visit_is_over(
    after: float, slow: float
) -> None:
    """Also who comes just then, whatever the node learns of it first, and if it cannot tell the time."""
    with town_of(1) as town:
        owner = owner_in(town)
        town.scheduler.pass_time(5.0 + after)
        owner.way.slow = slow
        guest = guest_of(town)
        town.scheduler.pass_time(0.1)
        town.server.ahead += 3_600_000
        town.scheduler.pass_time(2.0)
        owner.way.slow = 0.0
        town.scheduler.pass_time(10.0)
        assert not guest.done
        assert guest.line is not None


def test_a_stores_clock_that_is_set_again_and_again_turns_nobody_away() -> None:
    """It is an hour ahead whenever somebody's seat is saved, and right whenever it is asked for the time."""
    with town_of(1) as town:
        server, late_saves = town.server, list[Answer]()

        def saw(name: str, _: str, __: Sequence[bytes], answer: Answer) -> None:
            if name == "save":
                late_saves.append(answer)
                server.ahead = 0

        def before_save(_: str, __: Sequence[bytes]) -> None:
            server.ahead = 3_600_000 if len(late_saves) < 4 else 0

        town.scheduler.pass_time(5.0)
        server.saw, server.before_save = saw, before_save
        guest = guest_of(town)
        town.scheduler.pass_time(10.0)
        assert late_saves[:4] == [3, 3, 3, 3]
        assert guest.line is not None


@pytest.mark.parametrize(("who", "told"), [("guest", "link_over"), ("provider", "time_over")])
def test_who_comes_too_late_by_the_stores_clock_reads_what_is_so(who: str, told: str) -> None:
    """The node's is a little behind: a guest's link is over, a provider may extend."""
    with town_of(1, seed=SHORT) as town:
        planned = town.planned[0]
        left = planned.lapses_at - town.server.keys.now()
        assert left < 60_000
        town.scheduler.pass_time(left / 1000 - 0.15)
        town.server.ahead = 500
        if who == "guest":
            guest_of(town)
        else:
            town.people.start(town.clients[0].live())
        town.scheduler.pass_time(5.0)
        codes = [entry.code for entry in town.history.of(Answered) if entry.code != OK]
        assert codes == [told]


def test_a_process_that_was_replaced_while_it_was_cut_off_ends() -> None:
    """It does not wait for ever, with its port held, for a store that it may not use any more."""
    with town_of(2) as town:
        old = owner_in(town)
        ended: list[str] = []
        old.host.on_superseded(lambda: ended.append("then"))
        old.way.hold()
        town.scheduler.pass_time(6.0)
        assert old.host.cut_off
        town.start(old.slot)
        town.scheduler.pass_time(1.0)
        old.way.release()
        town.scheduler.pass_time(6.0)
        assert ended == ["then"]
        old.host.on_superseded(lambda: ended.append("who asks later"))
        assert ended == ["then", "who asks later"]


def late(town: Town, process: NodeProcess) -> int:
    """Milliseconds by which a node's time is behind the store's."""
    return town.server.keys.now() - process.host.now()
