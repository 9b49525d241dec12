"""The memory of what was asked lately, so that the same request sent twice has one effect."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from engine.ids import Instant, OpId

KEPT_OPERATIONS: Final = 32
KEPT_FOR: Final = 600_000
"""Milliseconds for which an operation is remembered, if 32 newer ones do not push it out."""


class Operation(NamedTuple):
    """One request that was carried out: whose, and the id that it made, if any. Refusals change nothing and
    are not kept.
    """

    key: str
    op: OpId
    created: str
    at: Instant


@dataclass(slots=True)
class Operations:
    """The last 32 operations of 10 minutes, the oldest first."""

    kept: list[Operation] = field(default_factory=list)

    def find(self, op: OpId, now: Instant) -> Operation | None:
        """Return the operation that used this id within the last 10 minutes; an empty id never did."""
        if not op:
            return None
        for operation in reversed(self.kept):
            if operation.op == op:
                return operation if now - operation.at < KEPT_FOR else None
        return None

    def keep(self, key: str, op: OpId, created: str, now: Instant) -> None:
        """Remember that this was done; forget what is older than 10 minutes or the 32nd before it."""
        if not op:
            return
        kept = self.kept
        kept.append(Operation(key, op, created, now))
        if len(kept) > KEPT_OPERATIONS or now - kept[0].at >= KEPT_FOR:
            self.kept = [entry for entry in kept[-KEPT_OPERATIONS:] if now - entry.at < KEPT_FOR]
