"""A real mail server on this machine, as a test likes it: what it answers, and what it was given."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as reading
from typing import Any

import aiosmtpd.smtp as aiosmtpd
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mailbox:
    """A server's side of it: what it answers, and what it got."""

    port: int = 0
    recipient: str = "250 OK"
    data: str = "250 OK"
    sender: str = "250 OK"
    got: list[Envelope] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    signed_in: list[bytes] = field(default_factory=list)
    closes_after_data: bool = False
    thinks: Callable[[], float] = lambda: 0.0
    """Seconds from having a mail to saying so."""
    stops_at_data: asyncio.Event | None = None
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with each mail."""
    servers: list[aiosmtpd.SMTP] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: aiosmtpd.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender."""
        self.sessions.add(id(session))
        envelope.mail_from = address
        return self.sender

    async def handle_RCPT(  # noqa: N802
        self, server: aiosmtpd.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a receiver, or not."""
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: aiosmtpd.SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, and answer or not."""
        self.got.append(envelope)
        self.taken.set()
        await asyncio.sleep(self.thinks())
        if self.stops_at_data is not None:
            await self.stops_at_data.wait()
        if self.closes_after_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.data

    def last(self) -> EmailMessage:
        """The last mail, read as a mailbox reads it."""
        content = self.got[-1].content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=reading)
        assert isinstance(found, EmailMessage)
        return found

    def sign_in(self, server: object, session: object, envelope: object, way: str, data: Any) -> AuthResult:
        """Let one user in."""
        assert isinstance(data, LoginPassword)
        self.signed_in.append(data.login)
        return AuthResult(success=data.password == b"right", handled=False)

    def hang_up(self) -> None:
        """Close every connection, as a server does that nobody has spoken to for long."""
        for server in self.servers:
            if server.transport is not None:
                server.transport.close()


@asynccontextmanager
async def mailbox(
    *, tls: ssl.SSLContext | None = None, implicit: bool = False, **facts: Any
) -> AsyncIterator[Mailbox]:
    """Run a mail server on a free port."""
    box = Mailbox(**facts)

    def protocol() -> aiosmtpd.SMTP:
        server = aiosmtpd.SMTP(
            box,
            tls_context=None if implicit else tls,
            require_starttls=tls is not None and not implicit,
            authenticator=box.sign_in,
            auth_require_tls=tls is not None and not implicit,
            loop=asyncio.get_running_loop(),
            hostname="mail.test",
        )
        box.servers.append(server)
        return server

    listening = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=tls if implicit else None
    )
    box.port = listening.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        listening.close()
        box.hang_up()
        await listening.wait_closed()
