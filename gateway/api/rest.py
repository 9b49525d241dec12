"""REST under /api/v1, put together: handlers, refusals, OpenAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI

from gateway.api import (
    clinic,
    hooks,
    invitations,
    links,
    network,
    operations,
    sign_in,
    staff,
    visits,
    welcome,
)
from gateway.api.answers import handle
from gateway.api.dependencies import Dependencies
from gateway.api.models import Problem

if TYPE_CHECKING:
    from gateway.node import Node
from gateway.release import release

ABOUT = """Visits, invitations and who may come. Times are integers, milliseconds since 1970 (UTC).

Sign in for a cookie and send `X-Vestibule: 1` with everything but GET, or send `Authorization: Bearer
<API key>`. Send `Idempotency-Key` (at most 40 characters) with a change: repeated, it has one effect.
Refusals are `{"code", "message"}` with a stable code and a sentence for a person.
"""

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text}
    for status, text in {
        401: "Nobody is signed in, or the key is unknown.",
        403: "Not allowed.",
        404: "Not found; another clinic's visits are not found either.",
        409: "Not in this state.",
        410: "Over.",
        422: "Something is missing or wrong; `fields` says what.",
        429: "Too often.",
        503: "Cannot be saved now; try again.",
    }.items()
}


def make(node: Node, *, demo: bool) -> FastAPI:
    """Put REST together; with `demo` also what opens demo visits, and /docs."""
    api = FastAPI(
        title="Vestibule",
        version=release(),
        description=ABOUT,
        docs_url=None,  # it would load scripts from elsewhere; see gateway/api/docs.py
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    handle(api)
    rest = APIRouter(prefix="/api/v1", responses=REFUSALS)
    for one in (sign_in, welcome, clinic, staff, visits, invitations, links, network, operations):
        rest.include_router(one.router)
    api.include_router(hooks.router)
    rest.add_api_route("/", _index, include_in_schema=False)
    stand_ins = None
    if demo:
        from gateway.api import demo as demo_routes
        from gateway.api import docs, outbox, phone
        from gateway.demo import Demo

        stand_ins = Demo(node)
        for shown in (demo_routes, outbox, phone):
            rest.include_router(shown.rest)
            api.include_router(shown.pages)
        api.include_router(docs.router)
    api.include_router(rest)
    api.state.dependencies = Dependencies(node, stand_ins)
    return api


async def _index() -> dict[str, str]:
    return {"version": release(), "openapi": "/openapi.json"}
