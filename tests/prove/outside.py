"""The world outside: a mail server and a gateway of text messages that outlive the node, and keep what
reached them.

    async with outside() as world, Site(folder, environment=world.environment()) as site:
        ...
        world.delivered()

A mail server forgets a message as soon as it took it; the gateway knows a key that it had before.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from typing import Final

from aiosmtpd.smtp import Envelope

from tests.support.mailbox import Mailbox, mailbox
from tests.support.texting import Asked, TextProvider, text_provider

THINKS: Final = 0.05
"""Seconds that the other side may take to answer, having taken a letter."""
NO_LIMIT: Final = str(10**6)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One copy of a letter that reached the outside. `key`: a mail's Message-ID, a text's idempotency key."""

    via: str
    key: str
    to: str


@dataclass(frozen=True, slots=True)
class Outside:
    """What is there, and what has come."""

    mail: Mailbox
    texts: TextProvider

    def environment(self) -> dict[str, str]:
        """Say to a node where it is, as settings; the quotas are for a load of one program that would be many
        people's.
        """
        return {
            "VESTIBULE_MAIL__HOST": "127.0.0.1",
            "VESTIBULE_MAIL__PORT": str(self.mail.port),
            "VESTIBULE_MAIL__TLS": "none",
            "VESTIBULE_MAIL__SENDER": "visits@proof.example",
            "VESTIBULE_TEXTS__PROVIDER": "webhook",
            "VESTIBULE_TEXTS__URL": f"{self.texts.url}/texts",
            "VESTIBULE_TEXTS__TOKEN": "a secret of two",
            "VESTIBULE_TEXTS__PER_DAY": NO_LIMIT,
            "VESTIBULE_OUTREACH__PER_USER_HOUR": NO_LIMIT,
            "VESTIBULE_OUTREACH__PER_CLINIC_DAY": NO_LIMIT,
        }

    def be_silent(self) -> None:
        """Take letters from now on, and never say so."""
        self.mail.stops_at_data = asyncio.Event()
        self.texts.silent = True

    def speak(self) -> None:
        """Answer again, whoever still waits too."""
        if self.mail.stops_at_data is not None:
            self.mail.stops_at_data.set()
        self.mail.stops_at_data = None
        self.texts.silent = False
        self.texts.over.set()

    def delivered(self) -> list[Delivered]:
        """Give what has come, mails first, each in its order."""
        return [*map(_mail, self.mail.got), *map(_text, self.texts.asked)]


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    """Run both on free ports; each takes up to `THINKS` seconds to answer."""
    async with mailbox(thinks=_while) as mail, text_provider() as texts:
        texts.thinks = _while
        yield Outside(mail, texts)


def _while() -> float:
    return random.uniform(THINKS / 2, THINKS)  # noqa: S311 - a delay, no secret


def _mail(envelope: Envelope) -> Delivered:
    assert isinstance(envelope.content, bytes)
    return Delivered("email", str(message_from_bytes(envelope.content)["Message-ID"]), envelope.rcpt_tos[0])


def _text(asked: Asked) -> Delivered:
    return Delivered("sms", asked.headers["idempotency-key"], json.loads(asked.body)["to"])
