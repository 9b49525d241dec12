"""What a provider of text messages tells us: that a text was not delivered, and what people answer.

Nothing here stands on a cookie: each request is signed with the provider's secret, compared in constant time.
One sender serves the whole deployment, so STOP holds for every clinic in it, and START lifts it for all.
"""

from __future__ import annotations

import hmac
import json
import re
import time
import unicodedata
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import JSONResponse, Response

from engine.ids import SHARDS, crc16, shard_of_visit
from gateway.api.answers import Refusal
from gateway.api.callers import Deps, is_here
from gateway.api.dependencies import Dependencies
from gateway.api.forwarding import Elsewhere
from gateway.outreach.providers import SIGNATURE, own_reason, reason_of, signature
from gateway.outreach.reports import Reported
from gateway.twilio import twilio_signature
from languages import say

router = APIRouter(prefix="/hooks/sms", include_in_schema=False)

FRESH_SECONDS: Final = 300
"""How old a signed request may be."""
FIELDS_AT_MOST: Final = 100

STOP: Final = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
PARAR: Final = frozenset({"alto", "parar", "pare", "baja", "cancelar", "detener"})
START: Final = frozenset({"start", "unstop", "yes"})
EMPEZAR: Final = frozenset({"iniciar", "comenzar", "alta", "reanudar"})
HELP: Final = frozenset({"help", "info"})
AYUDA: Final = frozenset({"ayuda"})
_WITH_MORE: Final = frozenset({"stop", "alto", "parar", "pare"})
"""Words that mean the same with a "please" after them."""

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_SIGNED: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)
_NOT_DELIVERED: Final = frozenset({"undelivered", "failed"})


# ---------------------------------------------------------------- Twilio


@router.post("/twilio/{name}")
async def twilio_reports(name: str, request: Request, deps: Deps) -> Response:
    """Take a report about a text that was sent."""
    form, _ = await _from_twilio(request, deps)
    if form.get("MessageStatus") in _NOT_DELIVERED:
        await _bounced(_reported(name, deps), reason_of(form.get("ErrorCode")), deps)
    return Response(status_code=204)


@router.post("/twilio")
async def twilio_answers(request: Request, deps: Deps) -> Response:
    """Take what somebody answered, and answer as TwiML."""
    form, signed = await _from_twilio(request, deps)
    _one_hears(signed, deps)
    reply = ""
    if signed not in deps.hooks_seen:
        reply = await _heard(form.get("From", ""), form.get("Body", ""), deps)
        deps.hooks_seen.add(signed)
    if "OptOutType" in form:  # Twilio has answered by itself
        reply = ""
    message = f"<Message>{escape(reply)}</Message>" if reply else ""
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>', media_type="text/xml"
    )


async def _from_twilio(request: Request, deps: Dependencies) -> tuple[Mapping[str, str], str]:
    """Read a form that Twilio has signed. Raises 404 where Twilio is not the provider, 403 for others."""
    token = _secret("twilio", deps)
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{deps.settings.public_url}{request.url.path}{query}"
    try:
        fields = parse_qsl(
            (await request.body()).decode(), keep_blank_values=True, max_num_fields=FIELDS_AT_MOST
        )
    except ValueError:
        raise HTTPException(403) from None
    signed = request.headers.get("X-Twilio-Signature", "")
    if not hmac.compare_digest(twilio_signature(token, url, fields).encode(), signed.encode()):
        raise HTTPException(403)
    return dict(fields), signed


# ---------------------------------------------------------------- a program of one's own


@router.post("/webhook/{name}")
async def webhook_reports(name: str, request: Request, deps: Deps) -> Response:
    """Take a report: `{"status": "delivered" | "failed", "reason"}`."""
    body, signed = await _from_webhook(request, deps)
    if body.get("status") in _NOT_DELIVERED:
        await _bounced(_reported(name, deps), own_reason(body.get("reason")), deps)
    deps.hooks_seen.add(signed)
    return Response(status_code=204)


@router.post("/webhook")
async def webhook_answers(request: Request, deps: Deps) -> Response:
    """Take what somebody answered, `{"from", "text"}`; `reply` is to be sent back to them, if it is there."""
    body, signed = await _from_webhook(request, deps)
    _one_hears(signed, deps)
    reply = await _heard(str(body.get("from", "")), str(body.get("text", "")), deps)
    deps.hooks_seen.add(signed)
    return JSONResponse({"reply": reply} if reply else {})


async def _from_webhook(request: Request, deps: Dependencies) -> tuple[Mapping[str, object], str]:
    """Read JSON that was signed with our secret, lately, and for the first time; else raises."""
    token, content = _secret("webhook", deps), await request.body()
    signed = request.headers.get(SIGNATURE, "")
    found = _SIGNED.fullmatch(signed)
    seconds = int(found[1]) if found else 0
    right = hmac.compare_digest(signature(token, content, seconds).encode(), signed.encode())
    if not right or abs(time.time() - seconds) > FRESH_SECONDS or signed in deps.hooks_seen:
        raise HTTPException(403)
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal("bad_request")
    return body, signed


# ---------------------------------------------------------------- what it means


def _secret(provider: str, deps: Dependencies) -> str:
    texts = deps.settings.texts
    if texts.provider != provider:
        raise HTTPException(404)
    return texts.token.get_secret_value()


def _reported(name: str, deps: Dependencies) -> Reported:
    found = deps.node.reports.read(name)
    if found is None:
        raise HTTPException(403)
    return found


def _one_hears(signed: str, deps: Dependencies) -> None:
    """Let one node hear all that has this signature, so that nothing counts twice. Raises Elsewhere.

    While nobody has that node's part, whoever hears it does it: an answer is not asked again.
    """
    shard = crc16(signed.encode()) % SHARDS
    owner = deps.host.owner(shard)
    if owner is not None and owner.node != deps.settings.server.node:
        raise Elsewhere(shard)


async def _bounced(letter: Reported, reason: str, deps: Dependencies) -> None:
    """Let the letter fail; one that is gone already is nobody's trouble. Raises Elsewhere."""
    if (shard := shard_of_visit(letter.visit)) is not None:
        is_here(shard, deps)
    refused = await deps.desk.letter_bounced(letter.visit, letter.number, letter.attempt, reason)
    if refused is not None and refused.code == "try_later":
        raise Refusal(refused)


async def _heard(number: str, text: str, deps: Dependencies) -> str:
    """Do what somebody asks for by a word, and give the answer; "" when it is none of ours."""
    word, stops = _word(text), deps.host.stops
    if not _NUMBER.fullmatch(number):
        return ""
    language = "es" if word in PARAR | EMPEZAR | AYUDA else "en"
    if word in HELP | AYUDA:
        return say(language, "sms.help")
    if word in STOP | PARAR:
        for clinic in await deps.host.known.clinics():
            await stops.stop(clinic, number)
        return say(language, "sms.stopped")
    if word in START | EMPEZAR:
        for clinic in await deps.host.known.clinics():
            await stops.start(clinic, number)
        return say(language, "sms.started")
    return ""


def _word(text: str) -> str:
    """Give the word that a text is, without accents, capitals and marks; "" for a longer text."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text[:160]).casefold()
        if letter.isalpha() or letter.isspace()
    ).split()
    if len(plain) == 1 or (plain and plain[0] in _WITH_MORE and len(plain) <= 3):
        return plain[0]
    return ""
