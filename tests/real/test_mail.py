"""Mail leaves by real SMTP: every answer has its outcome, and what arrives reads as it was written."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actors.ports import Delivery
from engine.letters import Kind
from gateway.certificate import own_certificate
from gateway.outreach import smtp
from gateway.outreach.post import Outreach
from gateway.outreach.reports import Reports
from gateway.outreach.smtp import MailServer, Smtp
from gateway.settings import Settings
from tests.support.letters import CLINIC, letter
from tests.support.mailbox import Mailbox, mailbox

MAIL = b"Subject: x\r\n\r\nbody\r\n"
SENDER = "visits@example.org"


@asynccontextmanager
async def line(box: Mailbox, **facts: Any) -> AsyncIterator[Smtp]:
    """Open the post's side."""
    told = {"security": "none", "timeout": 5.0, **facts}
    server = Smtp(MailServer(host="127.0.0.1", port=box.port, sender=SENDER, **told))
    try:
        yield server
    finally:
        await server.close()


async def outcome(box: Mailbox, **facts: Any) -> Delivery:
    """Hand one mail over, on a connection of its own."""
    async with line(box, **facts) as server:
        return await server.hand_over(MAIL, "ann@example.com")


# ---------------------------------------------------------------- what can happen


async def test_a_mail_is_handed_over() -> None:
    """From the sender, to the one receiver."""
    async with mailbox() as box:
        assert await outcome(box) == Delivery("sent")
        assert (box.got[0].mail_from, box.got[0].rcpt_tos) == (SENDER, ["ann@example.com"])


@pytest.mark.parametrize(
    ("step", "answer", "result", "reason"),
    [
        ("recipient", "550 5.1.1 no such user", "failed", "no_such_mailbox"),
        ("recipient", "550 unknown", "failed", "no_such_mailbox"),
        ("recipient", "553 5.1.3 bad address", "failed", "no_such_mailbox"),
        ("recipient", "552 5.2.2 over quota", "failed", "mailbox_full"),
        ("recipient", "550 5.7.1 policy", "failed", "rejected"),
        ("recipient", "554 5.7.1 relay access denied", "failed", "rejected"),
        ("recipient", "450 4.2.0 greylisted", "later", "mail_busy"),
        ("recipient", "451 4.3.0 try again", "later", "mail_busy"),
        ("recipient", "452 4.2.2 mailbox full", "later", "mailbox_full"),
        ("sender", "550 5.7.1 not from you", "failed", "mail_sender_refused"),
        ("sender", "553 5.1.8 bad sender", "failed", "mail_sender_refused"),
        ("sender", "451 4.3.0 try again", "later", "mail_busy"),
        ("data", "451 4.3.0 try again", "later", "mail_busy"),
        ("data", "421 4.3.2 shutting down", "later", "mail_busy"),
        ("data", "554 5.6.0 no", "failed", "rejected"),
        ("data", "552 5.3.4 too big", "failed", "rejected"),
    ],
)
async def test_every_answer_has_its_outcome(step: str, answer: str, result: str, reason: str) -> None:
    """4yz is not now, 5yz is never; the reason is ours, never the server's text."""
    async with mailbox() as box:
        setattr(box, step, answer)
        found = await outcome(box)
        assert (found.result, found.reason) == (result, reason)


async def test_a_server_that_is_not_there() -> None:
    """Nothing was sent: later."""
    async with mailbox() as box:
        port = box.port
    assert await outcome(Mailbox(port=port)) == Delivery("later", "mail_unreachable")


