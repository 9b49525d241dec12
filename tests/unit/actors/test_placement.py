"""Which node a shard belongs to: evenly, with few moves, and the same on every node."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.placement import target
from engine.ids import SHARDS

NAMES = st.sets(st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True), min_size=1, max_size=6)


def table(nodes: list[str]) -> list[str | None]:
    """Where every shard belongs."""
    return [target(shard, nodes) for shard in range(SHARDS)]


@pytest.mark.parametrize("count", [2, 3, 5, 10])
def test_every_node_has_its_share(count: int) -> None:
    """Within a quarter of what is fair, whatever the number of nodes."""
    shares = Counter(table([f"node-{number}" for number in range(1, count + 1)]))
    fair = SHARDS / count
    assert len(shares) == count
    assert all(0.7 * fair < share < 1.3 * fair for share in shares.values()), shares


@given(NAMES)
def test_a_node_that_comes_takes_shards_and_moves_none_between_others(nodes: set[str]) -> None:
    """Only what the new one gets changes hands."""
    before, after = table(sorted(nodes)), table(sorted(nodes | {"the-new-one"}))
    moved = {new for old, new in zip(before, after, strict=True) if old != new}
    assert moved <= {"the-new-one"}


@given(NAMES)
def test_a_node_that_goes_leaves_the_others_shards_where_they_are(nodes: set[str]) -> None:
    """Only what the gone one had changes hands."""
    before, after = table(sorted(nodes | {"the-gone-one"})), table(sorted(nodes))
    moved = {old for old, new in zip(before, after, strict=True) if old != new}
    assert moved <= {"the-gone-one"}


def test_the_order_in_which_nodes_are_named_does_not_matter() -> None:
    """Every node comes to the same answer."""
    assert table(["node-1", "node-2", "node-3"]) == table(["node-3", "node-1", "node-2"])


def test_without_nodes_a_shard_belongs_to_nobody() -> None:
    """When all of them go."""
    assert target(7, []) is None
