"""What the doctor says: one finding a thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, how it is, and what to do about it ("" when nothing)."""

    verdict: Verdict
    what: str
    text: str
    do: str = ""

    @property
    def wrong(self) -> bool:
        """Whether people cannot be served like this, or what they were promised does not hold."""
        return self.verdict == "problem"

    def __str__(self) -> str:
        line = f"{self.verdict:8} {self.what:15} {self.text}"
        return f"{line} -> {self.do}" if self.do else line


def ok(what: str, text: str) -> Finding:
    """Say that something is as it should be."""
    return Finding("ok", what, text)


def note(what: str, text: str, do: str = "") -> Finding:
    """Say that something works and should be thought about."""
    return Finding("note", what, text, do)


def problem(what: str, text: str, do: str) -> Finding:
    """Say that something is wrong, and what mends it."""
    return Finding("problem", what, text, do)
