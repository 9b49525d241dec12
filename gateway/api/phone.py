"""The demo's telephone in the browser: its page, and where its calls go (gateway/phones.py)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException
from starlette.responses import HTMLResponse, Response

from actors.numbers import as_read
from gateway.api.callers import Deps
from gateway.api.dependencies import Dependencies
from gateway.api.models import Model
from gateway.api.static import STATIC
from gateway.demo import CLINIC

rest = APIRouter(tags=["Demo"])
pages = APIRouter(include_in_schema=False)

PAGE: Final = "phone.html"


class DemoPhone(Model):
    """Where a call from the browser goes: the dial-in's `port`, on the host of the page, and whom to call;
    `shown` is that number as people read it.
    """

    port: int
    number: str
    shown: str


@rest.get("/dev/phone")
async def phone(deps: Deps) -> DemoPhone:
    """Say where the telephone in the browser calls. 503 while the dial-in is not up."""
    clinic = await deps.host.clinic_as_saved(CLINIC)
    port = deps.node.phones.port if deps.node.phones is not None else 0
    if not port or clinic is None or not clinic.dial_in:
        raise HTTPException(503)
    number = clinic.dial_in[0]
    return DemoPhone(port=port, number=number, shown=as_read(number))


@pages.get("/dev/phone")
async def page(deps: Deps) -> Response:
    """Give the page; of all pages it alone may speak to the dial-in's port."""
    file = STATIC / PAGE
    if not file.is_file():
        raise HTTPException(503)
    return HTMLResponse(file.read_text("utf-8"), headers=_headers(deps))


def _headers(deps: Dependencies) -> dict[str, str]:
    port = deps.node.phones.port if deps.node.phones is not None else 0
    to = " ".join(
        f"{scheme}://{urlsplit(origin).hostname}:{port}"
        for origin in sorted(deps.settings.origins)
        for scheme in (("https", "wss") if origin.startswith("https") else ("http", "ws"))
    )
    policy = (
        "default-src 'self'",
        "base-uri 'none'",
        f"connect-src 'self' {to}" if port else "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "object-src 'none'",
    )
    return {"Content-Security-Policy": "; ".join(policy)}
