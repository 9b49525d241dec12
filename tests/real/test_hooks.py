"""What a provider of text messages tells the node: signed or refused, counted once."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from engine.ids import InvitationId
from engine.planning import Contact, PlannedGuest
from engine.visit import Visit
from gateway.outreach.providers import SIGNATURE, signature
from gateway.twilio import twilio_signature
from tests.support.node import House, house
from tests.support.texting import TextProvider, text_provider
from tests.support.town import Town

SECRET = "a secret of the operator"
BOB, PHONE = InvitationId("bob"), "+14155550142"


@asynccontextmanager
async def texting(tmp_path: Path, name: str) -> AsyncIterator[tuple[House, TextProvider, httpx.AsyncClient]]:
    """Run a node with a provider of texts, and stand at its door."""
    async with text_provider() as provider:
        texts = {
            "provider": name,
            "url": provider.url,
            "token": SECRET,
            "account": "AC1",
            "sender": "+14155550100",
        }
        async with (
            house(tmp_path, texts=texts) as here,
            httpx.AsyncClient(base_url=here.url, trust_env=False) as client,
        ):
            yield here, provider, client


async def from_twilio(
    client: httpx.AsyncClient, path: str, *, secret: str = SECRET, **form: str
) -> httpx.Response:
    """Ask as Twilio does."""
    signed = twilio_signature(secret, f"{client.base_url}".rstrip("/") + path, list(form.items()))
    headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
    return await client.post(path, content=urlencode(form), headers=headers)


async def from_webhook(
    client: httpx.AsyncClient, path: str, body: bytes, *, secret: str = SECRET, at: float | None = None
) -> httpx.Response:
    """Ask as a program of one's own does."""
    seconds = int(time.time() if at is None else at)
    return await client.post(path, content=body, headers={SIGNATURE: signature(secret, body, seconds)})


async def bobs_visit(here: House) -> tuple[Town, Visit]:
    """Invite Bob by text, and wait until the text has left."""
    town = Town(here, None)  # type: ignore[arg-type]  # the provider is the post
    guest = PlannedGuest(invitation=BOB, contact=Contact(phone=PHONE))
    visit = await here.plan(starts_in=60, guests=(guest,))
    await town.settled(visit)
    return town, visit


def test_signatures_are_twilios() -> None:
    """The example of Twilio's own documentation."""
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", "+18005551212"),
    ]
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert twilio_signature("12345", url, fields) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


@pytest.mark.parametrize(("word", "answer"), [("STOP", "no more texts"), ("Alto, por favor", "No recibirá")])
async def test_stop_is_heard_and_start_as_well(tmp_path: Path, word: str, answer: str) -> None:
    """For every clinic, for one sender serves them all; answered as TwiML."""
    async with texting(tmp_path, "twilio") as (here, _, client), here.another_clinic() as other:
        said = await from_twilio(client, "/hooks/sms/twilio", From=PHONE, Body=word, MessageSid="SM1")
        assert said.status_code == 200
        assert said.headers["content-type"].startswith("text/xml")
        assert answer in said.text
        stops = here.node.host.stops
        for clinic in (here.clinic, other.clinic):
            assert await stops.stopped(clinic, PHONE)
        again = await from_twilio(client, "/hooks/sms/twilio", From=PHONE, Body="Start", MessageSid="SM2")
        assert "again" in again.text
        assert not await stops.stopped(here.clinic, PHONE)
        old = await from_twilio(client, "/hooks/sms/twilio", From=PHONE, Body=word, MessageSid="SM1")
        assert "<Message>" not in old.text
        assert not await stops.stopped(here.clinic, PHONE)


