"""One call by SIP: a `Leg` over an INVITE's dialog and its RTP (RFC 3261, RFC 3264)."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from aiosipua.dialog import Dialog, create_dialog_from_request
from aiosipua.message import SipResponse

from gateway.dialin.leg import DIGITS, FRAME, SILENCE, Caller, HangUp
from gateway.dialin.sip import messages, offer
from gateway.dialin.sip.messages import Names
from gateway.dialin.sip.offer import Offer
from gateway.dialin.sip.paths import Asked
from gateway.dialin.sip.rtp import Sound
from gateway.dialin.sip.ticking import Metronome, Repeating

_STATUS: Final = {HangUp.BUSY: 486, HangUp.NOT_SERVED: 404, HangUp.STOPPING: 503, HangUp.CALLER: 487}
"""How a call is refused that was not answered; any other reason is 480."""
_STILL: Final = 0.06
"""Seconds without sound after which silence is sent, so that NATs and the caller's telephone stay with us."""


class _State(Enum):
    RINGING = auto()
    UP = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a call needs to know of its surroundings."""

    address: str
    """Ours, as the caller's side reaches it."""
    contact: str
    rtp_timeout: float
    """Seconds without a packet after which the caller is lost; on hold nothing is expected."""
    metronome: Metronome
    gone: Callable[["SipCall"], None]
    """Called when nothing more is to be said about the call."""


