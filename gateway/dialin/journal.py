"""One call in the dial-in's log: each line about it carries the id that the nodes' logs have for it
(gateway/joins.py), so that one search finds all of it. Whose call it was, and what was typed, stands in none.

    greeted   the visits know of the call; before that it has no id
    stage     its caller came to another one (gateway/dialin/stages.py)
    hung_up   it is over; `reason` says why (gateway/dialin/leg.py)
"""

from __future__ import annotations

from gateway.dialin.leg import HangUp
from gateway.dialin.stages import Stage
from gateway.logs import own


class Journal:
    """What is logged of one call. `join` is its id, "" until the visits have said it."""

    __slots__ = ("_origin", "join")

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.join = ""

    def greeted(self, join: str, seconds: float) -> None:
        """The visits answered, so many seconds after the leg came in."""
        self.join = join
        own.info("greeted", join=join, origin=self._origin, ms=round(seconds * 1000, 1))

    def stage(self, stage: Stage) -> None:
        """The caller came to another stage."""
        if self.join:
            own.info("stage", join=self.join, stage=stage.value)

    def hung_up(self, reason: HangUp, seconds: float) -> None:
        """The leg is over, so many seconds after it came in."""
        own.info(
            "hung_up", join=self.join, origin=self._origin, reason=reason.value, seconds=round(seconds, 1)
        )
