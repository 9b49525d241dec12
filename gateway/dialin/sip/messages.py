"""SIP messages as they come and go (RFC 3261): read with care, answered to where they came from. Sans-I/O."""

import re
from dataclasses import dataclass
from typing import Final

from aiosipua.headers import parse_via, stringify_via
from aiosipua.message import SipMessage, SipRequest, SipResponse, missing_required_headers

ALLOW: Final = "INVITE, ACK, BYE, CANCEL, INFO, OPTIONS, UPDATE"
_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}")
_USER: Final = re.compile(r"(?:sips?|tel):([^@;>?]{1,64})", re.IGNORECASE)
_AGENT: Final = "Vestibule"
REASONS: Final = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What tells one request from all others: the call, who asks, and which of their requests it is."""

    call: str
    from_tag: str
    to_tag: str
    branch: str
    sequence: int
    method: str


def read(data: bytes) -> SipRequest | SipResponse | None:
    """Read a message; None for what is none."""
    try:
        return SipMessage.parse(data)
    except (ValueError, IndexError, AttributeError):  # the parser's, on what is no SIP
        return None


def names(message: SipRequest | SipResponse) -> Names | None:
    """Read what a message is about; None when a part that has to be there is not, or makes no sense."""
    if isinstance(message, SipRequest) and missing_required_headers(message):
        return None
    try:
        vias, sequence = message.via, message.cseq
        sender, receiver = message.from_addr, message.to_addr
        call = message.call_id or ""
        if not vias or sequence is None or sender is None or receiver is None or not call or not sender.tag:
            return None
        if isinstance(message, SipRequest) and sequence.method.upper() != message.method.upper():
            return None
        return Names(
            call, sender.tag, receiver.tag or "", vias[0].branch or "", sequence.seq, sequence.method.upper()
        )
    except (ValueError, IndexError, AttributeError, TypeError):
        return None


def stamp(request: SipRequest, source: tuple[str, int]) -> None:
    """Write into the topmost Via where the request came from (RFC 3261, 18.2.1; RFC 3581)."""
    raw = request.headers.get("via")
    via = parse_via(raw[0])
    via.params["received"] = source[0]
    if "rport" in via.params:
        via.params["rport"] = str(source[1])
    rest = list(raw[1:])
    request.headers.remove("Via")
    for value in (stringify_via(via), *rest):
        request.headers.append("Via", value)


def back_to(request: SipRequest, source: tuple[str, int]) -> tuple[str, int]:
    """Where an answer by UDP goes: to the port it came from if they asked so (RFC 3581), else to the one that
    the Via names.
    """
    via = request.via[0]
    return source if "rport" in via.params else (source[0], via.port or 5060)


def answer(request: SipRequest, status: int, tag: str = "", contact: str = "", sdp: str = "") -> SipResponse:
    """Make an answer to a request. `tag` is ours, and goes into To where none stands yet."""
    response = SipResponse(status_code=status, reason_phrase=REASONS[status])
    for via in request.headers.get("via"):
        response.headers.append("Via", via)
    if status < 300:
        for route in request.headers.get("record-route"):
            response.headers.append("Record-Route", route)
    for name in ("From", "To", "Call-ID", "CSeq"):
        value = request.headers.get_first(name) or ""
        if name == "To" and tag and status > 100 and ";tag=" not in value.lower():
            value += f";tag={tag}"
        response.headers.set_single(name, value)
    if contact:
        response.headers.set_single("Contact", contact)
    if status in (200, 405):
        response.headers.set_single("Allow", ALLOW)
    response.headers.set_single("Server", _AGENT)
    if sdp:
        response.headers.set_single("Content-Type", "application/sdp")
        response.text = sdp
    return response


def number(address: str) -> str:
    """Give the telephone number in a SIP or tel URI, as in E.164 where it says so; "" when there is none."""
    found = _USER.search(address)
    user = re.sub(r"[-. ()]", "", found[1]) if found else ""
    return user if _NUMBER.fullmatch(user) else ""


def caller(request: SipRequest) -> str:
    """Give the caller's number: the one that the carrier asserts (RFC 3325), else that of From; "" when it is
    withheld.
    """
    if "id" in (request.get_header("privacy") or "").lower():
        return ""
    asserted = request.get_header("p-asserted-identity")
    return number(asserted or request.get_header("from") or "")


def sdp_of(request: SipRequest) -> str:
    """Give the offer that a request carries; "" when it carries none."""
    kind = (request.content_type or "").split(";")[0].strip().lower()
    return request.text if request.body and kind == "application/sdp" else ""


def host_port(contact: str) -> tuple[str, int]:
    """Take our Contact apart: `<sip:host:port;transport=tcp>`."""
    where = contact.removeprefix("<sip:").partition(";")[0].rstrip(">")
    host, _, port = where.rpartition(":")
    return host, int(port)
