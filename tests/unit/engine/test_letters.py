"""A letter's own facts."""

from __future__ import annotations

import pytest

from engine.ids import InvitationId
from engine.letters import PAUSES, Kind, Letter, Progress, Via

NOW = 10_000_000


@pytest.mark.parametrize(
    ("progress", "attempt", "due", "overdue"),
    [
        (Progress.QUEUED, 0, NOW + 60_000, 0),
        (Progress.QUEUED, 0, NOW - 60_000, 60_000),
        (Progress.SENDING, 1, NOW - 2_000, 2_000),
        (Progress.QUEUED, 1, NOW + PAUSES[0], 0),
        (Progress.QUEUED, 4, NOW + PAUSES[3], sum(PAUSES[:3])),
        (Progress.SENDING, 5, NOW, sum(PAUSES[:4])),
    ],
)
def test_a_letter_that_is_put_off_grows_old_all_the_same(
    progress: Progress, attempt: int, due: int, overdue: int
) -> None:
    """A server that says "later" each time is seen in the outbox's age, as one is that says nothing."""
    letter = Letter(
        number=1,
        invitation=InvitationId("i"),
        kind=Kind.CONFIRMATION,
        via=Via.EMAIL,
        at=NOW,
        due=due,
        progress=progress,
        attempt=attempt,
    )
    assert letter.overdue(NOW) == overdue
