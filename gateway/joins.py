"""One join in the log: from its hello to its end every line about it carries the same id.

The id is a keyed hash of what the page, or the call, names itself. So it is the same at another node after
`moved`, and after a drop, and tells nobody anything that a client has put into it. `socket` tells apart the
connections that one page had at a node.

    hello     a hello came (debug)                 moved     it was sent to another node, or to one of its own
    joined    it has its seat, or its dashboard    refused   it was not let in; `code` says why
    greeted   a call, or the bridge, may begin     ended     its connection is gone
    typed     a right PIN gave a call its seat
"""

from __future__ import annotations

from time import perf_counter
from typing import Final

from gateway.logs import own
from signaling import messages as wire
from signaling.session import Hello

KINDS: Final[dict[type, str]] = {
    wire.HelloLink: "link",
    wire.HelloSeat: "seat",
    wire.HelloStaff: "staff",
    wire.HelloPhone: "phone",
    wire.HelloBridge: "bridge",
}
"""What hellos are called in logs and metrics."""


def name_of(hello: Hello) -> str:
    """Give what a client calls itself, the same over all its connections."""
    return f"call {hello.call}" if isinstance(hello, wire.HelloPhone) else hello.page


def came(join: str, socket: int, kind: str) -> None:
    """Write that a hello came."""
    own.debug("hello", join=join, socket=socket, kind=kind)


def answered(join: str, socket: int, kind: str, began: float, message: wire.Message) -> None:
    """Write what a hello, or a typed PIN, was answered."""
    ms = round((perf_counter() - began) * 1000, 1)
    if isinstance(message, wire.Ready):
        how = message.resumed
        own.info(
            "joined",
            join=join,
            socket=socket,
            kind=kind,
            visit=message.visit,
            seat=message.seat,
            how=how,
            ms=ms,
        )
    elif isinstance(message, wire.ReadyStaff):
        own.info("joined", join=join, socket=socket, kind="dashboard", ms=ms)
    elif isinstance(message, wire.Error | wire.Bye):
        own.info("refused", join=join, socket=socket, kind=kind, code=message.code, ms=ms)
    elif isinstance(message, wire.Moved):
        own.info("moved", join=join, socket=socket, kind=kind)
    else:
        own.info(
            "typed" if isinstance(message, wire.Ok) else "greeted", join=join, socket=socket, kind=kind, ms=ms
        )


def ended(join: str, socket: int, code: int) -> None:
    """Write that a connection is gone, by its close code (RFC 6455, section 7.4)."""
    own.info("ended", join=join, socket=socket, code=code)
