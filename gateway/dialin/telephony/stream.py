"""One Media Streams connection: the leg of a call whose sound comes by WebSocket.

JSON in text frames; sound is base64 of mu-law, 8 kHz. `start` must come within five seconds, with a ticket.
What we send is played in order; `mark` comes back when all before it was heard, `clear` throws away what was
not.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable
from typing import Final

import msgspec

from gateway.dialin.leg import DIGITS, FRAME, RATE, Caller, HangUp
from gateway.dialin.telephony.events import Connected, Dtmf, Mark, Media, Start, Stop, read, write
from gateway.dialin.telephony.tickets import Announced
from gateway.dialin.telephony.twiml import TICKET
from gateway.websocket import Cut, Socket

START_WITHIN: Final = 5.0
AHEAD: Final = 2.0
"""Seconds of a prompt that are on their way before they are heard."""
CHUNK: Final = RATE // 2
"""Bytes of a prompt that are sent at a time."""
MARK_WITHIN: Final = 5.0
"""Seconds after a prompt's end at which it counts as heard, marked or not."""
LATE_BY: Final = 64
"""How many messages back one may come late and still be the first of its number."""
POLICY: Final = 1008
NORMAL: Final = 1000
Redeem = Callable[[str, str], Announced | None]
"""Uses a ticket up, given it and the call's id."""
Take = Callable[["Stream", str | None], Caller | None]
"""Takes the call, given its leg and what was typed."""


