"""The last hour of the whole network, for the operations page: every node says what it remembers (B9)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request

from actors.ports import StoreDown
from engine.clinic import Right
from gateway.api.answers import Refusal
from gateway.api.callers import COOKIE, Deps, allowed, who_asks
from gateway.api.carried import CarriedAnswer
from gateway.api.dependencies import Dependencies
from gateway.api.forwarding import ask_others
from gateway.api.models import Counted, FiringAlert, NodePast, Operations, ServiceLevel
from gateway.auth import Caller
from gateway.operations.alerts import SILENT, firing, signs
from gateway.operations.levels import LEVELS, burn, counted, together
from gateway.operations.series import SERIES

router = APIRouter(tags=["Network"])

OK: Final = 200
DIGITS: Final = 4
"""A figure is told with so many significant digits."""

_may_operate: Final = allowed(Right.OPERATE)


async def operator(request: Request, deps: Deps) -> Caller:
    """Let in who operates, also while the store is away, if it vouched for them just now. Raises Refusal and
    StoreDown.
    """
    shown = request.headers.get("Authorization") or request.cookies.get(COOKIE, "")
    try:
        caller = await _may_operate(await who_asks(request, deps))
    except Refusal:
        deps.operators.forget(shown)
        raise
    except StoreDown:
        known = deps.operators.recall(shown)
        if known is None:
            raise
        return known
    deps.operators.remember(shown, caller)
    return caller


Operator = Annotated[Caller, Depends(operator)]
Since = Annotated[int, Query(ge=0, le=4_102_444_800_000, description="Only samples after this instant.")]


@router.get("/operations")
async def operations(_: Operator, request: Request, deps: Deps, since: Since = 0) -> Operations:
    """Say how all nodes did in the last hour: service levels, what is wrong now, and each node's figures.
    For the role `sre`, or a key with the scope `sre`.
    """
    found = {deps.settings.server.node: _own(deps, since)}
    for node, answer in (await ask_others(request.scope)).items():
        found[node] = _other(answer, node) or NodePast(node=node, answers=False, signs={SILENT: 1})
    nodes = [found[node] for node in sorted(found)]
    counts = together(_counts(node.counted) for node in nodes)
    alerts = firing({node.node: node.signs for node in nodes}, counts)
    return Operations(
        now=deps.desk.now(),
        every_ms=deps.node.recorder.every_ms,
        nodes=nodes,
        levels=[
            ServiceLevel(
                name=level.name,
                target=level.target,
                good=counts[level.name, 60][0],
                total=counts[level.name, 60][1],
                burn_hour=round(burn(level, counts[level.name, 60]), 2),
                burn_recent=round(burn(level, counts[level.name, 5]), 2),
            )
            for level in LEVELS
        ],
        alerts=[
            FiringAlert(
                name=alert.name,
                severity=alert.severity,
                nodes=list(alert.nodes),
                value=alert.value,
                runbook=alert.runbook,
            )
            for alert in alerts
        ],
    )


def _own(deps: Dependencies, since: int) -> NodePast:
    host, recorder = deps.host, deps.node.recorder
    points = recorder.ring.since(since)
    return NodePast(
        node=deps.settings.server.node,
        answers=True,
        version=host.member.version,
        draining=host.member.draining,
        lease_age_ms=host.lease_age,
        shards=len(host.held),
        visits=dict(recorder.census.visits),
        seats=recorder.census.seats.total(),
        letters=recorder.census.letters,
        at=[at for at, _ in points],
        series={name: [_told(drawn[place]) for _, drawn in points] for place, name in enumerate(SERIES)},
        counted=[
            Counted(level=level, minutes=minutes, good=good, total=total)
            for (level, minutes), (good, total) in counted(recorder.ring).items()
        ],
        signs=signs(recorder.ring),
    )


def _told(value: float) -> float | None:
    if math.isnan(value):
        return None
    return float(f"{value:.{DIGITS}g}")


def _other(answer: CarriedAnswer | None, node: str) -> NodePast | None:
    """Read what another node says of itself."""
    if answer is None or answer.status != OK:
        return None
    said = Operations.model_validate_json(answer.body)
    return next((one for one in said.nodes if one.node == node), None)


def _counts(told: Iterable[Counted]) -> Mapping[tuple[str, int], tuple[int, int]]:
    return {(one.level, one.minutes): (one.good, one.total) for one in told}
