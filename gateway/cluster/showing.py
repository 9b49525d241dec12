"""A cluster's state for a person's eyes, or as one JSON object for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.cluster.operate import Seen

_COLUMNS = ("node", "machine", "state", "shards", "visits", "sockets", "lease", "pid", "version", "address")


def as_table(seen: Sequence[Seen]) -> str:
    """Show one line a node."""
    rows = [_COLUMNS, *(_row(one) for one in seen)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _row(one: Seen) -> tuple[str, ...]:
    state = one.state or {}
    lease = f"{state['lease_age'] / 1000:.1f} s" if state else "-"
    return (
        one.slot.node,
        one.slot.machine,
        one.word,
        *(str(state.get(name, "-")) for name in ("shards", "visits", "sockets")),
        lease,
        *(str(state.get(name, "-")) for name in ("pid", "version", "address")),
    )


def as_object(seen: Sequence[Seen]) -> dict[str, object]:
    """Give one object: totals, and each node with what it says of itself."""
    alive = [one.state for one in seen if one.state]
    return {
        "shards": sum(state["shards"] for state in alive),
        "visits": sum(state["visits"] for state in alive),
        "sockets": sum(state["sockets"] for state in alive),
        "nodes": list(_nodes(seen)),
    }


def _nodes(seen: Sequence[Seen]) -> Iterator[dict[str, object]]:
    for one in seen:
        said: dict[str, object] = {"node": one.slot.node, "machine": one.slot.machine, "state": one.word}
        yield said | (one.state or {})


def as_targets(seen: Sequence[Seen]) -> list[dict[str, object]]:
    """Give where the metrics of the nodes that serve are, one group each: at the operator's door, or, in a
    demo, at the people's. Named by its node, a series goes on when the node is started again on another port.
    """
    return [
        {
            "targets": [one.state["operator"] or one.state["address"]],
            "labels": {"instance": one.slot.node, "machine": one.slot.machine},
        }
        for one in seen
        if one.state
    ]
