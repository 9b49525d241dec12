"""The times of a connection: who was heard when, who must be pinged, beaten, cut, or given up.

All of it hangs on one place in the timer wheel; what happens between two questions of the wheel only
writes the wheel's time into a slot.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway.websocket.contract import Cut
from gateway.websocket.frames import PING_FRAME
from gateway.websocket.line import OPEN, Line
from gateway.websocket.switchboard import Switchboard
from gateway.websocket.wheel import NEVER

ABNORMAL: Final = 1006
LOST: Final = (ABNORMAL, "")
"""How a connection ended of which nobody said goodbye."""


class Watched(Line):
    """A line that pings a silent peer, cuts a dead one, and keeps one deadline for its user."""

    __slots__ = (
        "_beat",
        "_begun",
        "_bytes_left",
        "_deadline",
        "_frames_left",
        "_heard",
        "_on_deadline",
        "_parting",
        "_pinged",
        "slot",
    )

    def __init__(self, switchboard: Switchboard) -> None:
        super().__init__(switchboard)
        self.slot = 0
        self._beat = b""
        self._begun = self._deadline = NEVER
        self._heard = self._pinged = 0.0
        self._on_deadline: Callable[[], None] | None = None
        self._frames_left = switchboard.limits.message_burst
        self._bytes_left = switchboard.limits.byte_burst
        self._parting = LOST

    def deadline(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back once in so many seconds (to within a tick), unless the socket is closed before.

        There is one deadline at most: a new one replaces the old.
        """
        if self._phase == OPEN:
            self._on_deadline = callback
            self._arm(seconds)

    def clear_deadline(self) -> None:
        """Forget the deadline."""
        if self._phase == OPEN:
            self._deadline = NEVER
            self._on_deadline = None

    def due(self, now: float) -> float:
        """Do what time asks for; return when to be asked again. Called by the wheel."""
        if self._phase == OPEN:
            try:
                return self._watch(now)
            except Exception as error:  # noqa: BLE001 - a bug above must not stop everybody's clock
                self._receiver_failed(error)
                return NEVER  # closing has armed the wheel itself
        if now >= self._deadline:
            self.abort()
            return NEVER
        return self._deadline

    def _receiver_failed(self, error: Exception) -> None:
        raise NotImplementedError

    def _arm(self, seconds: float) -> None:
        wheel = self._switchboard.wheel
        self._deadline = wheel.now + seconds
        wheel.arm(self, self._deadline)

    def _start_watch(self) -> None:
        """The handshake is done: from here on silence counts."""
        switchboard = self._switchboard
        self._deadline = NEVER
        self._spoke = self._heard = switchboard.wheel.now - switchboard.first_silence()
        switchboard.wheel.arm(self, self._next_due())

    def _hear(self, now: float) -> None:
        """The peer is there; its allowance grows with the time since it was last heard."""
        limits = self._switchboard.limits
        passed = now - self._heard
        self._frames_left = min(limits.message_burst, self._frames_left + passed * limits.messages_per_second)
        self._bytes_left = min(limits.byte_burst, self._bytes_left + passed * limits.bytes_per_second)
        self._heard = now

    def _watch(self, now: float) -> float:
        if now >= self._deadline:
            self._call_deadline()
        if self._is_silent(now):
            self._switchboard.observer.silent(self._switchboard.wheel.elapsed(self._heard))
            self._drop(Cut.SILENT)
        elif self._phase == OPEN:
            due = self._next_due()
            if now < due:
                return due
            self._show_life(now)
        return self._next_due() if self._phase == OPEN else NEVER

    def _is_silent(self, now: float) -> bool:
        limits = self._switchboard.limits
        if now - self._begun >= limits.message_timeout:
            return True
        return self._pinged > self._heard and now - self._pinged >= limits.cut_after

    def _show_life(self, now: float) -> None:
        """Ping and beat; a little early for one of the two, so that an idle peer costs one write."""
        limits = self._switchboard.limits
        soon = now + limits.ping_after / 6
        ping = self._pinged <= self._heard and soon - self._heard >= limits.ping_after
        beat = self._beat and soon - self._spoke >= limits.beat_after
        if ping:
            self._pinged = now
        if ping and beat:
            self.send_now(PING_FRAME + self._beat, frames=2)
        elif ping:
            self._send_control(PING_FRAME)
        elif beat:
            self.send_frame(self._beat)

    def _next_due(self) -> float:
        limits = self._switchboard.limits
        unanswered = self._pinged > self._heard
        silent = self._pinged + limits.cut_after if unanswered else self._heard + limits.ping_after
        quiet = self._spoke + limits.beat_after if self._beat else NEVER
        return min(silent, quiet, self._begun + limits.message_timeout, self._deadline)

    def _call_deadline(self) -> None:
        callback = self._on_deadline
        self.clear_deadline()
        if callback is not None:
            callback()

    def _peer_is_slow(self) -> None:
        self._drop(Cut.SLOW)

    def _drop(self, why: Cut) -> None:
        """Cut a peer to whom nothing can be said."""
        self._switchboard.observer.cut(why)
        self._parting = (ABNORMAL, why.value)
        self.abort()
