"""The applications, put together: handlers, refusals, guard."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI

from gateway.api import clinic, health, invitations, links, pages, sign_in, visits
from gateway.api.answers import handle
from gateway.api.dependencies import Dependencies
from gateway.api.guard import Guard
from gateway.api.models import Problem

if TYPE_CHECKING:
    from gateway.node import Node

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


def create_api(node: Node, *, demo: bool = False) -> FastAPI:
    """Make the application for the port that people use; `demo` adds demo visits, /metrics and /docs."""
    api = _application(node, demo=demo)
    rest = APIRouter(prefix="/api/v1", responses=REFUSALS)
    for one in (sign_in, clinic, visits, invitations, links):
        rest.include_router(one.router)
    rest.add_api_route("/", _index, include_in_schema=False)
    api.include_router(health.public)
    if demo:
        from gateway.api import demo as demo_routes
        from gateway.api import docs

        rest.include_router(demo_routes.rest)
        for router in (health.operators, demo_routes.pages, docs.router):
            api.include_router(router)
    api.include_router(rest)
    api.include_router(pages.router)  # last, for it takes whatever is left
    api.add_middleware(Guard, settings=node.settings)
    return api


def create_admin(node: Node) -> FastAPI:
    """Make the application for the operator's port: health in detail and metrics."""
    api = _application(node, demo=False)
    api.include_router(health.operators)
    api.add_middleware(Guard, settings=node.settings, any_host=True)
    return api


def _application(node: Node, *, demo: bool) -> FastAPI:
    api = FastAPI(
        title="Vestibule",
        version=_version(),
        description=ABOUT,
        docs_url=None,  # it would load scripts from elsewhere; see gateway/api/docs.py
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.dependencies = Dependencies(node, _demo(node) if demo else None)
    handle(api)
    return api


def _demo(node: Node) -> Any:  # noqa: ANN401 - imported late: only a demo has it
    from gateway.demo import Demo

    return Demo(node)


async def _index() -> dict[str, str]:
    return {"version": _version(), "openapi": "/openapi.json"}


def _version() -> str:
    try:
        return version("vestibule")
    except PackageNotFoundError:
        return "0"
