"""The demo's outbox: letters as their people get them, without a mail server or a telephone."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from typing import Final

from fastapi import APIRouter, HTTPException
from starlette.responses import HTMLResponse, Response

from gateway.api.callers import Deps
from gateway.api.models.base import Model
from gateway.outreach.outbox import Kept, Outbox
from languages import say

rest = APIRouter(tags=["Demo"])
pages = APIRouter(include_in_schema=False)

_STYLE: Final = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:720px;margin:0 auto;padding:16px}
a{color:inherit}h1{font-size:22px;margin:8px 0}p{margin:8px 0}
ol{list-style:none;margin:16px 0;padding:0}
li a{display:block;padding:12px;margin:8px 0;border:1px solid #8888;border-radius:10px;text-decoration:none}
li a:hover,li a:focus-visible{border-color:currentColor}
.soft{opacity:.75;font-size:14px}.subject{font-weight:600}
.text{white-space:pre-wrap;overflow-wrap:anywhere;max-width:360px;padding:12px 16px;border-radius:16px}
.text{border:1px solid #8888}
iframe{width:100%;height:75vh;border:1px solid #8888;border-radius:10px;background:Canvas}
"""
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_OURS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
_MAILS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox",
    "X-Frame-Options": "SAMEORIGIN",
}
"""A mail brings its own style, and is let do nothing but open a link in another window."""

_LINKS: Final = re.compile(r"https?://\S+|\+\d{6,15},,\d+#", re.ASCII)


class KeptLetter(Model):
    """A letter that stayed in the demo's outbox. `via`: `email` or `sms`."""

    id: int
    at: int
    via: str
    to: str
    kind: str
    language: str
    subject: str
    text: str
    html: str
    ics: str


def outbox_of(deps: Deps) -> Outbox:
    """Give the demo's outbox. Raises 404 where there is none."""
    found = deps.node.outbox
    if found is None:
        raise HTTPException(404)
    return found


@rest.get("/dev/outbox")
async def letters(deps: Deps) -> list[KeptLetter]:
    """List the demo's letters, the newest first."""
    return [KeptLetter.model_validate(one, from_attributes=True) for one in outbox_of(deps).letters()]


@pages.get("/dev/outbox")
async def listed(deps: Deps) -> Response:
    """Show the list."""
    return _page("Messages", _list(outbox_of(deps).letters()))


@pages.get("/dev/outbox/{number}")
async def one(number: int, deps: Deps) -> Response:
    """Show one letter as its person sees it."""
    letter = _letter(number, deps)
    return _page(letter.subject or f"Text message to {letter.to}", _shown(letter))


@pages.get("/dev/outbox/{number}/mail")
async def mail(number: int, deps: Deps) -> Response:
    """Give a mail's own page, for the frame around it."""
    page = _letter(number, deps).html
    return HTMLResponse(page.replace("<head>", '<head><base target="_blank">', 1), headers=_MAILS)


@pages.get("/dev/outbox/{number}/visit.ics")
async def event(number: int, deps: Deps) -> Response:
    """Give a mail's event for a calendar."""
    return Response(_letter(number, deps).ics, media_type="text/calendar")


def _letter(number: int, deps: Deps) -> Kept:
    letter = outbox_of(deps).letter(number)
    if letter is None:
        raise HTTPException(404)
    return letter


# ---------------------------------------------------------------- pages


def _page(title: str, parts: Iterable[str]) -> Response:
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} - Vestibule demo</title><style>{_STYLE}</style></head><body><main>"
    )
    return HTMLResponse("".join([head, *parts, "</main></body></html>"]), headers=_OURS)


def _list(letters: list[Kept]) -> Iterator[str]:
    yield "<h1>Messages</h1>"
    yield '<p class="soft">What this demo would have sent by e-mail and by text message. It stays in memory, '
    yield "and whoever reaches this server can read it.</p>"
    if not letters:
        yield "<p>There are none yet. Invite somebody to a visit, then come back.</p>"
    yield "<ol>"
    for letter in letters:
        yield f'<li><a href="/dev/outbox/{letter.id}">{_about(letter)}'
        subject = letter.subject or letter.text.partition("\n")[0]
        yield f'<div class="subject">{escape(subject)}</div></a></li>'
    yield "</ol>"
    yield '<p><a href="/dev/outbox">Look again</a></p>'


def _about(letter: Kept) -> str:
    at = f"{datetime.fromtimestamp(letter.at / 1000, UTC):%H:%M:%S} UTC"
    way = "E-mail" if letter.via == "email" else "Text message"
    kind = say("en", f"letters.kinds.{letter.kind}")
    return f'<div class="soft">{way} to {escape(letter.to)} &middot; {escape(kind)} &middot; {at}</div>'


def _shown(letter: Kept) -> Iterator[str]:
    yield f'<p><a href="/dev/outbox">All messages</a></p><h1>{escape(letter.subject or "Text message")}</h1>'
    yield _about(letter)
    if not letter.html:
        yield f'<p class="text" lang="{letter.language}">{_linked(letter.text)}</p>'
        return
    yield f'<iframe title="The mail" src="/dev/outbox/{letter.id}/mail"'
    yield ' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
    if letter.ics:
        yield f'<p><a href="/dev/outbox/{letter.id}/visit.ics">visit.ics</a>, for a calendar</p>'
    yield f'<h2>As plain text</h2><p class="text" lang="{letter.language}">{_linked(letter.text)}</p>'


def _linked(text: str) -> str:
    """Escape a text, and let links and numbers be clicked as a telephone does."""
    done, at = [], 0
    for found in _LINKS.finditer(text):
        there = found[0] if found[0].startswith("http") else f"tel:{found[0].replace('#', '%23')}"
        done += [escape(text[at : found.start()]), f'<a href="{escape(there)}">{escape(found[0])}</a>']
        at = found.end()
    return "".join([*done, escape(text[at:])])
