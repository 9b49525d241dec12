"""The pages and what they load. A page is the same for everyone: which link it was, only its script sees.

`/j` (guest), `/v` (patient) and `/call` (provider) are one bundle, all else of the clinic another. A link
whose `#` arrives as `%23` in the path opens the same page, and its token is not looked at.
"""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from gateway.api.answers import plain
from gateway.api.callers import Deps

router = APIRouter(include_in_schema=False)

IMMUTABLE: Final = "public, max-age=31536000, immutable"
NO_STORE: Final = "no-store"
WORTH_ZIPPING: Final = 1024
"""Bytes below which zipping saves nothing."""
_TEXTS: Final = ("text/", "application/javascript", "application/json", "image/svg+xml")

NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Vestibule</title>
<h1>The pages are not built yet</h1>
<p>Run <code>make web</code> in the checkout, then reload this page. The server itself is running.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is served; `zipped` is empty when that would not make it smaller."""

    stamp: tuple[int, int]
    type: str
    plain: bytes
    zipped: bytes


_files: dict[Path, File] = {}


@router.api_route("/j", methods=["GET", "HEAD"])
@router.api_route("/v", methods=["GET", "HEAD"])
@router.api_route("/call", methods=["GET", "HEAD"])
async def guest_page(request: Request, deps: Deps) -> Response:
    """Serve the page of guests, patients and calls."""
    return _page(request, deps.static / "guest.html")


@router.api_route("/", methods=["GET", "HEAD"])
@router.api_route("/visits", methods=["GET", "HEAD"])
@router.api_route("/visits/{rest:path}", methods=["GET", "HEAD"])
@router.api_route("/settings", methods=["GET", "HEAD"])
@router.api_route("/settings/{rest:path}", methods=["GET", "HEAD"])
@router.api_route("/schedule", methods=["GET", "HEAD"])
async def clinic_page(request: Request, deps: Deps) -> Response:
    """Serve the clinic's page."""
    return _page(request, deps.static / "clinic.html")


@router.api_route("/static/{name:path}", methods=["GET", "HEAD"])
async def asset(name: str, request: Request, deps: Deps) -> Response:
    """Serve what the pages load; names under assets/ carry their content's hash."""
    root = deps.static.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or path.suffix in (".html", "") or path.name == "manifest.json":
        return plain(404)
    file = _read(path)
    if file is None:
        return plain(404)
    return _serve(request, file, IMMUTABLE if name.startswith("assets/") else "no-cache")


@router.api_route("/favicon.ico", methods=["GET", "HEAD"])
async def favicon(request: Request, deps: Deps) -> Response:
    """Serve the icon that browsers ask for by themselves."""
    file = _read(deps.static / "favicon.svg") or _read(deps.static / "favicon.ico")
    return _serve(request, file, "public, max-age=86400") if file else Response(status_code=204)


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
async def anything_else(path: str, request: Request, deps: Deps) -> Response:
    """Serve a link whose `#` came as `%23`; whatever else nobody knows is not here."""
    head, mark, _ = path.partition("#")
    if mark and head in ("j", "v", "call"):
        return _page(request, deps.static / "guest.html")
    if path.startswith("api/") or "text/html" not in request.headers.get("Accept", ""):
        return plain(404)
    return HTMLResponse(_NOT_HERE, 404)


_NOT_HERE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not found</title>
<h1>There is nothing at this address</h1>
<p>If you came by a link, check that you have all of it, or call the clinic.</p>
</html>
"""


def _page(request: Request, path: Path) -> Response:
    file = _read(path)
    if file is None:
        return HTMLResponse(NOT_BUILT, 503, {"Cache-Control": NO_STORE})
    return _serve(request, file, NO_STORE)


def _serve(request: Request, file: File, cache: str) -> Response:
    zipped = file.zipped and "gzip" in request.headers.get("Accept-Encoding", "")
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if zipped:
        headers["Content-Encoding"] = "gzip"
    body = file.zipped if zipped else file.plain
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(body))
        return Response(b"", headers=headers, media_type=file.type)
    return Response(body, headers=headers, media_type=file.type)


def _read(path: Path) -> File | None:
    """Read a file, once as long as it does not change; None when there is none."""
    try:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        known = _files.get(path)
        if known is not None and known.stamp == stamp:
            return known
        content = path.read_bytes()
    except OSError:
        return None
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    zipped = b""
    if len(content) >= WORTH_ZIPPING and kind.startswith(_TEXTS):
        zipped = gzip.compress(content, 9, mtime=0)
    file = _files[path] = File(stamp, kind, content, zipped if len(zipped) < len(content) else b"")
    return file
