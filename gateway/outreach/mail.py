"""Letters as mail: text, HTML, and the event for a calendar, in one message (RFC 5322, 2045, 6047)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
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
    head = Head(
        clinic=letter.clinic,
        sender=sender,
        to=dispatch.to,
        subject=subject(letter),
        written=written,
        id=message_id(dispatch.key, sender),
        language=letter.language,
    )
    return closed(mail, head)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands in a mail's headers."""

    clinic: str
    sender: str
    to: str
    subject: str
    written: datetime
    id: str
    language: str


def closed(mail: MIMEMultipart, head: Head) -> bytes:
    """Put the headers on, and give the bytes."""
    mail["From"] = str(Address(head.clinic, addr_spec=head.sender))
    mail["To"] = str(Address(addr_spec=head.to))
    mail["Subject"] = head.subject
    mail["Date"] = format_datetime(head.written.astimezone(UTC))
    mail["Message-ID"] = head.id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice answers it
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = head.language
    return mail.as_bytes()


def both(plain: str, html: str) -> tuple[MIMEMultipart, MIMEMultipart]:
    """Put a mail's two versions together; gives the whole and where further versions go.

    Only the outermost part is made by the strict policy, which refuses a line break in a header: on all of
    them it would take ten times as long.
    """
    versions = MIMEMultipart("alternative")
    versions.attach(MIMEText(plain.replace("\n", "\r\n"), "plain", "utf-8"))
    versions.attach(MIMEText(html, "html", "utf-8"))
    whole = MIMEMultipart("mixed", policy=SMTP)
    whole.attach(versions)
    return whole, versions


def _body(dispatch: Dispatch, letter: Told, calendar: str | None) -> MIMEMultipart:
    whole, versions = both(text(letter), page(letter))
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


def message_id(key: str, sender: str) -> str:
    """Make a letter's Message-ID; who sees it learns nothing from it."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"
