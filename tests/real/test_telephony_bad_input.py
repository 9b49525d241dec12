"""What a telephony company's requests may not do: unsigned, repeated, reordered, replayed, broken off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import pytest_asyncio
import streamdouble.session  # type: ignore[import-untyped]
import websockets
from streamdouble.protocol import StreamIdentity  # type: ignore[import-untyped]
from streamdouble.scenario import (  # type: ignore[import-untyped]
    Dtmf,
    Hangup,
    Scenario,
    Wait,
)
from streamdouble.session import Session, SessionConfig
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from websockets.typing import Origin

from gateway.dialin.acts import Clip
from gateway.dialin.telephony.webhooks import BODY_BYTES
from gateway.twilio import is_signed, twilio_signature
from tests.support.node import House
from tests.support.telephony import (
    PUBLIC,
    SPOKEN,
    TOKEN,
    Telephony,
    call_id,
    counted,
    recording,
    telephony,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def company(here: House) -> AsyncIterator[Telephony]:
    """A telephony company whose customers call this test's clinic."""
    async with telephony(here) as running:
        yield running


async def refused_handshake(company: Telephony, signature: str | None) -> int:
    """Open a stream that is to be refused; give the status."""
    with pytest.raises(websockets.InvalidStatus) as refused:
        await company.stream(call_id(), "", signature=signature, start=False)
    return refused.value.response.status_code


# ---------------------------------------------------------------- signatures


@pytest.mark.parametrize("url", [f"{PUBLIC}/x", f"{PUBLIC}/x?a=1", f"{PUBLIC}:8443/x", f"{PUBLIC}:443/x"])
async def test_our_signature_is_the_vendors(url: str) -> None:
    """Their own validator and ours agree on every address and form; the usual port may be named or not."""
    form = {"To": "+1", "From": "", "Body": "ñ & é", "Z": "1", "A": "2"}
    theirs = RequestValidator(TOKEN).compute_signature(url, form)
    assert twilio_signature(TOKEN, url, list(form.items())) == theirs
    assert is_signed(TOKEN, [url.replace(":443", "")], list(form.items()), theirs)
    assert not is_signed(TOKEN, [f"{url}/"], list(form.items()), theirs)
    assert not is_signed("another token", [url], list(form.items()), theirs)


async def test_what_is_not_signed_is_turned_away(here: House, company: Telephony) -> None:
    """No signature, another's, another address's, a changed form: 403, and nothing is learnt from it."""
    visit = await here.plan()
    form = company.form(call_id(), Digits=here.pin(visit))
    validator = RequestValidator(TOKEN)
    path = "/dialin/telephony/pin"
    for signature in (
        "",
        "x",
        RequestValidator("another token").compute_signature(f"{PUBLIC}{path}", form),
        validator.compute_signature(f"http://127.0.0.1:{company.port}{path}", form),
        validator.compute_signature(f"{PUBLIC}/dialin/telephony/answer", form),
        validator.compute_signature(f"{PUBLIC}{path}", {**form, "Digits": "0"}),
    ):
        answer = await company.post(path, form, signature=signature)
        assert answer.status_code == 403
        assert "ticket" not in answer.text
    assert counted(company.serving, "vestibule_telephony_turned_away_total", why="signature") == 6


async def test_a_stream_without_the_handshakes_signature_is_not_opened(company: Telephony) -> None:
    """Whoever knows the address alone gets no socket."""
    wrong = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/dialin/telephony/stream", {})
    for signature in ("", "x", wrong):  # the last one is signed for https and not for wss
        assert await refused_handshake(company, signature) == 403


async def test_a_page_of_somebody_elses_opens_no_stream(company: Telephony) -> None:
    """An Origin that is not a demo's own is refused, signed or not."""
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(
            f"ws://127.0.0.1:{company.port}/dialin/telephony/stream", origin=Origin("https://evil.example")
        )
    assert refused.value.response.status_code == 403


async def test_forms_that_make_no_sense(company: Telephony) -> None:
    """Signed, yet without a call, without a number, or too large: 400 or 413."""
    for changes in (
        {"CallSid": ""},
        {"CallSid": "../x"},
        {"To": ""},
        {"To": "sip:a@b"},
        {"CallSid": "x" * 65},
    ):
        answer = await company.post("/dialin/telephony/answer", company.form(call_id()) | changes)
        assert answer.status_code == 400
    large = company.form(call_id(), Filler="x" * BODY_BYTES)
    assert (await company.post("/dialin/telephony/answer", large)).status_code == 413
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{company.port}", trust_env=False) as client:
        assert (await client.get("/dialin/telephony/answer")).status_code == 405
        assert (await client.get("/dialin/telephony/greeting/x.wav")).status_code == 404
        assert (await client.get("/dialin/dev/call")).status_code == 404  # a demo's door
        assert (await client.get("/metrics")).status_code == 404


# ---------------------------------------------------------------- the instructions