async def test_a_server_that_says_nothing() -> None:
    """It takes the connection and is silent: later."""
    taken: list[asyncio.StreamWriter] = []

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(writer)

    async with await asyncio.start_server(take, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        assert await outcome(Mailbox(port=port), timeout=0.2) == Delivery("later", "mail_unreachable")
        for writer in taken:
            writer.close()
            await writer.wait_closed()


async def test_a_server_that_drops_the_connection_before_data() -> None:
    """Nothing was sent: later."""

    async def greet_and_go(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet_and_go, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await outcome(Mailbox(port=port)) == Delivery("later", "mail_unreachable")


async def test_a_connection_lost_after_data_is_unknown() -> None:
    """The server may have kept it; nobody says `sent`, nobody says `failed`."""
    async with mailbox(closes_after_data=True) as box:
        assert await outcome(box) == Delivery("unknown", "unknown")
        assert len(box.got) == 1


async def test_an_answer_that_does_not_come_after_data_is_unknown() -> None:
    """The time for it is a setting."""
    async with mailbox(stops_at_data=asyncio.Event()) as box:
        assert (await outcome(box, timeout=1.5)).result == "unknown"
        assert box.stops_at_data is not None
        box.stops_at_data.set()


async def test_a_post_that_is_told_to_stop_closes_its_connection() -> None:
    """Half a mail is on it: nobody may use it again."""
    async with mailbox(stops_at_data=asyncio.Event()) as box, line(box) as server:
        sending = asyncio.create_task(server.hand_over(MAIL, "ann@example.com"))
        await box.taken.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert box.stops_at_data is not None
        box.stops_at_data.set()
        box.stops_at_data = None
        assert await server.hand_over(MAIL, "ann@example.com") == Delivery("sent")
        assert len(box.sessions) == 2


# ---------------------------------------------------------------- connections


async def test_a_connection_is_used_again() -> None:
    """Also after a refusal, but not for ever."""
    async with mailbox() as box, line(box) as server:
        for number in range(smtp.LETTERS_AT_MOST + 1):
            box.recipient = "550 5.1.1 no" if number == 3 else "250 OK"
            assert (await server.hand_over(MAIL, "ann@example.com")).result == (
                "failed" if number == 3 else "sent"
            )
        assert len(box.sessions) == 2


async def test_a_kept_connection_that_has_ended_is_not_missed() -> None:
    """Nothing was said on it, so the mail goes over a new one at once."""
    async with mailbox() as box, line(box) as server:
        assert await server.hand_over(MAIL, "ann@example.com") == Delivery("sent")
        box.hang_up()
        assert await server.hand_over(MAIL, "ann@example.com") == Delivery("sent")
        assert len(box.got) == 2


async def test_connections_are_few() -> None:
    """Twenty mails at once go over two."""
    async with mailbox() as box, line(box, connections=2) as server:
        found = await asyncio.gather(*[server.hand_over(MAIL, f"p{n}@example.com") for n in range(20)])
        assert {one.result for one in found} == {"sent"}
        assert len(box.sessions) <= 2
        assert len(box.got) == 20


# ---------------------------------------------------------------- security


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate for this machine."""
    return own_certificate(tmp_path_factory.mktemp("tls"), ["127.0.0.1"])


def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """Make the server's side of it."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(*certificate)
    return made


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_encrypted_and_signed_in(certificate: tuple[Path, Path], security: str) -> None:
    """By STARTTLS or from the first byte, with a certificate that somebody vouches for."""
    async with mailbox(tls=context(certificate), implicit=security == "tls") as box:
        facts = {"security": security, "ca_file": certificate[0], "user": "vestibule"}
        assert await outcome(box, **facts, password="right") == Delivery("sent")
        assert await outcome(box, **facts, password="wrong") == Delivery("later", "mail_sign_in")
        assert set(box.signed_in) == {b"vestibule"}


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_nobody_vouches_for_the_server(certificate: tuple[Path, Path], security: str) -> None:
    """Nothing is said to it, not even who we are."""
    async with mailbox(tls=context(certificate), implicit=security == "tls") as box:
        found = await outcome(box, security=security, user="vestibule", password="right")
        assert (found.result, box.got, box.signed_in) == ("later", [], [])


async def test_a_server_without_starttls_gets_nothing() -> None:
    """An attacker in between may have taken it away."""
    async with mailbox() as box:
        found = await outcome(box, security="starttls", user="vestibule", password="right")
        assert (found.result, box.got, box.signed_in) == ("later", [], [])


# ---------------------------------------------------------------- the whole way


@asynccontextmanager
async def post(box: Mailbox) -> AsyncIterator[Outreach]:
    """Put the post up with settings, as a node does."""
    settings = Settings.load(
        None,
        mail={"host": "127.0.0.1", "port": box.port, "tls": "none", "sender": SENDER, "timeout_seconds": 5},
    )
    made = Outreach(settings, Reports(lambda _, __: ("x" * 22,)), now=lambda: 1_772_000_000_000)
    try:
        yield made
    finally:
        await made.close()


async def test_what_arrives_is_what_was_written() -> None:
    """Text and HTML with link, number and PIN; the event inline and as a file."""
    async with mailbox() as box, post(box) as sending:
        assert await sending.send(letter()) == Delivery("sent")
        mail = box.last()
        assert mail["From"] == "Bayview Clinic <visits@example.org>"
        assert mail["To"] == "ann@example.com"
        assert mail["Auto-Submitted"] == "auto-generated"
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None
        assert html is not None
        for said in (plain.get_content(), html.get_content()):
            assert letter().link in said
            assert "123 456 7897" in said
            assert "6:30 PM (PDT)" in said
        assert 'href="tel:+14155550123,,1234567897%23"' in html.get_content()
        kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
        assert kinds == ["text/plain", "text/html", "text/calendar", "text/calendar"]


async def test_the_same_letter_again_is_the_same_mail() -> None:
    """A mailbox knows it by its Message-ID; another letter has another."""
    async with mailbox() as box, post(box) as sending:
        ids = []
        for one in (letter(), letter(attempt=2), letter(key=f"{letter().visit}.8")):
            await sending.send(one)
            ids.append(str(box.last()["Message-ID"]))
        assert ids[0] == ids[1] != ids[2]
        assert letter().visit not in ids[0]


@pytest.mark.parametrize(
    "to",
    [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "Ann <a@b.example>",
        "ä@b.example",
        "a",
        "",
    ],
)
async def test_an_address_that_says_more_is_not_written_to(to: str) -> None:
    """Threat 12, though whoever took it in has refused it before."""
    async with mailbox() as box, post(box) as sending:
        assert await sending.send(letter(to=to)) == Delivery("failed", "bad_address")
        assert box.got == []


async def test_names_cannot_write_headers() -> None:
    """Nor elements of the page, nor lines of the event."""
    clinic = replace(CLINIC, name='Bay"\r\nBcc: x@y.example\r\n', zone="UTC", phone="1\r\nEND:VEVENT")
    async with mailbox() as box, post(box) as sending:
        bad = letter(clinic=clinic, provider="<script>\r\nATTENDEE:mailto:x@y.example")
        assert await sending.send(bad) == Delivery("sent")
        mail = box.last()
        assert mail["Bcc"] is None
        assert box.got[-1].rcpt_tos == ["ann@example.com"]
        html, calendar = mail.get_body(("html",)), next(mail.iter_attachments()).get_content()
        assert html is not None
        assert "<script" not in html.get_content()
        assert "\nATTENDEE:mailto:x@y" not in calendar.replace("\r", "")
        assert calendar.count("END:VEVENT\r\n") == 1


async def test_without_a_mail_server_letters_fail_with_the_reason() -> None:
    """`config check` and `doctor` have said so."""
    async with asyncio.timeout(5):
        sending = Outreach(Settings.load(None), Reports(lambda _, __: ("",)), now=lambda: 0)
        assert await sending.send(letter()) == Delivery("failed", "mail_not_set_up")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["en", "es"])
async def test_every_letter_can_be_written(kind: Kind, language: str) -> None:
    """Of each kind, in each language, for guests and for the patient."""
    async with mailbox() as box, post(box) as sending:
        for patient in (False, True):
            one = letter(kind=kind, language=language, patient=patient, pin="" if patient else "1234567897")
            assert await sending.send(one) == Delivery("sent")
            assert box.last()["Content-Language"] == language
            whole = str(box.last())
            assert "{" not in str(box.last()["Subject"]), whole


async def test_staff_are_welcomed_by_mail() -> None:
    """With the link to choose a password; what cannot be sent is said at once."""
    link = "https://visits.example.org/welcome#secret"
    who: dict[str, Any] = {"to": "new@clinic.example", "name": "Dr. <New>", "clinic": CLINIC, "link": link}
    async with mailbox() as box, post(box) as sending:
        assert await sending.welcome(**who)
        html = box.last().get_body(("html",))
        assert html is not None
        assert link in html.get_content()
        assert "Dr. &lt;New&gt;" in html.get_content()
        box.recipient = "550 5.1.1 no"
        assert not await sending.welcome(**who)
        assert not await sending.welcome(**{**who, "to": "a@b.example\r\nBcc: c@d.example"})
