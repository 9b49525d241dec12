"""What a server answers, and what stands in an answer's place when there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import hiredis


@dataclass(frozen=True, slots=True)
class Fault:
    """What came instead of a reply.

    `away`: never sent. `lost`: sent, but no answer came, so it may have happened. `refused`: the server did
    not do it: it is loading, full, read-only or short of replicas. `noscript`, `moved`, `ask`: not done
    either, and what to do about it. `broken`: any other error, a bug or damaged data; it may be done in part.
    """

    kind: Literal["away", "lost", "refused", "noscript", "moved", "ask", "broken"]
    detail: str = ""


Reply = int | bytes | None | list["Reply"] | Fault

NOT_DONE: Final = frozenset({"away", "refused", "noscript", "moved", "ask"})
"""Kinds of faults that prove that the command had no effect."""
LOST: Final = Fault("lost", "the store did not answer")

_REFUSALS: Final = frozenset(
    {
        "BUSY",
        "CLUSTERDOWN",
        "LOADING",
        "MISCONF",
        "NOREPLICAS",
        "OOM",
        "READONLY",
        "TRYAGAIN",
        "UNBLOCKED",
    }
)


def fault_of(error: str) -> Fault:
    """Read an error of the server; its first word is its code (RESP, simple errors)."""
    code, _, rest = error.partition(" ")
    if code == "NOSCRIPT":
        return Fault("noscript")
    if code == "MOVED":
        return Fault("moved", rest)
    if code == "ASK":
        return Fault("ask", rest)
    if code in _REFUSALS:
        return Fault("refused", code)
    return Fault("broken", code)  # never the whole text: it may quote what we sent


def pack(*words: bytes | str | int) -> bytes:
    """Pack one command as the server reads it (RESP, arrays of bulk strings)."""
    packed: bytes = hiredis.pack_command(words)  # type: ignore[arg-type]  # its stub knows tuples of one
    return packed