async def test_the_call_is_greeted_in_its_numbers_language(here: House) -> None:
    """What is played while the PIN is typed is the number's own recording, as a WAV file of mu-law."""
    async with telephony(here, languages=(f"{here.number}=es",)) as company:
        told = await company.rings(call_id())
        gather = told.find("Gather")
        assert gather is not None
        assert gather.attrib == {
            "input": "dtmf",
            "numDigits": "10",
            "timeout": "10",
            "finishOnKey": "#",
            "actionOnEmptyResult": "true",
            "method": "POST",
            "action": f"{PUBLIC}/dialin/telephony/pin",
        }
        play = gather.findtext("Play") or ""
        async with httpx.AsyncClient(trust_env=False) as client:
            greeting = await client.get(play.replace(PUBLIC, f"http://127.0.0.1:{company.port}"))
        assert greeting.headers["content-type"] == "audio/wav"
        assert greeting.content[:4] == b"RIFF"
        for clip in (Clip.GREETING, "ask_pin.10"):
            assert recording(clip, "es") in greeting.content
        caller = await company.calls("1111111111")
        await caller.hears(Clip.NOT_FOUND, language="es")


async def test_more_calls_than_there_is_room_for_are_busy(here: House) -> None:
    """Turned away before they are answered; the next one after a hang-up is taken."""
    async with telephony(here, calls=1) as company:
        first = await company.calls()
        await first.hears(Clip.NOTHING_TYPED)
        assert (await company.rings(call_id())).find("Reject") is not None
        await first.hangs_up()
        await first.ended()
        await company.serving.service.emptied()
        assert (await company.rings(call_id())).find("Gather") is not None


# ---------------------------------------------------------------- tickets


async def test_a_ticket_is_good_once_and_for_its_call(here: House, company: Telephony) -> None:
    """Another call's, an older one, one that was used, one that was made up: closed, and nobody is seated."""
    visit = await here.plan()
    provider = await here.provider(visit)
    call, other = call_id(), call_id()
    void = await company.gathered(call, here.pin(visit))
    ticket = await company.gathered(call, here.pin(visit))  # repeated: the newer one counts
    for wrong, of in ((ticket, other), (void, call), ("", call), ("1.x.y", call), (ticket[:-1] + "0", call)):
        if wrong == ticket[:-1] + "0" and ticket.endswith("0"):
            continue
        assert await (await company.stream(of, wrong)).ended() == 1008
    caller = await company.stream(call, ticket)
    await caller.hears(Clip.IN_CALL)
    assert await (await company.stream(call, ticket)).ended() == 1008
    assert len({it["seat"]["seat"] for it in provider.named("seat") if it["seat"]["role"] == "phone"}) == 1


async def test_a_webhook_that_is_replayed_connects_nothing(here: House, company: Telephony) -> None:
    """A call that has had its stream gets no other, while it lives and after."""
    visit = await here.plan()
    await here.provider(visit)
    call = call_id()
    caller = await company.calls(here.pin(visit), call=call)
    await caller.hears(Clip.IN_CALL)
    for _ in range(2):
        answer = await company.post("/dialin/telephony/pin", company.form(call, Digits=here.pin(visit)))
        assert "Stream" not in answer.text
        assert "<Hangup/>" in answer.text
        await caller.close()


async def test_webhooks_in_another_order_still_make_a_call(here: House, company: Telephony) -> None:
    """The PIN's before the ring's, the ring's again after it: the call is connected once."""
    visit = await here.plan()
    await here.provider(visit)
    call = call_id()
    await company.gathered(call, here.pin(visit))
    await company.rings(call)
    ticket = await company.gathered(call, here.pin(visit))
    await company.rings(call)
    await (await company.stream(call, ticket)).hears(Clip.IN_CALL)


async def test_a_visit_that_ends_between_the_pin_and_the_stream(here: House, company: Telephony) -> None:
    """Its PIN's time is over; nobody is seated, and another PIN may be typed."""
    visit = await here.plan()
    provider = await here.provider(visit)
    call = call_id()
    ticket = await company.gathered(call, here.pin(visit))
    await provider.ask("complete", op="done")
    caller = await company.stream(call, ticket)
    at = await caller.hears(Clip.OVER)
    await caller.hears("ask_pin.10", after=at)
    await caller.hangs_up()
    assert await caller.ended() == 1000


# ---------------------------------------------------------------- the stream


async def test_streams_that_do_not_begin_as_they_should(here: House, company: Telephony) -> None:
    """Another encoding, a second start, no JSON: closed with 1008; and what is unknown is passed over."""
    call = call_id()
    ticket = await company.gathered(call, "")
    assert await (await company.stream(call, ticket, encoding="audio/opus")).ended() == 1008
    silent = await company.stream(call, ticket, start=False)
    for odd in ('{"event": "new"}', "{}", "[]", '{"event": "media"}'):
        await silent.say(odd)
    await silent.types("123")  # before its start: nobody's
    await silent.begin(ticket)
    await silent.hears(Clip.NOTHING_TYPED)
    await silent.begin(ticket)
    assert await silent.ended() == 1008
    broken = await company.calls()
    await broken.say("{")
    assert await broken.ended() == 1008


