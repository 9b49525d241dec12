"""The whole origin: webhooks and streams of cloud telephony, to be put behind one port."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import structlog

from gateway.dialin.leg import Caller
from gateway.dialin.service import Service
from gateway.dialin.telephony.stream import Stream
from gateway.dialin.telephony.tickets import Tickets
from gateway.dialin.telephony.webhooks import STREAM, Addresses, Webhooks
from gateway.twilio import is_signed
from gateway.websocket import Accepted, Endpoint, Handshake, Observer, Rejection

UNSIGNED = Rejection(403, "signature_refused", "This request is not signed by the telephony.")
log = structlog.get_logger("telephony")


class Telephony:
    """Cloud telephony: `webhooks` is its ASGI application, `endpoint` takes its WebSockets.

    `pages`: origins of a demo's own pages, which are a telephone in the browser and cannot sign their
    handshake; their ticket is all they have.
    """

    def __init__(
        self,
        service: Service,
        addresses: Addresses,
        *,
        digits: int,
        pages: Collection[str] = (),
        observer: Observer | None = None,
        refused: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._service = service
        self.addresses = addresses
        self._refused = refused
        self.tickets = Tickets(time.monotonic)
        self.webhooks = Webhooks(service, self.tickets, addresses, digits=digits, refused=self._turned_away)
        self.endpoint = Endpoint(self._accept, path=STREAM, origins=pages, observer=observer)

    def _accept(self, handshake: Handshake) -> Accepted | Rejection:
        if handshake.path != STREAM:
            return Rejection(404, "not_found", "There is no stream at this address.")
        if handshake.origin is None and not self._is_signed(handshake):
            self._turned_away("handshake")
            return UNSIGNED
        return Accepted(Stream(self.tickets.redeem, self._take, self.addresses.account), text=True)

    def _is_signed(self, handshake: Handshake) -> bool:
        target = handshake.path + (f"?{handshake.query}" if handshake.query else "")
        urls = [f"ws{url.removeprefix('http')}" for url in self.addresses.of(target)]
        try:
            given = handshake.headers.get("X-Twilio-Signature", "")
        except LookupError:
            return False
        return is_signed(self.addresses.token, urls, (), given)

    def _take(self, leg: Stream, typed: str | None) -> Caller | None:
        return self._service.take(leg, typed=typed)

    def _turned_away(self, why: str) -> None:
        self._refused(why)
        log.warning("turned_away", why=why)
