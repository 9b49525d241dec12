"""Wire and engine: the only place where both vocabularies meet.

`command` reads what a client asks, `error` answers with a refusal. How a visit looks is `views`' part, what
an outcome means for whom `telling`'s; both are given on here, and whoever speaks for visits imports this
module alone. `outgoing` is called right after `Visit.handle`, and what it answers is held until the change is
saved.
"""

from collections.abc import Callable
from typing import Any, Final

from engine import asking as ask
from engine.asking import By
from engine.clinic import Clinic
from engine.commands import Command
from engine.ids import InvitationId, OpId, SeatId
from engine.refusals import Refused
from signaling import messages as wire
from signaling import words
from signaling.telling import (
    Close,
    Outgoing,
    ToBoard,
    ToConnection,
    ToSeat,
    ToWatchers,
    bye,
    outgoing,
    resync,
)
from signaling.views import Audience, details, door, inside, participant, ready, row, row_changed, visit_info

__all__ = [
    "Audience",
    "Close",
    "Outgoing",
    "ToBoard",
    "ToConnection",
    "ToSeat",
    "ToWatchers",
    "bye",
    "command",
    "details",
    "door",
    "error",
    "inside",
    "outgoing",
    "participant",
    "ready",
    "resync",
    "row",
    "row_changed",
    "visit_info",
]


OpOf = Callable[[str], OpId]
"""What a visit remembers of the text that a client gave as `op`: never the text itself (R15)."""

_SIMPLE: Final[dict[type, Callable[[Any, By, OpOf], Command]]] = {
    wire.Admit: lambda it, by, op: ask.Admit(op(it.op), by, SeatId(it.seat)),
    wire.Deny: lambda it, by, op: ask.Deny(op(it.op), by, SeatId(it.seat)),
    wire.Remove: lambda it, by, op: ask.Remove(op(it.op), by, SeatId(it.seat)),
    wire.Rename: lambda it, by, op: ask.Rename(op(it.op), by, SeatId(it.seat), it.name),
    wire.AskMute: lambda it, by, op: ask.AskMute(op(it.op), by, SeatId(it.seat)),
    wire.Lock: lambda it, by, op: ask.Lock(op(it.op), by, it.on),
    wire.Extend: lambda it, by, op: ask.Extend(op(it.op), by, it.minutes),
    wire.Complete: lambda it, by, op: ask.Complete(op(it.op), by),
    wire.Resend: lambda it, by, op: ask.Resend(op(it.op), by, InvitationId(it.invitation)),
    wire.Revoke: lambda it, by, op: ask.Revoke(op(it.op), by, InvitationId(it.invitation)),
}


def command(message: wire.FromClient, by: By, op: OpOf) -> Command | Refused:
    """Read a request to run the visit; who asks is `by`, and `op` names the operation. Everything else a
    client says is not one: `bad_message`.

    Hellos, `leave` and `media` speak of a connection, which only their reader knows.
    """
    read = _SIMPLE.get(type(message))
    return read(message, by, op) if read is not None else Refused("bad_message")


def error(
    id: int,  # noqa: A002  (the message's own word)
    refused: Refused,
    clinic: Clinic | None,
    *,
    retry_ms: int = 0,
) -> wire.Error:
    """Answer a request with a refusal, in a person's words; without a clinic there is no number and no zone
    to say. `retry_ms`: when to try again, where that is known better than by the code.
    """
    return wire.Error(
        id=id,
        code=refused.code,
        message=words.refusal(refused, clinic),
        at=refused.at,
        retry_after_ms=retry_ms or words.retry_after(refused.code),
        number=words.number_for(refused.code, clinic),
        tries_left=refused.tries_left,
    )
