"""Mail by SMTP: a few connections, each used again for a while, and an outcome for whatever can happen.

Until DATA nothing has happened that the other side would keep, so whatever fails there is tried `later`. An
answer says what became of the mail (RFC 5321, section 4.2.1: 4yz is not now, 5yz is never). No answer after
DATA is `unknown`.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import structlog

from actors.ports import Delivery

if TYPE_CHECKING:
    from aiosmtplib import SMTP

LETTERS_AT_MOST: Final = 100
"""How many letters go over one connection."""
IDLE_AT_MOST: Final = 20.0
"""Seconds for which an unused connection is kept."""
USUAL_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}

Security = Literal["starttls", "tls", "none"]

_ENHANCED: Final = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")
"""RFC 3463; at the beginning of an answer's text."""
_SENT: Final = Delivery("sent")

log = structlog.get_logger("mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and how. `port` 0 is the usual one. Times in seconds."""

    host: str
    port: int = 0
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str
    ca_file: Path | None = None
    timeout: float = 10.0
    """For each of connecting, naming the receiver, and handing over."""
    connections: int = 8


class _Line:
    """One connection to the server."""

    __slots__ = ("client", "expiry", "letters")

    def __init__(self, client: SMTP) -> None:
        self.client = client
        self.letters = 0
        self.expiry: asyncio.TimerHandle | None = None


class Smtp:
    """Hands mails to one server. Used in one event loop; `close` in the end."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._free = asyncio.Semaphore(server.connections)
        self._idle: list[_Line] = []
        self._tls: ssl.SSLContext | None = None
        self._closed = False

    async def hand_over(self, mail: bytes, to: str) -> Delivery:
        """Hand a mail over. Never raises but for a bug; cancelled, the connection is closed."""
        async with self._free:
            delivery = await self._try(mail, to, self._kept())
            if delivery is None:  # the connection was kept, and had ended meanwhile
                delivery = await self._try(mail, to, None)
            return delivery or _later("mail_unreachable")

    async def knock(self) -> str:
        """Connect, sign in and part again; gives the reason why that is not possible, "" when it is."""
        from aiosmtplib import SMTPException

        try:
            line = await self._connect()
        except (OSError, SMTPException, ssl.SSLError) as error:
            return _unconnected(error).reason
        with contextlib.suppress(OSError, SMTPException):
            await line.client.quit(timeout=1.0)
        line.client.close()
        return ""

    async def _try(self, mail: bytes, to: str, line: _Line | None) -> Delivery | None:
        """Hand over on this connection or a new one; None when a kept one had ended before anything was
        said.
        """
        from aiosmtplib import SMTPException

        kept = line is not None
        try:
            if line is None:
                line = await self._connect()
        except (OSError, SMTPException, ssl.SSLError) as error:
            return _unconnected(error)
        done = False
        try:
            delivery, done = await self._send(line.client, mail, to, kept=kept)
        finally:
            if done:
                self._keep(line)
            else:
                line.client.close()
        return delivery

    async def _send(self, client: SMTP, mail: bytes, to: str, *, kept: bool) -> tuple[Delivery | None, bool]:
        """Say the mail, and whether the connection can be used on."""
        from aiosmtplib import SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

        begun = False
        try:
            async with asyncio.timeout(self._server.timeout):
                await client.mail(self._server.sender)
                await client.rcpt(to)
            begun = True
            async with asyncio.timeout(self._server.timeout):
                await client.data(mail)
        except SMTPDataError as error:
            return _refused(error.code, error.message, "rejected"), await _reset(client, error)
        except SMTPRecipientRefused as error:
            return _refused(error.code, error.message, "no_such_mailbox"), await _reset(client, error)
        except SMTPResponseException as error:
            if kept and error.code == 421:
                return None, False
            log.warning("mail_sender_refused", code=error.code)
            return _refused(error.code, "", "mail_sender_refused"), await _reset(client, error)
        except (OSError, SMTPException) as error:
            if begun:
                log.warning("mail_unknown", error=type(error).__name__)
                return Delivery("unknown", "unknown"), False
            return (None if kept else _later("mail_unreachable")), False
        return _SENT, True

    # ------------------------------------------------------------ connections

    def _kept(self) -> _Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.expiry is not None:
                line.expiry.cancel()
            if line.client.is_connected:
                return line
        return None

    def _keep(self, line: _Line) -> None:
        line.letters += 1
        if self._closed or line.letters >= LETTERS_AT_MOST or not line.client.is_connected:
            line.client.close()
            return
        line.expiry = asyncio.get_running_loop().call_later(IDLE_AT_MOST, self._drop, line)
        self._idle.append(line)

    def _drop(self, line: _Line) -> None:
        self._idle.remove(line)
        line.client.close()

    async def _connect(self) -> _Line:
        from aiosmtplib import SMTP

        server = self._server
        if self._tls is None and server.security != "none":
            self._tls = await asyncio.to_thread(_trusting, server.ca_file)
        client = SMTP(
            hostname=server.host,
            port=server.port or USUAL_PORTS[server.security],
            username=server.user or None,
            password=server.password or None,
            local_hostname=server.sender.rpartition("@")[2],
            timeout=server.timeout,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=self._tls,
        )
        async with asyncio.timeout(server.timeout):
            await client.connect()
        return _Line(client)

    async def close(self) -> None:
        """Part from the server; what is being handed over goes on."""
        from aiosmtplib import SMTPException

        self._closed = True
        while (line := self._kept()) is not None:
            with contextlib.suppress(OSError, SMTPException):
                await line.client.quit(timeout=1.0)
            line.client.close()


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _reset(client: SMTP, error: Exception) -> bool:
    """Make ready for the next mail; whether the connection bears one."""
    from aiosmtplib import SMTPException

    if getattr(error, "code", 0) == 421 or not client.is_connected:
        return False
    try:
        await client.rset()
    except (OSError, SMTPException):
        return False
    return True


# ---------------------------------------------------------------- what an answer means


def _later(reason: str) -> Delivery:
    return Delivery("later", reason)


def _unconnected(error: Exception) -> Delivery:
    """Nothing was said of any mail yet, so it is tried again, whatever it was."""
    from aiosmtplib import SMTPAuthenticationError, SMTPNotSupported

    signed_out = isinstance(error, SMTPAuthenticationError | SMTPNotSupported)
    reason = "mail_sign_in" if signed_out else "mail_unreachable"
    log.warning(reason, error=type(error).__name__)
    return _later(reason)


def _refused(code: int, text: str, otherwise: str) -> Delivery:
    """Read a refusal; its enhanced status code says more than the plain one, if there is one."""
    found = _ENHANCED.match(text.lstrip())
    subject, detail = (int(found[2]), int(found[3])) if found else (0, 0)
    full = code in (452, 552) or (subject, detail) == (2, 2)
    if 400 <= code < 500:
        return _later("mailbox_full" if full and otherwise == "no_such_mailbox" else "mail_busy")
    if not 500 <= code < 600:
        return _later("mail_busy")
    if full and subject != 3:
        return Delivery("failed", "mailbox_full")
    if subject == 1:
        return Delivery("failed", "mail_sender_refused" if detail in (7, 8) else "no_such_mailbox")
    if subject in (3, 5, 6, 7) or code in (554, 556):
        return Delivery("failed", "rejected")
    return Delivery("failed", otherwise)
