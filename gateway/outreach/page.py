"""A mail's HTML: one column that a telephone shows whole, light and dark; nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from engine.letters import Kind
from gateway.outreach.words import Told

_STYLE: Final = (
    "@media (prefers-color-scheme:dark){"
    "body,.page{background:#0f1514!important;color:#ebf2f0!important}"
    ".card{background:#182120!important;border-color:#323f3d!important}"
    ".soft{color:#aebcb9!important}.button{background:#5fcabf!important;color:#05211e!important}"
    "a.plain{color:#5fcabf!important;border-color:#5fcabf!important}}"
)
_FONT: Final = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_SOFT: Final = 'class="soft" style="color:#4a5957;font-size:14px;line-height:20px;margin:16px 0 0"'
_BUTTON: Final = (
    "display:block;background:#0b645f;color:#ffffff;font-size:18px;line-height:24px;font-weight:600;"
    "text-align:center;text-decoration:none;padding:14px 20px;border-radius:8px"
)
_SECOND: Final = (
    "display:block;border:1px solid #0b645f;color:#0b645f;font-size:16px;line-height:24px;"
    "text-align:center;text-decoration:none;padding:10px 20px;border-radius:8px;margin-top:12px"
)


def page(told: Told) -> str:
    """Write a letter as HTML; every name is escaped."""
    return framed(told.language, told.clinic, heading(told), _inside(told), told.say("mail.footer"))


def framed(language: str, clinic: str, title: str, inside: Iterable[str], footer: str) -> str:
    """Put a mail's page together; what is `inside` is HTML, all else is text."""
    return "".join(_framed(language, clinic, title, inside, footer))


def _framed(language: str, clinic: str, title: str, inside: Iterable[str], footer: str) -> Iterator[str]:
    yield f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield '<meta name="supported-color-schemes" content="light dark">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
    yield f'<body class="page" style="margin:0;padding:16px;background:#f4f6f6;color:#14201e;{_FONT}">'
    yield '<div class="card" style="max-width:480px;margin:0 auto;padding:24px;background:#ffffff;'
    yield 'border:1px solid #d6dddc;border-radius:12px">'
    yield f'<p class="soft" style="margin:0;color:#4a5957;font-size:14px">{escape(clinic)}</p>'
    yield f'<h1 style="font-size:22px;line-height:28px;margin:8px 0 12px">{escape(title)}</h1>'
    yield from inside
    yield f"</div><p {_SOFT.replace('16px 0 0', '16px auto 0;max-width:480px')}>"
    yield f"{escape(footer)}</p></body></html>"


def paragraph(text: str) -> str:
    """Write a paragraph."""
    return f'<p style="font-size:16px;line-height:24px;margin:0 0 16px">{escape(text)}</p>'


def aside(text: str) -> str:
    """Write a paragraph that matters less."""
    return f"<p {_SOFT}>{escape(text)}</p>"


def big_button(link: str, text: str) -> str:
    """Write the one thing to press."""
    style = f'class="button" href="{escape(link)}" style="{_BUTTON}"'
    return f'<p style="margin:20px 0 0"><a {style}>{escape(text)}</a></p>'


def spelled_out(before: str, link: str) -> str:
    """Write a link's address, for who cannot press a button."""
    style = 'class="plain" style="color:#0b645f;word-break:break-all"'
    return f'<p {_SOFT}>{escape(before)}<br><a href="{escape(link)}" {style}>{escape(link)}</a></p>'


def _inside(told: Told) -> Iterator[str]:
    yield paragraph(intro(told))
    yield from _table(told)
    yield from _ways_in(told)
    if told.phone:
        yield aside(told.say("mail.questions", phone=told.phone))


def _table(told: Told) -> Iterator[str]:
    yield '<table role="presentation" style="border-collapse:collapse;font-size:16px;line-height:24px">'
    for name, value in rows(told):
        yield '<tr><td class="soft" style="color:#4a5957;padding:2px 12px 2px 0;vertical-align:top">'
        yield f'{escape(name)}</td><td style="padding:2px 0;vertical-align:top">{escape(value)}</td></tr>'
    yield "</table>"


def _ways_in(told: Told) -> Iterator[str]:
    if not told.link:
        return
    yield big_button(told.link, button(told))
    if told.dial:
        yield f'<a class="plain" href="{escape(told.tel)}" style="{_SECOND}">'
        yield f"{escape(told.say('mail.dial_button'))}</a>"
    yield aside(note(told))
    yield spelled_out(told.say("mail.link"), told.link)
    yield aside(told.say("mail.yours"))


# ---------------------------------------------------------------- what both versions say


def heading(told: Told) -> str:
    """Say in a few words what the letter is."""
    return told.say(f"mail.{told.kind}.heading")


def intro(told: Told) -> str:
    """Say it in a sentence."""
    return told.say(f"mail.{told.kind}.intro")


def button(told: Told) -> str:
    """Say what the link does, to the patient and to guests (R9, R13)."""
    return told.say(f"mail.{_first(told)}.button")


def note(told: Told) -> str:
    """Say what somebody needs for it."""
    return told.say(f"mail.{_first(told)}.note")


def rows(told: Told) -> Iterator[tuple[str, str]]:
    """Give the visit's facts, each with its name."""
    yield told.say("mail.rows.when"), told.when
    yield told.say("mail.rows.length"), told.length
    yield told.say("mail.rows.provider"), told.provider
    if told.dial:
        yield told.say("mail.rows.phone"), told.number
        yield told.say("mail.rows.pin"), told.pin


def _first(told: Told) -> Kind:
    return Kind.CONFIRMATION if told.patient else Kind.INVITATION
