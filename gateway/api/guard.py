"""What stands before every HTTP handler: host name, size of a body, headers for browsers, access log."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

import structlog

from gateway.api.plain import Answer, Asgi, Message, Receive, Scope, Send, header, problem
from gateway.logs import redacted_path, where
from gateway.origins import Origins, sockets_of
from gateway.settings import Settings

HEALTH: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Load balancers and Prometheus ask these by address, under any host's name, and all the time."""

DISCARDED_BYTES: Final = 16 << 20
DISCARDED_SECONDS: Final = 5.0
"""How much of too large a body is read and thrown away, so that its sender hears why it was refused."""

log = structlog.get_logger("http")


class Guard:
    """An ASGI application around another one; a bug's details reach neither a client nor a log."""

    def __init__(self, app: Asgi, settings: Settings, origins: Origins, *, any_host: bool = False) -> None:
        self._app = app
        self._most = settings.limits.body_bytes
        self._https = settings.https
        self._any_host = any_host
        self._origins = origins
        self._of: frozenset[str] = frozenset()
        """The origins that the next two were made of."""
        self._hosts: frozenset[str] = frozenset()
        self._headers: list[tuple[bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        self._follow(self._origins.all())
        answered = _Answered(send, self._headers)
        began = time.perf_counter()
        try:
            await self._serve(scope, receive, answered)
        except Exception as error:  # noqa: BLE001 - a bug is answered and logged, without what it was about
            log.error(
                "failed", path=redacted_path(scope["path"]), error=type(error).__name__, at=where(error)
            )
            await _instead(problem(500, {"Connection": "close"}), scope, answered)
        _note(scope, answered.status, time.perf_counter() - began)

    def _follow(self, origins: frozenset[str]) -> None:
        """Go by the nodes that there are now."""
        if origins is not self._of:
            self._of = origins
            self._hosts = frozenset(urlsplit(one).netloc for one in origins)
            self._headers = security_headers(origins, https=self._https)

    async def _serve(self, scope: Scope, receive: Receive, send: _Answered) -> None:
        length = header(scope, b"content-length")
        if not self._any_host and header(scope, b"host") not in self._hosts | {""} and not _health(scope):
            await problem(421).send(scope, send)
        elif length.isdigit() and int(length) > self._most:
            await _discard(receive)
            await problem(413, {"Connection": "close"}).send(scope, send)
        else:
            await self._app(scope, _bounded(receive, self._most, send), send)


def _health(scope: Scope) -> bool:
    return scope["path"] in HEALTH


def _note(scope: Scope, status: int, seconds: float) -> None:
    quiet = scope["path"].startswith("/static/") or _health(scope)
    say = log.debug if quiet else log.info
    say(
        "request",
        method=scope["method"],
        path=redacted_path(scope["path"]),
        status=status,
        ms=round(seconds * 1000, 1),
    )


async def _instead(answer: Answer, scope: Scope, send: _Answered) -> None:
    if not send.status:
        await answer.send(scope, send)


async def _discard(receive: Receive) -> None:
    """Let a client finish sending what nobody reads: to close at once would reset its connection."""
    discarded, more = 0, True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DISCARDED_SECONDS):
            while more and discarded < DISCARDED_BYTES:
                message = await receive()
                discarded += len(message.get("body", b""))
                more = message.get("more_body", False)


def _bounded(receive: Receive, most: int, send: _Answered) -> Receive:
    """Read at most so many bytes of a body that did not say its length; after that the client is gone."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            send.too_large = True
            await _discard(receive)
            return {"type": "http.disconnect"}
        return message

    return bounded


class _Answered:
    """Sends an answer with our headers and remembers its status; of too large a body it says that."""

    __slots__ = ("_headers", "_send", "status", "too_large")

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0
        self.too_large = False

    async def __call__(self, message: Message) -> None:
        if self.too_large:
            message = _TOO_LARGE[message["type"]]
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = {name.lower() for name, _ in message["headers"]}
            ours = [(name, value) for name, value in self._headers if name not in given]
            message = {**message, "headers": [*message["headers"], *ours]}
        await self._send(message)


_WHOLE: Final = problem(413, {"Connection": "close"})
_TOO_LARGE: Final[dict[str, Message]] = {
    "http.response.start": {"type": "http.response.start", "status": 413, "headers": _WHOLE.pairs()},
    "http.response.body": {"type": "http.response.body", "body": _WHOLE.body},
}


def security_headers(origins: Iterable[str], *, https: bool) -> list[tuple[bytes, bytes]]:
    """Give the headers of every answer; a handler may say otherwise by sending the same header."""
    sockets = " ".join(sorted(map(sockets_of, origins)))
    policy = (
        "default-src 'self'",
        "base-uri 'none'",
        f"connect-src 'self' {sockets}",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob: data:",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "worker-src 'self'",
    )
    headers = {
        "content-security-policy": "; ".join(policy),
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(self), microphone=(self), display-capture=(self), autoplay=(self),"
        " screen-wake-lock=(self), speaker-selection=(self), geolocation=(), payment=(), usb=()",
    }
    if https:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
