"""The rule of sequence: numbered messages come one after the other, and a position means one thing only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.history import History, Numbered, Seated, Watching
from tests.faults.verdict import Broken

ANYWHERE = -1
"""The position of a telephone before its first numbered message: a caller may share a seat."""


@dataclass(slots=True)
class _Line:
    """Where a line is in its stream."""

    whose: str
    stream: str
    seq: int


def sequence(history: History) -> Iterator[Broken]:
    """Find gaps, repetitions, replays from elsewhere, and positions that said two things."""
    lines: dict[int, _Line] = {}
    said: dict[tuple[str, str, int], int] = {}
    for entry in history.entries:
        match entry:
            case Seated() | Watching():
                whose = entry.visit if isinstance(entry, Seated) else entry.clinic
                lines[entry.line] = _Line(whose, entry.stream, entry.seq)
                if entry.resumed == "replay" and entry.asked != (entry.stream, entry.seq):
                    yield Broken(
                        "sequence",
                        f"{entry.who} asked to go on from {entry.asked}, and goes on from "
                        f"{(entry.stream, entry.seq)}",
                        entry.at,
                    )
            case Numbered() if (line := lines.get(entry.line)) is not None:
                yield from _next(line, entry)
                line.seq = entry.seq
                yield from _same(said, line, entry)


def _next(line: _Line, entry: Numbered) -> Iterator[Broken]:
    if line.seq not in (ANYWHERE, entry.seq - 1):
        yield Broken("sequence", f"{line.stream} goes from {line.seq} to {entry.seq}", entry.at)


def _same(said: dict[tuple[str, str, int], int], line: _Line, entry: Numbered) -> Iterator[Broken]:
    if not line.stream:
        return
    known = said.setdefault((line.whose, line.stream, entry.seq), entry.words)
    if known != entry.words:
        yield Broken("sequence", f"{line.stream} says two things at {entry.seq}", entry.at)