class SipCall:
    """A call by SIP, from its INVITE to the answer to its BYE."""

    origin = "sip"

    def __init__(self, invite: Asked, called: Names, terms: Terms) -> None:
        self.id = f"sip-{secrets.token_hex(10)}"
        self.invite, self.names, self._terms = invite, called, terms
        request = invite.request
        self.dialled = messages.number(request.uri)
        self.caller = messages.caller(request)
        self.dialog: Dialog = create_dialog_from_request(request, local_tag=secrets.token_hex(8))
        self.dialog.remote_cseq = called.sequence
        self.sound: Sound | None = None
        self._port = 0
        self._versions = 0
        self._told: Caller | None = None
        self._state = _State.RINGING
        self._reason = HangUp.CALLER
        self._said: SipResponse | None = None
        self._repeating: Repeating | None = None
        self._prompt = b""
        self._at = 0
        self._played: asyncio.Future[bool] | None = None
        self.bye_branch = ""

    # ------------------------------------------------------------ as those see it who speak with the caller

    def answer(self) -> None:
        """Pick up: 200 with our answer, until it is acknowledged."""
        if self._state is not _State.RINGING or self.sound is None:
            return
        self._state = _State.UP
        self.dialog.confirm()
        self.sound.heard_at = asyncio.get_running_loop().time()
        self._accept(self.invite)
        self._terms.metronome.add(self._beat)

    async def play(self, sound: bytes) -> bool:
        """Play a prompt to its end, or until it is cut short."""
        self.interrupt()
        if self._state is not _State.UP:
            return False
        self._prompt, self._at = sound, 0
        played = self._played = asyncio.get_running_loop().create_future()
        whole: bool = await played
        return whole

    def interrupt(self) -> None:
        """Stop the prompt."""
        self._finish(whole=False)

    def send(self, frame: bytes) -> None:
        """Let the caller hear one frame now."""
        if self._state is _State.UP and self._played is None and self.sound is not None:
            self.sound.send(frame)

    def hang_up(self, reason: HangUp) -> None:
        """End the call: BYE, or a refusal when it was not answered."""
        if self._state is _State.OVER:
            return
        if self._state is _State.RINGING:
            self.refuse(_STATUS.get(reason, 480))
        else:
            self._say_bye()
        self._end(reason)

    # ------------------------------------------------------------ from the agent

    def begin(self, sound: Sound, port: int) -> None:
        """The call has its RTP socket."""
        self.sound, self._port = sound, port

    def tell(self, caller: Caller) -> None:
        """Tell this one what happens from now on, and what has happened."""
        self._told = caller
        if self._state is _State.OVER:
            caller.ended(self._reason)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._state is _State.OVER

    def ring(self) -> None:
        """Say that it rings."""
        if self._state is _State.RINGING:
            self._respond(self.invite, 180)

    def repeat(self) -> None:
        """The INVITE came again: so does what was said to it last."""
        if self._said is not None:
            self.invite.answer(self._said)

    def refuse(self, status: int) -> None:
        """Refuse the INVITE, until that is acknowledged."""
        self._respond(self.invite, status)
        said = self._said
        if said is not None and not self.invite.path.reliable:
            self._repeat(lambda: self.invite.answer(said), lambda: self._terms.gone(self))
        else:
            self._terms.gone(self)

    def refused(self, status: int) -> None:
        """Refuse an INVITE that nobody was told of yet."""
        self.refuse(status)
        self._end(HangUp.BUSY)

    def acknowledged(self) -> None:
        """ACK came: nothing has to be said again."""
        if self._repeating is not None and not self.bye_branch:
            self._repeating.heard()
            self._repeating = None
            if self.over:
                self._terms.gone(self)

    def cancelled(self, asked: Asked) -> None:
        """CANCEL came: the INVITE is over if it was not answered yet (RFC 3261, section 9.2)."""
        self.respond(asked, 200)
        if self._state is _State.RINGING:
            self.refuse(487)
            self._end(HangUp.CALLER)

    def hung_up(self, asked: Asked) -> None:
        """BYE came."""
        self.respond(asked, 200)
        if self._repeating is not None:
            self._repeating.heard()
        if not self.over:
            self._end(HangUp.CALLER)
        self._terms.gone(self)

    def offered(self, asked: Asked) -> None:
        """Re-INVITE: another codec, another address, hold or no hold; without an offer a mere refresh. From
        now on we speak to where it came from.
        """
        text = messages.sdp_of(asked.request)
        changed = offer.read(text) if text else None
        if self._state is not _State.UP or self.sound is None:
            self.respond(asked, 491)
        elif text and changed is None:
            self.respond(asked, 488)
        else:
            self.invite = asked
            if changed is not None:
                self.sound.renew(changed)
            self._accept(asked)

    def info(self, asked: Asked) -> None:
        """INFO: a key, if it tells of one."""
        from gateway.dialin.sip.digits import of_info

        self.respond(asked, 200)
        key = of_info(asked.request.content_type or "", asked.request.text)
        if key:
            self.key(key)

    def bye_answered(self) -> None:
        """Our BYE was heard."""
        if self._repeating is not None:
            self._repeating.heard()
        self._terms.gone(self)

    def respond(self, asked: Asked, status: int) -> None:
        """Answer a request of this dialog that is no INVITE."""
        asked.answer(messages.answer(asked.request, status, self.dialog.local_tag))

    # ------------------------------------------------------------ from the sound

    def voice(self, frame: bytes) -> None:
        """The caller says something."""
        if self._told is not None and self._state is _State.UP:
            self._told.audio(frame)

    def key(self, key: str) -> None:
        """The caller pressed a key."""
        if self._told is not None and self._state is _State.UP and key in DIGITS:
            self._told.digit(key)

    # ------------------------------------------------------------ in itself

    def _accept(self, asked: Asked) -> None:
        if self.sound is None:
            return
        self._versions += 1
        text = offer.answer(
            self.sound.offer, self._terms.address, self._port, int(self.id[4:16], 16), self._versions
        )
        said = messages.answer(asked.request, 200, self.dialog.local_tag, self._terms.contact, text)
        self._said = said
        asked.answer(said)
        # by TCP too: the way may go on by UDP behind who sent it (RFC 3261, section 13.3.1.4)
        self._repeat(lambda: asked.answer(said), self._unacknowledged)

    def _unacknowledged(self) -> None:
        """Nobody acknowledged our 200 for 32 s: they are gone (RFC 3261, section 13.3.1.4)."""
        self._repeating = None
        if self._state is _State.UP:
            self.hang_up(HangUp.LOST)

    def _respond(self, asked: Asked, status: int) -> None:
        self._said = messages.answer(asked.request, status, self.dialog.local_tag, self._terms.contact)
        asked.answer(self._said)

    def _repeat(self, say: Callable[[], None], unheard: Callable[[], None]) -> None:
        if self._repeating is not None:
            self._repeating.heard()
        self._repeating = Repeating(say, unheard)

    def _say_bye(self) -> None:
        host, port = messages.host_port(self._terms.contact)
        path, to = self.invite.path, self.invite.source
        bye = self.dialog.create_request("BYE", via_host=host, via_port=port, via_transport=path.name)
        self.bye_branch = bye.via[0].branch or ""
        path.send(bye, to)
        self._repeat(lambda: None if path.reliable else path.send(bye, to), lambda: self._terms.gone(self))

    def _end(self, reason: HangUp) -> None:
        """Nothing is heard or said any more; whoever spoke with the caller is told."""
        self._state, self._reason = _State.OVER, reason
        self.dialog.terminate()
        self._terms.metronome.remove(self._beat)
        if self.sound is not None:
            self.sound.close()
        self._finish(whole=False)
        if self._told is not None:
            asyncio.get_running_loop().call_soon(self._told.ended, reason)

    def _beat(self, now: float) -> None:
        """20 ms are over: the prompt goes on, or silence keeps the line."""
        sound = self.sound
        if sound is None or self._state is not _State.UP:
            return
        if self._played is not None:
            frame = self._prompt[self._at : self._at + FRAME]
            self._at += FRAME
            sound.send(frame if len(frame) == FRAME else frame + SILENCE[len(frame) :])
            if self._at >= len(self._prompt):
                self._finish(whole=True)
        elif now - sound.sent_at > _STILL:
            sound.send(SILENCE)
        if not sound.offer.held and now - sound.heard_at > self._terms.rtp_timeout:
            self.hang_up(HangUp.LOST)

    def _finish(self, *, whole: bool) -> None:
        played, self._played = self._played, None
        if played is not None and not played.done():
            played.set_result(whole)


__all__ = ["Offer", "SipCall", "Terms"]
