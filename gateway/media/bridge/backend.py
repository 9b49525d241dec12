"""What mixes a visit's telephones with its browsers: a room for each visit. Two kinds stand behind this port,
the embedded one (aiortc) and a Janus server; settings choose.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from signaling.messages import IceServer

Candidate = dict[str, object]
"""An ICE candidate, as `RTCPeerConnection.addIceCandidate` takes it."""
Hear = Callable[[bytes], None]
"""Takes a frame for a telephone's ear."""
Speaking = Callable[[Sequence[str]], None]
"""Takes the seats whose telephones speak now, whenever they are others."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An SDP answer. `whole`: the browser hears everybody by it, other browsers too, so that it has to mute
    what comes from those directly.
    """

    sdp: str
    whole: bool = False


class Voice(Protocol):
    """One telephone in a room."""

    def say(self, frame: bytes) -> None:
        """The telephone says a frame."""

    def close(self) -> None:
        """The telephone is gone."""


class Room(Protocol):
    """One visit's sound."""

    async def telephone(self, seat: str, hear: Hear) -> Voice:
        """Let a telephone in; a second one at the same seat takes the first one's place."""

    async def offered(self, seat: str, pair: str, sdp: str, ice: Sequence[IceServer]) -> Answer:
        """Answer a browser's offer. Raises Unable.

        `pair` names its connection: another one replaces the one before, the same is one more offer for it.
        """

    async def candidate(self, seat: str, pair: str, candidate: Candidate | None) -> None:
        """Take one of the browser's ICE candidates; None when there are no more."""

    async def drop(self, seat: str) -> None:
        """Let a browser go, at once."""

    def browsers(self) -> frozenset[str]:
        """The seats whose browsers are connected, or becoming so."""

    async def close(self) -> None:
        """End everything."""


class Backend(Protocol):
    """Makes rooms."""

    async def open(self, visit: str, speaking: Speaking) -> Room:
        """Make the room of a visit. Raises Unable."""

    async def lost(self) -> None:
        """Wait until nothing can be mixed any more: the process ends then, and the next begins anew."""

    def helper(self) -> int:
        """Give the process id of a program that it runs beside this one; 0 for none."""

    async def close(self) -> None:
        """Stop; every room was closed before."""


class Unable(Exception):
    """The backend cannot do that now: what was offered makes no sense to it, or it is away."""
