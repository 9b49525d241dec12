"""Text messages leave over HTTP: every answer of a provider has its outcome, and a key goes with each."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from actors.ports import Delivery
from engine.letters import Via
from gateway.outreach.outbox import Outbox
from gateway.outreach.post import Outreach
from gateway.outreach.reports import Reports
from gateway.settings import Settings
from tests.support.letters import letter
from tests.support.node import free_port
from tests.support.texting import TextProvider, text_provider

TO = "+14155550142"
SECRET = "a secret of the operator"


def proofs(_: str, value: str) -> tuple[str, ...]:
    """Stand in for the pepper."""
    return (hmac.new(b"pepper", value.encode(), "sha256").hexdigest()[:22],)


@asynccontextmanager
async def post(url: str, **changes: Any) -> AsyncIterator[Outreach]:
    """Put the post up with settings, as a node does."""
    texts = {"provider": "twilio", "url": url, "account": "AC1", "token": SECRET, "sender": "+14155550100"}
    settings = Settings.load(
        None,
        server={"public_url": "https://visits.example.org"},
        texts={**texts, "timeout_seconds": 5, **changes},
    )
    made = Outreach(settings, Reports(proofs), now=lambda: 0)
    try:
        yield made
    finally:
        await made.close()


async def outcome(asked: TextProvider, **changes: Any) -> Delivery:
    """Send Bob's letter."""
    async with post(asked.url, **changes) as sending:
        return await sending.send(letter(via=Via.SMS, to=TO))


async def test_twilio_is_asked_as_it_wants() -> None:
    """Its resource, our account, the text, and where to tell what became of it."""
    async with text_provider() as provider:
        assert await outcome(provider) == Delivery("sent")
        [asked] = provider.asked
        assert asked.line == "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1"
        assert asked.headers["authorization"].startswith("Basic ")
        assert (asked.form["To"], asked.form["From"]) == (TO, "+14155550100")
        assert "+14155550123,,1234567897#" in asked.form["Body"]
        name = f"{letter().visit}.7.1"
        proof = proofs("", name)[0]
        assert asked.form["StatusCallback"] == f"https://visits.example.org/hooks/sms/twilio/{name}.{proof}"


async def test_a_messaging_service_stands_in_for_a_number() -> None:
    """Twilio picks the sender then."""
    async with text_provider() as provider:
        service = "MG" + "0" * 32
        await outcome(provider, sender=service)
        assert provider.asked[0].form["MessagingServiceSid"] == service
        assert "From" not in provider.asked[0].form


@pytest.mark.parametrize("provider_name", ["twilio", "webhook"])
@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, Delivery("sent")),
        (429, {"Retry-After": "7"}, Delivery("later", "texts_busy", 7_000)),
        (503, {"Retry-After": "99999999"}, Delivery("later", "texts_busy", 3_600_000)),
        (500, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, Delivery("later", "texts_busy")),
        (401, {}, Delivery("later", "texts_sign_in")),
        (404, {}, Delivery("later", "texts_unreachable")),
        (302, {"Location": "http://127.0.0.1:1/"}, Delivery("later", "texts_unreachable")),
        (400, {}, Delivery("failed", "rejected")),
    ],
)
async def test_every_answer_has_its_outcome(
    provider_name: str, status: int, headers: dict[str, str], expected: Delivery
) -> None:
    """And no redirect is followed."""
    async with text_provider() as provider:
        provider.status, provider.headers = status, headers
        assert await outcome(provider, provider=provider_name) == expected
        assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (21211, "no_such_number"),
        (21614, "no_such_number"),
        (21610, "opted_out"),
        (21408, "country_not_served"),
        (21612, "number_unreachable"),
        (21617, "rejected"),
        ("x", "rejected"),
        (None, "rejected"),
    ],
)
async def test_twilios_codes_are_said_in_our_words(code: object, reason: str) -> None:
    """Never in the provider's."""
    async with text_provider() as provider:
        provider.status, provider.body = 400, {"code": code, "message": "secret words"}
        assert await outcome(provider) == Delivery("failed", reason)


async def test_a_program_of_ones_own_gets_a_key_and_a_signature() -> None:
    """The same key in every attempt, so that it may be asked twice; the signature names its time."""
    async with text_provider() as provider, post(provider.url, provider="webhook") as sending:
        assert sending.safe_to_repeat(Via.SMS)
        for attempt in (1, 2):
            await sending.send(letter(via=Via.SMS, to=TO, attempt=attempt))
        first, second = provider.asked
        assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
        body = json.loads(first.body)
        assert (body["to"], body["id"], body["attempt"]) == (TO, first.headers["idempotency-key"], 1)
        assert letter().link in body["text"]
        at, _, signed = first.headers["vestibule-signature"].removeprefix("t=").partition(",v1=")
        assert hmac.new(SECRET.encode(), f"{at}.".encode() + first.body, "sha256").hexdigest() == signed


async def test_a_program_of_ones_own_says_why() -> None:
    """In one of our words; anything else is `rejected`."""
    async with text_provider() as provider:
        provider.status, provider.body = 422, {"reason": "no_such_number"}
        assert await outcome(provider, provider="webhook") == Delivery("failed", "no_such_number")
        provider.body = {"reason": "something of theirs"}
        assert await outcome(provider, provider="webhook") == Delivery("failed", "rejected")


async def test_an_answer_that_does_not_come_is_unknown() -> None:
    """It may have been sent; Twilio takes no key, so it is not safe to ask again."""
    async with text_provider() as provider:
        provider.silent = True
        assert await outcome(provider, timeout_seconds=0.3) == Delivery("unknown", "unknown")
        async with post(provider.url) as sending:
            assert not sending.safe_to_repeat(Via.SMS)


async def test_a_provider_that_is_not_there() -> None:
    """Nothing left: later."""
    async with post(f"http://127.0.0.1:{free_port()}") as sending:
        found = await sending.send(letter(via=Via.SMS, to=TO))
        assert found == Delivery("later", "texts_unreachable")


async def test_without_a_provider_texts_fail_with_the_reason() -> None:
    """`config check` has said so."""
    sending = Outreach(Settings.load(None), Reports(proofs), now=lambda: 0)
    found = await sending.send(letter(via=Via.SMS, to=TO))
    assert found == Delivery("failed", "texts_not_set_up")


async def test_a_demo_keeps_what_nobody_carries() -> None:
    """The newest first, the same letter once, and not without end."""
    outbox = Outbox()
    sending = Outreach(Settings.load(None), Reports(proofs), outbox=outbox, now=lambda: 1_000)
    assert sending.safe_to_repeat(Via.SMS)
    for attempt in (1, 2):
        assert await sending.send(letter(via=Via.SMS, to=TO, attempt=attempt)) == Delivery("sent")
    assert await sending.send(letter(key="v.8")) == Delivery("sent")
    newest, first = outbox.letters()
    assert (newest.via, first.via) == ("email", "sms")
    assert "BEGIN:VCALENDAR" in newest.ics
    assert newest.html
    assert (first.subject, first.html, first.to) == ("", "", TO)
