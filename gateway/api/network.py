"""The whole network at a glance, for who runs it: every node, asked just now (B9)."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request

from actors.ports import Member
from engine.clinic import Right
from gateway.api.callers import Deps, allowed
from gateway.api.carried import CarriedAnswer
from gateway.api.dependencies import Dependencies
from gateway.api.forwarding import ask_others
from gateway.api.models import Network, NodeState
from gateway.auth import Caller

router = APIRouter(tags=["Network"])

OK: Final = 200

Operator = Annotated[Caller, Depends(allowed(Right.OPERATE))]


@router.get("/network")
async def network(_: Operator, request: Request, deps: Deps) -> Network:
    """Say how every node does: its shards, visits by status, seats, sockets, and how old its lease is. For
    the role `sre`, or a key with the scope `sre`.
    """
    found = {deps.settings.server.node: _own(deps)}
    members = {member.node: member for member in deps.host.members()}
    for node, answer in (await ask_others(request.scope)).items():
        found[node] = _other(answer, node) or _silent(members[node])
    return Network(now=deps.desk.now(), nodes=[found[node] for node in sorted(found)])


def _own(deps: Dependencies) -> NodeState:
    host, figures = deps.host, deps.host.figures()
    return NodeState(
        node=deps.settings.server.node,
        answers=True,
        version=host.member.version,
        draining=host.member.draining,
        ws_url=host.member.ws_url,
        shards=figures.shards,
        visits={str(status): count for status, count in sorted(figures.visits.items())},
        seats=figures.seats.total(),
        sockets=len(deps.node.endpoint),
        letters=figures.letters,
        lease_age_ms=host.lease_age,
    )


def _other(answer: CarriedAnswer | None, node: str) -> NodeState | None:
    """Read what another node says of itself."""
    if answer is None or answer.status != OK:
        return None
    said = Network.model_validate_json(answer.body)
    return next((one for one in said.nodes if one.node == node), None)


def _silent(member: Member) -> NodeState:
    return NodeState(
        node=member.node,
        answers=False,
        version=member.version,
        draining=member.draining,
        ws_url=member.ws_url,
    )
