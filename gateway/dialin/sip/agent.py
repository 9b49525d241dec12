"""Where SIP requests come in: each goes to its call, opens one, or is refused; who may not speak to us gets
no answer at all (RFC 3261).
"""

import asyncio
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

import structlog
from aiosipua.message import SipResponse

from gateway.dialin.leg import RATE, Answering, HangUp
from gateway.dialin.sip import messages, offer
from gateway.dialin.sip.call import SipCall, Terms
from gateway.dialin.sip.gate import Gate
from gateway.dialin.sip.messages import Names
from gateway.dialin.sip.offer import Offer
from gateway.dialin.sip.paths import Address, Asked, Path
from gateway.dialin.sip.rtp import Sound
from gateway.dialin.sip.ticking import Metronome

_TRIES: Final = 20
"""RTP ports that are tried before a call is refused as busy."""
_Key = tuple[str, str, str]
"""Trunk, Call-ID, and the tag of who called."""

log = structlog.get_logger("vestibule.dialin")


class Place(Protocol):
    """Where we are, as settings say it."""

    def address_for(self, caller: str) -> str:
        """Our address, as somebody there reaches it."""

    def port_of(self, path: Path) -> int:
        """The port that we listen on, by this path."""

    @property
    def bind(self) -> str:
        """The address to which RTP sockets are bound."""

    @property
    def rtp_ports(self) -> range:
        """The even ports that RTP may use."""

    @property
    def rtp_timeout(self) -> float:
        """Seconds without a packet after which a caller is lost."""

    @property
    def number(self) -> str:
        """What was dialled when the URI names no number, like `sip:visit@127.0.0.1`."""


