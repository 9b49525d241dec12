"""What load balancers and operators ask: alive, ready, metrics."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from gateway.api.callers import Deps
from gateway.api.dependencies import Dependencies
from gateway.metrics import CONTENT_TYPE

public = APIRouter(include_in_schema=False)
operators = APIRouter(include_in_schema=False)


@public.get("/healthz")
@operators.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the process lives and its loop turns; nothing about whether it can serve."""
    return {"status": "ok"}


@public.get("/readyz")
async def readyz(deps: Deps) -> Response:
    """Say whether new people should be sent here: 503 while draining, or while nothing can be saved."""
    return _readiness(deps, details=deps.demo is not None)


@operators.get("/readyz")
async def readyz_in_detail(deps: Deps) -> Response:
    """Say the same, and why."""
    return _readiness(deps, details=True)


@operators.get("/metrics")
async def metrics(deps: Deps) -> Response:
    """Give the page that Prometheus reads."""
    return Response(await deps.metrics.page(), media_type=CONTENT_TYPE)


def _readiness(deps: Dependencies, *, details: bool) -> Response:
    draining, store = deps.draining, deps.host.ready
    ready = store and not draining
    body: dict[str, object] = {"status": "ready" if ready else "not_ready"}
    if details:
        figures = deps.host.figures()
        body |= {
            "draining": draining,
            "store": "up" if store else "down",
            "shards": figures.shards,
            "visits": figures.visits.total(),
            "sockets": len(deps.node.endpoint),
        }
    return JSONResponse(body, 200 if ready else 503)
