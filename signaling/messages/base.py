"""What messages are made of: bounded texts and numbers, closed lists of words, and the two base classes."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Id = Annotated[int, Meta(ge=1, le=4294967295)]
Op = Annotated[str, Meta(min_length=1, max_length=40)]
Seq = Annotated[int, Meta(ge=0, le=9007199254740991)]
"""A sequence number; at most 2**53-1, which JavaScript still counts exactly."""
Minutes = Annotated[int, Meta(ge=0, le=1440)]
Short = Annotated[str, Meta(max_length=64)]
Token = Annotated[str, Meta(min_length=1, max_length=200)]
Name = Annotated[str, Meta(max_length=4096)]
"""A name as typed; made safe or refused (`bad_name`) by the visit, which keeps at most 64 characters."""

Role = Literal["provider", "patient", "guest", "phone", "interpreter"]
Standing = Literal["held", "waiting", "in", "left", "removed", "denied"]
Link = Literal["ok", "lost", "restoring", "none"]
How = Literal["browser", "phone", "both"]
Status = Literal["scheduled", "open", "in_progress", "lapsed", "completed", "cancelled", "ended"]
QualityWord = Literal["", "good", "poor", "bad"]
Via = Literal["email", "sms"]
LetterKind = Literal["invitation", "confirmation", "reminder", "change", "cancellation"]
Progress = Literal["queued", "sending", "sent", "failed"]
Why = Literal[
    "joined",
    "waiting",
    "early",
    "admitted",
    "left",
    "lost",
    "back",
    "moved",
    "removed",
    "denied",
    "renamed",
    "changed",
]
Farewell = Literal[
    "left",
    "removed",
    "denied",
    "moved",
    "rescheduled",
    "completed",
    "cancelled",
    "ended",
    "signed_out",
    "restarting",
]


class Message(Struct, tag_field="t", omit_defaults=True, frozen=True, kw_only=True, gc=False):
    """The base of every message; `t` is its name on the wire.

    `gc=False` keeps messages out of the cycle collector's sight, which is safe because none can be part of a
    cycle: they are frozen, their lists hold only parts made before them, and no list of theirs is changed
    afterwards.
    """


class Part(Struct, omit_defaults=True, frozen=True, kw_only=True, gc=False):
    """The base of what stands inside messages."""