async def test_repeated_and_late_messages_count_once(here: House, company: Telephony) -> None:
    """A key that is told twice was pressed once; one that comes late is heard all the same."""
    visit = await here.plan()
    await here.provider(visit)
    caller = await company.calls()
    await caller.hears(Clip.NOTHING_TYPED)
    pin = here.pin(visit)

    async def key(number: int, digit: str) -> None:
        await caller.event("dtmf", number=number, dtmf={"track": "inbound_track", "digit": digit})

    for at, digit in enumerate(pin):
        for _ in range(3):
            await key(100 + at, digit)
    await caller.hears(Clip.IN_CALL)
    await key(201, "6")  # *6, the star a moment late: it is no *6, and nothing breaks
    await key(200, "*")
    await key(202, "6")
    await caller.hears(Clip.MUTED)


async def test_a_storm_of_keys_ends_a_call_and_no_other(here: House, company: Telephony) -> None:
    """Thousands of keys: three tries and goodbye; meanwhile another caller is let in."""
    visit = await here.plan()
    await here.provider(visit)
    storm = await company.calls()

    async def rage() -> None:
        # the second is the library's own, when it writes to a connection that was cut that moment
        with suppress(websockets.ConnectionClosed, AttributeError):
            while not storm.is_over:
                await storm.types("1234567890")

    raging = asyncio.create_task(rage())
    honest = await company.calls(here.pin(visit))
    await honest.hears(Clip.IN_CALL)
    async with asyncio.timeout(30):
        await raging  # cut for the flood, or hung up after three tries
    await honest.types("*1")
    await honest.hears(Clip.HELP_IN_CALL)


async def test_a_caller_may_hang_up_at_every_step(here: House, company: Telephony) -> None:
    """At the greeting, while typing, while tried, at the door, in the call, at the goodbye: nothing stays."""
    visit = await here.plan()

    async def until(clip: str, digits: str = "") -> None:
        caller = await company.calls(digits)
        await caller.hears(clip)
        await caller.hangs_up()
        assert await caller.ended() == 1000

    opened = await company.stream(call_id(), "", start=False)
    opened.vanishes()
    await until(Clip.NOTHING_TYPED)
    typing = await company.calls("12345")
    typing.vanishes()
    tried = await company.calls(here.pin(visit))
    tried.vanishes()
    await until(Clip.WAITING_PROVIDER, here.pin(visit))
    provider = await here.provider(visit)
    await until(Clip.IN_CALL, here.pin(visit))
    await until(Clip.NOT_FOUND, "1111111111")
    await company.serving.service.emptied()
    for stage in ("asked", "trying", "waiting", "in", "goodbye"):
        assert counted(company.serving, "vestibule_legs", stage=stage) == 0
    await provider.ask("complete", op="done")


async def test_sound_of_any_size_is_taken_and_broken_sound_is_passed_over(
    here: House, company: Telephony
) -> None:
    """Nothing that a caller's voice can be ends their call."""
    visit = await here.plan()
    await here.provider(visit)
    caller = await company.calls(here.pin(visit))
    await caller.hears(Clip.IN_CALL)
    for sound in (SPOKEN, SPOKEN[:7], SPOKEN * 9 + b"x", b""):
        await caller.speaks(sound)
    await caller.event("media", media={"track": "inbound", "payload": "!"})
    await caller.event("media", media={"track": "outbound", "payload": ""})
    await caller.types("*1")
    await caller.hears(Clip.HELP_IN_CALL)


async def test_a_simulator_that_others_wrote_finds_no_fault(
    here: House, company: Telephony, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`streamdouble` calls, types the PIN by keys and hangs up: it is let in, and sees no violation."""
    visit = await here.plan()
    provider = await here.provider(visit)
    identity = StreamIdentity()
    ticket = await company.gathered(identity.call_sid, "")
    url = f"ws://127.0.0.1:{company.port}/dialin/telephony/stream"
    signed = RequestValidator(TOKEN).compute_signature(
        "wss://dialin.example.test/dialin/telephony/stream", {}
    )

    def connect(address: str, **options: Any) -> Any:
        return websockets.connect(address, additional_headers={"X-Twilio-Signature": signed}, **options)

    signing = SimpleNamespace(
        **{**vars(websockets), "connect": connect, "ConnectionClosed": websockets.ConnectionClosed}
    )
    monkeypatch.setattr(streamdouble.session, "websockets", signing)
    steps = [Wait(1.0), Dtmf(here.pin(visit)), Wait(2.0), Hangup()]
    session = Session(
        url,
        scenario=Scenario("dial-in PIN by keys", steps),
        config=SessionConfig(custom_parameters={"ticket": ticket}),
        identity=identity,
    )
    result = await session.run()
    assert list(result.violations) == []
    assert recording(Clip.IN_CALL) in result.audio_received
    seat = (await provider.wait_for("seat", seat__role="phone"))["seat"]["seat"]
    await provider.wait_for("seat", seat__seat=seat, seat__standing="left")
