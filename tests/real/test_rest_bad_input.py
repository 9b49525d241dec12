"""Whatever is sent, the answer is a refusal in the one form, and everybody else's call goes on."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest

from engine.clinic import StaffRole
from tests.support.node import House
from tests.support.rest import browser, refusal, signed_in
from tests.support.talk import Talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

MEGABYTE = 1 << 20
OURS = {"X-Vestibule": "1", "Content-Type": "application/json"}

HOSTILE_NAMES = [
    "",
    "   ",
    "x" * 65,
    "x" * 5000,
    "Ana\u0000",
    "Ana\r\nBcc: all@example.org",
    "\u202eana",
    "\u2066Ana\u2069",
    "\u200b",
    "a" + "\u0301" * 40,
    None,
    {"first": "Ana"},
    ["Ana"],
    7,
]


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=[ascii(name)[:20] for name in HOSTILE_NAMES])
async def test_a_patients_name_that_is_none_is_refused_at_its_field(here: House, name: object) -> None:
    """Nothing is planned."""
    async with signed_in(here) as who:
        plan = {"patient": {"name": name}, "start": "now", "minutes": 15}
        answer = await who.ask("POST", "/visits", plan)
        assert refusal(answer) == (422, "bad_request")
        assert next(iter(answer.json()["fields"])) == "patient.name"
        assert (await who.get("/visits"))["visits"] == []


async def test_markup_in_a_name_is_kept_as_text(here: House) -> None:
    """It is shown as it was typed, in JSON that no browser takes for a page."""
    async with signed_in(here) as who:
        name = "<script>alert(1)</script>"
        plan = {"patient": {"name": name}, "start": "now", "minutes": 15}
        answer = await who.ask("POST", "/visits", plan)
        assert answer.json()["patient"]["name"] == name
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_ten_megabytes_are_refused_before_they_are_read(here: House, others: Talk) -> None:
    """By their length; and a body that does not say its length as soon as it is too long."""
    async with signed_in(here) as who:
        plan = {"patient": {"name": "x" * 10 * MEGABYTE}, "start": "now", "minutes": 15}
        assert refusal(await who.ask("POST", "/visits", plan)) == (413, "too_large")

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(10):
                yield b"[" * MEGABYTE

        answer = await who.http.post("/api/v1/visits", content=endless(), headers=OURS)
        assert refusal(answer) == (413, "too_large")
    await others.goes_on()


async def test_ten_thousand_addresses_are_refused_in_a_moment(here: House, others: Talk) -> None:
    """As a list of guests, as one text, and as more than a request may hold; nobody is invited."""
    addresses = [f"guest{one}@example.org" for one in range(10_000)]
    bodies: list[dict[str, object]] = [
        {"guests": [{}] * 10_000},
        {"guests": [{"email": ";".join(addresses[:2_000])}]},
        {"guests": [{"email": one} for one in addresses[:1_500]]},
    ]
    async with signed_in(here) as who:
        plan = {"patient": {"name": "Pat"}, "start": "now", "minutes": 15}
        for body in bodies:
            for path in ("/visits/check", "/visits"):
                assert refusal(await who.ask("POST", path, {**plan, **body})) == (422, "bad_request")
        whole = {**plan, "guests": [{"email": one} for one in addresses]}
        assert refusal(await who.ask("POST", "/visits", whole)) == (413, "too_large")
        assert (await who.get("/visits"))["visits"] == []
    await others.goes_on()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"[]",
        b'"text"',
        b"12e400",
        b'{"start": 1e400}',
        b'{"start": 99999999999999999999999999}',
        b'{"patient": {"name": "\\ud800"}, "start": "now", "minutes": 15}',
    ],
    ids=lambda body: ascii(body)[2:20],
)
async def test_what_is_no_json_or_none_of_ours_is_refused(here: House, others: Talk, body: bytes) -> None:
    """Broken syntax, bad UTF-8, deep nesting, wrong kinds, numbers beyond all bounds."""
    async with signed_in(here) as who:
        answer = await who.http.post("/api/v1/visits", content=body, headers=OURS)
        assert refusal(answer) == (422, "bad_request")
    await others.goes_on()


async def test_a_body_that_is_not_declared_as_json_is_refused(here: House) -> None:
    """A form of another site could send that."""
    async with signed_in(here) as who:
        plan = json.dumps({"patient": {"name": "Pat"}, "start": "now", "minutes": 15}).encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            headers = OURS | {"Content-Type": kind}
            answer = await who.http.post("/api/v1/visits", content=plan, headers=headers)
            assert refusal(answer) == (422, "bad_request")


async def test_a_key_of_an_operation_has_a_longest_length(here: House) -> None:
    """40 characters, as on the wire."""
    async with signed_in(here) as who:
        plan = {"patient": {"name": "Pat"}, "start": "now", "minutes": 15}
        answer = await who.ask("POST", "/visits", plan, **{"Idempotency-Key": "x" * 41})
        assert refusal(answer) == (422, "bad_request")


async def test_unknown_addresses_and_methods_have_the_one_form_too(here: House) -> None:
    """404 and 405."""
    async with signed_in(here, StaffRole.ADMIN) as who:
        assert refusal(await who.ask("GET", "/nothing")) == (404, "not_found")
        assert refusal(await who.ask("PUT", "/visits")) == (405, "method_not_allowed")
        assert refusal(await who.http.post("/", headers=OURS)) == (405, "method_not_allowed")


async def test_another_hosts_name_is_not_served(here: House) -> None:
    """A page elsewhere that has its name resolved to us gets nothing; load balancers may ask for health."""
    async with browser(here) as anybody:
        for path in ("/", "/api/v1/me", "/j", "/openapi.json"):
            answer = await anybody.http.get(path, headers={"Host": "evil.example"})
            assert refusal(answer) == (421, "wrong_host")
        assert (await anybody.http.get("/healthz", headers={"Host": "10.1.2.3"})).status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"x" * 70_000,
        b"POST /api/v1/visits HTTP/1.1\r\nHost: %s\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/v1/visits HTTP/1.1\r\nHost: %s\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /api/v1/visits HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=range(6),
)
async def test_what_is_no_http_ends_its_own_connection_only(here: House, others: Talk, head: bytes) -> None:
    """The node goes on serving."""
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    host = f"127.0.0.1:{here.port}".encode()
    writer.write(head.replace(b"%s", host))
    writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
    answer = await reader.read()
    writer.close()
    assert not answer.startswith(b"HTTP/1.1 2")
    await others.goes_on()


async def test_a_bug_is_answered_without_its_details(here: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 with a sentence; what it was about reaches neither the answer nor the log."""
    events: list[dict[str, object]] = []
    monkeypatch.setattr("gateway.api.guard.log.error", lambda event, **more: events.append({event: more}))

    def broken(token: str) -> None:
        raise ValueError(f"cannot look at {token} of Ana")

    monkeypatch.setattr(type(here.node.desk), "look", lambda _, token: broken(token))
    async with browser(here) as anybody:
        answer = await anybody.ask("POST", "/links/look", {"token": "t-secret"})
    assert refusal(answer) == (500, "failed")
    assert "t-secret" not in answer.text
    (event,) = events
    assert "ValueError" in str(event)
    assert "Ana" not in str(event)
    assert "t-secret" not in str(event)
