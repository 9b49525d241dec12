"""What everybody sent, was answered and was told, with times of one clock: the material of a verdict.

Each entry is one immutable fact that a client, the one who breaks things, or the store stated. They are
appended as they happen, kept in memory, and written as one line of JSON each, so that a history can be
looked at, cut down and judged again: `python -m tests.faults.judge HISTORY`.

Times `at` are seconds of `time.monotonic()`, which all processes of a machine share. Instants, where a name
says so, are milliseconds since 1970 UTC by the server's one clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

UNKNOWN: Final = "unknown"
"""The outcome of a request that was given up before an answer came."""
OK: Final = ""
STEADY: Final = "lock"
"""What is asked over and over only to see how long answers take."""


class Entry(msgspec.Struct, frozen=True, tag=True, kw_only=True, omit_defaults=True):
    """One fact, and when it was noted."""

    at: float


# ---------------------------------------------------------------- sockets


class Opened(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody's hello is on its way on a new line. `node` names the process that answers there."""

    line: int
    who: str
    node: str


class Seated(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """`ready` came on a line: somebody has a seat, and the numbering of what they are told begins."""

    line: int
    who: str
    visit: str
    seat: str
    standing: str
    stream: str
    seq: int
    resumed: str
    sent: float
    """When its hello was sent."""
    now: int
    """The instant that it was, as the answer says."""
    asked: tuple[str, int] = ("", 0)
    """The position that the hello named."""


class Numbered(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """A numbered message came on a line. `words` is a hash of what it says."""

    line: int
    seq: int
    words: int


class Watching(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """A dashboard watches its clinic's day on a line, from this position on."""

    line: int
    who: str
    clinic: str
    stream: str
    seq: int
    resumed: str
    asked: tuple[str, int] = ("", 0)


class Shown(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """A dashboard shows a seat so from now on; `link` is "" once the seat or its visit is shown no more."""

    who: str
    visit: str
    seat: str
    link: str


class Awake(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """A dashboard heard something, so what it shows is what its server says. Noted once a second."""

    who: str


class Closed(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """A line is no more, as its client sees it; `code` 1006 when nobody said why."""

    line: int
    code: int


# ---------------------------------------------------------------- requests


class Asked(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody wants something done once, however often they have to say it. `op` names it for good.

    `what`: plan, join, resume, admit, invite, extend, rename, remove, leave, complete, guess, lock. `about`:
    the seat, the name, the label or the minutes that it is about.
    """

    op: str
    who: str
    what: str
    visit: str = ""
    about: str = ""


class Answered(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """The last word on a request: `code` is "" when it was done, UNKNOWN when no answer came in time.

    `made`: the id that it made. `line`: where the answer came, 0 over REST. `instant`: the lapse of a visit
    that was planned or extended.
    """

    op: str
    code: str
    made: str = ""
    line: int = 0
    sent: float = 0.0
    """When the request was last sent."""
    instant: int = 0


# ---------------------------------------------------------------- what was done to them, and what is left


class Fault(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """Something was broken (`over` false), or is whole again (`over` true)."""

    name: str
    target: str = ""
    over: bool = False
    blinds: bool = False
    """While it lasts nobody can be expected to know who is there: the store is away, or there is no node."""


class Struck(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """Something was done to a process, which owned these shards."""

    fault: str
    node: str
    shards: tuple[int, ...]


class Taken(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """A shard has a new epoch, so many seconds after its owner was struck."""

    fault: str
    shard: int
    after: float


class Away(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody is not connected from now on, without a word, until their next `Opened`."""

    who: str
    silently: bool = False
    """Their computer is off: not even a connection ended."""


class Gone(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody is done for good: they left, were put out, turned away, or their visit is over."""

    who: str
    why: str


class View(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody's page shows at the end, when all is quiet: seat -> "standing link"."""

    who: str
    visit: str
    seats: dict[str, str]


class StoredSeat(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A seat as it stands in the store."""

    standing: str
    name: str = ""


class Stored(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """A visit as the store holds it at the end. `lapses_at` is an instant; `labels` those of invitations."""

    visit: str
    status: str
    name: str
    lapses_at: int
    seats: dict[str, StoredSeat]
    labels: dict[str, str] = {}
    """Invitation -> label; after the end of a visit nobody knows labels and names any more."""


class Counted(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """How many guesses the store has counted, where only our clients guess."""

    guesses: int


class Owned(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """The epoch of a shard, as the store holds it at the end."""

    shard: int
    epoch: int


class Metric(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """A counter of a node's that has to stay 0, at the end."""

    node: str
    name: str
    value: float


class Bug(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """A node's log speaks of a bug, or a node ended by itself."""

    node: str
    what: str


class Calm(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """From now on nothing is broken any more; everybody has until the end to come back."""


AnyEntry = (
    Opened
    | Seated
    | Numbered
    | Watching
    | Shown
    | Awake
    | Closed
    | Asked
    | Answered
    | Fault
    | Struck
    | Taken
    | Away
    | Gone
    | View
    | Stored
    | Counted
    | Owned
    | Metric
    | Bug
    | Calm
)
Kind = TypeVar("Kind", bound=Entry)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(AnyEntry).decode


class History:
    """All entries, in the order of their times."""

    def __init__(self, entries: Iterable[AnyEntry] = ()) -> None:
        self.entries: list[AnyEntry] = list(entries)

    def add(self, entry: AnyEntry) -> None:
        """Note one more fact."""
        self.entries.append(entry)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Give the entries of one kind."""
        return [entry for entry in self.entries if type(entry) is kind]

    @property
    def ends(self) -> float:
        """When the last fact was noted."""
        return self.entries[-1].at if self.entries else 0.0

    def write(self, path: Path) -> None:
        """Write one line for each entry."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for entry in self.entries:
                file.write(_encode(entry) + b"\n")

    @classmethod
    def read(cls, path: Path) -> History:
        """Read what `write` wrote."""
        with path.open("rb") as file:
            return cls(_decode(line) for line in file)


def now() -> float:
    """Give the time of an entry that is noted now."""
    return time.monotonic()
