"""A caller by SIP, made of sockets and text alone, so that it checks ours; and its RTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Self

from gateway.dialin.leg import FRAME, Caller, HangUp, Leg
from gateway.dialin.sip import Origin, serving

KEYS: Final = "0123456789*#"
_numbers = count(1)


@dataclass(slots=True)
class Terms:
    """Settings of an origin, as tests like them."""

    sip_bind: str = "127.0.0.1:0"
    sip_address: str = ""
    sip_allow: tuple[str, ...] = ("127.0.0.1/32",)
    sip_calls: int = 100
    sip_calls_per_source: int = 100
    sip_calls_per_second: float = 1_000.0
    sip_burst: int = 1_000
    sip_number: str = "+15550100"
    rtp_first: int = 30_000
    rtp_last: int = 39_999
    rtp_timeout_seconds: float = 30.0


class Heard:
    """Who is told what happens on a leg, and remembers it."""

    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self.keys = ""
        self.frames: list[bytes] = []
        self.over: asyncio.Future[HangUp] = asyncio.get_running_loop().create_future()

    def digit(self, digit: str) -> None:
        """A key."""
        self.keys += digit

    def audio(self, frame: bytes) -> None:
        """A frame."""
        self.frames.append(frame)

    def ended(self, reason: HangUp) -> None:
        """The end, said once."""
        self.over.set_result(reason)


@dataclass(slots=True)
class House:
    """An origin and the legs that came in; `answers` is whether they are picked up at once."""

    origin: Origin
    legs: list[Heard] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.origin.port


@asynccontextmanager
async def house(
    terms: Terms | None = None, *, answers: bool = True, takes: bool = True
) -> AsyncIterator[House]:
    """Run an origin alone, without visits behind it."""
    legs: list[Heard] = []

    def answering(leg: Leg) -> Caller | None:
        if not takes:
            return None
        legs.append(Heard(leg))
        if answers:
            leg.answer()
        return legs[-1]

    async with serving(terms or Terms(), answering) as origin:
        yield House(origin, legs)


class Datagrams(asyncio.DatagramProtocol):
    """A UDP socket that keeps what comes."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, host: str = "127.0.0.1") -> Self:
        """Bind to any port."""
        _, made = await asyncio.get_running_loop().create_datagram_endpoint(cls, local_addr=(host, 0))
        return made

    def connection_made(self, transport: Any) -> None:
        """Remember the socket."""
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Keep a packet."""
        self.came.put_nowait((data, addr))

    @property
    def port(self) -> int:
        """Its own port."""
        assert self.transport is not None
        port: int = self.transport.get_extra_info("sockname")[1]
        return port

    def send(self, data: bytes, port: int) -> None:
        """Send to a port of this machine."""
        assert self.transport is not None
        self.transport.sendto(data, ("127.0.0.1", port))

    def close(self) -> None:
        """Close the socket."""
        assert self.transport is not None
        self.transport.close()


class Dialler:
    """One call, step by step."""

    def __init__(self, to: int, sip: Datagrams, rtp: Datagrams) -> None:
        self.to, self.sip, self.rtp = to, sip, rtp
        self.call = f"call-{next(_numbers)}@test"
        self.branch = f"z9hG4bK{next(_numbers)}"
        self.tag, self.sequence, self.their_tag = "me", 1, ""
        self.number, self.own_number = "visit", "+15550142"
        self.their_rtp = 0
        self._rtp_sequence, self._rtp_time = 0, 0

    def offer(self, *, law: int = 0, keys: int | None = 101, port: int = 0, direction: str = "") -> str:
        """An offer of G.711."""
        port = port or self.rtp.port
        formats = f"{law}" if keys is None else f"{law} {keys}"
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
        lines += [f"m=audio {port} RTP/AVP {formats}"]
        lines += [] if keys is None else [f"a=rtpmap:{keys} telephone-event/8000"]
        lines += [f"a={direction}"] if direction else []
        return "\r\n".join(lines) + "\r\n"

    def message(self, method: str, body: str = "", kind: str = "application/sdp", **changes: str) -> bytes:
        """Spell a request; a header given as "" is left out."""
        to = f"<sip:{self.number}@127.0.0.1>{f';tag={self.their_tag}' if self.their_tag else ''}"
        headers = {
            "Via": f"SIP/2.0/UDP 127.0.0.1:{self.sip.port};branch={self.branch};rport",
            "From": f"<sip:{self.own_number}@127.0.0.1>;tag={self.tag}",
            "To": to,
            "Call-ID": self.call,
            "CSeq": f"{self.sequence} {method}",
            "Contact": f"<sip:me@127.0.0.1:{self.sip.port}>",
            "Max-Forwards": "70",
            **({"Content-Type": kind} if body else {}),
            "Content-Length": str(len(body)),
        }
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        lines = [f"{name}: {value}" for name, value in headers.items() if value]
        head = "\r\n".join([f"{method} sip:{self.number}@127.0.0.1 SIP/2.0", *lines])
        return f"{head}\r\n\r\n{body}".encode()

    def say(self, method: str, body: str = "", kind: str = "application/sdp", **changes: str) -> None:
        """Send a request."""
        self.sip.send(self.message(method, body, kind, **changes), self.to)

    def next(self) -> None:
        """Go on to the next request of the dialog."""
        self.sequence += 1
        self.branch = f"z9hG4bK{next(_numbers)}"

    async def hear(self, status: int | str, within: float = 5.0) -> str:
        """Wait for an answer of this status, or a request of this name; pass over others."""
        async with asyncio.timeout(within):
            while True:
                text = (await self.sip.came.get())[0].decode()
                first = text.split("\r\n")[0]
                if first.startswith((f"SIP/2.0 {status} ", f"{status} ")):
                    self._learn(text)
                    return text

    def _learn(self, text: str) -> None:
        tag = re.search(r"^To:.*;tag=([^;\r\n]+)", text, re.MULTILINE | re.IGNORECASE)
        if text.startswith("SIP/2.0 ") and tag:
            self.their_tag = tag[1]
        media = re.search(r"^m=audio (\d+)", text, re.MULTILINE)
        if media:
            self.their_rtp = int(media[1])

    async def talk(self, **offer: Any) -> str:
        """Call, be answered, acknowledge; give the 200."""
        self.say("INVITE", self.offer(**offer))
        answer = await self.hear(200)
        self.say("ACK", CSeq=f"{self.sequence} ACK")
        return answer

    # ------------------------------------------------------------ RTP

    def packet(self, payload: bytes, kind: int = 0, *, timestamp: int | None = None) -> bytes:
        """Spell an RTP packet; time goes on by what it holds."""
        self._rtp_sequence = (self._rtp_sequence + 1) & 0xFFFF
        at = self._rtp_time if timestamp is None else timestamp
        if timestamp is None:
            self._rtp_time += FRAME
        return (
            bytes([0x80, kind])
            + self._rtp_sequence.to_bytes(2, "big")
            + at.to_bytes(4, "big")
            + b"SSRC"
            + payload
        )

    def voice(self, frame: bytes, kind: int = 0) -> None:
        """Say a frame."""
        self.rtp.send(self.packet(frame, kind), self.their_rtp)

    def press(self, key: str, kind: int = 101, *, lost: Callable[[int], bool] = lambda _: False) -> None:
        """Press a key: five packets and three ends; `lost` says which of the eight never leave."""
        at, self._rtp_time = self._rtp_time, self._rtp_time + 8 * FRAME
        for number in range(8):
            end = number >= 5
            said = bytes([KEYS.index(key), 0x8A if end else 0x0A]) + (FRAME * min(number + 1, 6)).to_bytes(
                2, "big"
            )
            data = self.packet(said, kind, timestamp=at)
            if not lost(number):
                self.rtp.send(data, self.their_rtp)

    def types(self, digits: str) -> None:
        """Press keys, one after the other."""
        for digit in digits:
            self.press(digit)

    async def hears(self, sound: bytes, within: float = 10.0) -> None:
        """Wait until this sound, mu-law, was heard from its beginning to its end."""
        heard = b""
        async with asyncio.timeout(within):
            while sound not in heard:
                heard += (await self.rtp.came.get())[0][12:]


@asynccontextmanager
async def dialler(to: int, host: str = "127.0.0.1") -> AsyncIterator[Dialler]:
    """Somebody at this address who calls this port."""
    sip, rtp = await Datagrams.open(host), await Datagrams.open(host)
    try:
        yield Dialler(to, sip, rtp)
    finally:
        sip.close()
        rtp.close()
