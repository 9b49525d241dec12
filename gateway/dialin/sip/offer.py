"""What a caller's SDP offers, and what we answer (RFC 3264, RFC 4566). Sans-I/O."""

import ipaddress
from dataclasses import dataclass
from typing import Final, Literal

from aiosipua.sdp import MediaDescription, SdpMessage, parse_sdp

LONGEST: Final = 8_192
"""Characters of an offer that are looked at."""
Law = Literal["PCMU", "PCMA"]
_LAWS: Final[dict[str, Law]] = {"PCMU": "PCMU", "PCMA": "PCMA"}
_ANSWERS: Final = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
UNSPECIFIED: Final = ("0.0.0.0", "::")
"""An address that says "hold", as telephones said it before RFC 3264."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The part of an offer that we take: one audio stream of G.711, with or without telephone-events."""

    address: tuple[str, int]
    law: Law
    payload_type: int
    keys: int | None
    """The payload type of telephone-events, as the caller chose it; None without."""
    direction: str
    others: tuple[str, ...]
    """The media of each `m=` line, in order; all but the one that we take are refused."""
    taken: int
    """Which of those lines we take."""

    @property
    def held(self) -> bool:
        """Whether the caller wants to hear nothing: they have put us on hold."""
        return self.direction in ("sendonly", "inactive") or self.address[0] in UNSPECIFIED


def read(text: str) -> Offer | None:
    """Read an offer; None when nothing in it can be taken (SIP 488)."""
    if not 0 < len(text) <= LONGEST:
        return None
    try:
        sdp = parse_sdp(text)
    except (ValueError, TypeError, IndexError):  # the parser's, on what is no SDP
        return None
    for at, media in enumerate(sdp.media):
        if media.media == "audio" and media.port and media.proto.upper() in ("RTP/AVP", "RTP/AVPF"):
            offer = _audio(sdp, media, at)
            if offer is not None:
                return offer
    return None


def _audio(sdp: SdpMessage, media: MediaDescription, at: int) -> Offer | None:
    where = media.connection or sdp.connection
    if where is None or not 0 < media.port < 65_536 or not _is_address(where.address):
        return None
    law = next(
        (
            (one, codec.payload_type)
            for codec in media.codecs
            if (one := _LAWS.get(codec.encoding_name.upper())) and codec.clock_rate in (0, 8_000)
        ),
        None,
    )
    if law is None or not 0 <= law[1] < 128:
        return None
    keys = next(
        (one.payload_type for one in media.codecs if _is_keys(one.encoding_name, one.clock_rate)), None
    )
    direction = media.direction
    if not any(one in media.attributes for one in ("sendrecv", *_ANSWERS)):
        direction = next((one for one in _ANSWERS if one in sdp.attributes), "sendrecv")
    others = tuple(one.media for one in sdp.media)
    return Offer((where.address, media.port), law[0], law[1], keys, direction, others, at)


def _is_keys(name: str, rate: int) -> bool:
    return name.lower() == "telephone-event" and rate in (0, 8_000)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def answer(offer: Offer, address: str, port: int, session: int, version: int) -> str:
    """Write our answer: the same payload types as offered, and every other stream refused."""
    family = "IP6" if ":" in address else "IP4"
    lines = [
        "v=0",
        f"o=- {session} {version} IN {family} {address}",
        "s=-",
        f"c=IN {family} {address}",
        "t=0 0",
    ]
    for at, media in enumerate(offer.others):
        if at != offer.taken:
            lines.append(f"m={media} 0 RTP/AVP 0")
            continue
        keys = [] if offer.keys is None else [offer.keys]
        formats = " ".join(map(str, [offer.payload_type, *keys]))
        lines += [f"m=audio {port} RTP/AVP {formats}", f"a=rtpmap:{offer.payload_type} {offer.law}/8000"]
        lines += [
            line for one in keys for line in (f"a=rtpmap:{one} telephone-event/8000", f"a=fmtp:{one} 0-15")
        ]
        lines += ["a=ptime:20", f"a={_ANSWERS.get(offer.direction, 'sendrecv')}"]
    return "\r\n".join(lines) + "\r\n"