@pytest.mark.parametrize(
    ("form", "reply"),
    [
        ({"Body": "HELP"}, "Nobody reads answers"),
        ({"Body": "ayuda"}, "llame a su cl"),
        ({"Body": "cancel my visit"}, ""),
        ({"Body": ""}, ""),
        ({"Body": "STOP", "From": "12345<script>"}, ""),
        ({"Body": "HELP", "OptOutType": "HELP"}, ""),
    ],
)
async def test_other_answers(tmp_path: Path, form: dict[str, str], reply: str) -> None:
    """Help is given; what is no word of ours, or was answered already, is not answered."""
    async with texting(tmp_path, "twilio") as (_, _, client):
        said = await from_twilio(client, "/hooks/sms/twilio", **{"From": PHONE, **form})
        assert said.status_code == 200
        assert reply in said.text
        assert ("<Message>" in said.text) is bool(reply)


async def test_what_is_not_signed_changes_nothing(tmp_path: Path) -> None:
    """Nor what is too large, or meant for another provider."""
    async with texting(tmp_path, "twilio") as (here, _, client):
        form = {"From": PHONE, "Body": "STOP"}
        forged = await from_twilio(client, "/hooks/sms/twilio", secret="another", **form)
        bare = await client.post("/hooks/sms/twilio", data=form)
        assert (forged.status_code, bare.status_code) == (403, 403)
        assert (await from_webhook(client, "/hooks/sms/webhook", b"{}")).status_code == 404
        large = await from_twilio(client, "/hooks/sms/twilio", Body="x" * 70_000)
        assert large.status_code == 413
        assert not await here.node.host.stops.stopped(here.clinic, PHONE)


async def test_a_report_lets_the_letter_fail(tmp_path: Path) -> None:
    """With the reason in our words; a report of a delivery changes nothing."""
    async with texting(tmp_path, "webhook") as (here, provider, client):
        town, visit = await bobs_visit(here)
        path = json.loads(provider.asked[-1].body)["report_url"].removeprefix(here.url)
        told = await from_webhook(client, path, b'{"status": "delivered"}')
        assert told.status_code == 204
        assert [one.progress for one in town.visit(visit).letters] == ["sent"]
        body = b'{"status": "undelivered", "reason": "no_such_number"}'
        for wrong in (path[:-1] + "-", path.replace(".1.", ".2."), "/hooks/sms/webhook/x"):
            assert (await from_webhook(client, wrong, body)).status_code == 403
        assert (await from_webhook(client, path, body, at=1)).status_code == 403
        assert (await from_webhook(client, path, body, secret="x" * 20)).status_code == 403
        assert [one.progress for one in town.visit(visit).letters] == ["sent"]
        now = time.time()
        assert (await from_webhook(client, path, body, at=now)).status_code == 204
        assert (await from_webhook(client, path, body, at=now)).status_code == 403
        [bobs] = town.visit(visit).letters
        assert (bobs.progress, bobs.reason) == ("failed", "no_such_number")


async def test_twilio_reports_too(tmp_path: Path) -> None:
    """Under an address that names the attempt."""
    async with texting(tmp_path, "twilio") as (here, _, client):
        town, visit = await bobs_visit(here)
        [bobs] = town.visit(visit).letters
        name = here.node.reports.name(f"{visit.id}.{bobs.number}", bobs.attempt)
        form = {"MessageStatus": "undelivered", "ErrorCode": "30003"}
        assert (await from_twilio(client, f"/hooks/sms/twilio/{name}", **form)).status_code == 204
        [bobs] = town.visit(visit).letters
        assert (bobs.progress, bobs.reason) == ("failed", "number_unreachable")


async def test_webhooks_answers_are_json(tmp_path: Path) -> None:
    """With the text to be sent back, if there is one."""
    async with texting(tmp_path, "webhook") as (here, _, client):
        body = b'{"from": "%s", "text": "BAJA"}' % PHONE.encode()
        said = await from_webhook(client, "/hooks/sms/webhook", body)
        assert said.json()["reply"].startswith("No recibirá")
        assert await here.node.host.stops.stopped(here.clinic, PHONE)
        assert (await from_webhook(client, "/hooks/sms/webhook", b'{"text": "x"}')).json() == {}
        assert (await from_webhook(client, "/hooks/sms/webhook", b"[]")).status_code == 422