class Stream:
    """The receiver of one socket, and the leg of its call."""

    origin = "telephony"

    def __init__(self, redeem: Redeem, take: Take, account: str = "") -> None:
        self._redeem = redeem
        self._take = take
        self._account = account
        self._socket: Socket | None = None
        self._caller: Caller | None = None
        self._announced = Announced("", "", "")
        self._sid = ""
        self._reason: HangUp | None = None
        self._heard: asyncio.Future[bool] | None = None
        self._mark = ""
        self._plays = 0
        self._rest = b""
        self._newest = -1
        self._missing: set[int] = set()

    # ------------------------------------------------------------ the leg

    @property
    def id(self) -> str:
        """The call's id."""
        return self._announced.call

    @property
    def dialled(self) -> str:
        """The number that was called."""
        return self._announced.dialled

    @property
    def caller(self) -> str:
        """The caller's number."""
        return self._announced.caller

    def answer(self) -> None:
        """Do nothing: a call with a stream has been answered."""

    async def play(self, sound: bytes) -> bool:
        """Play a prompt, never much ahead of the caller's ear."""
        self.interrupt()
        if self._socket is None:
            return False
        loop = asyncio.get_running_loop()
        self._plays += 1
        self._mark = f"prompt-{self._plays}"
        heard: asyncio.Future[bool] = loop.create_future()
        self._heard = heard
        mine, began, sent = self._mark, loop.time(), 0
        while sent < len(sound):
            self._send_sound(sound[sent : sent + CHUNK])
            sent += CHUNK
            early = began + sent / RATE - AHEAD - loop.time()
            if early > 0:
                await asyncio.wait([heard], timeout=early)
            if heard.done():
                return heard.result()
        self._send({"event": "mark", "streamSid": self._sid, "mark": {"name": mine}})
        left = began + len(sound) / RATE + MARK_WITHIN - loop.time()
        await asyncio.wait([heard], timeout=left)
        if not heard.done():
            self._end_play(to_its_end=True)
        return heard.result()

    def interrupt(self) -> None:
        """Stop the prompt, and throw away what of it is on its way."""
        if self._heard is not None:
            self._end_play(to_its_end=False)
            self._send({"event": "clear", "streamSid": self._sid})

    def send(self, frame: bytes) -> None:
        """Let the caller hear a frame, unless a prompt is playing."""
        if self._heard is None:
            self._send_sound(frame)

    def hang_up(self, reason: HangUp) -> None:
        """End the stream, after which the call's instructions end the call."""
        if self._reason is None and self._socket is not None:
            self._reason = reason
            self._socket.close(NORMAL)

    # ------------------------------------------------------------ the socket

    def opened(self, socket: Socket) -> None:
        """The socket is open: `start` must come soon."""
        self._socket = socket
        socket.deadline(START_WITHIN, self._overdue)

    def message(self, data: bytes, text: bool) -> None:
        """Take one message; what is no JSON ends the stream, what is merely unknown does not."""
        if self._reason is not None:
            return
        try:
            message = read(data)
        except msgspec.ValidationError:
            return  # a new kind of event, or one that means nothing to us
        except msgspec.DecodeError:
            self._refuse("no JSON")
            return
        if isinstance(message, Start):
            self._start(message)
        elif self._caller is not None and not isinstance(message, Connected):
            self._live(message, self._caller)

    def closed(self, code: int, reason: str) -> None:
        """The socket is gone; without `stop` nobody knows why."""
        self._socket = None
        self._end_play(to_its_end=False)
        caller, self._caller = self._caller, None
        if caller is not None:
            caller.ended(self._reason or (HangUp.CALLER if code == NORMAL else HangUp.LOST))
        self._reason = self._reason or HangUp.LOST

    # ------------------------------------------------------------ messages

    def _start(self, message: Start) -> None:
        start = message.start
        format_ = start.media_format
        if self._caller is not None or self._sid:
            self._refuse("started twice")
            return
        if (format_.encoding, format_.sample_rate, format_.channels) != ("audio/x-mulaw", RATE, 1):
            self._refuse("not mu-law at 8 kHz")
            return
        if self._account and start.account_sid != self._account:
            self._refuse("another account")
            return
        announced = self._redeem(start.custom_parameters.get(TICKET, ""), start.call_sid)
        if announced is None:
            self._refuse("ticket")
            return
        self._announced, self._sid = announced, start.stream_sid
        self._is_new(message.sequence_number)
        if self._socket is not None:
            self._socket.clear_deadline()
        self._caller = self._take(self, announced.typed)
        if self._caller is None:
            self._reason = HangUp.BUSY
            self._close(NORMAL, "busy")

    def _live(self, message: Media | Dtmf | Mark | Stop, caller: Caller) -> None:
        late = self._newest
        if not self._is_new(message.sequence_number):
            return  # repeated
        if isinstance(message, Media):
            if message.media.track == "inbound" and self._newest > late:  # late sound is worse than none
                self._voice(message.media.payload, caller)
        elif isinstance(message, Dtmf):
            if message.dtmf.digit in DIGITS:
                caller.digit(message.dtmf.digit)
        elif isinstance(message, Mark):
            if message.mark.name == self._mark:
                self._end_play(to_its_end=True)
        else:
            self._reason = HangUp.CALLER
            self._close(NORMAL, "")

    def _is_new(self, number: str) -> bool:
        """Whether a message of this number comes for the first time; it may be a little late."""
        if not (number.isascii() and number.isdigit() and len(number) <= 12):
            return False
        at = int(number)
        if at > self._newest:
            self._missing |= set(range(max(self._newest + 1, at - LATE_BY), at))
            self._newest = at
            if len(self._missing) > LATE_BY:
                self._missing = {one for one in self._missing if one > at - LATE_BY}
            return True
        if at in self._missing:
            self._missing.discard(at)
            return True
        return False

    def _voice(self, payload: str, caller: Caller) -> None:
        try:
            sound = self._rest + base64.b64decode(payload, validate=True)
        except (binascii.Error, ValueError):
            return
        whole = len(sound) - len(sound) % FRAME
        for at in range(0, whole, FRAME):
            caller.audio(sound[at : at + FRAME])
        self._rest = sound[whole:]

    def _send_sound(self, sound: bytes) -> None:
        payload = base64.b64encode(sound).decode()
        self._send({"event": "media", "streamSid": self._sid, "media": {"payload": payload}})

    def _send(self, message: dict[str, object]) -> None:
        if self._socket is not None and self._reason is None:
            self._socket.send(write(message))

    def _end_play(self, *, to_its_end: bool) -> None:
        heard, self._heard = self._heard, None
        self._mark = ""
        if heard is not None and not heard.done():
            heard.set_result(to_its_end)

    def _refuse(self, why: str) -> None:
        if self._caller is not None:
            self._reason = HangUp.LOST
        if self._socket is not None:
            self._socket.cut(Cut.MALFORMED, POLICY, why)

    def _overdue(self) -> None:
        if self._socket is not None:
            self._socket.cut(Cut.HELLO, POLICY, "no start")

    def _close(self, code: int, why: str) -> None:
        if self._socket is not None:
            self._socket.close(code, why)
