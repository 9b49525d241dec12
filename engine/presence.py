"""Who is there: seats, their standing, and the connections that hold them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.commands import Channel
from engine.events import Standing
from engine.ids import ConnectionId, Instant, InvitationId, PageId, SeatId, UserId
from engine.quality import Quality

KEPT: Final = 120_000
"""Milliseconds for which a place is kept after its connection is lost; then its holder has left."""

RESTORING: Final = 5_000
"""Milliseconds after a takeover in which a seat without a connection is `restoring`, not yet `lost`."""

PRESENT: Final = frozenset({Standing.HELD, Standing.WAITING, Standing.IN})
"""Who stands so holds a seat: they may resume it."""

NOBODY: Final = ConnectionId(0)
"""The number of no connection: the host counts its own from 1."""

UNKNOWN: Final = -1
"""`lost_since` of a connection that a snapshot names, until `restore` or `reattach` says what became of it.
"""


class Role(StrEnum):
    """What somebody is to the visit. `phone`: a guest who is there by telephone only."""

    PROVIDER = "provider"
    PATIENT = "patient"
    GUEST = "guest"
    PHONE = "phone"
    INTERPRETER = "interpreter"


GUESTS: Final = frozenset({Role.GUEST, Role.PHONE, Role.INTERPRETER})
"""The roles whose names are guest text: gone when the visit is over (R15)."""


class LinkState(StrEnum):
    """How a seat is connected; `none` when nobody holds it any more."""

    OK = "ok"
    LOST = "lost"
    RESTORING = "restoring"
    NONE = "none"


@dataclass(slots=True, kw_only=True, eq=False)
class Connection:
    """One browser or telephone at a seat: live, or lost and kept for 120 s. Times: 0 is never."""

    id: ConnectionId
    seat: SeatId
    channel: Channel
    page: PageId
    since: Instant
    entered: int = 0
    """Its turn among those that came into the call: of two browsers the later one makes the offer. 0: not in
    the call.
    """
    lost_since: Instant = 0
    restoring_until: Instant = 0
    mic: bool = False
    cam: bool = False
    screen: bool = False
    speaks: bool = False
    quality: Quality = Quality.NONE

    @property
    def live(self) -> bool:
        """Whether somebody is at the other end, as far as we know."""
        return not self.lost_since

    @property
    def due(self) -> Instant:
        """When time changes it next, for a lost one: from restoring to lost, then to gone."""
        return self.restoring_until or self.lost_since + KEPT


@dataclass(slots=True, kw_only=True, eq=False)
class Seat:
    """A person's place in the visit (D11), with at most one browser and one telephone.

    `proof` is the keyed hash of the secret that resumes it: a new browser at the seat brings a new one, and
    it is empty when none does. `credential` names the session or API key that a provider's seat stands on:
    with it ends what the secret is worth. `asks` says that only a provider's word lets its holder in: a
    caller under guessing, or somebody who was turned away before.
    """

    id: SeatId
    role: Role
    name: str
    standing: Standing
    since: Instant
    proof: str
    invitation: InvitationId | None = None
    user: UserId | None = None
    credential: str = ""
    asks: bool = False
    web: Connection | None = None
    phone: Connection | None = None

    @property
    def present(self) -> bool:
        """Whether somebody holds this seat: held, waiting or in, connected or not."""
        return self.standing in PRESENT

    @property
    def link(self) -> LinkState:
        """How the seat is connected, by the better of its two connections."""
        web, phone = self.web, self.phone
        if (web is not None and not web.lost_since) or (phone is not None and not phone.lost_since):
            return LinkState.OK
        kept = self.connections()
        if any(connection.restoring_until for connection in kept):
            return LinkState.RESTORING
        return LinkState.LOST if kept else LinkState.NONE

    @property
    def lost_since(self) -> Instant:
        """Since when nobody is connected; 0 when somebody is, or nobody holds the seat."""
        if self.link in (LinkState.OK, LinkState.NONE):
            return 0
        return max(connection.lost_since for connection in self.connections())

    def at(self, channel: Channel) -> Connection | None:
        """Return the connection by this channel, live or kept."""
        return self.web if channel is Channel.WEB else self.phone

    def put(self, channel: Channel, connection: Connection | None) -> None:
        """Set the connection by this channel."""
        if channel is Channel.WEB:
            self.web = connection
        else:
            self.phone = connection

    def connections(self) -> list[Connection]:
        """Return its connections, live and kept, the browser first."""
        return [connection for connection in (self.web, self.phone) if connection is not None]
