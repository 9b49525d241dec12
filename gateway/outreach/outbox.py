"""The demo's outbox: letters that nobody carries anywhere, kept in memory for a newcomer to read."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from engine.ids import Instant

KEPT: Final = 200
"""Letters; the oldest goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A letter as its person would have it. `text`: the plain version, or the text message."""

    id: int
    at: Instant
    via: str
    to: str
    kind: str
    language: str
    subject: str
    text: str
    html: str = ""
    ics: str = ""


class Outbox:
    """The last letters, the newest first. The same letter sent again takes its own place."""

    def __init__(self) -> None:
        self._kept: deque[tuple[str, Kept]] = deque(maxlen=KEPT)
        self._numbers = 0

    def next_id(self) -> int:
        """Give the next letter's number."""
        self._numbers += 1
        return self._numbers

    def put(self, key: str, letter: Kept) -> None:
        """Keep a letter; `key` is the same in every attempt."""
        for at, (known, _) in enumerate(self._kept):
            if known == key:
                del self._kept[at]
                break
        self._kept.append((key, letter))

    def letters(self) -> list[Kept]:
        """List them, the newest first."""
        return [letter for _, letter in reversed(self._kept)]

    def letter(self, number: int) -> Kept | None:
        """Give one by its number."""
        return next((letter for _, letter in self._kept if letter.id == number), None)
