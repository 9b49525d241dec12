"""The judge: takes a history and says which promises were broken, each by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tests.faults.facts import (
    no_admission_after_expiry,
    no_double_effect,
    nobody_refused_early,
    nothing_lost,
)
from tests.faults.history import History
from tests.faults.owners import one_owner
from tests.faults.sequence import sequence
from tests.faults.verdict import Broken, Rule, Verdict
from tests.faults.whereabouts import everybody_back, no_bug, presence, seat_kept, views_agree

CHECKS: Final[dict[Rule, Callable[[History], Iterator[Broken]]]] = {
    "one owner": one_owner,
    "nothing lost": nothing_lost,
    "no double effect": no_double_effect,
    "no admission after expiry": no_admission_after_expiry,
    "nobody refused early": nobody_refused_early,
    "presence": presence,
    "sequence": sequence,
    "seat kept": seat_kept,
    "everybody back": everybody_back,
    "views agree": views_agree,
    "no bug": no_bug,
}
"""Each rule and what finds that it was broken."""


def judge(history: History) -> Verdict:
    """Hold a history to every rule."""
    return Verdict([broken for check in CHECKS.values() for broken in check(history)])
