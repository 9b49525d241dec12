"""Answers without a framework, for what must be there at once: pages, health, the plainest refusals."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An application as servers call it (ASGI 3.0)."""

HTML: Final = "text/html; charset=utf-8"
JSON: Final = "application/json"

OF_STATUS: Final[dict[int, tuple[str, str]]] = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "That is too large to be taken."),
    421: ("wrong_host", "This server does not serve that host name. An operator can add it to the settings."),
    500: ("failed", "We made a mistake. Please try again in a moment."),
}
"""Codes and sentences of what goes wrong before a request is understood."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    body: bytes
    type: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def pairs(self) -> list[tuple[bytes, bytes]]:
        """Give its headers as they are sent."""
        headers = {"content-type": self.type, "content-length": str(len(self.body)), **self.headers}
        return [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def send(self, scope: Scope, send: Send) -> None:
        """Send it; to HEAD without its body (RFC 9110, section 9.3.2)."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.pairs()})
        body = b"" if scope["method"] == "HEAD" else self.body
        await send({"type": "http.response.body", "body": body})


def as_json(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Make an answer of plain data."""
    return Answer(status, json.dumps(body, separators=(",", ":")).encode(), JSON, headers or {})


def problem(status: int, headers: Mapping[str, str] | None = None) -> Answer:
    """Make the answer for a status that has no refusal of ours."""
    code, message = OF_STATUS.get(status, (f"http_{status}", "This cannot be done."))
    return as_json({"code": code, "message": message}, status, headers)


def header(scope: Scope, name: bytes) -> str:
    """Read a request's header by its name in lower case; "" when there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
