"""A call from the telephone in the browser: what a telephony would announce, for a demo's own page alone."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection
from typing import Final

from gateway.api.plain import Answer, Receive, Scope, Send, as_json, header, problem
from gateway.dialin.telephony.origin import Telephony
from gateway.dialin.telephony.tickets import Announced
from gateway.dialin.telephony.webhooks import body_of

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{3,14}", re.ASCII)


class DemoPhone:
    """An ASGI application for one address: POST `{"dialled", "caller"}` announces a call.

    The answer is the id and the ticket with which the page opens its stream. Only pages of `origins` get one.
    """

    PATH: Final = "/dialin/dev/call"

    def __init__(self, telephony: Telephony, origins: Collection[str]) -> None:
        self._telephony = telephony
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await (await self._answer(scope, receive)).send(scope, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        origin = header(scope, b"origin")
        if scope["method"] != "POST":
            return problem(405, {"Allow": "POST"})
        body = await body_of(receive)
        if origin not in self._origins or body is None:
            return problem(403)
        try:
            asked = json.loads(body)
            dialled, caller = str(asked["dialled"]), str(asked.get("caller", ""))
        except (ValueError, LookupError, TypeError, AttributeError):
            return problem(400)
        if not _NUMBER.fullmatch(dialled) or (caller and not _NUMBER.fullmatch(caller)):
            return problem(400)
        call = f"CA{secrets.token_hex(16)}"
        ticket = self._telephony.tickets.give(Announced(call, dialled, caller))
        headers = {"Access-Control-Allow-Origin": origin, "Vary": "Origin", "Cache-Control": "no-store"}
        return as_json({"call": call, "ticket": ticket}, 200, headers)
