"""The pages and what they load. A page is the same for everyone: which link it was, only its script sees.

`/j` (guest), `/v` (patient) and `/call` (provider) are one bundle, all else of the clinic another. A link
whose `#` arrives as `%23` in the path opens the same page, and its token is not looked at.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from gateway.api.plain import HTML, Answer, Scope, header, problem
from gateway.api.sheet import POLICY, sheet
from languages import asked, say

_ROOM: Final = "web.clinic.room.title"
GUEST: Final = {
    "j": "web.visit.guest.title",
    "v": "web.visit.guest.title",
    "call": "web.visit.call.titleAlone",
}
CLINIC: Final = {
    "": _ROOM,
    "visits": _ROOM,
    "settings": "web.settings.settings.title",
    "schedule": "web.schedule.schedule.title",
    "welcome": "web.settings.welcome.title",
}
"""First parts of the paths at which each page stands, and its tab's name until the script has come."""

IMMUTABLE: Final = "public, max-age=31536000, immutable"
NO_STORE: Final = "no-store"
WORTH_ZIPPING: Final = 1024
"""Bytes below which zipping saves nothing."""
_TEXTS: Final = ("text/", "application/javascript", "application/json", "image/svg+xml")

_HEAD: Final = re.compile(rb'<html lang="en">(.*?)<title>[^<]*</title>', re.DOTALL)
"""What a build leaves to be said in the language of who asks."""


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
        self._spoken: dict[tuple[Path, str, str], File] = {}

    def answer(self, scope: Scope) -> Answer:
        """Answer a request for a page or for what pages load; changes nothing, whatever it is (D8)."""
        if scope["method"] not in ("GET", "HEAD"):
            return problem(405, {"Allow": "GET, HEAD"})
        path = scope["path"]
        first, slash, rest = path.removeprefix("/").partition("/")
        name = first.partition("#")[0]
        if first == "static" and slash:
            return self._asset(rest, scope)
        if first == "favicon.ico":
            return self._icon(scope)
        if name in GUEST and (path.isascii() and (not slash or "#" in first)):
            return self._page("guest.html", GUEST[name], scope)
        if first in CLINIC or first.startswith("welcome#"):
            return self._page("clinic.html", CLINIC[name], scope)
        return _plainly(404, "not_here", scope) if "text/html" in header(scope, b"accept") else problem(404)

    def built(self) -> bool:
        """Whether there is a web build."""
        return all((self._static / page).is_file() for page in ("guest.html", "clinic.html"))

    def _page(self, name: str, title: str, scope: Scope) -> Answer:
        file = self._read(self._static / name)
        if file is None:
            return _plainly(503, "not_built", scope, command="<code>make web</code>")
        return _served(self._in_language(self._static / name, file, title, scope), scope, NO_STORE)

    def _in_language(self, path: Path, file: File, title: str, scope: Scope) -> File:
        """Give a page with its tab's name in the language of who asks; its script says all the rest."""
        language = _language(scope)
        known = self._spoken.get((path, title, language))
        if known is None or known.stamp != file.stamp:
            head = rb'<html lang="%s">\1<title>%s</title>' % (
                language.encode(),
                escape(say(language, title)).encode(),
            )
            known = _file(file.stamp, file.type, _HEAD.sub(head, file.plain, count=1))
            self._spoken[path, title, language] = known
        return known

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
        kept = _file(stamp, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind, content)
        self._files[path] = kept
        return kept


def _file(stamp: tuple[int, int], kind: str, content: bytes) -> File:
    zipped = b""
    if len(content) >= WORTH_ZIPPING and kind.startswith(_TEXTS):
        zipped = gzip.compress(content, 9, mtime=0)
    return File(stamp, kind, content, zipped if len(zipped) < len(content) else b"")


def _language(scope: Scope) -> str:
    return asked(header(scope, b"accept-language"))


def _plainly(status: int, page: str, scope: Scope, **parts: str) -> Answer:
    language = _language(scope)
    heading = escape(say(language, f"pages.{page}.heading"))
    inside = f"<h1>{heading}</h1><p>{say(language, f'pages.{page}.text', **parts)}</p>"
    return Answer(status, sheet(language, heading, [inside]).encode(), HTML, POLICY)


def _served(file: File, scope: Scope, cache: str) -> Answer:
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if file.zipped and "gzip" in header(scope, b"accept-encoding"):
        return Answer(200, file.zipped, file.type, headers | {"Content-Encoding": "gzip"})
    return Answer(200, file.plain, file.type, headers)
