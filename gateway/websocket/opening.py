"""The opening handshake: from the bytes of a request to the bytes of the answer, without I/O.

The library reads and checks the request (RFC 6455, section 4.2); what it refuses and what we refuse
is answered alike, with a JSON body.
"""

import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.headers import parse_subprotocol
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.streams import StreamReader
from websockets.typing import Subprotocol

from gateway.websocket.contract import Accept, Accepted, Handshake, Rejection

# At DEBUG the library would log whole frames, which hold what guests say.
QUIET: Final = logging.getLogger("gateway.websocket.library")
QUIET.setLevel(logging.WARNING)

# One for all requests: it judges each by itself, and keeps nothing that the next would see.
_LIBRARY: Final = ServerProtocol(logger=QUIET)
_SWITCHING: Final = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
)

END_OF_HEAD: Final = b"\r\n\r\n"

HEAD_TOO_LARGE: Final = Rejection(431, "head_too_large", "The request's headers are too large.")
FAILED: Final = Rejection(500, "internal_error", "The server could not open this connection. Try again.")
_NOT_HTTP: Final = Rejection(400, "bad_handshake", "This is not a valid HTTP/1.1 request.")
_WRONG_VERSION: Final = Rejection(
    426,
    "websocket_version",
    "Only version 13 of the WebSocket protocol is spoken here.",
    (("Sec-WebSocket-Version", "13"), ("Upgrade", "websocket")),
)


def answer(
    head: bytes, *, secure: bool, accept: Accept, failed: Callable[[Exception], None]
) -> tuple[bytes, Accepted | Rejection]:
    """Judge a whole request head, its empty line included; return what to send and what it says.

    An `accept` that raises is answered 500, and its error handed to `failed`.
    """
    request = _parse(head)
    if request is None:
        return refusal(_NOT_HTTP), _NOT_HTTP
    try:
        key, _, _ = _LIBRARY.process_request(request)
        return _ask(_handshake(request, secure), key, accept)
    except InvalidHandshake:
        rejection = _refused_by_library(request)
        return refusal(rejection), rejection
    except Exception as error:  # noqa: BLE001 - a bug above is answered, like anything else
        failed(error)
        return refusal(FAILED), FAILED


def refusal(rejection: Rejection) -> bytes:
    """Encode the HTTP answer of a rejection."""
    body = json.dumps({"code": rejection.code, "message": rejection.message}).encode()
    headers = Headers(
        {
            "Connection": "close",
            "Cache-Control": "no-store",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
    )
    headers.update(rejection.headers)
    phrase = HTTPStatus(rejection.status).phrase
    return Response(rejection.status, phrase, headers, body).serialize()


def _parse(head: bytes) -> Request | None:
    reader = StreamReader()
    reader.feed_data(head)
    try:
        next(Request.parse(reader.read_line))
    except StopIteration as parsed:
        request: Request = parsed.value
        return request
    except (InvalidHandshake, ValueError, EOFError, RuntimeError):
        pass
    return None


def _ask(handshake: Handshake, key: str, accept: Accept) -> tuple[bytes, Accepted | Rejection]:
    outcome = accept(handshake)
    if isinstance(outcome, Rejection):
        return refusal(outcome), outcome
    chosen = outcome.subprotocol
    if chosen is None:
        return (_SWITCHING + key + "\r\n\r\n").encode(), outcome
    if chosen not in handshake.subprotocols:
        raise ValueError("accept chose a subprotocol that was not offered")
    return (_SWITCHING + key + "\r\nSec-WebSocket-Protocol: " + chosen + "\r\n\r\n").encode(), outcome


def _refused_by_library(request: Request) -> Rejection:
    response = _LIBRARY.accept(request)
    versions = request.headers.get_all("Sec-WebSocket-Version")
    if response.status_code == 400 and versions and versions != ["13"]:
        return _WRONG_VERSION
    keep = tuple((k, v) for k, v in response.headers.raw_items() if k in ("Allow", "Upgrade"))
    message = bytes(response.body).decode().split("\n", 1)[0]
    return Rejection(response.status_code, "bad_handshake", message, keep)


def _handshake(request: Request, secure: bool) -> Handshake:
    headers = request.headers
    path, _, query = request.path.partition("?")
    return Handshake(
        path=path,
        query=query,
        origin=headers.get("Origin"),
        host=", ".join(headers.get_all("Host")),
        secure=secure,
        subprotocols=_offered(headers),
        headers=headers,
    )


def _offered(headers: Headers) -> tuple[Subprotocol, ...]:
    lists = map(parse_subprotocol, headers.get_all("Sec-WebSocket-Protocol"))
    return tuple(name for names in lists for name in names)
