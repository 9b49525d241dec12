"""A leg: one telephone call, whatever carries it (R10).

An origin (cloud telephony, SIP) makes a `Leg` for each call and hands it to `Answering`; what answers gives
back the `Caller` whom the origin tells of digits, of sound and of the end. Everything happens in one event
loop, and nothing here may block it.

Sound is G.711 mu-law (ITU-T G.711), 8,000 samples a second, a byte each; a frame is 20 ms.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol

FRAME: Final = 160
"""Bytes of a frame."""
FRAME_SECONDS: Final = 0.02
RATE: Final = 8_000
"""Bytes of a second."""
SILENCE: Final = b"\xff" * FRAME
"""A frame in which nothing is heard (mu-law's zero)."""
DIGITS: Final = frozenset("0123456789*#")
"""The keys of a telephone; an origin passes over all else (A to D, RFC 4733)."""


class HangUp(StrEnum):
    """Why a leg ended."""

    CALLER = "caller"
    """The caller hung up."""
    LOST = "lost"
    """The call's sound or its connection broke off without a word."""
    LEFT = "left"
    """The visit let the caller go; told by it after `leave`."""
    REMOVED = "removed"
    """The provider put the caller out, or turned them away."""
    ENDED = "ended"
    """The visit is over, or has moved to another time."""
    MISSED = "missed"
    """Three PINs that were not found."""
    SILENT = "silent"
    """Nobody typed."""
    EARLY = "early"
    """Told when to call back."""
    OVER = "over"
    """The PIN's time is over."""
    FULL = "full"
    """As many telephones as the visit takes."""
    BUSY = "busy"
    """We could not take the call: too many, or the visits are out of reach."""
    NOT_SERVED = "not_served"
    """Nobody has the dialled number."""
    LONG = "long"
    """A call that was as long as a call may be."""
    STOPPING = "stopping"
    """This process is being stopped."""
    FAILED = "failed"
    """A mistake of ours."""


class Leg(Protocol):
    """One call, as those see it who speak with its caller.

    After `hang_up`, and after the origin has said `Caller.ended`, every method does nothing.
    """

    @property
    def id(self) -> str:
        """The call's id, as its origin names it: at most 64 characters, never used again."""

    @property
    def dialled(self) -> str:
        """The number that was called, E.164."""

    @property
    def caller(self) -> str:
        """The caller's number, E.164; "" when it is withheld. Never to be logged."""

    @property
    def origin(self) -> str:
        """What carries it, for metrics: "telephony" or "sip"."""

    def answer(self) -> None:
        """Pick up. Until then nothing is heard; of a leg that came answered, nothing."""

    async def play(self, sound: bytes) -> bool:
        """Play a prompt, mu-law; returns once it was heard. True if to its end, False if it was cut short by
        `interrupt`, by another `play` or by the end of the call. While one is played, `send` is not heard.
        """

    def interrupt(self) -> None:
        """Stop the prompt at once, and what is on its way to the caller's ear."""

    def send(self, frame: bytes) -> None:
        """Let the caller hear one frame now; to be called every 20 ms while there is something to hear."""

    def hang_up(self, reason: HangUp) -> None:
        """End the call. `Caller.ended` follows with this reason, once, though not from inside this call."""


class Caller(Protocol):
    """Who is told what happens on a leg."""

    def digit(self, digit: str) -> None:
        """The caller pressed a key: one of `DIGITS`, once for each press."""

    def audio(self, frame: bytes) -> None:
        """The caller's voice: one frame; lost ones are left out."""

    def ended(self, reason: HangUp) -> None:
        """The call is over: the last that is said of a leg, and said once."""


class Answering(Protocol):
    """Takes calls."""

    def __call__(self, leg: Leg) -> Caller | None:
        """Take a call, or not: None is for the origin to refuse as busy (SIP 486, TwiML `<Reject>`).

        It may be called before or after the call is answered: who takes it calls `answer` first.
        """