class Agent:
    """All calls by SIP of this process."""

    def __init__(
        self, answering: Answering, gate: Gate, place: Place, heard: Callable[[int, int, float], None]
    ) -> None:
        self._answering, self._gate, self._place, self._heard = answering, gate, place, heard
        self._calls: dict[_Key, SipCall] = {}
        self._byes: dict[str, SipCall] = {}
        self._counted: dict[str, str] = {}
        self._metronome = Metronome()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._empty = asyncio.Event()
        self.dropped = 0
        """Messages that got no answer: from strangers, or no SIP."""

    @property
    def live(self) -> int:
        """How many calls there are."""
        return self._gate.live

    def welcome(self, host: str) -> bool:
        """Whether somebody there may speak to us."""
        return self._gate.trunk(host) is not None

    def received(self, data: bytes, source: Address, path: Path) -> None:
        """Take one message. Nothing in it can do harm: what cannot be read is dropped, or gets a 400."""
        trunk = self._gate.trunk(source[0])
        message = messages.read(data) if trunk is not None else None
        if trunk is None or message is None:
            self.dropped += 1
            return
        about = messages.names(message)
        if isinstance(message, SipResponse):
            self._answered(message, about, trunk)
            return
        asked = Asked(message, source, path, trunk)
        if about is None:
            self._malformed(asked)
        else:
            messages.stamp(message, source)
            self._request(asked, about)

    async def close(self, patience: float) -> None:
        """Hang up everywhere, and wait a moment until that was heard."""
        self._closing = True
        for call in tuple(self._calls.values()):
            call.hang_up(HangUp.STOPPING)
        for task in tuple(self._tasks):
            task.cancel()
        if self._calls:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), patience)

    # ------------------------------------------------------------ requests

    def _request(self, asked: Asked, about: Names) -> None:
        if about.method == "INVITE" and not about.to_tag:
            self._invite(asked, about)
        elif about.method == "CANCEL":
            self._cancel(asked, about)
        elif about.method == "OPTIONS":
            self._say(asked, 200)
        else:
            self._in_dialog(asked, about)

    def _in_dialog(self, asked: Asked, about: Names) -> None:
        call = self._calls.get(_key(asked, about))
        if call is not None and about.method == "ACK":
            call.acknowledged()
            return
        if about.method == "ACK":
            return  # never answered
        if call is None or about.to_tag != call.dialog.local_tag:
            known = about.method in messages.ALLOW.split(", ")
            self._say(asked, 481 if known else 405)
        elif about.method == "BYE":
            call.hung_up(asked)
        elif about.sequence < call.dialog.remote_cseq:
            self._say(asked, 500)
        elif about.method == "INVITE":
            self._again(call, asked, about)
        elif about.method == "INFO":
            self._info(call, asked, about)
        elif about.method == "UPDATE":
            call.respond(asked, 488 if messages.sdp_of(asked.request) else 200)
        else:
            self._say(asked, 405)

    def _again(self, call: SipCall, asked: Asked, about: Names) -> None:
        if about.sequence == call.dialog.remote_cseq:
            call.repeat()
            return
        call.dialog.remote_cseq = about.sequence
        call.offered(asked)

    def _info(self, call: SipCall, asked: Asked, about: Names) -> None:
        if about.sequence == call.dialog.remote_cseq:
            call.respond(asked, 200)  # it came twice; the key was pressed once
            return
        call.dialog.remote_cseq = about.sequence
        call.info(asked)

    def _cancel(self, asked: Asked, about: Names) -> None:
        call = self._calls.get(_key(asked, about))
        if call is None or call.names.branch != about.branch:
            self._say(asked, 481)
        else:
            call.cancelled(asked)

    def _malformed(self, asked: Asked) -> None:
        """Say 400 where that can be routed, and else nothing; an ACK is never answered."""
        self.dropped += 1
        with suppress(ValueError, IndexError, AttributeError, TypeError):
            if asked.request.method.upper() != "ACK" and asked.request.via:
                self._say(asked, 400)

    def _say(self, asked: Asked, status: int) -> None:
        asked.answer(messages.answer(asked.request, status, secrets.token_hex(8)))

    def _answered(self, response: SipResponse, about: Names | None, trunk: str) -> None:
        """An answer to a BYE of ours, whatever it says: the call is over there too."""
        if about is not None and about.method == "BYE" and response.status_code >= 200:
            call = self._calls.get((trunk, about.call, about.to_tag))
            if call is not None and call.bye_branch == about.branch:
                call.bye_answered()

    # ------------------------------------------------------------ new calls

    def _invite(self, asked: Asked, about: Names) -> None:
        key, source = _key(asked, about), asked.source[0]
        known = self._calls.get(key)
        if known is not None:
            if known.names.sequence == about.sequence and known.names.branch == about.branch:
                known.repeat()
            else:
                self._say(asked, 482)
            return
        now = asyncio.get_running_loop().time()
        if self._closing or not self._gate.enter(source, now):
            self.dropped += 1  # silent: a flood gets nothing to work with
            return
        call = SipCall(asked, about, self._terms(source, asked.path))
        call.dialled = call.dialled or self._place.number
        self._calls[key] = call
        self._counted[call.id] = source
        self._empty.clear()
        offered = offer.read(messages.sdp_of(asked.request))
        if offered is None:
            call.refused(488)
            return
        task = asyncio.get_running_loop().create_task(self._open(call, offered))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("bug", error=type(error).__name__, where="sip")

    async def _open(self, call: SipCall, offered: Offer) -> None:
        """Give the call an RTP socket, let it ring, and hand it to who answers."""
        opened = await self._socket(call, offered)
        if call.over:  # cancelled meanwhile
            if opened is not None:
                opened[0].close()
            return
        if opened is None:
            call.refused(486)
            return
        call.begin(*opened)
        call.ring()
        caller = self._answering(call)
        if caller is None:
            call.refused(486)
        else:
            call.tell(caller)

    async def _socket(self, call: SipCall, offered: Offer) -> tuple[Sound, int] | None:
        loop = asyncio.get_running_loop()
        sound = Sound(
            offered,
            call.invite.source[0],
            ssrc=secrets.randbits(32),
            voice=call.voice,
            key=call.key,
            clock=loop.time,
        )
        ports = self._place.rtp_ports
        for _ in range(_TRIES):
            port = ports[secrets.randbelow(len(ports))]
            with suppress(OSError):
                family = socket.AF_INET6 if ":" in self._place.bind else socket.AF_INET
                bound = socket.socket(family, socket.SOCK_DGRAM)
                try:
                    bound.setblocking(False)
                    bound.bind((self._place.bind, port))
                except OSError:
                    bound.close()
                    raise
                await loop.create_datagram_endpoint(lambda: sound, sock=bound)
                return sound, port
        return None

    def _terms(self, source: str, path: Path) -> Terms:
        address = self._place.address_for(source)
        host = f"[{address}]" if ":" in address else address
        by = ";transport=tcp" if path.reliable else ""
        contact = f"<sip:{host}:{self._place.port_of(path)}{by}>"
        return Terms(address, contact, self._place.rtp_timeout, self._metronome, self._gone)

    def _gone(self, call: SipCall) -> None:
        if self._calls.pop(_key(call.invite, call.names), None) is None:
            return
        source = self._counted.pop(call.id, None)
        if source is not None:
            self._gate.leave(source)
        if call.sound is not None:
            got = call.sound.reception
            self._heard(got.received, got.lost, got.jitter / RATE)
        if not self._calls:
            self._empty.set()


def _key(asked: Asked, about: Names) -> _Key:
    """What tells a call from all others. RFC 3261 matches by Call-ID and tags alone (section 12.2.2), for any
    machine of a trunk may speak; but another trunk is somebody else, whatever tags it has seen.
    """
    return asked.trunk, about.call, about.from_tag
