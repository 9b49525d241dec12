"""What a checker finds: each broken promise by the name of its rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

Rule = Literal[
    "one owner",
    "nothing lost",
    "no double effect",
    "no admission after expiry",
    "nobody refused early",
    "presence",
    "sequence",
    "seat kept",
    "everybody back",
    "views agree",
    "no bug",
]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
SAID: Final = 5
"""How many findings of a rule are spelled out; the others are counted."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One promise that was not kept, in words; `at` is the time in the history."""

    rule: Rule
    what: str
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that is wrong with a history; clean when nothing is."""

    broken: Sequence[Broken]

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not self.broken

    def counts(self) -> Counter[str]:
        """Count the findings by rule."""
        return Counter(one.rule for one in self.broken)

    def lines(self, began: float = 0.0) -> Iterable[str]:
        """Say it: each rule, its findings, the first ones in words, with seconds since `began`."""
        counts = self.counts()
        for rule in RULES:
            if not counts[rule]:
                yield f"  kept    {rule}"
                continue
            yield f"  BROKEN  {rule}: {counts[rule]}"
            for one in [one for one in self.broken if one.rule == rule][:SAID]:
                yield f"            {max(0.0, one.at - began):8.2f} s  {one.what}"
