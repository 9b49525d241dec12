"""The mail that welcomes a new member of staff, with the link to choose a password."""

from __future__ import annotations

from datetime import datetime

from engine.clinic import Clinic
from gateway.outreach.mail import Head, both, closed, message_id
from gateway.outreach.page import aside, big_button, framed, paragraph, spelled_out
from gateway.outreach.words import one_line
from languages import nearest, say


def subject(clinic: Clinic) -> str:
    """Give its subject."""
    return say(_language(clinic), "mail.welcome.subject", clinic=one_line(clinic.name))


def text(name: str, clinic: Clinic, link: str) -> str:
    """Write it as plain text."""
    language = _language(clinic)
    clinics = one_line(clinic.name)
    lines = [
        say(language, "mail.welcome.intro", name=one_line(name), clinic=clinics),
        f"{say(language, 'mail.welcome.button')}:\n{link}",
        say(language, "mail.welcome.note"),
        say(language, "mail.footer", clinic=clinics),
    ]
    return "\n\n".join(lines) + "\n"


def page(name: str, clinic: Clinic, link: str) -> str:
    """Write it as HTML."""
    language, clinics = _language(clinic), one_line(clinic.name)
    inside = [
        paragraph(say(language, "mail.welcome.intro", name=one_line(name), clinic=clinics)),
        big_button(link, say(language, "mail.welcome.button")),
        aside(say(language, "mail.welcome.note")),
        spelled_out(say(language, "mail.link"), link),
    ]
    title = say(language, "mail.welcome.heading")
    return framed(language, clinics, title, inside, say(language, "mail.footer", clinic=clinics))


def compose(to: str, name: str, clinic: Clinic, link: str, sender: str, written: datetime) -> bytes:
    """Write it as the bytes that SMTP carries. Raises ValueError for an address that no header can carry."""
    whole, _ = both(text(name, clinic, link), page(name, clinic, link))
    head = Head(
        clinic=one_line(clinic.name),
        sender=sender,
        to=to,
        subject=subject(clinic),
        written=written,
        id=message_id(link, sender),
        language=_language(clinic),
    )
    return closed(whole, head)


def _language(clinic: Clinic) -> str:
    return nearest(clinic.languages[0] if clinic.languages else "")
