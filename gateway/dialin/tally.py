"""What is counted of calls: told as it happens, never with a number, a PIN or a visit."""

from __future__ import annotations

from typing import Protocol

from gateway.dialin.leg import HangUp
from gateway.dialin.stages import Stage


class Tally(Protocol):
    """Hears what becomes of calls; nothing here waits or raises."""

    def began(self, origin: str) -> None:
        """A leg came in."""

    def stage(self, before: Stage | None, after: Stage | None) -> None:
        """A live leg came to another stage; None is before its first and after its last."""

    def refused(self, origin: str) -> None:
        """A call was not taken, for there were too many."""

    def set_up(self, seconds: float) -> None:
        """From a leg's coming in to the visits' first answer."""

    def pin(self, seconds: float) -> None:
        """From the first question for the PIN to the visits' yes."""

    def prompt(self, name: str) -> None:
        """A prompt was begun; the name of its first clip."""

    def ended(self, reason: HangUp) -> None:
        """A leg is over."""


class Untold:
    """The tally of nobody."""

    def began(self, origin: str) -> None:
        """Look away."""

    def stage(self, before: Stage | None, after: Stage | None) -> None:
        """Look away."""

    def refused(self, origin: str) -> None:
        """Look away."""

    def set_up(self, seconds: float) -> None:
        """Look away."""

    def pin(self, seconds: float) -> None:
        """Look away."""

    def prompt(self, name: str) -> None:
        """Look away."""

    def ended(self, reason: HangUp) -> None:
        """Look away."""
