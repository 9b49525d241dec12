"""Letters as mail: text, HTML, and the event for a calendar, in one message (RFC 5322, 2045, 6047)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime

from actors.ports import Dispatch
from gateway.outreach.calendar import event, method
from gateway.outreach.page import button, heading, intro, note, page, rows
from gateway.outreach.words import Told, told


def subject(letter: Told) -> str:
    """Give a mail's subject; it says no more than the mail (D12)."""
    return letter.say(f"mail.{letter.kind}.subject", when=letter.when_short)


def text(letter: Told) -> str:
    """Write a letter as plain text."""
    return "\n".join(_text(letter)) + "\n"


def _text(letter: Told) -> Iterator[str]:
    yield heading(letter)
    yield ""
    yield intro(letter)
    yield ""
    for name, value in rows(letter):
        yield f"{name}: {value}"
    if letter.link:
        yield from ("", f"{button(letter)}:", letter.link)
    if letter.dial:
        yield from ("", letter.say("mail.dial", number=letter.number, pin=letter.pin), letter.dial)
    if letter.link:
        yield from ("", note(letter), letter.say("mail.yours"))
    yield ""
    if letter.phone:
        yield letter.say("mail.questions", phone=letter.phone)
    yield letter.say("mail.footer")


def compose(dispatch: Dispatch, sender: str, written: datetime) -> bytes:
    """Write a letter as the bytes that SMTP carries. `sender`: the address it comes from.

    The same letter again has the same Message-ID, so that a mailbox knows it. Raises ValueError for an
    address that cannot stand in a header.
    """
    letter = told(dispatch)
    mail = _body(dispatch, letter, event(dispatch, letter, sender, written))
    mail["From"] = str(Address(letter.clinic, addr_spec=sender))
    mail["To"] = str(Address(addr_spec=dispatch.to))
    mail["Subject"] = subject(letter)
    mail["Date"] = format_datetime(written.astimezone(UTC))
    mail["Message-ID"] = message_id(dispatch, sender)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = letter.language
    return mail.as_bytes()


def _body(dispatch: Dispatch, letter: Told, calendar: str | None) -> MIMEMultipart:
    """Put the versions together. Only the outermost part is made by the strict policy, which refuses a line
    break in a header: on all of them it would take ten times as long.
    """
    versions = MIMEMultipart("alternative")
    versions.attach(MIMEText(text(letter).replace("\n", "\r\n"), "plain", "utf-8"))
    versions.attach(MIMEText(page(letter), "html", "utf-8"))
    whole = MIMEMultipart("mixed", policy=SMTP)
    whole.attach(versions)
    if calendar is not None:  # inline for programs that offer it at once, as a file for all others
        asked = str(method(dispatch.kind))
        versions.attach(_event_part(calendar, asked))
        whole.attach(file := _event_part(calendar, asked))
        file.add_header("Content-Disposition", "attachment", filename="visit.ics")
    return whole


def _event_part(calendar: str, asked: str) -> MIMEText:
    part = MIMEText(calendar, "calendar", "utf-8")  # in base64, for its line ends matter
    part.set_param("method", asked)
    return part


def message_id(dispatch: Dispatch, sender: str) -> str:
    """Make a letter's Message-ID; who sees it learns nothing from it."""
    return f"<{hashlib.sha256(dispatch.key.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"
