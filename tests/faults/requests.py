"""All requests of a history, each with its last word: what was acknowledged, and what may have been done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.faults.history import OK, UNKNOWN, Answered, Asked, History

UNDECIDED = frozenset({UNKNOWN, "try_later", "busy"})
"""Answers after which a request may have been carried out all the same."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request and what became of it."""

    asked: Asked
    answered: Answered | None

    @property
    def done(self) -> bool:
        """Whether it was acknowledged."""
        return self.answered is not None and self.answered.code == OK

    @property
    def doubtful(self) -> bool:
        """Whether nobody knows if it was carried out."""
        return self.answered is None or self.answered.code in UNDECIDED

    @property
    def made(self) -> str:
        """The id that its acknowledgement named."""
        return self.answered.made if self.answered is not None else ""

    @property
    def over_at(self) -> float:
        """When the last word came; never, if none did."""
        return self.answered.at if self.answered is not None else float("inf")


class Requests:
    """The requests of a history, by kind."""

    def __init__(self, history: History) -> None:
        answers = {entry.op: entry for entry in history.of(Answered)}
        self._by_kind: dict[str, list[Request]] = {}
        for asked in history.of(Asked):
            self._by_kind.setdefault(asked.what, []).append(Request(asked, answers.get(asked.op)))

    def of(self, *kinds: str) -> Iterable[Request]:
        """Give the requests of some kinds, in the order in which they were first made."""
        return [one for kind in kinds for one in self._by_kind.get(kind, ())]

    def done(self, *kinds: str) -> list[Request]:
        """Give those that were acknowledged."""
        return [one for one in self.of(*kinds) if one.done]
