"""What happened in a visit: the values `Visit.handle` answers with.

Events are thin: they name what changed, and the visit itself is read for how it is now. They take effect
(published, dismissed, purged) only after the change they belong to is saved, when it is durable.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from engine.ids import ConnectionId, InvitationId, SeatId, UserId
from engine.refusals import Refused


class Standing(StrEnum):
    """Where a seat stands. `held`: before the visit opens; `waiting`: for the provider; `in`: in the call."""

    HELD = "held"
    WAITING = "waiting"
    IN = "in"
    LEFT = "left"
    REMOVED = "removed"
    DENIED = "denied"


class Status(StrEnum):
    """Where a visit stands in its life."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    LAPSED = "lapsed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ENDED = "ended"


OVER = frozenset({Status.COMPLETED, Status.CANCELLED, Status.ENDED})
"""The states without return: nobody holds a seat, guest text is gone."""


class Why(StrEnum):
    """Why a seat is shown anew; what others are told."""

    JOINED = "joined"
    WAITING = "waiting"
    EARLY = "early"
    ADMITTED = "admitted"
    LEFT = "left"
    LOST = "lost"
    BACK = "back"
    MOVED = "moved"
    REMOVED = "removed"
    DENIED = "denied"
    RENAMED = "renamed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class SeatChanged:
    """A seat is new or changed. `before` is its standing before the command, None when it is new.

    `media`: only what its browser sends has changed. `waited`: for how many milliseconds somebody waited
    who was admitted.
    """

    seat: SeatId
    why: Why
    before: Standing | None
    media: bool = False
    waited: int = field(default=0, compare=False)
    clinic_only: bool = False
    """Only what the clinic sees of it has changed."""
    speech: bool = False
    """With `media`: somebody on the telephone began or ceased to speak, which the clinic's lists show too."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection holds a seat now: it gets `ready`. `resumed`: by the seat's secret, so missed events may
    be replayed.
    """

    seat: SeatId
    connection: ConnectionId
    resumed: bool


Goodbye = Literal["left", "removed", "denied", "moved", "rescheduled", "completed", "cancelled", "ended"]
"""Why somebody is said goodbye to. `rescheduled` is for callers only: a page stays, and shows the new time.
"""


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A seat's connection must be told goodbye and closed."""

    connection: ConnectionId
    code: Goodbye
    seat: SeatId


class VisitWhy(StrEnum):
    """What changed about the visit itself."""

    OPENED = "opened"
    STARTED = "started"
    WARNED = "warned"
    LAPSED = "lapsed"
    EXTENDED = "extended"
    RESCHEDULED = "rescheduled"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    CHANGED = "changed"
    BRIDGED = "bridged"
    """The bridge of the visit's telephones came or went: told to those in the call."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class VisitChanged:
    """The visit's own facts changed. With OVER, guest text is gone from the visit and its links and PINs are
    dead.
    """

    why: VisitWhy


@dataclass(frozen=True, slots=True)
class InvitationChanged:
    """An invitation is new, or changed its state."""

    invitation: InvitationId


@dataclass(frozen=True, slots=True)
class MuteAsked:
    """Somebody in the call is asked to mute."""

    seat: SeatId
    by: str


@dataclass(frozen=True, slots=True)
class Audited:
    """A fact for the audit trail: who did what to which seat or invitation; ids only."""

    action: str
    by: UserId | SeatId | None
    target: str = ""


Event = SeatChanged | Connected | Dismissed | VisitChanged | InvitationChanged | MuteAsked | Audited


@dataclass(frozen=True, slots=True)
class Done:
    """A command was carried out. `durable`: the change must be saved before anybody hears of it.

    `seats_new` says that it gives somebody a new place in the visit (`held`, `waiting` or `in` who was not
    there before), which the save refuses past the visit's lapse by the store's own time (D1, B5). `created`
    is the id that an op made, also when the op is a repetition (then `events` is empty but for `Connected`).
    """

    events: tuple[Event, ...] = ()
    durable: bool = False
    seats_new: bool = False
    created: str = ""
    repeated: bool = False


Outcome = Done | Refused
