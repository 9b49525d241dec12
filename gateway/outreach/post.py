"""The post: hands a visit's letters to a mail server, a provider of text messages, or the demo's outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from actors.ports import Delivery, Dispatch, OutreachLimits
from engine.clinic import Clinic
from engine.letters import Via
from gateway.outreach.outbox import Kept, Outbox
from gateway.outreach.providers import CONNECT_SECONDS, Account, Provider, TextMessage, Twilio, Webhook
from gateway.outreach.smtp import MailServer, Smtp
from languages import nearest

if TYPE_CHECKING:
    from gateway.outreach.reports import Reports
    from gateway.settings import Settings
    from gateway.settings_sections import Mail, Texts

DEMO_SENDER: Final = "visits@demo.example"
WELCOME_SECONDS: Final = 10.0
"""How long an administrator waits for a welcome to be sent; the link is on their page in any case."""

MAIL_NOT_SET_UP: Final = Delivery("failed", "mail_not_set_up")
TEXTS_NOT_SET_UP: Final = Delivery("failed", "texts_not_set_up")
BAD_ADDRESS: Final = Delivery("failed", "bad_address")


class Outreach:
    """Implements `actors.ports.Post`. `outbox` is there in a demo only, and takes what nobody else takes.

    `now` is the one clock in milliseconds. Writing a letter takes milliseconds, so a thread does it.
    """

    def __init__(
        self,
        settings: Settings,
        reports: Reports,
        *,
        outbox: Outbox | None = None,
        now: Callable[[], int],
    ) -> None:
        self.outbox = outbox
        self._public_url = settings.public_url
        self._provider_name = settings.texts.provider
        self._sender = settings.mail.sender or DEMO_SENDER
        self._smtp = Smtp(mail_server(settings.mail)) if settings.mail.host else None
        self._provider = _provider(settings.texts)
        self._reports = reports
        self._now = now

    @property
    def mails(self) -> bool:
        """Whether mail leaves, or is kept to be looked at."""
        return self._smtp is not None or self.outbox is not None

    def safe_to_repeat(self, via: Via) -> bool:
        """Whether the other side knows a letter it has had by its key."""
        if via is Via.SMS and self._provider is not None:
            return self._provider.knows_keys
        return self.outbox is not None and (via is Via.SMS or self._smtp is None)

    async def send(self, dispatch: Dispatch) -> Delivery:
        """Hand one letter over. Never raises but for a bug; the caller bounds its time."""
        if _unsafe(dispatch.to):
            return BAD_ADDRESS
        return await (self._mail(dispatch) if dispatch.via is Via.EMAIL else self._text(dispatch))

    async def close(self) -> None:
        """Close every connection."""
        if self._smtp is not None:
            await self._smtp.close()
        if self._provider is not None:
            await self._provider.close()

    # ------------------------------------------------------------ mail

    async def _mail(self, dispatch: Dispatch) -> Delivery:
        if self._smtp is None:
            return await self._keep(dispatch, MAIL_NOT_SET_UP)
        try:
            mail = await asyncio.to_thread(_composed, dispatch, self._sender, self._at())
        except ValueError:  # an address that a header cannot carry
            return BAD_ADDRESS
        return await self._smtp.hand_over(mail, dispatch.to)

    async def welcome(self, *, to: str, name: str, clinic: Clinic, link: str) -> bool:
        """Send a new member of staff their link; False when it cannot be sent. Implements WelcomeMailer."""
        if _unsafe(to):
            return False
        if self._smtp is None:
            return self._keep_welcome(to, name, clinic, link)
        try:
            mail = await asyncio.to_thread(_welcoming, to, name, clinic, link, self._sender, self._at())
        except ValueError:
            return False
        try:
            async with asyncio.timeout(WELCOME_SECONDS):
                return (await self._smtp.hand_over(mail, to)).result == "sent"
        except TimeoutError:
            return False

    def _keep_welcome(self, to: str, name: str, clinic: Clinic, link: str) -> bool:
        if self.outbox is None:
            return False
        from gateway.outreach import welcome

        letter = Kept(
            id=self.outbox.next_id(),
            at=self._now(),
            via=Via.EMAIL.value,
            to=to,
            kind="welcome",
            language=nearest(clinic.languages[0]),
            subject=welcome.subject(clinic),
            text=welcome.text(name, clinic, link),
            html=welcome.page(name, clinic, link),
        )
        self.outbox.put(link, letter)
        return True

    # ------------------------------------------------------------ text messages

    async def _text(self, dispatch: Dispatch) -> Delivery:
        if self._provider is None:
            return await self._keep(dispatch, TEXTS_NOT_SET_UP)
        name = self._reports.name(dispatch.key, dispatch.attempt)
        return await self._provider.send(
            TextMessage(
                key=dispatch.key,
                attempt=dispatch.attempt,
                to=dispatch.to,
                text=await asyncio.to_thread(_written, dispatch),
                report_url=f"{self._public_url}/hooks/sms/{self._provider_name}/{name}",
            )
        )

    # ------------------------------------------------------------ the demo

    async def _keep(self, dispatch: Dispatch, otherwise: Delivery) -> Delivery:
        if self.outbox is None:
            return otherwise
        number, at = self.outbox.next_id(), self._at()
        letter = await asyncio.to_thread(_kept, dispatch, number, self._sender, at)
        self.outbox.put(dispatch.key, letter)
        return Delivery("sent")

    def _at(self) -> datetime:
        return datetime.fromtimestamp(self._now() / 1000, UTC)


def _unsafe(to: str) -> bool:
    """Whether an address could end a header or a command; whoever took it in has refused it long before."""
    return not to or not to.isascii() or not to.isprintable() or any(one in to for one in " ,;<>")


def _composed(dispatch: Dispatch, sender: str, at: datetime) -> bytes:
    from gateway.outreach.mail import compose  # what it needs takes long to load, so the thread does that too

    return compose(dispatch, sender, at)


def _welcoming(to: str, name: str, clinic: Clinic, link: str, sender: str, at: datetime) -> bytes:
    from gateway.outreach.welcome import compose

    return compose(to, name, clinic, link, sender, at)


def _written(dispatch: Dispatch) -> str:
    from gateway.outreach.texts import write
    from gateway.outreach.words import told

    return write(told(dispatch))


def _kept(dispatch: Dispatch, number: int, sender: str, at: datetime) -> Kept:
    from gateway.outreach import calendar, mail, page, texts, words

    told = words.told(dispatch)
    by_mail = dispatch.via is Via.EMAIL
    return Kept(
        id=number,
        at=round(at.timestamp() * 1000),
        via=dispatch.via.value,
        to=dispatch.to,
        kind=dispatch.kind.value,
        language=told.language,
        subject=mail.subject(told) if by_mail else "",
        text=mail.text(told) if by_mail else texts.write(told),
        html=page.page(told) if by_mail else "",
        ics=(calendar.event(dispatch, told, sender, at) or "") if by_mail else "",
    )


def limits(settings: Settings) -> OutreachLimits:
    """Say how much may leave, and how it is sent."""
    mail, texts = settings.mail, settings.texts
    longest = max(4 * mail.timeout_seconds, texts.timeout_seconds + CONNECT_SECONDS) + 5
    return OutreachLimits(
        countries=frozenset(texts.countries),
        per_user_hour=settings.outreach.per_user_hour,
        per_clinic_day=settings.outreach.per_clinic_day,
        per_destination_day=settings.outreach.per_destination_day,
        texts_per_day=texts.per_day,
        emails_at_once=mail.connections,
        texts_at_once=texts.at_once,
        send_within=round(longest * 1000),
    )


def mail_server(mail: Mail) -> MailServer:
    """Say where mail is handed over, as the settings do."""
    return MailServer(
        host=mail.host,
        port=mail.port,
        security=mail.tls,
        user=mail.user,
        password=mail.password.get_secret_value(),
        sender=mail.sender,
        ca_file=mail.ca_file,
        timeout=mail.timeout_seconds,
        connections=mail.connections,
    )


def _provider(texts: Texts) -> Provider | None:
    if not texts.provider:
        return None
    account = Account(
        url=texts.url.rstrip("/") or TWILIO,
        account=texts.account,
        token=texts.token.get_secret_value(),
        sender=texts.sender,
        timeout=texts.timeout_seconds,
        at_once=texts.at_once,
    )
    return Twilio(account) if texts.provider == "twilio" else Webhook(account)


TWILIO: Final = "https://api.twilio.com"
