"""The demo's outbox: letters as their people get them, without a mail server or a telephone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from html import escape
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request
from pydantic import TypeAdapter
from starlette.responses import HTMLResponse, Response

from gateway.api.callers import Deps
from gateway.api.forwarding import Elsewhere, ask_others, was_carried
from gateway.api.models.base import Model
from gateway.api.sheet import POLICY, sheet
from gateway.outreach.outbox import Outbox
from languages import asked, say
from languages.times import time_of_day

rest = APIRouter(tags=["Demo"])
pages = APIRouter(include_in_schema=False)

_MAILS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox",
    "X-Frame-Options": "SAMEORIGIN",
}
"""A mail brings its own style, and is let do nothing but open a link in another window."""

_LINKS: Final = re.compile(r"https?://\S+|\+\d{6,15},,\d+#", re.ASCII)


class KeptLetter(Model):
    """A letter that stayed in the demo's outbox. `via`: `email` or `sms`; `node`: whose outbox it is in."""

    id: int
    node: str
    at: int
    via: str
    to: str
    kind: str
    language: str
    subject: str
    text: str
    html: str
    ics: str


_all: Final = TypeAdapter(list[KeptLetter])


def outbox_of(deps: Deps) -> Outbox:
    """Give the demo's outbox. Raises 404 where there is none."""
    found = deps.node.outbox
    if found is None:
        raise HTTPException(404)
    return found


Node = Annotated[str, Query(pattern=r"^[a-z0-9-]{0,40}$")]
"""In whose outbox a letter is: each node of a cluster keeps those of its own clinics."""


@rest.get("/dev/outbox")
async def letters(request: Request, deps: Deps) -> list[KeptLetter]:
    """List the demo's letters, the newest first."""
    return await _everywhere(request, deps)


def _language(accept_language: Annotated[str, Header()] = "") -> str:
    return asked(accept_language)


Language = Annotated[str, Depends(_language)]
"""The language of ours that the browser likes best."""


@pages.get("/dev/outbox")
async def listed(request: Request, deps: Deps, language: Language) -> Response:
    """Show the list."""
    if was_carried(request.scope):  # another node makes the page of it
        return Response(_all.dump_json(_kept(deps)), media_type="application/json")
    return _page(language, _said(language, "title"), _list(await _everywhere(request, deps), language))


@pages.get("/dev/outbox/{number}")
async def one(number: int, deps: Deps, language: Language, node: Node = "") -> Response:
    """Show one letter as its person sees it."""
    letter = _letter(number, node, deps)
    return _page(language, _title(letter, language), _shown(letter, language))


@pages.get("/dev/outbox/{number}/mail")
async def mail(number: int, deps: Deps, node: Node = "") -> Response:
    """Give a mail's own page, for the frame around it."""
    page = _letter(number, node, deps).html
    return HTMLResponse(page.replace("<head>", '<head><base target="_blank">', 1), headers=_MAILS)


@pages.get("/dev/outbox/{number}/visit.ics")
async def event(number: int, deps: Deps, node: Node = "") -> Response:
    """Give a mail's event for a calendar."""
    return Response(_letter(number, node, deps).ics, media_type="text/calendar")


def _letter(number: int, node: str, deps: Deps) -> KeptLetter:
    if node not in ("", deps.settings.server.node):
        raise Elsewhere(node=node)
    letter = next((letter for letter in _kept(deps) if letter.id == number), None)
    if letter is None:
        raise HTTPException(404)
    return letter


def _kept(deps: Deps) -> list[KeptLetter]:
    """List this node's letters, the newest first."""
    node = deps.settings.server.node
    return [KeptLetter(node=node, **asdict(letter)) for letter in outbox_of(deps).letters()]


async def _everywhere(request: Request, deps: Deps) -> list[KeptLetter]:
    """List the letters of every node, the newest first."""
    found = _kept(deps)
    for answer in (await ask_others(request.scope)).values():
        if answer is not None and answer.status == 200:
            found += _all.validate_json(answer.body)
    return sorted(found, key=lambda letter: letter.at, reverse=True)


# ---------------------------------------------------------------- pages


def _said(language: str, key: str, **parts: str) -> str:
    return say(language, f"pages.outbox.{key}", **parts)


def _page(language: str, title: str, inside: Iterable[str]) -> Response:
    return HTMLResponse(sheet(language, _said(language, "tab", title=title), inside), headers=POLICY)


def _title(letter: KeptLetter, language: str) -> str:
    return letter.subject or _said(language, "sms_to", to=letter.to)


def _list(letters: list[KeptLetter], language: str) -> Iterator[str]:
    yield f"<h1>{_said(language, 'title')}</h1>"
    yield f'<p class="soft">{escape(_said(language, "why"))}</p>'
    if not letters:
        yield f"<p>{escape(_said(language, 'none'))}</p>"
    yield "<ol>"
    for letter in letters:
        yield f'<li><a href="/dev/outbox/{letter.id}?node={letter.node}">{_about(letter, language)}'
        subject = letter.subject or letter.text.partition("\n")[0]
        yield f'<span class="subject" lang="{letter.language}">{escape(subject)}</span></a></li>'
    yield "</ol>"
    yield f'<p><a href="/dev/outbox">{_said(language, "again")}</a></p>'


def _about(letter: KeptLetter, language: str) -> str:
    kind = say(language, f"letters.kinds.{letter.kind}")
    at = time_of_day(letter.at, "UTC", language)
    way = f'<span class="way">{_said(language, letter.via)}</span>'
    about = escape(_said(language, "about", kind=kind, to=letter.to))
    return f'<span class="soft">{way}{about}</span><span class="soft">{escape(at)}</span>'


def _shown(letter: KeptLetter, language: str) -> Iterator[str]:
    yield f'<p><a href="/dev/outbox">{_said(language, "all")}</a></p>'
    yield f'<h1>{escape(_title(letter, language))}</h1><p class="about">{_about(letter, language)}</p>'
    text = f'<p class="text" lang="{letter.language}">{_linked(letter.text)}</p>'
    if not letter.html:
        yield text
        return
    yield f'<iframe title="{_said(language, "mail")}" src="/dev/outbox/{letter.id}/mail?node={letter.node}"'
    yield ' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
    if letter.ics:
        event = f'<a href="/dev/outbox/{letter.id}/visit.ics?node={letter.node}">visit.ics</a>'
        yield f"<p>{_said(language, 'calendar', file=event)}</p>"
    yield f"<h2>{_said(language, 'plain')}</h2>{text}"


def _linked(text: str) -> str:
    """Escape a text, and let links and numbers be clicked as a telephone does."""
    done, at = [], 0
    for found in _LINKS.finditer(text):
        there = found[0] if found[0].startswith("http") else f"tel:{found[0].replace('#', '%23')}"
        done += [escape(text[at : found.start()]), f'<a href="{escape(there)}">{escape(found[0])}</a>']
        at = found.end()
    return "".join([*done, escape(text[at:])])
