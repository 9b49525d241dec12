"""What we answer to webhooks: TwiML, the language of cloud telephony."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import quoteattr

TYPE: Final = "text/xml"
GATHER_SECONDS: Final = 10
"""Between keys too, for `<Gather>` has one patience; the way goes on with six."""
TICKET: Final = "ticket"
"""The name of the stream's parameter."""


def ask(action: str, greeting: str, digits: int) -> bytes:
    """Play a greeting and take a PIN meanwhile; keys stop the greeting."""
    return _response(
        f'<Gather input="dtmf" numDigits="{digits}" timeout="{GATHER_SECONDS}" finishOnKey="#"'
        f' actionOnEmptyResult="true" method="POST" action={quoteattr(action)}>'
        f"<Play>{_text(greeting)}</Play></Gather>"
    )


def connect(stream: str, ticket: str) -> bytes:
    """Connect the call's sound, both ways; when the stream ends the call does."""
    return _response(
        f"<Connect><Stream url={quoteattr(stream)}>"
        f"<Parameter name={quoteattr(TICKET)} value={quoteattr(ticket)}/></Stream></Connect><Hangup/>"
    )


def busy() -> bytes:
    """Turn a call away, unanswered."""
    return _response('<Reject reason="busy"/>')


def hang_up() -> bytes:
    """End a call."""
    return _response("<Hangup/>")


def _response(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{body}</Response>'.encode()


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
