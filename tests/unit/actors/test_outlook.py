"""What a node makes of a survey: what it claims, hands over, and has lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actors.outlook import Outlook, View, look
from actors.placement import target
from actors.ports import Member, Owner, Survey

US = Member(node="node-1", incarnation="us", address="host:1")
THEM = Member(node="node-2", incarnation="them", address="host:2")
NODES = ["node-1", "node-2"]
OURS = next(shard for shard in range(100) if target(shard, NODES) == "node-1")
THEIRS = next(shard for shard in range(100) if target(shard, NODES) == "node-2")


def seen(*owners: Owner, leases: tuple[Member, ...] = (US, THEM), **view: Any) -> Outlook:
    """What this node makes of these owners."""
    own = view.pop("own", US)
    members = view.pop("members", (own, THEM))
    survey = Survey(list(owners), {one.node: one for one in leases})
    return look(survey, View(own=own, members=members, held=view.pop("held", {}), **view))


def claimed(outlook: Outlook) -> dict[int, str]:
    """The claims, and why."""
    return {one.owner.shard: one.why for one in outlook.claims}


class TestClaims:
    """A shard may be claimed under four conditions, and by the node to which it belongs."""

    @pytest.mark.parametrize(
        ("owner", "why"),
        [
            (Owner(OURS, 0, "", ""), "none"),
            (Owner(OURS, 4, "", ""), "none"),
            (Owner(OURS, 4, "gone", "node-9"), "lapsed"),
            (Owner(OURS, 4, "before", "node-2"), "incarnation"),
            (Owner(OURS, 4, "before", "node-1"), "incarnation"),
            (Owner(OURS, 4, "us", "node-1"), "ours"),
        ],
    )
    def test_what_is_ours_by_placement_and_free_is_claimed(self, owner: Owner, why: str) -> None:
        """Nobody's, a lapsed lease's, another incarnation's, or our own that is not in memory."""
        assert claimed(seen(owner)) == {OURS: why}

    def test_a_living_owner_keeps_what_it_has(self) -> None:
        """Placement alone takes nothing away; the owner gives it."""
        outlook = seen(Owner(OURS, 4, "them", "node-2"))
        assert not outlook.claims
        assert outlook.owners == {OURS: THEM}
        assert not outlook.settled

    def test_an_owner_whose_address_refuses_is_replaced_at_once(self) -> None:
        """Its lease still stands; its shards are spread over those that are left."""
        outlook = seen(Owner(OURS, 4, "them", "node-2"), Owner(THEIRS, 4, "them", "node-2"), refused={"them"})
        assert claimed(outlook) == {OURS: "refused", THEIRS: "refused"}

    def test_what_belongs_to_another_is_left_to_it(self) -> None:
        """Until nobody has come for it for too long."""
        outlook = seen(Owner(THEIRS, 4, "", ""))
        assert not outlook.claims
        assert outlook.unclaimed == [THEIRS]
        assert claimed(seen(Owner(THEIRS, 4, "", ""), orphaned={THEIRS})) == {THEIRS: "none"}

    def test_a_node_that_does_not_serve_yet_claims_only_when_it_is_alone(self) -> None:
        """Its port does not listen: people could not be sent there."""
        starting = replace(US, address="")
        assert not seen(Owner(OURS, 0, "", ""), own=starting).claims
        alone = seen(Owner(OURS, 0, "", ""), Owner(THEIRS, 0, "", ""), own=starting, members=(starting,))
        assert claimed(alone) == {OURS: "none", THEIRS: "none"}

    def test_a_node_that_drains_claims_nothing(self) -> None:
        """Not even what nobody comes for."""
        going = replace(US, draining=True)
        outlook = seen(Owner(OURS, 4, "", ""), own=going, orphaned={OURS})
        assert not outlook.claims
        assert outlook.unclaimed == [OURS]


class TestWhatWeHave:
    """What is in memory, against what the store says."""

    def test_what_belongs_to_us_stays(self) -> None:
        """Nothing to do, then."""
        outlook = seen(Owner(OURS, 4, "us", "node-1"), held={OURS: 4})
        assert outlook.settled
        assert outlook.owners == {OURS: US}

    def test_what_belongs_to_another_that_serves_is_handed_over(self) -> None:
        """By the other's name."""
        outlook = seen(Owner(THEIRS, 4, "us", "node-1"), held={THEIRS: 4})
        assert outlook.moves == {"node-2": [THEIRS]}

    @pytest.mark.parametrize("change", [{"address": ""}, {"draining": True}])
    def test_nothing_is_handed_to_a_node_that_does_not_serve(self, change: dict[str, Any]) -> None:
        """It starts still, or goes."""
        them = replace(THEM, **change)
        outlook = seen(
            Owner(THEIRS, 4, "us", "node-1"), held={THEIRS: 4}, members=(US, them), leases=(US, them)
        )
        assert outlook.settled

    def test_a_node_that_drains_hands_everything_over(self) -> None:
        """Also what would be its own."""
        going = replace(US, draining=True)
        outlook = seen(Owner(OURS, 4, "us", "node-1"), own=going, held={OURS: 4})
        assert outlook.moves == {"node-2": [OURS]}

    def test_when_all_drain_everybody_keeps_what_they_have(self) -> None:
        """Nobody could take it."""
        going, gone = replace(US, draining=True), replace(THEM, draining=True)
        outlook = seen(Owner(OURS, 4, "us", "node-1"), own=going, held={OURS: 4}, members=(going, gone))
        assert not outlook.moves

    @pytest.mark.parametrize(
        "owner",
        [Owner(THEIRS, 5, "them", "node-2"), Owner(THEIRS, 3, "us", "node-1"), Owner(THEIRS, 0, "", "")],
    )
    def test_what_the_store_says_otherwise_is_lost(self, owner: Owner) -> None:
        """Another has it, or the store forgot that we do."""
        assert seen(owner, held={THEIRS: 4}).lost == [THEIRS]

    def test_what_is_being_handed_over_is_let_be(self) -> None:
        """It is judged again when that is done."""
        outlook = seen(Owner(OURS, 4, "", ""), held={OURS: 4}, passing={OURS})
        assert [*outlook.claims, *outlook.lost, *outlook.moves] == []
        assert not outlook.settled
