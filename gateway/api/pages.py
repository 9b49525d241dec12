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

from gateway.api.plain import HTML, Answer, Scope, header, problem

GUEST: Final = frozenset({"j", "v", "call"})
CLINIC: Final = frozenset({"", "visits", "settings", "schedule", "welcome"})
"""First parts of the paths at which each page stands."""

IMMUTABLE: Final = "public, max-age=31536000, immutable"
NO_STORE: Final = "no-store"
WORTH_ZIPPING: Final = 1024
"""Bytes below which zipping saves nothing."""
_TEXTS: Final = ("text/", "application/javascript", "application/json", "image/svg+xml")

_NOT_BUILT: Final = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Vestibule</title>
<h1>The pages are not built yet</h1>
<p>Run <code>make web</code> in the checkout, then reload this page. The server itself is running.</p>
</html>
"""
_NOT_HERE: Final = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Not found</title>
<h1>There is nothing at this address</h1>
<p>If you came by a link, check that you have all of it, or call the clinic.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is served; `zipped` is empty when that would not make it smaller."""

    stamp: tuple[int, int]
    type: str
    plain: bytes
    zipped: bytes


class Pages:
    """Answers for the pages of one web build."""

    def __init__(self, static: Path) -> None:
        self._static = static.resolve()
        self._files: dict[Path, File] = {}

    def answer(self, scope: Scope) -> Answer:
        """Answer a request for a page or for what pages load; changes nothing, whatever it is (D8)."""
        if scope["method"] not in ("GET", "HEAD"):
            return problem(405, {"Allow": "GET, HEAD"})
        path = scope["path"]
        first, slash, rest = path.removeprefix("/").partition("/")
        if first == "static" and slash:
            return self._asset(rest, scope)
        if first == "favicon.ico":
            return self._icon(scope)
        if first.partition("#")[0] in GUEST and (path.isascii() and (not slash or "#" in first)):
            return self._page("guest.html", scope)
        if first in CLINIC or first.startswith("welcome#"):
            return self._page("clinic.html", scope)
        if "text/html" in header(scope, b"accept"):
            return Answer(404, _NOT_HERE, HTML)
        return problem(404)

    def built(self) -> bool:
        """Whether there is a web build."""
        return all((self._static / page).is_file() for page in ("guest.html", "clinic.html"))

    def _page(self, name: str, scope: Scope) -> Answer:
        file = self._read(self._static / name)
        return _served(file, scope, NO_STORE) if file else Answer(503, _NOT_BUILT, HTML)

    def _asset(self, name: str, scope: Scope) -> Answer:
        if "\0" in name:
            return problem(404)
        path = (self._static / name).resolve()
        if not path.is_relative_to(self._static) or path.suffix in ("", ".html") or name == "manifest.json":
            return problem(404)
        file = self._read(path)
        if file is None:
            return problem(404)
        return _served(file, scope, IMMUTABLE if name.startswith("assets/") else "no-cache")

    def _icon(self, scope: Scope) -> Answer:
        file = self._read(self._static / "favicon.svg")
        return _served(file, scope, "public, max-age=86400") if file else Answer(204, b"", "image/x-icon")

    def _read(self, path: Path) -> File | None:
        """Read a file, once as long as it does not change; None when there is none."""
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            known = self._files.get(path)
            if known is not None and known.stamp == stamp:
                return known
            content = path.read_bytes()
        except (OSError, ValueError):
            return None
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        zipped = b""
        if len(content) >= WORTH_ZIPPING and kind.startswith(_TEXTS):
            zipped = gzip.compress(content, 9, mtime=0)
        kept = File(
            stamp,
            f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            content,
            zipped if len(zipped) < len(content) else b"",
        )
        self._files[path] = kept
        return kept


def _served(file: File, scope: Scope, cache: str) -> Answer:
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if file.zipped and "gzip" in header(scope, b"accept-encoding"):
        return Answer(200, file.zipped, file.type, headers | {"Content-Encoding": "gzip"})
    return Answer(200, file.plain, file.type, headers)
