"""Providers of text messages, over HTTP: Twilio's API, and any program of one's own behind a signed webhook.

Whom it asks, only the operator's settings say; no redirect is followed. A request that was sent and not
answered is `unknown`; one that never left, or was turned away with 429 or 5xx, is tried `later`.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from actors.ports import Delivery
from gateway.spared import without

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS: Final = 5.0
ANSWER_BYTES: Final = 65_536
"""How much of an answer is looked at."""
WAIT_LONGEST: Final = 3_600_000
"""Milliseconds of a `Retry-After` that are believed."""

SIGNATURE: Final = "Vestibule-Signature"
"""`t=<seconds since 1970>,v1=<hex of HMAC-SHA256 over "<t>.<body>">`."""

REASONS: Final[Mapping[int, str]] = {
    21211: "no_such_number",
    21214: "no_such_number",
    21217: "no_such_number",
    21401: "no_such_number",
    21408: "country_not_served",
    21421: "no_such_number",
    21610: "opted_out",
    21612: "number_unreachable",
    21614: "no_such_number",
    30003: "number_unreachable",
    30004: "rejected",
    30005: "no_such_number",
    30006: "no_such_number",
    30007: "rejected",
    30008: "number_unreachable",
    30032: "rejected",
    30034: "rejected",
}
"""Twilio's error codes that say something about the person's telephone; all others are `rejected`."""

log = structlog.get_logger("texts")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage:
    """A text to be sent. `key` is the same in every attempt; `report_url`: where its fate may be told."""

    key: str
    attempt: int
    to: str
    text: str
    report_url: str


class Provider(Protocol):
    """Somebody who delivers text messages."""

    @property
    def knows_keys(self) -> bool:
        """Whether it knows a message that it has had by its key."""
        ...

    async def send(self, message: TextMessage) -> Delivery:
        """Hand one over. Never raises but for a bug."""
        ...

    async def close(self) -> None:
        """Close its connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where a provider is, and how it knows us. `timeout` in seconds."""

    url: str
    account: str = ""
    token: str = field(repr=False)
    sender: str
    timeout: float = 15.0
    at_once: int = 4


class Twilio:
    """Twilio's Messages resource, and all that speak like it."""

    knows_keys = False

    def __init__(self, account: Account) -> None:
        self._account = account
        self._line = _Line(account)
        self._url = f"{account.url}/2010-04-01/Accounts/{account.account}/Messages.json"

    async def send(self, message: TextMessage) -> Delivery:
        """Hand a text over."""
        service = self._account.sender.startswith("MG")
        form = {
            "To": message.to,
            "Body": message.text,
            "MessagingServiceSid" if service else "From": self._account.sender,
        }
        if message.report_url.startswith("https://"):  # it calls nothing else, and nothing on this machine
            form["StatusCallback"] = message.report_url
        answer = await self._line.post(
            self._url, data=form, auth=(self._account.account, self._account.token)
        )
        if isinstance(answer, Delivery):
            return answer
        return _outcome(answer, lambda body: reason_of(body.get("code")))

    async def close(self) -> None:
        """Close its connections."""
        await self._line.close()


class Webhook:
    """A program of the operator's own: JSON, signed, and with a key by which it knows what it has had."""

    knows_keys = True

    def __init__(self, account: Account, now: Callable[[], float] = time.time) -> None:
        self._account = account
        self._line = _Line(account)
        self._now = now

    async def send(self, message: TextMessage) -> Delivery:
        """Hand a text over."""
        body = json.dumps(
            {
                "id": hashlib.sha256(message.key.encode()).hexdigest()[:32],
                "attempt": message.attempt,
                "from": self._account.sender,
                "to": message.to,
                "text": message.text,
                "report_url": message.report_url,
            },
            ensure_ascii=False,
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": hashlib.sha256(message.key.encode()).hexdigest()[:32],
            SIGNATURE: signature(self._account.token, body, int(self._now())),
        }
        answer = await self._line.post(self._account.url, content=body, headers=headers)
        if isinstance(answer, Delivery):
            return answer
        return _outcome(answer, lambda said: own_reason(said.get("reason")))

    async def close(self) -> None:
        """Close its connections."""
        await self._line.close()


# ---------------------------------------------------------------- what an answer means


def reason_of(code: object) -> str:
    """Say in our words what an error code of Twilio's means."""
    number = int(code) if isinstance(code, int | str) and str(code).isascii() and str(code).isdigit() else 0
    return REASONS.get(number, "rejected")


def own_reason(said: object) -> str:
    """Take a reason that is one of ours; anything else is `rejected`."""
    return said if isinstance(said, str) and said in OWN_REASONS else "rejected"


OWN_REASONS: Final = frozenset({*REASONS.values(), "bad_address"})


def _outcome(answer: httpx.Response, reason: Callable[[Mapping[str, object]], str]) -> Delivery:
    status = answer.status_code
    if 200 <= status < 300:
        return Delivery("sent")
    if status in (408, 425, 429) or status >= 500:
        return Delivery("later", "texts_busy", _wait(answer))
    if status in (401, 403) and reason(_body(answer)) == "rejected":
        log.warning("texts_sign_in", status=status)
        return Delivery("later", "texts_sign_in")
    if status in (404, 405) or status < 400:  # the settings lead to something else
        log.warning("texts_unreachable", status=status)
        return Delivery("later", "texts_unreachable")
    return Delivery("failed", reason(_body(answer)))


def _wait(answer: httpx.Response) -> int:
    """Give what `Retry-After` asks for in milliseconds, where it is in seconds (RFC 9110, section 10.2.3)."""
    asked = answer.headers.get("Retry-After", "")
    return min(int(asked) * 1000, WAIT_LONGEST) if asked.isascii() and asked.isdigit() else 0


def _body(answer: httpx.Response) -> Mapping[str, object]:
    try:
        body = json.loads(answer.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def signature(secret: str, body: bytes, seconds: int) -> str:
    """Sign a body and the time at which it is sent."""
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, "sha256").hexdigest()
    return f"t={seconds},v1={signed}"


class _Line:
    """HTTP to one provider, with connections that are used again."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client: httpx.AsyncClient | None = None

    async def post(self, url: str, **request: Any) -> httpx.Response | Delivery:  # noqa: ANN401 - as httpx takes it
        """Ask; a Delivery when there is no answer. Redirects are answers."""
        import httpx

        client = self._client = self._client or self._made()
        try:
            async with client.stream("POST", url, **request) as answer:
                return await _read(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            log.warning("texts_unreachable", error=type(error).__name__)
            return Delivery("later", "texts_unreachable")
        except httpx.HTTPError as error:  # it had left, at least in part
            log.warning("texts_unknown", error=type(error).__name__)
            return Delivery("unknown", "unknown")

    def _made(self) -> httpx.AsyncClient:
        with without("rich"):  # for httpx's own command line, which nobody calls here
            import httpx

        account = self._account
        return httpx.AsyncClient(
            timeout=httpx.Timeout(account.timeout, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=account.at_once, max_keepalive_connections=account.at_once),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "Vestibule", "Accept": "application/json"},
        )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()


async def _read(answer: httpx.Response) -> httpx.Response:
    """Read an answer, but not without end; its status counts in any case."""
    import httpx

    content = b""
    with contextlib.suppress(httpx.HTTPError):
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > ANSWER_BYTES:
                break
    headers = {"Retry-After": answer.headers.get("Retry-After", "")}
    return httpx.Response(answer.status_code, headers=headers, content=content[:ANSWER_BYTES])
