"""Which ways are open from here: our own port, TURN, the mail server, who delivers text messages."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Coroutine
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.doctor.finding import Finding, note, ok, problem
from gateway.outreach.post import TWILIO, mail_server
from gateway.outreach.smtp import Smtp
from gateway.settings import Settings

TURN_SECONDS: Final = 2.0
REACH_WITHIN: Final = 5.0
STUN_MAGIC: Final = b"\x21\x12\xa4\x42"
_USUAL: Final = {"http": 80, "https": 443}


async def ways(settings: Settings, *, serving: bool) -> list[Finding]:
    """Try each way, all at once. `serving`: our own node was found behind our port."""
    tries: list[Coroutine[Any, Any, Finding]] = [_turn(url) for url in settings.media.turn_urls]
    if settings.mail.host:
        tries.append(_mail(settings))
    if settings.texts.provider:
        tries.append(_texts(settings))
    return [_port(settings, serving=serving), *await asyncio.gather(*tries)]


def _port(settings: Settings, *, serving: bool) -> Finding:
    server = settings.server
    where = f"{server.port} of {server.bind}"
    family = socket.AF_INET6 if ":" in server.bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((server.bind, server.port))
        except OSError as error:
            if serving:
                return ok("port", f"{where} is this node's own")
            why = error.strerror or type(error).__name__
            return note(
                "port", f"{where} is taken ({why}), not by a node.", "Free it, or choose another port."
            )
    return ok("port", f"{where} is free")


async def _mail(settings: Settings) -> Finding:
    """Connect and sign in as for a letter; none is sent."""
    mail = settings.mail
    why = await Smtp(mail_server(mail)).knock()
    if why == "mail_sign_in":
        return problem(
            "mail", f"{mail.host} does not let us in.", "Check mail.user, mail.password and mail.tls."
        )
    if why:
        return problem(
            "mail",
            f"{mail.host} cannot be reached: no letter leaves by e-mail.",
            "Check mail.host, mail.port and mail.tls, and whether the way is open.",
        )
    return ok("mail", f"{mail.host} takes letters from us")


async def _texts(settings: Settings) -> Finding:
    """Connect to who delivers text messages; whether they know us, only a message would show."""
    parts = urlsplit(settings.texts.url or TWILIO)
    host = parts.hostname or ""
    try:
        async with asyncio.timeout(REACH_WITHIN):
            _, writer = await asyncio.open_connection(host, parts.port or _USUAL.get(parts.scheme, 443))
        writer.close()
    except OSError as error:  # TimeoutError is one
        return problem(
            "texts",
            f"{host} cannot be reached ({_why(error)}): no letter leaves by text message.",
            "Check texts.url, and whether the way is open.",
        )
    return ok("texts", f"{host} can be reached")


async def _turn(url: str) -> Finding:
    """Ask a TURN server for our address (STUN binding, RFC 8489); one that answers is there."""
    scheme, _, rest = url.partition(":")
    address, _, query = rest.partition("?")
    host, _, port = address.rpartition(":")
    where = (host or address, int(port) if port.isdigit() else 5349 if scheme == "turns" else 3478)
    try:
        async with asyncio.timeout(TURN_SECONDS):
            if scheme == "turns" or "transport=tcp" in query:
                _, writer = await asyncio.open_connection(*where)
                writer.close()
            else:
                await _bind(where)
    except (OSError, ValueError) as error:
        return problem(
            "TURN", f"{url} cannot be reached ({_why(error)}).", "Is coturn running, is the way open?"
        )
    return ok("TURN", f"{url} answers")


def _why(error: Exception) -> str:
    return "no answer" if isinstance(error, TimeoutError) else str(error)


class _Answered(asyncio.DatagramProtocol):
    """Waits for the answer with our transaction."""

    def __init__(self, transaction: bytes) -> None:
        self._transaction = transaction
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        if data[4:20] == STUN_MAGIC + self._transaction and not self.done.done():
            self.done.set_result(None)

    def error_received(self, exc: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(exc)


async def _bind(where: tuple[str, int]) -> None:
    transaction = secrets.token_bytes(12)
    loop = asyncio.get_running_loop()
    transport, answered = await loop.create_datagram_endpoint(
        lambda: _Answered(transaction), remote_addr=where
    )
    try:
        transport.sendto(b"\x00\x01\x00\x00" + STUN_MAGIC + transaction)
        await answered.done
    finally:
        transport.close()
