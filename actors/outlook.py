"""What a node makes of a survey: which shards it claims, hands over, or has lost. Pure.

A shard may be claimed when nobody owns it, its owner's lease has lapsed, its owner's slot has a new
incarnation, or its owner's address refuses connections (architecture.md, Ownership). It is claimed by the
node to which it belongs, and by any other that finds it unclaimed for a while.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from actors.placement import targets
from actors.ports import Member, Owner, Survey

Why = Literal["none", "lapsed", "incarnation", "refused", "ours"]
"""Why a shard may be claimed. `ours`: this incarnation owns it and has it no more in memory."""

TAKEN_OVER: Final = frozenset({"lapsed", "incarnation", "refused"})
"""Why a shard may be claimed whose owner is gone without having said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a node knows when it looks at a survey.

    `members`: every node whose lease stands, this one included. `held`: the epochs of the shards in its
    memory. `passing`: shards that it is about to give away, or just got from somebody. `refused`:
    incarnations whose addresses refuse connections. `orphaned`: shards without an owner for too long.
    `patient`: the store was away, and others may not have come back to it yet: no lease counts as lapsed.
    """

    own: Member
    members: tuple[Member, ...]
    held: Mapping[int, int]
    passing: Collection[int] = frozenset()
    refused: Collection[str] = frozenset()
    patient: bool = False
    orphaned: Collection[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A shard that is to be claimed, as it was seen, and why it may be."""

    owner: Owner
    why: Why


@dataclass(slots=True)
class Outlook:
    """What follows from a survey.

    `owners`: who has which shard. `moves`: ours that belong to others, by the node's name. `lost`: held in
    memory, and another's by now, or older in the store than here. `unclaimed`: nobody's, and to be claimed by
    another node.
    """

    owners: dict[int, Member] = field(default_factory=dict)
    claims: list[Wanted] = field(default_factory=list)
    moves: dict[str, list[int]] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)
    unclaimed: list[int] = field(default_factory=list)
    astray: int = 0
    """Shards of living owners that belong to another node than theirs and ours."""

    @property
    def settled(self) -> bool:
        """Whether every shard that was looked at is with the node to which it belongs."""
        return not (self.claims or self.moves or self.lost or self.unclaimed or self.astray)


def candidates(view: View) -> list[str]:
    """The nodes among which shards are spread. Without any that serves it is this one, unless it goes."""
    serving = [one.node for one in view.members if one.serving and one.incarnation not in view.refused]
    if not serving and not view.own.draining:
        return [view.own.node]
    return serving


def look(survey: Survey, view: View) -> Outlook:
    """Decide what to do about the shards that were surveyed."""
    found, goals = Outlook(), targets(candidates(view))
    for owner in survey.owners:
        if owner.shard in view.passing:
            found.astray += 1
        else:
            _judge(found, owner, goals[owner.shard] if goals else None, survey.leases, view)
    return found


def _judge(found: Outlook, owner: Owner, goal: str | None, leases: Mapping[str, Member], view: View) -> None:
    shard, held = owner.shard, view.held.get(owner.shard)
    if held is not None:
        if (owner.incarnation, owner.epoch) == (view.own.incarnation, held):
            found.owners[shard] = view.own
            if goal is not None and goal != view.own.node and (view.own.serving or view.own.draining):
                found.moves.setdefault(goal, []).append(shard)
            return
        found.lost.append(shard)
    why = claimable(owner, view.own, leases, view.refused)
    if why is None:
        found.owners[shard] = leases[owner.node]
        found.astray += goal is not None and goal != owner.node
    elif why == "lapsed" and view.patient:
        found.astray += 1
    elif goal == view.own.node or (not view.own.draining and (why == "ours" or shard in view.orphaned)):
        found.claims.append(Wanted(owner, why))
    elif goal is not None:
        found.unclaimed.append(shard)


def claimable(
    owner: Owner, own: Member, leases: Mapping[str, Member], refused: Collection[str]
) -> Why | None:
    """Say why a shard that is not in our memory may be claimed; None when its owner lives."""
    if not owner.node:
        return "none"
    if owner.incarnation == own.incarnation:
        return "ours"
    lease = leases.get(owner.node)
    if lease is None:
        return "lapsed"
    if lease.incarnation != owner.incarnation:
        return "incarnation"
    return "refused" if owner.incarnation in refused else None
