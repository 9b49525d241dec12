"""The webhooks of cloud telephony: a call comes in, a PIN was typed; and the greeting played meanwhile.

Every request must be signed (gateway/twilio.py). They may be repeated and come in any order: a call is
connected once, and until then each answer is as good as the first.
"""

from __future__ import annotations

import re
import struct
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from gateway.api.plain import Answer, Receive, Scope, Send, header, problem
from gateway.dialin.acts import Clip, ask_pin
from gateway.dialin.leg import RATE
from gateway.dialin.service import Service
from gateway.dialin.telephony import twiml
from gateway.dialin.telephony.tickets import Announced, Tickets
from gateway.twilio import is_signed

BASE: Final = "/dialin/telephony"
STREAM: Final = f"{BASE}/stream"
BODY_BYTES: Final = 16_384
FIELDS_AT_MOST: Final = 100
GREETINGS_KEPT: Final = 64

_CALL: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{3,14}", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9*#]{0,32}", re.ASCII)
_WITHHELD: Final = frozenset({"+266696687", "+7378742833", "+2562533", "+8566696", "+86282452253"})
"""What Twilio says for a number that it does not know or may not tell: ANONYMOUS, RESTRICTED and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """How the telephony reaches us, and how we know that it is it.

    `public` is the address that its console names; `own` the one of this very process, to which a call that
    it has greeted comes back. They differ where several processes stand behind `public`.
    """

    public: str
    own: str
    token: str
    account: str = ""

    def of(self, target: str) -> tuple[str, ...]:
        """Give the addresses that a request for this path and query may have been made to."""
        return tuple(dict.fromkeys((f"{self.public}{target}", f"{self.own}{target}")))

    @property
    def stream(self) -> str:
        """Where streams are to be opened."""
        return f"ws{self.own.removeprefix('http')}{STREAM}"


class Webhooks:
    """An ASGI application for what stands below `BASE`, the stream apart."""

    def __init__(
        self,
        service: Service,
        tickets: Tickets,
        addresses: Addresses,
        *,
        digits: int,
        refused: Callable[[str], None],
    ) -> None:
        self._service = service
        self._tickets = tickets
        self._addresses = addresses
        self._digits = digits
        self._refused = refused
        self._greetings: OrderedDict[str, bytes] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await (await self._answer(scope, receive)).send(scope, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path, method = scope["path"], scope["method"]
        if path.startswith(f"{BASE}/greeting/"):
            return self._greeting(path) if method in ("GET", "HEAD") else problem(405, {"Allow": "GET, HEAD"})
        if path not in (f"{BASE}/answer", f"{BASE}/pin"):
            return problem(404)
        if method != "POST":
            return problem(405, {"Allow": "POST"})
        body = await body_of(receive)
        if body is None:
            return problem(413, {"Connection": "close"})
        form = self._form(scope, body)
        if form is None:
            self._refused("signature")
            return problem(403)
        announced = self._announced(form)
        if announced is None:
            self._refused("form")
            return problem(400)
        said = self._called(announced) if path.endswith("/answer") else self._typed(announced, form)
        return Answer(200, said, twiml.TYPE, {"Cache-Control": "no-store"})

    # ------------------------------------------------------------ requests

    def _called(self, call: Announced) -> bytes:
        """A call comes in: greet it, and let it type."""
        if not self._service.has_room():
            self._refused("busy")
            return twiml.busy()
        own = f"{self._addresses.own}{BASE}"
        number = call.dialled.removeprefix("+")
        return twiml.ask(f"{own}/pin", f"{own}/greeting/{number}.wav", self._digits)

    def _typed(self, call: Announced, form: Mapping[str, str]) -> bytes:
        """Something was typed, or nothing: on to the stream, where the caller's way goes on."""
        digits = form.get("Digits", "")
        typed = digits if _DIGITS.fullmatch(digits) else ""
        ticket = self._tickets.give(Announced(call.call, call.dialled, call.caller, typed))
        if ticket is None:
            self._refused("replayed")
            return twiml.hang_up()
        return twiml.connect(self._addresses.stream, ticket)

    def _greeting(self, path: str) -> Answer:
        number = path.removeprefix(f"{BASE}/greeting/").removesuffix(".wav")
        if not path.endswith(".wav") or not _NUMBER.fullmatch(f"+{number}"):
            return problem(404)
        return Answer(
            200, self._greeting_of(f"+{number}"), "audio/wav", {"Cache-Control": "public, max-age=60"}
        )

    def _greeting_of(self, number: str) -> bytes:
        kept = self._greetings.get(number)
        if kept is None:
            language = self._service.tongues.language(number)
            clips = (Clip.GREETING, ask_pin(self._digits))
            kept = self._greetings[number] = wav(self._service.house.prompts.sound(number, language, clips))
            while len(self._greetings) > GREETINGS_KEPT:  # the path names the number, so anybody chooses it
                self._greetings.popitem(last=False)
        return kept

    # ------------------------------------------------------------ reading

    def _form(self, scope: Scope, body: bytes) -> dict[str, str] | None:
        """Read a signed form; None for one that is not."""
        query = scope["query_string"].decode("latin-1")
        target = scope["path"] + (f"?{query}" if query else "")
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_AT_MOST)
        except ValueError:
            return None
        given = header(scope, b"x-twilio-signature")
        signed = is_signed(self._addresses.token, self._addresses.of(target), fields, given)
        return dict(fields) if signed else None

    def _announced(self, form: Mapping[str, str]) -> Announced | None:
        call, dialled, caller = form.get("CallSid", ""), form.get("To", ""), form.get("From", "")
        account = self._addresses.account
        if not _CALL.fullmatch(call) or not _NUMBER.fullmatch(dialled):
            return None
        if account and form.get("AccountSid", "") != account:
            return None
        known = _NUMBER.fullmatch(caller) and caller not in _WITHHELD
        return Announced(call, dialled, caller if known else "")


async def body_of(receive: Receive) -> bytes | None:
    """Read a request's body; None when it is too large."""
    body = b""
    while True:
        message = await receive()
        piece: bytes = message.get("body", b"")
        body += piece
        if len(body) > BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return body


def wav(sound: bytes) -> bytes:
    """Put mu-law into a WAV file (RIFF; format 7, with the `fact` that it asks for)."""
    form = struct.pack("<HHIIHHH", 7, 1, RATE, RATE, 1, 8, 0)
    pad = b"\0" * (len(sound) % 2)
    chunks = (
        b"fmt "
        + struct.pack("<I", len(form))
        + form
        + b"fact"
        + struct.pack("<II", 4, len(sound))
        + b"data"
        + struct.pack("<I", len(sound))
        + sound
        + pad
    )
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
